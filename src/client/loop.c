/* loop.c - see loop.h: epoll and a binary heap. Sleeps are as fine as the kernel allows: benches measure by them. */
#include "client/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"

enum { BATCH = 256 };

struct client_loop {
	int ep;
	bool coarse;
	struct epoll_event batch[BATCH]; /* of the turn under way */
	int n, next;
	struct client_timer **heap; /* the earliest first */
	uint32_t n_heap, cap_heap;
};

struct client_loop *client_loop_new(void)
{
	struct client_loop *l = xcalloc(1, sizeof(*l));

	l->ep = epoll_create1(EPOLL_CLOEXEC);
	if (l->ep < 0)
		abort();
	return l;
}

void client_loop_free(struct client_loop *l)
{
	if (!l)
		return;
	close(l->ep);
	free(l->heap);
	free(l);
}

static uint32_t wanted(unsigned events)
{
	return (events & CLIENT_READ ? (uint32_t)EPOLLIN : 0) |
	       (events & CLIENT_WRITE ? (uint32_t)EPOLLOUT : 0);
}

static void control(struct client_loop *l, int op, struct client_watch *w, unsigned events)
{
	struct epoll_event e = {.events = wanted(events), .data.ptr = w};

	if (epoll_ctl(l->ep, op, w->fd, &e) != 0)
		abort(); /* ours: a descriptor that is not open, or twice the same */
}

void client_watch_add(struct client_loop *l, struct client_watch *w, unsigned events)
{
	control(l, EPOLL_CTL_ADD, w, events);
}

void client_watch_change(struct client_loop *l, struct client_watch *w, unsigned events)
{
	control(l, EPOLL_CTL_MOD, w, events);
}

void client_watch_remove(struct client_loop *l, struct client_watch *w)
{
	control(l, EPOLL_CTL_DEL, w, 0);
	for (int i = l->next; i < l->n; i++)
		if (l->batch[i].data.ptr == w)
			l->batch[i].data.ptr = NULL;
}

static void place(struct client_loop *l, uint32_t i, struct client_timer *t)
{
	l->heap[i - 1] = t;
	t->at = i;
}

static void sift_up(struct client_loop *l, uint32_t i, struct client_timer *t)
{
	while (i > 1 && l->heap[i / 2 - 1]->due > t->due) {
		place(l, i, l->heap[i / 2 - 1]);
		i /= 2;
	}
	place(l, i, t);
}

static void sift_down(struct client_loop *l, uint32_t i, struct client_timer *t)
{
	for (uint32_t child; (child = i * 2) <= l->n_heap; i = child) {
		if (child < l->n_heap && l->heap[child]->due < l->heap[child - 1]->due)
			child++;
		if (l->heap[child - 1]->due >= t->due)
			break;
		place(l, i, l->heap[child - 1]);
	}
	place(l, i, t);
}

void client_timer_clear(struct client_loop *l, struct client_timer *t)
{
	uint32_t i = t->at;
	struct client_timer *last;

	if (!i)
		return;
	t->at = 0;
	last = l->heap[--l->n_heap];
	if (last == t)
		return;
	if (i > 1 && l->heap[i / 2 - 1]->due > last->due)
		sift_up(l, i, last);
	else
		sift_down(l, i, last);
}

void client_timer_set(struct client_loop *l, struct client_timer *t, usec_t due)
{
	client_timer_clear(l, t);
	if (l->n_heap == l->cap_heap) {
		l->cap_heap = l->cap_heap ? l->cap_heap * 2 : 64;
		l->heap = xrealloc(l->heap, l->cap_heap * sizeof(*l->heap));
	}
	t->due = due;
	sift_up(l, ++l->n_heap, t);
}

static void fire_due(struct client_loop *l)
{
	usec_t now = clock_usec();
	struct client_timer *t;

	while (l->n_heap && (t = l->heap[0])->due <= now) {
		client_timer_clear(l, t);
		t->fire(t);
	}
}

static usec_t sleep_of(const struct client_loop *l, usec_t wait)
{
	usec_t left;

	if (l->n_heap) {
		left = l->heap[0]->due - clock_usec();
		if (left < wait)
			wait = left;
	}
	return wait <= 0 ? 0 : wait > 3600000000 ? 3600000000 : wait;
}

static int poll_for(struct client_loop *l, usec_t wait)
{
	struct timespec t = {.tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000};

	if (!l->coarse) {
		int n = epoll_pwait2(l->ep, l->batch, BATCH, &t, NULL);

		if (n >= 0 || (errno != ENOSYS && errno != EPERM))
			return n;
		l->coarse = true; /* Linux before 5.11, or a sandbox that does not know the call */
	}
	/* Whole milliseconds, rounded up, so that nothing fires early and nothing spins. */
	return epoll_wait(l->ep, l->batch, BATCH, (int)((wait + 999) / 1000));
}

void client_loop_turn(struct client_loop *l, usec_t wait)
{
	struct client_watch *w;
	uint32_t e;

	l->n = poll_for(l, sleep_of(l, wait));
	for (l->next = 0; l->next < l->n;) {
		w = l->batch[l->next].data.ptr;
		e = l->batch[l->next].events;
		l->next++;
		if (w) /* NULL: removed by one before it */
			w->ready(w, (e & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CLIENT_READ : 0) |
			                    (e & (EPOLLOUT | EPOLLHUP | EPOLLERR) ? CLIENT_WRITE : 0));
	}
	l->n = l->next = 0;
	fire_due(l);
}

bool client_loop_until(struct client_loop *l, bool (*done)(void *arg), void *arg, usec_t within)
{
	usec_t end = clock_usec() + within, left;

	while (!done(arg)) {
		left = end - clock_usec();
		if (left <= 0)
			return false;
		client_loop_turn(l, left);
	}
	return true;
}
