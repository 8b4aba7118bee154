/*
 * loop.h - what the client turns on: sockets that became ready and deadlines, one thread, no handles to close later.
 * Made for tools that may also block: client_loop_turn runs inside the caller, there is no thread of its own.
 * Threads: a loop and everything on it belong to one holder.
 */
#ifndef CLIENT_LOOP_H
#define CLIENT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct client_loop;

enum { CLIENT_READ = 1, CLIENT_WRITE = 2 };

/* A descriptor somebody waits for; embedded in its owner. `ready` gets CLIENT_READ and CLIENT_WRITE, and may remove it. */
struct client_watch {
	int fd;
	void (*ready)(struct client_watch *w, unsigned events);
};

/* A deadline; zeroed is "not set". Fires once, never early. */
struct client_timer {
	usec_t due;
	uint32_t at; /* place in the loop's heap, counted from 1 */
	void (*fire)(struct client_timer *t);
};

struct client_loop *client_loop_new(void);
/* Whoever watches must have gone before. */
void client_loop_free(struct client_loop *l);

void client_watch_add(struct client_loop *l, struct client_watch *w, unsigned events);
void client_watch_change(struct client_loop *l, struct client_watch *w, unsigned events);
void client_watch_remove(struct client_loop *l, struct client_watch *w);

void client_timer_set(struct client_loop *l, struct client_timer *t, usec_t due);
void client_timer_clear(struct client_loop *l, struct client_timer *t);

/* One turn: sleeps until something is ready or due, at most `wait`, and runs what is. */
void client_loop_turn(struct client_loop *l, usec_t wait);
/* Turns until done(arg) says so: true, or until `within` has passed: false. */
bool client_loop_until(struct client_loop *l, bool (*done)(void *arg), void *arg, usec_t within);

#endif
