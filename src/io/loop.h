/*
 * loop.h - one thread's event loop: libuv underneath, a mailbox from other threads, and timers that cost no handle each.
 * Owns its connections and the sessions that live there; it never blocks.
 * Threads: io_post and io_loop_index from any; everything else on the loop's own thread (or before it starts).
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <uv.h>

#include "base/clock.h"

struct io_loop;

/* Embedded in whatever is posted. Runs once on the loop's thread; the message may be freed in it. */
struct io_msg {
	struct io_msg *next;
	void (*run)(struct io_loop *l, struct io_msg *m);
};

/* A deadline in the loop's wheel: zeroed is "not set". Coarse: fires within 0.25 s after its time. */
struct io_timer {
	struct io_timer *next, **prev; /* prev NULL: not set */
	usec_t due;
	void (*fire)(struct io_loop *l, struct io_timer *t);
};

int io_loop_new(unsigned index, struct io_loop **ret_l);
void io_loop_start(struct io_loop *l); /* its thread begins */
/* From any thread: ask it to end; closes nothing by itself. */
void io_loop_stop(struct io_loop *l);
void io_loop_join(struct io_loop *l);
/*
 * What lies in the mailbox runs now, and what it posts here, until there is nothing. False: there was nothing. Thread: any,
 * after the join.
 */
bool io_loop_drain(struct io_loop *l);
/* After the join. Timers that are still set fire once, early, so that their owners let go. */
void io_loop_free(struct io_loop *l);

unsigned io_loop_index(const struct io_loop *l);
uv_loop_t *io_loop_uv(struct io_loop *l);

void io_post(struct io_loop *l, struct io_msg *m);
/* The same, and the loop is not woken for it: io_wake follows soon, behind the last of several. */
void io_post_quietly(struct io_loop *l, struct io_msg *m);
void io_wake(struct io_loop *l);

void io_timer_set(struct io_loop *l, struct io_timer *t, usec_t due);
void io_timer_clear(struct io_timer *t);

/* Once at the end of the present turn of the loop, before it sleeps: for flushing what the turn gathered. */
void io_at_turn_end(struct io_loop *l, void (*f)(struct io_loop *l, void *arg), void *arg);
/* The loop turns again within some `msec`, though nothing happens. */
void io_turn_within(struct io_loop *l, unsigned msec);

#endif
