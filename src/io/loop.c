/* loop.c - see loop.h. The mailbox is a locked list woken by uv_async; the timers are a wheel ticked every 250 ms. */
#include "io/loop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

#define TICK_USEC   250000
#define WHEEL_SLOTS 512u /* two minutes; later deadlines go round again */
#define TURN_END    4

struct io_loop {
	uv_loop_t uv;
	uv_async_t wake;
	uv_timer_t tick, soon;
	uv_prepare_t before_sleep;
	unsigned index;
	pthread_t thread;
	bool started, stopping;
	pthread_mutex_t lock;
	struct io_msg *head, **tail; /* guarded by lock */
	bool woken;                  /* guarded by lock */
	struct io_timer *wheel[WHEEL_SLOTS];
	uint64_t now_tick;
	struct {
		void (*f)(struct io_loop *l, void *arg);
		void *arg;
	} turn_end[TURN_END];
};

static bool take_messages(struct io_loop *l)
{
	struct io_msg *m, *next;
	bool any;

	pthread_mutex_lock(&l->lock);
	m = l->head;
	l->head = NULL;
	l->tail = &l->head;
	l->woken = false;
	pthread_mutex_unlock(&l->lock);
	any = m != NULL;
	for (; m; m = next) {
		next = m->next;
		m->run(l, m);
	}
	return any;
}

static void run_messages(uv_async_t *a)
{
	struct io_loop *l = a->data;

	take_messages(l);
	if (l->stopping)
		uv_stop(&l->uv);
}

static void link_timer(struct io_timer **slot, struct io_timer *t)
{
	t->next = *slot;
	t->prev = slot;
	if (t->next)
		t->next->prev = &t->next;
	*slot = t;
}

/* Those that are due hang on a list of their own while they fire, so that one may clear or set another. */
static void fire_all(struct io_loop *l, struct io_timer **due)
{
	struct io_timer *t;

	while ((t = *due) != NULL) {
		io_timer_clear(t);
		t->fire(l, t);
	}
}

static void run_slot(struct io_loop *l, uint64_t tick, usec_t now)
{
	struct io_timer *t = l->wheel[tick % WHEEL_SLOTS], *next, *due = NULL;

	for (; t; t = next) {
		next = t->next;
		if (t->due > now)
			continue; /* a later round */
		io_timer_clear(t);
		link_timer(&due, t);
	}
	fire_all(l, &due);
}

static void on_tick(uv_timer_t *h)
{
	struct io_loop *l = h->data;
	usec_t now = clock_usec();
	uint64_t tick = (uint64_t)now / TICK_USEC;

	if (tick - l->now_tick > WHEEL_SLOTS)
		l->now_tick = tick - WHEEL_SLOTS;
	while (l->now_tick < tick)
		run_slot(l, ++l->now_tick, now);
}

static void on_prepare(uv_prepare_t *h)
{
	struct io_loop *l = h->data;

	for (int i = 0; i < TURN_END; i++) {
		void (*f)(struct io_loop *, void *) = l->turn_end[i].f;

		if (f) {
			l->turn_end[i].f = NULL;
			f(l, l->turn_end[i].arg);
		}
	}
}

static void on_soon(uv_timer_t *h)
{
}

int io_loop_new(unsigned index, struct io_loop **ret_l)
{
	struct io_loop *l = xcalloc(1, sizeof(*l));

	if (uv_loop_init(&l->uv) != 0) {
		free(l);
		return -ERR_IO;
	}
	l->index = index;
	l->tail = &l->head;
	l->now_tick = (uint64_t)clock_usec() / TICK_USEC;
	pthread_mutex_init(&l->lock, NULL);
	uv_async_init(&l->uv, &l->wake, run_messages);
	uv_timer_init(&l->uv, &l->tick);
	uv_timer_init(&l->uv, &l->soon);
	uv_prepare_init(&l->uv, &l->before_sleep);
	l->wake.data = l->tick.data = l->before_sleep.data = l;
	uv_timer_start(&l->tick, on_tick, TICK_USEC / 1000, TICK_USEC / 1000);
	uv_prepare_start(&l->before_sleep, on_prepare);
	*ret_l = l;
	return 0;
}

static void *thread_main(void *arg)
{
	struct io_loop *l = arg;

	while (!l->stopping)
		uv_run(&l->uv, UV_RUN_DEFAULT);
	return NULL;
}

