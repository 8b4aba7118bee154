/* private.h - the jobs' own structs, for the files of jobs/ only. */
#ifndef JOBS_PRIVATE_H
#define JOBS_PRIVATE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "jobs/jobs.h"
#include "rpc/lane.h"

enum {
	JOBS_OUTSIDE_LANES = 4,
	JOBS_LEASE_S =
		900, /* longer than a full lane outside can last: a lease ends only if we lost sight of a job */
};

struct held {                  /* a job that was taken; also an item of a lane outside */
	struct lane_item item; /* first */
	struct jobs *jobs;
	struct arena arena;
	struct store_job job;
	const struct jobs_kind *kind; /* NULL: unknown */
};

struct outside {
	struct jobs *jobs;
	struct lane *lane;
	_Atomic unsigned load; /* waiting or running */
};

struct jobs {
	struct app *app;
	struct rpc_server *rpc;
	const struct jobs_kind *kinds;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	unixtime_t next_due; /* guarded by lock; INT64_MAX: nothing waits */
	_Atomic bool stopping;
	bool joined;
	struct outside outside[JOBS_OUTSIDE_LANES];
};

/* --- step.c: what is written, on the write lane */

enum ending { END_NONE, END_SLICE, END_DONE, END_FAILED, END_UNKNOWN, END_NO_ROOM };

struct step { /* one piece of work for the write lane, waited for by whoever asked */
	struct jobs *jobs;
	const struct held *hand;
	enum ending how;
	bool take;
	struct held *taken;
	int slice_r; /* what the slice said */
	bool gave_up;
	unixtime_t due; /* when something of this step is due next; INT64_MAX: nothing */
	int r;
	sem_t done;
};

/*
 * Write how the job in hand ended; the store may be away for as long as it likes. Takes the next if s->take.
 * -ERR_CLOSED: we stop, the job is found again at the next start. Threads: the runner, lanes outside.
 */
int jobs_end_step(struct step *s);
/* The rows of kinds with every_s, and jobs that a process before us had in hand are free again. -ERR_* of the store. Thread: main. */
int jobs_write_first_rows(struct jobs *j);
void jobs_held_free(struct held *h); /* NULL is allowed */
void jobs_say_failed(const struct held *h, int r);
/* Something is due then. Thread: any; the order that counts is that of commits, on the write thread. */
void jobs_set_due(struct jobs *j, unixtime_t due, bool only_sooner);

/* --- outside.c: what waits for others, on lanes beside the runner */

void jobs_outside_start(struct jobs *j);
void jobs_outside_stop(struct jobs *j);
void jobs_outside_free(struct jobs *j);
/* Takes the job over; -ERR_FULL: nobody is free. Thread: the runner. */
int jobs_outside_push(struct jobs *j, struct held *h);

#endif
