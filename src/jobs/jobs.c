/*
 * jobs.c - see jobs.h. The runner's thread has one job in hand and no connection of its own: each step is one piece of work
 * for the write lane, which writes the slice of the job in hand, the end of it, and takes the next one, in one transaction.
 * What happens outside does so on a few lanes beside it. All that is known of due times is set on the write thread, in the
 * order of commits, so no wake-up is lost.
 */
#include "jobs/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "rpc/app.h"
#include "rpc/lane.h"
#include "rpc/server.h"

enum {
	OUTSIDE_LANES = 4,
	OUTSIDE_MAX = 64,   /* waiting outside, a lane */
	OUTSIDE_FULL_S = 5, /* none is free: put off for so long */
	LEASE_S =
		900, /* longer than a full lane outside can last: a lease ends only if we lost sight of a job */
	UNKNOWN_S = 3600, /* a kind that this version does not know */
	BACKOFF_MAX_S = 3600,
	LOOK_S = 5,      /* the wall clock may be set: look at it so often while something waits */
	STORE_WAIT_S = 2 /* the store cannot write: so long until the next try */
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
	struct outside outside[OUTSIDE_LANES];
};

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

static void held_free(struct held *h)
{
	if (!h)
		return;
	arena_fini(&h->arena);
	free(h);
}

static const struct jobs_kind *kind_of(const struct jobs *j, struct slice name)
{
	for (const struct jobs_kind *k = j->kinds; k->name; k++)
		if (slice_eq(slice_str(k->name), name))
			return k;
	return NULL;
}

static unixtime_t backoff(int tries)
{
	return tries < 12 ? (unixtime_t)1 << tries : BACKOFF_MAX_S;
}

static int go_on(struct rpc_call *c, struct step *s, unixtime_t due, struct slice payload)
{
	s->due = due;
	return store_job_go_on(c->db, s->hand->job.id, due, payload);
}

static int put_off(struct rpc_call *c, struct step *s, unixtime_t due)
{
	s->due = due;
	return store_job_put_off(c->db, s->hand->job.id, due);
}

static int finished(struct rpc_call *c, struct step *s)
{
	const struct jobs_kind *k = s->hand->kind;

	if (k->every_s)
		return go_on(c, s, c->now + k->every_s, (struct slice){0});
	return store_job_done(c->db, s->hand->job.id);
}

static int failed(struct rpc_call *c, struct step *s)
{
	const struct jobs_kind *k = s->hand->kind;
	const struct store_job *job = &s->hand->job;

	if (k->tries_max && job->tries >= k->tries_max && !k->every_s) {
		s->gave_up = true;
		return store_job_done(c->db, job->id);
	}
	return put_off(c, s, c->now + backoff(job->tries));
}

static int one_slice(struct rpc_call *c, struct step *s)
{
	const struct store_job *job = &s->hand->job;
	struct jobs_next next = {0};

	s->slice_r = s->hand->kind->slice(c, job, &next);
	if (s->slice_r < 0)
		return s->slice_r;
	if (!next.again)
		return finished(c, s);
	return go_on(c, s, next.due ? next.due : c->now, next.payload.p ? next.payload : job->payload);
}

static int end_hand(struct rpc_call *c, struct step *s)
{
	int r = 0;

	switch (s->how) {
	case END_NONE:
		return 0;
	case END_SLICE:
		r = one_slice(c, s);
		if (s->slice_r < 0)
			return r;
		break;
	case END_DONE:
		r = finished(c, s);
		break;
	case END_FAILED:
		r = failed(c, s);
		break;
	case END_UNKNOWN:
		r = put_off(c, s, c->now + UNKNOWN_S);
		break;
	case END_NO_ROOM:
		r = put_off(c, s, c->now + OUTSIDE_FULL_S);
		break;
	}
	return r == -ERR_NOTFOUND ? 0 : r; /* somebody called it off in the meantime */
}

