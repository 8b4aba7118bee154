/* work.c - see work.h. */
#include "io/work.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

#define THREADS_MAX 8u

struct io_work_pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct io_work *head, **tail; /* guarded by lock */
	bool stopping;                /* guarded by lock */
	unsigned n;
	pthread_t thread[THREADS_MAX];
};

static void come_back(struct io_loop *l, struct io_msg *m)
{
	struct io_work *w = (struct io_work *)m;

	w->done(l, w);
}

static void *thread_main(void *arg)
{
	struct io_work_pool *p = arg;
	struct io_work *w;

	for (;;) {
		pthread_mutex_lock(&p->lock);
		while (!p->head && !p->stopping)
			pthread_cond_wait(&p->more, &p->lock);
		w = p->stopping ? NULL : p->head;
		if (w) {
			p->head = w->next;
			if (!p->head)
				p->tail = &p->head;
		}
		pthread_mutex_unlock(&p->lock);
		if (!w)
			return NULL;
		w->run(w);
		w->m.run = come_back;
		io_post(w->loop, &w->m);
	}
}

struct io_work_pool *io_work_new(unsigned threads)
{
	struct io_work_pool *p = xcalloc(1, sizeof(*p));

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->tail = &p->head;
	p->n = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
	for (unsigned i = 0; i < p->n; i++) {
		if (pthread_create(&p->thread[i], NULL, thread_main, p) != 0) {
			fprintf(stderr, "cannot start a thread\n");
			abort();
		}
		pthread_setname_np(p->thread[i], "handshake");
	}
	return p;
}

void io_work_free(struct io_work_pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n; i++)
		pthread_join(p->thread[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->more);
	free(p);
}

int io_work_push(struct io_work_pool *p, struct io_work *w, usec_t max_wait)
{
	w->queued = clock_usec();
	w->next = NULL;
	pthread_mutex_lock(&p->lock);
	if (p->head && w->queued - p->head->queued > max_wait) {
		pthread_mutex_unlock(&p->lock);
		return -ERR_FULL;
	}
	*p->tail = w;
	p->tail = &w->next;
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
	return 0;
}
