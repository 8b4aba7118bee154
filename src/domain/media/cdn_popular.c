/* cdn_popular.c - see cdn_popular.h. */
#include "domain/media/cdn_popular.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "crypto/rng.h"
#include "crypto/siphash.h"

enum { WAYS = 8, LOCKS = 64, SETS = CDN_POPULAR_ENTRIES / WAYS, PLACES = 192, WORDS = PLACES / 64 };

struct entry {
	uint32_t hash; /* of the content */
	uint32_t half; /* which half hour `now` is of; 0: free */
	uint32_t crowd_until;
	uint8_t crowd;
	uint64_t now[WORDS], before[WORDS];
};

struct cdn_popular {
	pthread_mutex_t locks[LOCKS]; /* each guards sets of its number */
	uint8_t key[16];
	struct entry sets[SETS][WAYS];
};

struct cdn_popular *cdn_popular_new(void)
{
	struct cdn_popular *p = xcalloc(1, sizeof(*p));

	rng_bytes(p->key, sizeof(p->key));
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&p->locks[i], NULL);
	return p;
}

void cdn_popular_free(struct cdn_popular *p)
{
	for (int i = 0; p && i < LOCKS; i++)
		pthread_mutex_destroy(&p->locks[i]);
	free(p);
}

/* The content's entry, as of this half hour: known, or in the place of the one that rested for the longest. Under the set's lock. */
static struct entry *entry_of(struct entry *set, uint32_t hash, uint32_t half)
{
	struct entry *oldest = set;

	for (int i = 0; i < WAYS; i++) {
		struct entry *e = &set[i];

		if (e->half && e->hash == hash) {
			if (e->half + 1 == half)
				memcpy(e->before, e->now, sizeof(e->before));
			else if (e->half != half)
				memset(e->before, 0, sizeof(e->before));
			if (e->half != half)
				memset(e->now, 0, sizeof(e->now));
			e->half = half;
			return e;
		}
		if (e->half < oldest->half)
			oldest = e;
	}
	*oldest = (struct entry){.hash = hash, .half = half};
	return oldest;
}

static uint64_t hash_of(const struct cdn_popular *p, const struct blob_id *content)
{
	return siphash(p->key, content->b, BLOB_ID_SIZE);
}

/* Linear counting: of m places, z are free. */
static unsigned estimate(const struct entry *e)
{
	int taken = 0;

	for (int i = 0; i < WORDS; i++)
		taken += __builtin_popcountll(e->now[i] | e->before[i]);
	if (taken == PLACES)
		return UINT32_MAX;
	return (unsigned)lround(-PLACES * log((double)(PLACES - taken) / PLACES));
}

unsigned cdn_popular_count(struct cdn_popular *p, const struct blob_id *content, int64_t user, unixtime_t now)
{
	uint64_t h = hash_of(p, content);
	unsigned set = (unsigned)(h >> 32) % SETS, place = (unsigned)(siphash(p->key, &user, 8) % PLACES);
	struct entry *e;

	WITH_LOCK(&p->locks[set % LOCKS]);
	e = entry_of(p->sets[set], (uint32_t)h, (uint32_t)(now / CDN_POPULAR_HALF));
	e->now[place / 64] |= 1ull << place % 64;
	return estimate(e);
}

enum cdn_crowd cdn_popular_crowd(struct cdn_popular *p, const struct blob_id *content, unixtime_t now)
{
	uint64_t h = hash_of(p, content);
	unsigned set = (unsigned)(h >> 32) % SETS;
	struct entry *e;

	WITH_LOCK(&p->locks[set % LOCKS]);
	e = entry_of(p->sets[set], (uint32_t)h, (uint32_t)(now / CDN_POPULAR_HALF));
	return e->crowd_until > (uint32_t)now ? (enum cdn_crowd)e->crowd : CDN_CROWD_UNKNOWN;
}

void cdn_popular_set_crowd(struct cdn_popular *p, const struct blob_id *content, enum cdn_crowd crowd,
                           unixtime_t now)
{
	uint64_t h = hash_of(p, content);
	unsigned set = (unsigned)(h >> 32) % SETS;
	struct entry *e;

	WITH_LOCK(&p->locks[set % LOCKS]);
	e = entry_of(p->sets[set], (uint32_t)h, (uint32_t)(now / CDN_POPULAR_HALF));
	e->crowd = (uint8_t)crowd;
	e->crowd_until = (uint32_t)(now + 2 * CDN_POPULAR_HALF);
}