static int take_one(struct rpc_call *c, struct step *s)
{
	struct held *h = xcalloc(1, sizeof(*h));
	struct store_job *v;
	size_t n = 0;
	int r;

	arena_init(&h->arena, 0);
	h->jobs = s->jobs;
	r = store_job_take(c->db, c->now, c->now + LEASE_S, 1, &h->arena, &v, &n);
	if (r == 0 && n) {
		h->job = v[0];
		h->kind = kind_of(s->jobs, h->job.kind);
		s->taken = h;
		return 0;
	}
	held_free(h);
	if (r == 0)
		r = store_job_next_due(c->db, &s->due);
	if (r == -ERR_NOTFOUND)
		s->due = INT64_MAX;
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int run_step(struct rpc_call *c, void *arg)
{
	struct step *s = arg;
	int r;

	s->due = INT64_MAX;
	r = end_hand(c, s);
	return r == 0 && s->take ? take_one(c, s) : r;
}

static void set_due(struct jobs *j, unixtime_t due, bool only_sooner)
{
	pthread_mutex_lock(&j->lock);
	if (!only_sooner || due < j->next_due)
		j->next_due = due;
	pthread_cond_broadcast(&j->wake); /* the runner, and whoever pauses */
	pthread_mutex_unlock(&j->lock);
}

static void step_done(struct app *app, void *arg, int r)
{
	struct step *s = arg;

	s->r = r;
	if (r < 0) {
		held_free(s->taken);
		s->taken = NULL;
	} else if (s->take) {
		set_due(s->jobs, s->taken ? 0 : s->due, false); /* taken: more may be due */
	} else {
		set_due(s->jobs, s->due, true);
	}
	sem_post(&s->done);
}

static int do_step(struct step *s)
{
	int r;

	sem_init(&s->done, 0, 0);
	s->taken = NULL;
	s->slice_r = 0;
	s->gave_up = false;
	r = rpc_write(s->jobs->rpc, run_step, step_done, s);
	if (r == 0) {
		while (sem_wait(&s->done) < 0 && errno == EINTR)
			;
		r = s->r;
	}
	sem_destroy(&s->done);
	return r;
}

static void say_failed(const struct held *h, int r)
{
	log_event(LOG_WARNING, "job-failed", "kind=%s tries=%d error=%s", h->kind->name, h->job.tries,
	          err_name(r));
}

/* Until the seconds are over or we stop. */
static void pause_for(struct jobs *j, unixtime_t seconds)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += seconds;
	pthread_mutex_lock(&j->lock);
	while (!atomic_load(&j->stopping) && pthread_cond_timedwait(&j->wake, &j->lock, &at) == 0)
		;
	pthread_mutex_unlock(&j->lock);
}

/*
 * Write how the job in hand ended; the store may be away for as long as it likes. Takes the next if s->take.
 * -ERR_CLOSED: we stop, the job is found again at the next start.
 */
static int end_step(struct step *s)
{
	int r;

	for (;;) {
		r = do_step(s);
		if (r == 0 && s->gave_up)
			log_event(LOG_ERROR, "job-given-up", "kind=%s tries=%d", s->hand->kind->name,
			          s->hand->job.tries);
		if (r == 0)
			return 0;
		if (r == -ERR_CLOSED || atomic_load(&s->jobs->stopping))
			return -ERR_CLOSED;
		if (s->how == END_SLICE && s->slice_r < 0) {
			say_failed(s->hand, s->slice_r);
			s->how = END_FAILED;
		} else {
			pause_for(s->jobs, STORE_WAIT_S);
		}
	}
}

static void outside_work(void *state, struct lane_item *list)
{
	struct outside *o = state;
	struct held *h = (struct held *)list; /* one at a time */
	struct step s = {.jobs = o->jobs, .hand = h};
	int r;

	if (!atomic_load(&o->jobs->stopping)) {
		r = h->kind->outside(o->jobs->app, &h->job);
		if (r < 0)
			say_failed(h, r);
		s.how = r < 0 ? END_FAILED : h->kind->slice ? END_SLICE : END_DONE;
		end_step(&s);
	}
	held_free(h);
	atomic_fetch_sub(&o->load, 1);
}

/* Takes the job over; -ERR_FULL: nobody is free. */
static int to_outside(struct jobs *j, struct held *h)
{
	struct outside *least = &j->outside[0];
	int r;

	for (int i = 1; i < OUTSIDE_LANES; i++)
		if (atomic_load(&j->outside[i].load) < atomic_load(&least->load))
			least = &j->outside[i];
	/* Those before it, at their longest, must be over before its lease is. */
	if (((int64_t)atomic_load(&least->load) + 2) * h->kind->outside_seconds > LEASE_S)
		return -ERR_FULL;
	atomic_fetch_add(&least->load, 1);
	r = lane_push(least->lane, &h->item, false);
	if (r < 0)
		atomic_fetch_sub(&least->load, 1);
	return r;
}

/* The job just taken: what is to become of it in the next step. *hand is NULL if others care for it. */
static enum ending begin_hand(struct jobs *j, struct held **hand)
{
	struct held *h = *hand;

	if (!h)
		return END_NONE;
	if (!h->kind) {
		log_event(LOG_WARNING, "job-unknown", "kind=%.*s", (int)h->job.kind.n,
		          (const char *)h->job.kind.p);
		return END_UNKNOWN;
	}
	if (!h->kind->outside)
		return END_SLICE;
	if (to_outside(j, h) < 0)
		return END_NO_ROOM;
	*hand = NULL;
	return END_NONE;
}

