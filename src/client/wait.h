/*
 * wait.h - the client for straight-line code: each function turns the client's loop until its answer is there. Never inside a
 * callback of the loop. Times are microseconds.
 */
#ifndef CLIENT_WAIT_H
#define CLIENT_WAIT_H

#include "client/client.h"

/* Connects and waits until calls go through: 0, or what client_ops.ended would have said; -ERR_TIMEOUT. ret_code may be NULL. */
int client_connect_wait(struct client *c, usec_t within, int32_t *ret_code);

/* A copy of an answer, that outlives the callback. */
struct client_result {
	struct client_answer a; /* slices point into the arena below */
	struct arena arena;
	struct tl_obj *o; /* decoded; NULL if a.r != 0 or it does not decode */
	int decoded;      /* 0, or why there is no o */
};
void client_result_fini(struct client_result *x);

/* Calls and waits: ret->a.r as in client_answer, -ERR_TIMEOUT, or -ERR_UNSUPPORTED. To be given to client_result_fini. */
int client_call_wait(struct client *c, const struct tl_obj *method, usec_t within, struct client_result *ret);
int client_bytes_wait(struct client *c, struct slice query, usec_t within, struct client_result *ret);

#endif
