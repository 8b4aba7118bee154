/*
 * park.h - calls that wait for somebody else (a bot's answer): parked, they hold no thread and no snapshot. Bounded in number; who
 * nobody answers in time hears so. A parked call is answered at most once, whatever comes.
 */
#ifndef RPC_PARK_H
#define RPC_PARK_H

#include "rpc/call.h"

struct rpc_park;
struct rpc_job;

/*
 * Read lanes; the last thing that a handler does, which then returns what this returned. Its events go out, and it is answered by
 * make(), on a read thread of its caller, with what rpc_resume() said, or with nothing (`said` absent) after `msec`.
 * key: not 0, not guessed; by: who alone may answer. 420 FLOOD_WAIT_%d: too many wait.
 */
int rpc_park(struct rpc_call *c, int64_t key, int64_t by, int msec,
             int (*make)(struct rpc_call *c, struct slice said));
/*
 * Between rpc_park() and the handler's return: begin(c) runs once the call waits, so that no answer comes too early. 0: it waits;
 * 1: it goes on at once, as if "1" had been said; negative: as if nobody had answered. Under the table's lock: it parks and resumes nothing.
 */
void rpc_park_begin(struct rpc_call *c, int (*begin)(struct rpc_call *c));
/* The parked call of this key goes on with a copy of `said` (1 byte at least). -ERR_NOTFOUND: it is not there, or not `by`'s to answer. Thread: any. */
int rpc_resume(struct app *app, int64_t key, int64_t by, struct slice said);

/* For rpc/: the table and its clock; what still waits is dropped at the end. */
int rpc_park_new(struct rpc_park **ret);
void rpc_park_free(struct rpc_park *p);
/* A handler has parked this job and returned: it waits from now on. */
void rpc_park_job(struct rpc_job *j);

#endif
