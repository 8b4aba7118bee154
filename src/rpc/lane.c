/* lane.c - see lane.h. A mutex and a condition: the queue is held for two pointer writes. Each push wakes one thread at most. */
#include "rpc/lane.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

struct lane_thread {
	struct lane *lane;
	void *arg;
	pthread_t id;
};

struct lane {
	pthread_mutex_t lock;
	pthread_cond_t more;
	/* head .. *urgent: pushed `always`; *urgent .. *tail: the others. guarded by lock */
	struct lane_item *head, **urgent, **tail;
	size_t n_urgent;
	_Atomic size_t n;
	unsigned sleeping; /* threads; guarded by lock */
	bool stopping;     /* guarded by lock */
	bool joined;       /* of whoever stops it */
	size_t max, batch;
	struct lane_ops ops;
	unsigned n_threads;
	struct lane_thread threads[];
};

static struct lane_item *take(struct lane *l)
{
	struct lane_item *list, *last;
	size_t n = 1;

	pthread_mutex_lock(&l->lock);
	while (!l->head && !l->stopping) {
		l->sleeping++;
		pthread_cond_wait(&l->more, &l->lock);
		l->sleeping--;
	}
	list = l->head;
	if (list) {
		for (last = list; last->next && n < l->batch; n++)
			last = last->next;
		l->head = last->next;
		if (!l->head)
			l->tail = &l->head;
		l->n_urgent = n < l->n_urgent ? l->n_urgent - n : 0;
		if (!l->n_urgent)
			l->urgent = &l->head;
		last->next = NULL;
		atomic_fetch_sub_explicit(&l->n, n, memory_order_relaxed);
	}
	pthread_mutex_unlock(&l->lock);
	return list;
}

static void *run(void *arg)
{
	struct lane_thread *t = arg;
	struct lane *l = t->lane;
	void *state = l->ops.begin ? l->ops.begin(t->arg) : t->arg;
	struct lane_item *list;

	while ((list = take(l)) != NULL)
		l->ops.work(state, list);
	if (l->ops.end)
		l->ops.end(state);
	return NULL;
}

struct lane *lane_new_wide(const char *name, const struct lane_ops *ops, void *const *args, unsigned n,
                           size_t max, size_t batch)
{
	struct lane *l = xcalloc(1, sizeof(*l) + n * sizeof(l->threads[0]));

	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->more, NULL);
	l->urgent = l->tail = &l->head;
	l->max = max;
	l->batch = batch;
	l->ops = *ops;
	for (; l->n_threads < n; l->n_threads++) {
		struct lane_thread *t = &l->threads[l->n_threads];

		*t = (struct lane_thread){.lane = l, .arg = args[l->n_threads]};
		if (pthread_create(&t->id, NULL, run, t) != 0) {
			fprintf(stderr, "cannot start a thread\n");
			abort();
		}
		pthread_setname_np(t->id, name);
	}
	return l;
}

struct lane *lane_new(const char *name, const struct lane_ops *ops, void *arg, size_t max, size_t batch)
{
	return lane_new_wide(name, ops, &arg, 1, max, batch);
}

void lane_stop(struct lane *l)
{
	if (l->joined)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_broadcast(&l->more);
	pthread_mutex_unlock(&l->lock);
	for (unsigned i = 0; i < l->n_threads; i++)
		pthread_join(l->threads[i].id, NULL);
	l->joined = true;
}

void lane_free(struct lane *l)
{
	if (!l)
		return;
	lane_stop(l);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->more);
	free(l);
}

/* wake: one thread, if one sleeps. */
static int push(struct lane *l, struct lane_item *item, bool always, bool wake)
{
	struct lane_item **at;

	pthread_mutex_lock(&l->lock);
	if (l->stopping) {
		pthread_mutex_unlock(&l->lock);
		return -ERR_CLOSED;
	}
	if (!always && atomic_load_explicit(&l->n, memory_order_relaxed) >= l->max) {
		pthread_mutex_unlock(&l->lock);
		return -ERR_FULL;
	}
	at = always ? l->urgent : l->tail;
	item->next = *at;
	*at = item;
	if (l->tail == at)
		l->tail = &item->next;
	if (always) {
		l->urgent = &item->next;
		l->n_urgent++;
	}
	atomic_fetch_add_explicit(&l->n, 1, memory_order_relaxed);
	wake = wake && l->sleeping > 0;
	pthread_mutex_unlock(&l->lock);
	if (wake)
		pthread_cond_signal(&l->more);
	return 0;
}

int lane_push(struct lane *l, struct lane_item *item, bool always)
{
	return push(l, item, always, true);
}

int lane_push_quietly(struct lane *l, struct lane_item *item)
{
	return push(l, item, false, false);
}

void lane_wake(struct lane *l)
{
	bool wake;

	pthread_mutex_lock(&l->lock);
	wake = l->head && l->sleeping;
	pthread_mutex_unlock(&l->lock);
	if (wake)
		pthread_cond_signal(&l->more);
}

size_t lane_depth(const struct lane *l)
{
	return atomic_load_explicit(&l->n, memory_order_relaxed);
}
