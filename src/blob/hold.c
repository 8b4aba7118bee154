/* hold.c - contents that somebody is about to need, see blob.h. In memory only: no call outlives the process. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "blob/blob_private.h"

enum { LOOK_AT = 8 };

/* The oldest come first; those that are over go. */
static void sweep(struct blob_shard *h, usec_t now)
{
	struct blob_hold *p = h->holds;

	for (int i = 0; i < LOOK_AT && p && p->until <= now; i++, p = h->holds) {
		HASH_DEL(h->holds, p);
		if (!p->kept) {
			free(p);
			continue;
		}
		p->until = now + (usec_t)BLOB_HOLD_S * 1000000;
		HASH_ADD(hh, h->holds, id, sizeof(p->id), p);
	}
}

void blob_hold(struct blob_shard *h, const struct blob_id *id, bool keep)
{
	usec_t now = clock_usec();
	struct blob_hold *p;

	HASH_FIND(hh, h->holds, id, sizeof(*id), p);
	if (p) {
		HASH_DEL(h->holds, p);
	} else {
		p = xcalloc(1, sizeof(*p));
		p->id = *id;
	}
	p->until = now + (usec_t)BLOB_HOLD_S * 1000000;
	p->kept += keep;
	HASH_ADD(hh, h->holds, id, sizeof(p->id), p);
	sweep(h, now);
}

bool blob_hold_has(struct blob_shard *h, const struct blob_id *id, usec_t now)
{
	struct blob_hold *p;

	HASH_FIND(hh, h->holds, id, sizeof(*id), p);
	return p && (p->kept || p->until > now);
}

void blob_holds_free(struct blob_shard *h)
{
	struct blob_hold *p, *next;

	HASH_ITER (hh, h->holds, p, next) {
		HASH_DEL(h->holds, p);
		free(p);
	}
}

bool blob_hold_again(struct blob_store *s, const struct blob_id *id, bool keep)
{
	struct blob_shard *h = blob_shard_of(s, id);
	char name[BLOB_NAME_SIZE];
	struct stat st;
	bool there;

	blob_name(s, id, name);
	pthread_mutex_lock(&h->lock);
	there = fstatat(s->fd, name, &st, 0) == 0;
	if (there)
		blob_hold(h, id, keep);
	pthread_mutex_unlock(&h->lock);
	return there;
}

void blob_hold_end(struct blob_store *s, const struct blob_id *id)
{
	struct blob_shard *h = blob_shard_of(s, id);
	struct blob_hold *p;

	pthread_mutex_lock(&h->lock);
	HASH_FIND(hh, h->holds, id, sizeof(*id), p);
	if (p && p->kept)
		p->kept--;
	pthread_mutex_unlock(&h->lock);
}

bool blob_held(struct blob_store *s, const struct blob_id *id)
{
	struct blob_shard *h = blob_shard_of(s, id);
	bool held;

	pthread_mutex_lock(&h->lock);
	held = blob_hold_has(h, id, clock_usec());
	pthread_mutex_unlock(&h->lock);
	return held;
}