static void wait_due(struct jobs *j)
{
	struct timespec at;
	unixtime_t left;

	pthread_mutex_lock(&j->lock);
	while (!atomic_load(&j->stopping)) {
		if (j->next_due == INT64_MAX) {
			pthread_cond_wait(&j->wake, &j->lock);
			continue;
		}
		left = j->next_due - clock_unix();
		if (left <= 0)
			break;
		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_sec += left < LOOK_S ? left : LOOK_S;
		pthread_cond_timedwait(&j->wake, &j->lock, &at);
	}
	pthread_mutex_unlock(&j->lock);
}

static void *runner(void *arg)
{
	struct jobs *j = arg;
	struct held *hand = NULL;

	while (!atomic_load(&j->stopping)) {
		struct step s = {.jobs = j, .take = true};
		int r;

		s.how = begin_hand(j, &hand);
		s.hand = hand;
		if (s.how == END_NONE)
			wait_due(j);
		r = atomic_load(&j->stopping) ? -ERR_CLOSED : end_step(&s);
		held_free(hand);
		hand = r < 0 ? NULL : s.taken;
		if (r < 0)
			break;
	}
	held_free(hand);
	return NULL;
}

static const struct lane_ops outside_ops = {.work = outside_work};

static int first_rows(struct rpc_call *c, void *arg)
{
	struct step *s = arg;
	int64_t id;
	int r;

	r = store_job_release(c->db, c->now, c->now + LEASE_S);
	for (const struct jobs_kind *k = s->jobs->kinds; r >= 0 && k->name; k++) {
		if (!k->every_s)
			continue;
		r = store_job_has(c->db, slice_str(k->name), 0);
		if (r == 0)
			r = store_job_add(c->db, c->now, slice_str(k->name), 0, (struct slice){0}, &id);
	}
	return r < 0 ? r : 0;
}

static int write_first_rows(struct jobs *j)
{
	struct step s = {.jobs = j};
	int r;

	sem_init(&s.done, 0, 0);
	s.due = 0;
	r = rpc_write(j->rpc, first_rows, step_done, &s);
	if (r == 0) {
		while (sem_wait(&s.done) < 0 && errno == EINTR)
			;
		r = s.r;
	}
	sem_destroy(&s.done);
	return r;
}

int jobs_start(struct app *app, struct rpc_server *rpc, const struct jobs_kind *kinds, struct jobs **ret_j)
{
	struct jobs *j = xcalloc(1, sizeof(*j));
	pthread_condattr_t mono;
	bool outside = false;
	int r;

	j->app = app;
	j->rpc = rpc;
	j->kinds = kinds;
	pthread_mutex_init(&j->lock, NULL);
	pthread_condattr_init(&mono);
	pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
	pthread_cond_init(&j->wake, &mono);
	pthread_condattr_destroy(&mono);
	j->joined = true;
	r = write_first_rows(j);
	if (r < 0) {
		jobs_free(j);
		return r;
	}
	app->jobs = j;
	for (const struct jobs_kind *k = kinds; k->name; k++)
		outside = outside || k->outside;
	for (int i = 0; outside && i < OUTSIDE_LANES; i++) {
		j->outside[i].jobs = j;
		j->outside[i].lane = lane_new("outside", &outside_ops, &j->outside[i], OUTSIDE_MAX, 1);
	}
	if (pthread_create(&j->thread, NULL, runner, j) != 0)
		abort();
	pthread_setname_np(j->thread, "jobs");
	j->joined = false;
	*ret_j = j;
	return 0;
}

void jobs_stop(struct jobs *j)
{
	if (!j || j->joined)
		return;
	pthread_mutex_lock(&j->lock);
	atomic_store(&j->stopping, true);
	pthread_cond_broadcast(&j->wake);
	pthread_mutex_unlock(&j->lock);
	pthread_join(j->thread, NULL);
	for (int i = 0; i < OUTSIDE_LANES; i++)
		if (j->outside[i].lane)
			lane_stop(j->outside[i].lane);
	j->joined = true;
}

void jobs_free(struct jobs *j)
{
	if (!j)
		return;
	jobs_stop(j);
	for (int i = 0; i < OUTSIDE_LANES; i++)
		lane_free(j->outside[i].lane);
	pthread_cond_destroy(&j->wake);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

bool jobs_stopping(const struct app *app)
{
	return app->jobs && atomic_load(&app->jobs->stopping);
}

struct added {
	unixtime_t due;
};

static void woken(struct app *app, void *arg)
{
	if (app->jobs)
		set_due(app->jobs, ((struct added *)arg)->due, true);
}

int jobs_add(struct rpc_call *c, const char *kind, int64_t owner, unixtime_t due, struct slice payload)
{
	struct added *w = ARENA_NEW(&c->arena, struct added);
	int64_t id;
	int r;

	w->due = due ? due : c->now;
	r = store_job_add(c->db, w->due, slice_str(kind), owner, payload, &id);
	if (r == 0)
		rpc_after_commit(c, woken, w);
	return r;
}
