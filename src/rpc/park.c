/* park.c - see park.h. One table by key, one list by deadline, one thread that looks at the list's head. */
#include "rpc/park.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "rpc/rpc_private.h"

enum { SLOTS = 1024, PARKED_MAX = 20000, FULL_WAIT = 5 };

struct rpc_park {
	pthread_mutex_t lock; /* guards all below; taken before a lane's */
	pthread_cond_t changed;
	pthread_t clock;
	bool stopping;
	size_t n;
	struct rpc_job *slot[SLOTS];  /* by key, park.chain */
	struct rpc_job *first, *last; /* by deadline, park.next and park.prev */
};

static struct rpc_job **slot_of(struct rpc_park *p, int64_t key)
{
	return &p->slot[((uint64_t)key * 0x9e3779b97f4a7c15u >> 32) % SLOTS];
}

static void link_in(struct rpc_park *p, struct rpc_job *j)
{
	struct rpc_job **slot = slot_of(p, j->park.key), *before = p->last;

	j->park.chain = *slot;
	*slot = j;
	while (before && before->park.until > j->park.until)
		before = before->park.prev;
	j->park.prev = before;
	j->park.next = before ? before->park.next : p->first;
	*(before ? &before->park.next : &p->first) = j;
	*(j->park.next ? &j->park.next->park.prev : &p->last) = j;
	p->n++;
}

static void take_out(struct rpc_park *p, struct rpc_job *j)
{
	struct rpc_job **at = slot_of(p, j->park.key);

	while (*at != j)
		at = &(*at)->park.chain;
	*at = j->park.chain;
	*(j->park.prev ? &j->park.prev->park.next : &p->first) = j->park.next;
	*(j->park.next ? &j->park.next->park.prev : &p->last) = j->park.prev;
	p->n--;
}

static int go_on(struct rpc_call *c, void *arg)
{
	struct rpc_job *j = arg;

	return j->park.make(c, j->park.said);
}

/* Nobody else knows it any more. */
static void resume(struct rpc_job *j, struct slice said)
{
	j->park.said = said.n ? arena_slice(&j->call.arena, said) : (struct slice){0};
	j->park.key = 0;
	j->make = go_on;
	j->make_arg = j;
	if (lane_push(rpc_read_lane(j->server, j->call.user_id), &j->item, true) < 0)
		rpc_job_free(j); /* we are going down */
}

static void *watch(void *arg)
{
	struct rpc_park *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		usec_t now = clock_usec();
		struct rpc_job *j = p->first;

		if (j && j->park.until <= now) {
			take_out(p, j);
			pthread_mutex_unlock(&p->lock);
			resume(j, (struct slice){0});
			pthread_mutex_lock(&p->lock);
		} else if (j) {
			usec_t at = j->park.until;
			struct timespec t = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000};

			pthread_cond_timedwait(&p->changed, &p->lock, &t);
		} else {
			pthread_cond_wait(&p->changed, &p->lock);
		}
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int rpc_park_new(struct rpc_park **ret)
{
	struct rpc_park *p = xcalloc(1, sizeof(*p));
	pthread_condattr_t attr;

	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* as clock_usec() */
	pthread_cond_init(&p->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&p->clock, NULL, watch, p) != 0) {
		free(p);
		return -ERR_AGAIN;
	}
	*ret = p;
	return 0;
}

void rpc_park_free(struct rpc_park *p)
{
	struct rpc_job *j;

	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->clock, NULL);
	while ((j = p->first) != NULL) {
		take_out(p, j);
		rpc_job_free(j);
	}
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int rpc_park(struct rpc_call *c, int64_t key, int64_t by, int msec,
             int (*make)(struct rpc_call *c, struct slice said))
{
	struct rpc_job *j = rpc_job_of(c);
	struct rpc_park *p = j->server->park;
	bool full;

	pthread_mutex_lock(&p->lock);
	full = p->n >= PARKED_MAX;
	pthread_mutex_unlock(&p->lock);
	if (full)
		return rpc_fail(c, 420, "FLOOD_WAIT_%d", FULL_WAIT);
	j->park.key = key;
	j->park.by = by;
	j->park.until = clock_usec() + (usec_t)msec * 1000;
	j->park.make = make;
	j->park.begin = NULL;
	return 0;
}

void rpc_park_begin(struct rpc_call *c, int (*begin)(struct rpc_call *c))
{
	rpc_job_of(c)->park.begin = begin;
}

void rpc_park_job(struct rpc_job *j)
{
	struct rpc_park *p = j->server->park;
	int r;

	/* Under the lock: whoever answers the event at once finds the job, and not before we are done with it. */
	pthread_mutex_lock(&p->lock);
	link_in(p, j);
	rpc_fan_out(j->server, j->events);
	r = j->park.begin ? j->park.begin(&j->call) : 0;
	if (r != 0)
		take_out(p, j);
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (r != 0)
		resume(j, r > 0 ? SLICE_LIT("1") : (struct slice){0});
}

int rpc_resume(struct app *app, int64_t key, int64_t by, struct slice said)
{
	struct rpc_park *p = app->rpc->park;
	struct rpc_job *j;

	pthread_mutex_lock(&p->lock);
	for (j = *slot_of(p, key); j && j->park.key != key; j = j->park.chain)
		;
	if (j && j->park.by != by)
		j = NULL;
	if (j)
		take_out(p, j);
	pthread_mutex_unlock(&p->lock);
	if (!j)
		return -ERR_NOTFOUND;
	resume(j, said);
	return 0;
}
