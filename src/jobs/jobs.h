/*
 * jobs.h - does what store/job.h keeps: one thread wakes when a job is due, takes it, and does it by its kind, in slices, at
 * least once. A job survives kill -9: a slice and the note that it was done are one transaction.
 */
#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

#include "rpc/call.h"
#include "store/job.h"

struct rpc_server;
struct jobs;

struct jobs_next { /* set by a slice that left work */
	bool again;
	unixtime_t due;       /* 0: as soon as the lane is free */
	struct slice payload; /* in c->arena; absent: as it was */
};

struct jobs_kind {
	const char *name; /* the `kind` of its rows */
	/*
	 * What waits for others (mail, a program): runs on a thread of the jobs' own with no transaction, at most
	 * `outside_seconds`, several at once; it ends within a second once jobs_stopping() says so.
	 * 0, or -ERR_*: tried again later, 2^tries seconds up to an hour. NULL: nothing to do outside.
	 */
	int (*outside)(struct app *app, const struct store_job *j);
	int outside_seconds;
	/*
	 * On the write lane, in the batch's transaction, as a handler (c->user_id is 0, c->client NULL; rpc_log_event works):
	 * one slice of at most some 2 ms.
	 * 0 with *next untouched: done, its row goes in the same transaction. -ERR_*: rolled back, tried again later.
	 * NULL: nothing to write; the row goes once outside() succeeded.
	 */
	int (*slice)(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);
	int tries_max; /* given up after so many failures, with one line in the log; 0: never */
	/*
	 * > 0: kept from the first start on, one row with owner 0, due at once and then again so many seconds after it was
	 * done. Never given up.
	 */
	unixtime_t every_s;
};

/*
 * Begins to do what is due; app->rpc must run, app->jobs is set. `kinds`: ends with a row without name; borrowed.
 * -ERR_*: the rows of `every_s` could not be written. Thread: main, before the loops run.
 */
int jobs_start(struct app *app, struct rpc_server *rpc, const struct jobs_kind *kinds, struct jobs **ret_j);
/* Ends the threads; what they held is done at the next start. While `rpc` still runs. NULL is allowed. Thread: main. */
void jobs_stop(struct jobs *j);
/* After rpc_server_free(): calls in its lanes may have woken us until then. NULL is allowed. */
void jobs_free(struct jobs *j);

/* Has jobs_stop() been called? For outside(), to leave early. Thread: any. */
bool jobs_stopping(const struct app *app);

/*
 * Write lane, inside the caller's transaction: to be done at `due` (0: now). The runner is woken after the commit.
 * payload is copied.
 */
int jobs_add(struct rpc_call *c, const char *kind, int64_t owner, unixtime_t due, struct slice payload);

#endif
