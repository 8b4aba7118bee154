/* outside.c - jobs that wait for others (mail, a program) do so on a few lanes beside the runner, without a transaction. */
#include "jobs/private.h"

#include "base/err.h"

enum { OUTSIDE_MAX = 64 /* waiting outside, a lane */ };

static void outside_work(void *state, struct lane_item *list)
{
	struct outside *o = state;
	struct held *h = (struct held *)list; /* one at a time */
	struct step s = {.jobs = o->jobs, .hand = h};
	int r;

	if (!atomic_load(&o->jobs->stopping)) {
		r = h->kind->outside(o->jobs->app, &h->job);
		if (r < 0)
			jobs_say_failed(h, r);
		s.how = r < 0 ? END_FAILED : h->kind->slice ? END_SLICE : END_DONE;
		jobs_end_step(&s);
	}
	jobs_held_free(h);
	atomic_fetch_sub(&o->load, 1);
}

static const struct lane_ops outside_ops = {.work = outside_work};

void jobs_outside_start(struct jobs *j)
{
	for (int i = 0; i < JOBS_OUTSIDE_LANES; i++) {
		j->outside[i].jobs = j;
		j->outside[i].lane = lane_new("outside", &outside_ops, &j->outside[i], OUTSIDE_MAX, 1);
	}
}

void jobs_outside_stop(struct jobs *j)
{
	for (int i = 0; i < JOBS_OUTSIDE_LANES; i++)
		if (j->outside[i].lane)
			lane_stop(j->outside[i].lane);
}

void jobs_outside_free(struct jobs *j)
{
	for (int i = 0; i < JOBS_OUTSIDE_LANES; i++)
		lane_free(j->outside[i].lane);
}

int jobs_outside_push(struct jobs *j, struct held *h)
{
	struct outside *least = &j->outside[0];
	int r;

	for (int i = 1; i < JOBS_OUTSIDE_LANES; i++)
		if (atomic_load(&j->outside[i].load) < atomic_load(&least->load))
			least = &j->outside[i];
	/* Those before it, at their longest, must be over before its lease is. */
	if (((int64_t)atomic_load(&least->load) + 2) * h->kind->outside_seconds > JOBS_LEASE_S)
		return -ERR_FULL;
	atomic_fetch_add(&least->load, 1);
	r = lane_push(least->lane, &h->item, false);
	if (r < 0)
		atomic_fetch_sub(&least->load, 1);
	return r;
}
