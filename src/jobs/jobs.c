/*
 * jobs.c - see jobs.h. The runner's thread has one job in hand and no connection of its own: each step (step.c) is one piece of work for the
 * write lane. What happens outside does so beside it (outside.c).
 */
#include "jobs/jobs.h"

#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "jobs/private.h"
#include "rpc/app.h"

enum { LOOK_S = 5 /* the wall clock may be set: look at it so often while something waits */ };

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
	if (jobs_outside_push(j, h) < 0)
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
		r = atomic_load(&j->stopping) ? -ERR_CLOSED : jobs_end_step(&s);
		jobs_held_free(hand);
		hand = r < 0 ? NULL : s.taken;
		if (r < 0)
			break;
	}
	jobs_held_free(hand);
	return NULL;
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
	r = jobs_write_first_rows(j);
	if (r < 0) {
		jobs_free(j);
		return r;
	}
	app->jobs = j;
	for (const struct jobs_kind *k = kinds; k->name; k++)
		outside = outside || k->outside;
	if (outside)
		jobs_outside_start(j);
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
	jobs_outside_stop(j);
	j->joined = true;
}

void jobs_free(struct jobs *j)
{
	if (!j)
		return;
	jobs_stop(j);
	jobs_outside_free(j);
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
		jobs_set_due(app->jobs, ((struct added *)arg)->due, true);
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
