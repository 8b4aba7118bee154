/*
 * job.h - work to be done later, kept until it is done: at least once, in slices. What the kinds mean is src/jobs' and the
 * domain's. Write lane.
 */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_job {
	int64_t id;
	unixtime_t due;
	struct slice kind;
	int64_t owner; /* whose box; 0: nobody's */
	struct slice payload;
	int tries; /* times taken, this one included */
};

int store_job_add(struct sql_db *db, unixtime_t due, struct slice kind, int64_t owner, struct slice payload,
                  int64_t *ret_id);
/*
 * Up to `limit` jobs whose time has come, the longest waiting first. Each becomes due again at `lease`, in case that
 * whoever took it dies: end it by one of the three below.
 */
int store_job_take(struct sql_db *db, unixtime_t now, unixtime_t lease, uint32_t limit, struct arena *a,
                   struct store_job **ret, size_t *ret_n);
/* -ERR_NOTFOUND: somebody else ended it. */
int store_job_done(struct sql_db *db, int64_t id);
/* A slice is done: the next begins at `due` with another payload, and tries from 0. -ERR_NOTFOUND. */
int store_job_go_on(struct sql_db *db, int64_t id, unixtime_t due, struct slice payload);
/* It failed: once more at `due`, tries as they are. -ERR_NOTFOUND. */
int store_job_put_off(struct sql_db *db, int64_t id, unixtime_t due);
/*
 * At start: what was taken, or failed, by a process that is gone and would come again until `until` is due now. Returns how
 * many.
 */
int store_job_release(struct sql_db *db, unixtime_t now, unixtime_t until);
/* Is there one of this kind of this owner? 1, 0 or negative. Any lane. */
int store_job_has(struct sql_db *db, struct slice kind, int64_t owner);
/* When the next one is due. -ERR_NOTFOUND: there is none. Any lane. */
int store_job_next_due(struct sql_db *db, unixtime_t *ret);
/* All of a kind of one owner; returns how many went. */
int store_job_drop(struct sql_db *db, struct slice kind, int64_t owner);
/* The first `limit` that are due, payloads left out. Any lane. */
int store_job_list(struct sql_db *db, uint32_t limit, struct arena *a, struct store_job **ret, size_t *ret_n);
/* Jobs that wait. Any lane. */
int store_job_count(struct sql_db *db, int64_t *ret);

#endif