void io_loop_start(struct io_loop *l)
{
	if (pthread_create(&l->thread, NULL, thread_main, l) != 0) {
		fprintf(stderr, "cannot start a thread\n");
		abort();
	}
	pthread_setname_np(l->thread, "io");
	l->started = true;
}

struct stop_msg {
	struct io_msg m;
};

static void do_stop(struct io_loop *l, struct io_msg *m)
{
	l->stopping = true;
	free(m);
}

void io_loop_stop(struct io_loop *l)
{
	struct stop_msg *s = xcalloc(1, sizeof(*s));

	s->m.run = do_stop;
	io_post(l, &s->m);
}

void io_loop_join(struct io_loop *l)
{
	if (l->started)
		pthread_join(l->thread, NULL);
	l->started = false;
}

bool io_loop_drain(struct io_loop *l)
{
	bool any = false;

	while (take_messages(l))
		any = true;
	return any;
}

/* Whoever still waits for a time is told now, so that he lets go of what he holds. */
static void let_go(struct io_loop *l)
{
	for (unsigned i = 0; i < WHEEL_SLOTS; i++) {
		struct io_timer *last = NULL;

		while (l->wheel[i] && l->wheel[i] != last) {
			last = l->wheel[i];
			io_timer_clear(last);
			last->fire(l, last);
		}
	}
}

void io_loop_free(struct io_loop *l)
{
	if (!l)
		return;
	io_loop_drain(l);
	let_go(l);
	io_loop_drain(l);
	uv_close((uv_handle_t *)&l->wake, NULL);
	uv_close((uv_handle_t *)&l->tick, NULL);
	uv_close((uv_handle_t *)&l->soon, NULL);
	uv_close((uv_handle_t *)&l->before_sleep, NULL);
	uv_run(&l->uv, UV_RUN_NOWAIT);
	uv_loop_close(&l->uv);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

unsigned io_loop_index(const struct io_loop *l)
{
	return l->index;
}

uv_loop_t *io_loop_uv(struct io_loop *l)
{
	return &l->uv;
}

void io_post_quietly(struct io_loop *l, struct io_msg *m)
{
	m->next = NULL;
	pthread_mutex_lock(&l->lock);
	*l->tail = m;
	l->tail = &m->next;
	pthread_mutex_unlock(&l->lock);
}

void io_wake(struct io_loop *l)
{
	bool wake;

	pthread_mutex_lock(&l->lock);
	wake = l->head && !l->woken;
	l->woken |= wake;
	pthread_mutex_unlock(&l->lock);
	if (wake)
		uv_async_send(&l->wake);
}

void io_post(struct io_loop *l, struct io_msg *m)
{
	bool wake;

	m->next = NULL;
	pthread_mutex_lock(&l->lock);
	*l->tail = m;
	l->tail = &m->next;
	wake = !l->woken;
	l->woken = true;
	pthread_mutex_unlock(&l->lock);
	if (wake)
		uv_async_send(&l->wake);
}

void io_timer_set(struct io_loop *l, struct io_timer *t, usec_t due)
{
	uint64_t tick = (uint64_t)due / TICK_USEC + 1;
	struct io_timer **slot;

	io_timer_clear(t);
	if (tick <= l->now_tick)
		tick = l->now_tick + 1;
	slot = &l->wheel[tick % WHEEL_SLOTS];
	t->due = due;
	link_timer(slot, t);
}

void io_timer_clear(struct io_timer *t)
{
	if (!t->prev)
		return;
	*t->prev = t->next;
	if (t->next)
		t->next->prev = t->prev;
	t->prev = NULL;
	t->next = NULL;
}

void io_at_turn_end(struct io_loop *l, void (*f)(struct io_loop *l, void *arg), void *arg)
{
	for (int i = 0; i < TURN_END; i++)
		if (l->turn_end[i].f == f && l->turn_end[i].arg == arg)
			return;
	for (int i = 0; i < TURN_END; i++)
		if (!l->turn_end[i].f) {
			l->turn_end[i].f = f;
			l->turn_end[i].arg = arg;
			return;
		}
	f(l, arg);
}

void io_turn_within(struct io_loop *l, unsigned msec)
{
	if (!uv_is_active((uv_handle_t *)&l->soon))
		uv_timer_start(&l->soon, on_soon, msec, 0);
}
