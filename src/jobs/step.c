/*
 * step.c - one piece of work for the write lane, which writes the slice of the job in hand, the end of it, and takes the next one, in one
 * transaction. All that is known of due times is set on the write thread, in the order of commits, so no wake-up is lost.
 */
#include "jobs/private.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "rpc/server.h"

enum {
	OUTSIDE_FULL_S = 5, /* none is free: put off for so long */
	UNKNOWN_S = 3600,   /* a kind that this version does not know */
	BACKOFF_MAX_S = 3600,
	STORE_WAIT_S = 2, /* the store cannot write: so long until the next try */
};

void jobs_held_free(struct held *h)
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
	r = store_job_take(c->db, c->now, c->now + JOBS_LEASE_S, 1, &h->arena, &v, &n);
	if (r == 0 && n) {
		h->job = v[0];
		h->kind = kind_of(s->jobs, h->job.kind);
		s->taken = h;
		return 0;
	}
	jobs_held_free(h);
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

void jobs_set_due(struct jobs *j, unixtime_t due, bool only_sooner)
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
		jobs_held_free(s->taken);
		s->taken = NULL;
	} else if (s->take) {
		jobs_set_due(s->jobs, s->taken ? 0 : s->due, false); /* taken: more may be due */
	} else {
		jobs_set_due(s->jobs, s->due, true);
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

void jobs_say_failed(const struct held *h, int r)
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

int jobs_end_step(struct step *s)
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
			jobs_say_failed(s->hand, s->slice_r);
			s->how = END_FAILED;
		} else {
			pause_for(s->jobs, STORE_WAIT_S);
		}
	}
}

static int first_rows(struct rpc_call *c, void *arg)
{
	struct step *s = arg;
	int64_t id;
	int r;

	r = store_job_release(c->db, c->now, c->now + JOBS_LEASE_S);
	for (const struct jobs_kind *k = s->jobs->kinds; r >= 0 && k->name; k++) {
		if (!k->every_s)
			continue;
		r = store_job_has(c->db, slice_str(k->name), 0);
		if (r == 0)
			r = store_job_add(c->db, c->now, slice_str(k->name), 0, (struct slice){0}, &id);
	}
	return r < 0 ? r : 0;
}

int jobs_write_first_rows(struct jobs *j)
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
