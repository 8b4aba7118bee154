/*
 * limit.c - token buckets as one number each: the time at which the bucket would be full again. Empty buckets need no row:
 * a bucket that is full is forgotten.
 */
#include "rpc/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "rpc/method.h"

enum { SHARDS = 32, WAIT_MIN = 3 };
#define SWEEP_USEC 10000000 /* between two looks at all of a shard */

struct bucket {
	struct {
		int64_t id, class_;
	} key;
	usec_t full_at;
	UT_hash_handle hh;
};

struct rpc_limiter {
	bool test_numbers;
	struct {
		pthread_mutex_t lock;
		struct bucket *buckets; /* guarded by lock */
		usec_t swept;           /* guarded by lock */
	} shard[SHARDS];
};

struct rpc_limiter *rpc_limiter_new(bool test_numbers)
{
	struct rpc_limiter *l = xcalloc(1, sizeof(*l));

	l->test_numbers = test_numbers;
	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_init(&l->shard[i].lock, NULL);
	return l;
}

static void forget_full(struct bucket **all, usec_t before)
{
	struct bucket *b, *t;

	HASH_ITER (hh, *all, b, t)
		if (b->full_at <= before) {
			HASH_DEL(*all, b);
			free(b);
		}
}

void rpc_limiter_free(struct rpc_limiter *l)
{
	if (!l)
		return;
	for (int i = 0; i < SHARDS; i++) {
		forget_full(&l->shard[i].buckets, INT64_MAX);
		pthread_mutex_destroy(&l->shard[i].lock);
	}
	free(l);
}

int64_t rpc_limit_id(struct slice text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (uint32_t i = 0; i < text.n; i++)
		h = (h ^ text.p[i]) * 0x100000001b3u;
	return (int64_t)h;
}

int rpc_limit_take(struct rpc_limiter *l, int64_t id, int class_, usec_t now)
{
	const struct rpc_rate_row *row = &rpc_rates[class_];
	usec_t every = (usec_t)row->allow[l->test_numbers].every_ms * 1000;
	int burst = row->allow[l->test_numbers].burst, wait;
	unsigned at = (unsigned)((uint64_t)(id ^ class_) * 0x9e3779b97f4a7c15u >> 59);
	struct bucket *b, want = {.key = {id, class_}};

	if (!burst)
		return 0;
	WITH_LOCK(&l->shard[at].lock);
	HASH_FIND(hh, l->shard[at].buckets, &want.key, sizeof(want.key), b);
	if (!b) {
		if (now - l->shard[at].swept > SWEEP_USEC) {
			forget_full(&l->shard[at].buckets, now);
			l->shard[at].swept = now;
		}
		b = xcalloc(1, sizeof(*b));
		b->key = want.key;
		HASH_ADD(hh, l->shard[at].buckets, key, sizeof(b->key), b);
	}
	if (b->full_at < now)
		b->full_at = now;
	if (b->full_at + every - now > every * burst) {
		wait = (int)((b->full_at + every - now - every * burst + 999999) / 1000000);
		return wait < WAIT_MIN ? WAIT_MIN : wait;
	}
	b->full_at += every;
	return 0;
}
