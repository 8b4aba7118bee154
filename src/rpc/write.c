/*
 * write.c - the write lane: one thread, one transaction a batch, a savepoint a call. It never waits to fill a batch
 * and says nothing to anybody before the commit returned.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "rpc/rpc_private.h"
#include "sql/checkpoint.h"
#include "sql/sql.h"

static int run_one(struct rpc_server *s, struct rpc_job *j)
{
	int r;

	r = sql_savepoint(s->writer_db);
	if (r < 0)
		return r;
	j->call.db = s->writer_db;
	j->call.now = clock_unix();
	rpc_job_reset(j);
	r = j->kind == RPC_JOB_CALL ? j->method->handler(&j->call, j->query) : j->run(&j->call, j->arg);
	j->call.db = NULL;
	if (r < 0) {
		sql_rollback_to(s->writer_db);
		upd_boxes_rollback(s->boxes);
		rpc_job_reset(j);
		return r;
	}
	r = sql_release(s->writer_db);
	if (r < 0)
		upd_boxes_rollback(s->boxes);
	else
		upd_boxes_settle(s->boxes);
	return r;
}

/* Before the commit counts, so that what a snapshot shows is never newer than a head that says it is older (upd_online_told). */
static void publish_heads(struct rpc_server *s, struct rpc_job *j, uint64_t commit)
{
	struct rpc_event *e;

	for (e = j->events; e && j->r >= 0; e = e->next)
		if (e->head.channel) {
			e->head.commit = commit;
			upd_heads_publish(s->app->heads, &e->head);
		}
}

/* The commit is done (or failed: r < 0): tell everybody, in the order of the batch. */
static void finish(struct rpc_server *s, struct rpc_job *j, int r)
{
	struct rpc_after *a;
	bool later;

	if (r < 0 && j->r >= 0) {
		rpc_told_drop(s, j);
		j->r = r;
	}
	if (j->r >= 0)
		for (a = j->after; a; a = a->next)
			a->f(s->app, a->arg);
	if (j->r < 0 && j->r != -ERR_RPC &&
	    !(j->kind == RPC_JOB_WORK && (j->r == -ERR_NOTFOUND || j->r == -ERR_EXISTS)))
		log_event(LOG_ERROR, "write", "method=%s error=%s", j->method ? j->method->name : "-",
		          err_name(j->r));
	later = j->r >= 0 && j->make;
	if (j->kind == RPC_JOB_WORK) {
		if (j->r >= 0)
			rpc_fan_out(s, j->events);
		if (j->done)
			j->done(s->app, j->arg, j->r);
		rpc_job_free(j);
		return;
	}
	if (!later)
		rpc_job_answer(j);
	if (j->r >= 0)
		rpc_fan_out(s, j->events);
	if (later)
		lane_push(rpc_read_lane(s, j->call.user_id), &j->item, true);
	else
		rpc_job_free(j);
}

static void run_batch(struct rpc_server *s, struct lane_item **list)
{
	struct lane_item *done = NULL, **tail = &done, *it;
	usec_t until = clock_usec() + RPC_WRITE_USEC;
	unsigned n = 0;
	int r;

	atomic_store(&s->writing_since, clock_unix());
	r = sql_begin(s->writer_db);
	do {
		struct rpc_job *j = (struct rpc_job *)*list;

		*list = j->item.next;
		j->item.next = NULL;
		s->behind = *list != NULL;
		j->r = r < 0 ? r : run_one(s, j);
		*tail = &j->item;
		tail = &j->item.next;
		n++;
	} while (*list && clock_usec() < until);
	rpc_count_batch(s, n);
	for (it = done; it; it = it->next)
		if (((struct rpc_job *)it)->r >= 0)
			rpc_told_begin(s, (struct rpc_job *)it);
	if (r >= 0)
		r = sql_commit(s->writer_db);
	for (it = done; it && r >= 0; it = it->next)
		publish_heads(s, (struct rpc_job *)it, atomic_load(&s->commits) + 1);
	atomic_fetch_add(&s->commits, 1);
	atomic_store(&s->writing_since, 0);
	if (r < 0) {
		upd_boxes_clear(s->boxes);
		if (atomic_exchange_explicit(&s->can_write, false, memory_order_relaxed))
			log_event(LOG_ERROR, "store-cannot-write",
			          "error=%s mend=\"free space or check the disk\"", err_name(r));
	} else if (!atomic_exchange_explicit(&s->can_write, true, memory_order_relaxed)) {
		log_event(LOG_NOTICE, "store-writes-again", "batch=ok");
	}
	while ((it = done) != NULL) {
		done = it->next;
		it->next = NULL;
		finish(s, (struct rpc_job *)it, r);
	}
}

unixtime_t rpc_snapshot_time(struct rpc_server *s)
{
	unixtime_t now = clock_unix(), since = atomic_load(&s->writing_since); /* in this order */

	return since && since < now ? since : now;
}

static void *begin(void *arg)
{
	return arg;
}

static void work(void *state, struct lane_item *list)
{
	struct rpc_server *s = state;

	while (list)
		run_batch(s, &list);
	if (s->cfg.checkpointer)
		sql_checkpointer_keep_small(s->cfg.checkpointer, s->writer_db);
}

const struct lane_ops rpc_write_ops = {.begin = begin, .work = work};

int rpc_write(struct rpc_server *s, int (*run)(struct rpc_call *c, void *arg),
              void (*done)(struct app *app, void *arg, int r), void *arg)
{
	struct rpc_job *j = rpc_job_new(s, RPC_JOB_WORK);
	int r;

	j->run = run;
	j->done = done;
	j->arg = arg;
	r = lane_push(s->write, &j->item, false);
	if (r < 0)
		rpc_job_free(j);
	return r;
}

bool rpc_server_can_write(const struct rpc_server *s)
{
	return atomic_load_explicit(&s->can_write, memory_order_relaxed);
}

bool rpc_server_write_waits(const struct rpc_server *s)
{
	return s->behind || lane_depth(s->write) > 0;
}

unsigned rpc_server_write_depth(const struct rpc_server *s)
{
	return (unsigned)lane_depth(s->write);
}
