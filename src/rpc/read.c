/*
 * read.c - read threads: a snapshot for what was waiting together, since whoever begins one reads its pages anew; answers composed after a commit and pushes run here too, in order. And what needs no
 * transaction: cpu and blob threads.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "rpc/rpc_private.h"
#include "sql/sql.h"

unsigned rpc_reader_index(const struct rpc_server *s, int64_t owner)
{
	return (unsigned)(((uint64_t)owner * 0x9e3779b97f4a7c15u >> 32) % s->cfg.n_read);
}

struct lane *rpc_read_lane(struct rpc_server *s, int64_t owner)
{
	return s->read[rpc_reader_index(s, owner)];
}

int rpc_snapshot_begin(struct rpc_reader *rd)
{
	unixtime_t now = rpc_snapshot_time(rd->server);

	/* What was told once stays true of all that is written later, and TDLib complains of a date that falls. */
	rd->now = now > rd->now ? now : rd->now;
	rd->seen = atomic_load(&rd->server->commits);
	return sql_begin(rd->db);
}

/* r: of the snapshot. False: something went wrong in it. */
static bool run_job(struct rpc_reader *rd, struct rpc_job *j, int r)
{
	int64_t owner = j->call.user_id;
	bool good, shows = j->kind == RPC_JOB_CALL && !j->make;

	j->call.now = rd->now;
	j->call.db = rd->db;
	j->reader = rd;
	if (r < 0)
		j->r = r;
	else if (j->kind == RPC_JOB_EVENTS)
		rpc_push_composed(j);
	else if (j->kind == RPC_JOB_WORK)
		j->r = j->run(&j->call, j->arg);
	else if (j->make)
		j->r = j->make(&j->call, j->make_arg);
	else
		j->r = j->method->handler(&j->call, j->query);
	j->call.db = NULL;
	j->reader = NULL;
	good = j->r >= 0 || j->r == -ERR_RPC || j->r == -ERR_NOTFOUND;
	if (j->r < 0 && j->r != -ERR_RPC &&
	    !(j->kind == RPC_JOB_WORK && j->r == -ERR_NOTFOUND)) /* a stranger's key */
		log_event(LOG_ERROR, "read", "method=%s error=%s", j->method ? j->method->name : "-",
		          err_name(j->r));
	if (j->park.key && j->r >= 0) {
		rpc_told_pushed(rd, owner, j->tells);
		rpc_park_job(j); /* whoever answers it has it from here on */
		return good;
	}
	if (j->kind == RPC_JOB_EVENTS)
		rpc_told_pushed(rd, owner, j->n_counted);
	if (shows && j->r >= 0 && owner && rpc_told_hold(rd, j))
		return good;
	if (j->kind == RPC_JOB_CALL)
		rpc_job_answer(j);
	rpc_told_pushed(rd, owner, j->tells);
	if (j->kind == RPC_JOB_WORK && j->done)
		j->done(rd->server->app, j->arg, j->r);
	rpc_job_free(j);
	return good;
}

void rpc_read_again(struct rpc_reader *rd, struct rpc_job *j)
{
	j->shows_counts = false;
	j->again = true;
	j->result = NULL;
	j->err_code = 0;
	run_job(rd, j, rpc_snapshot_begin(rd));
}

/* Each of the list was pushed before it was taken, so a snapshot that begins now sees what each must see. */
static void work(void *state, struct lane_item *list)
{
	struct rpc_reader *rd = state;
	struct lane_item *next;
	usec_t until = 0;
	int r = 0;

	for (; list; list = next) {
		next = list->next;
		if (clock_usec() >= until) {
			r = rpc_snapshot_begin(rd); /* ends the one before */
			until = clock_usec() + RPC_SNAPSHOT_USEC;
		}
		if (!run_job(rd, (struct rpc_job *)list, r))
			until = 0;
		if (rd->held)
			rpc_told_look(rd);
	}
	sql_rollback(rd->db);
}

const struct lane_ops rpc_read_ops = {.work = work};

/* A call of cpu or blob: the handler, or the first of two phases. */
static void run_phase(struct rpc_server *s, struct rpc_job *j, struct rpc_reader *rd)
{
	struct sql_db *db = rd ? rd->db : NULL;
	bool first = j->method->prepare && j->method->lane != RPC_LANE_NONE;
	int r = db ? rpc_snapshot_begin(rd) : 0;

	j->call.now = clock_unix();
	j->call.db = db;
	j->reader = db ? rd : NULL;
	if (r < 0)
		j->r = r;
	else
		j->r = (first ? j->method->prepare : j->method->handler)(&j->call, j->query);
	j->call.db = NULL;
	j->reader = NULL;
	if (db && r >= 0)
		sql_rollback(db);
	if (j->r < 0 && j->r != -ERR_RPC)
		log_event(LOG_ERROR, "call", "method=%s error=%s", j->method->name, err_name(j->r));
	if (first && j->r >= 0) {
		/* Once it is pushed it is the other lane's, and may be gone. */
		r = lane_push(j->method->then == RPC_LANE_WRITE ? s->write
		                                                : rpc_read_lane(s, j->call.user_id),
		              &j->item, false);
		if (r >= 0)
			return;
		j->r = r == -ERR_FULL ? rpc_fail(&j->call, 420, "FLOOD_WAIT_%d", 3) : r;
	}
	rpc_job_answer(j);
	rpc_job_free(j);
}

static void cpu_work(void *state, struct lane_item *list)
{
	struct lane_item *next;

	for (; list; list = next) {
		next = list->next;
		run_phase(state, (struct rpc_job *)list, NULL);
	}
}

const struct lane_ops rpc_cpu_ops = {.work = cpu_work};

static void blob_work(void *state, struct lane_item *list)
{
	struct rpc_reader *rd = state;
	struct lane_item *next;

	for (; list; list = next) {
		struct rpc_job *j = (struct rpc_job *)list;

		next = list->next;
		rpc_blob_done(rd->server, j);
		run_phase(rd->server, j, rd);
	}
}

const struct lane_ops rpc_blob_ops = {.work = blob_work};

static int push_work(struct rpc_server *s, int64_t owner, bool always,
                     int (*run)(struct rpc_call *c, void *arg),
                     void (*done)(struct app *app, void *arg, int r), void *arg)
{
	struct rpc_job *j = rpc_job_new(s, RPC_JOB_WORK);
	int r;

	j->run = run;
	j->done = done;
	j->arg = arg;
	j->call.user_id = owner;
	r = lane_push(rpc_read_lane(s, owner), &j->item, always);
	if (r < 0)
		rpc_job_free(j);
	return r;
}

int rpc_read(struct rpc_server *s, int64_t owner, int (*run)(struct rpc_call *c, void *arg),
             void (*done)(struct app *app, void *arg, int r), void *arg)
{
	return push_work(s, owner, false, run, done, arg);
}

int rpc_read_always(struct rpc_server *s, int64_t owner, int (*run)(struct rpc_call *c, void *arg),
                    void (*done)(struct app *app, void *arg, int r), void *arg)
{
	return push_work(s, owner, true, run, done, arg);
}
