/* cdn_once.c - see cdn_once.h. */
#include "domain/media/cdn_once.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "crypto/rng.h"
#include "crypto/siphash.h"

enum { WAYS = 8, LOCKS = 64, SETS = CDN_ONCE_ENTRIES / WAYS };

struct entry {
	uint32_t hash_low;
	uint16_t hash_high, spare;
	uint32_t until; /* unix time; 0: free */
};

struct cdn_once {
	pthread_mutex_t locks[LOCKS]; /* each guards sets of its number */
	uint8_t key[16];
	struct entry sets[SETS][WAYS];
};

/* What is remembered of (account, content): that it is answered directly. */
#define DIRECT UINT64_MAX

struct cdn_once *cdn_once_new(void)
{
	struct cdn_once *o = xcalloc(1, sizeof(*o));

	rng_bytes(o->key, sizeof(o->key));
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&o->locks[i], NULL);
	return o;
}

void cdn_once_free(struct cdn_once *o)
{
	for (int i = 0; o && i < LOCKS; i++)
		pthread_mutex_destroy(&o->locks[i]);
	free(o);
}

static uint64_t hash_of(const struct cdn_once *o, int64_t user, const struct blob_id *content,
                        uint64_t offset)
{
	uint8_t in[BLOB_ID_SIZE + 16];

	memcpy(in, content->b, BLOB_ID_SIZE);
	memcpy(in + BLOB_ID_SIZE, &user, 8);
	memcpy(in + BLOB_ID_SIZE + 8, &offset, 8);
	return siphash(o->key, in, sizeof(in));
}

/* The entry of this hash that is still in force, or, if `add`, the one that takes its place. */
static struct entry *find(struct entry *set, uint64_t hash, uint32_t now, bool *ret_there)
{
	struct entry *oldest = set;

	*ret_there = false;
	for (int i = 0; i < WAYS; i++) {
		struct entry *e = &set[i];

		if (e->until > now && e->hash_low == (uint32_t)hash &&
		    e->hash_high == (uint16_t)(hash >> 32)) {
			*ret_there = true;
			return e;
		}
		if (e->until < oldest->until)
			oldest = e;
	}
	return oldest;
}

static unsigned set_of(uint64_t hash)
{
	return (unsigned)(hash >> 48) % SETS;
}

/* Was it there? */
static bool look(struct cdn_once *o, uint64_t hash, unixtime_t now)
{
	unsigned set = set_of(hash);
	bool there;

	WITH_LOCK(&o->locks[set % LOCKS]);
	find(o->sets[set], hash, (uint32_t)now, &there);
	return there;
}

/* The same, and it is from now on. */
static bool note(struct cdn_once *o, uint64_t hash, unixtime_t now, int seconds)
{
	unsigned set = set_of(hash);
	struct entry *e;
	bool there;

	WITH_LOCK(&o->locks[set % LOCKS]);
	e = find(o->sets[set], hash, (uint32_t)now, &there);
	if (!there)
		*e = (struct entry){.hash_low = (uint32_t)hash, .hash_high = (uint16_t)(hash >> 32)};
	if (e->until < (uint32_t)(now + seconds))
		e->until = (uint32_t)(now + seconds);
	return there;
}

bool cdn_once_is_direct(struct cdn_once *o, int64_t user, const struct blob_id *content, unixtime_t now)
{
	return look(o, hash_of(o, user, content, DIRECT), now);
}

void cdn_once_direct(struct cdn_once *o, int64_t user, const struct blob_id *content, unixtime_t now,
                     int seconds)
{
	note(o, hash_of(o, user, content, DIRECT), now, seconds);
}

bool cdn_once_take(struct cdn_once *o, int64_t user, const struct blob_id *content, uint64_t offset,
                   unixtime_t now)
{
	if (!note(o, hash_of(o, user, content, offset), now, CDN_ONCE_SECONDS))
		return true;
	cdn_once_direct(o, user, content, now, CDN_ONCE_SECONDS);
	return false;
}
