/*
 * work.h - a small pool of threads for slow pure work (RSA, Diffie-Hellman) off the loops. Bounded.
 * Threads: io_work_push from any; run on a pool thread; done back on the loop that is named.
 */
#ifndef IO_WORK_H
#define IO_WORK_H

#include "io/loop.h"

struct io_work_pool;

struct io_work { /* embedded; lives until done has run */
	struct io_msg m;
	struct io_work *next;
	struct io_loop *loop;
	usec_t queued;
	void (*run)(struct io_work *w);
	void (*done)(struct io_loop *l, struct io_work *w);
};

struct io_work_pool *io_work_new(unsigned threads);
/* Finishes what runs; what only waits is dropped, its `done` never runs. */
void io_work_free(struct io_work_pool *p);
/* -ERR_FULL when the oldest waiting piece has waited longer than max_wait. */
int io_work_push(struct io_work_pool *p, struct io_work *w, usec_t max_wait);

#endif
