/* heads.c - see heads.h. A bounded table in parts, each with a lock; what falls out is loaded again. */
#include "updates/heads.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/channel.h"
#include "updates/peer.h"

enum { PARTS = 64, PART_MAX = 8192 };

static_assert(STORE_CHANNEL_KEY(1) == -PEER_CHANNEL_BASE - 1, "one key for a channel everywhere");

struct entry {
	struct upd_head head;
	UT_hash_handle hh;
};

struct upd_heads {
	struct {
		pthread_mutex_t lock;
		struct entry *heads; /* guarded by lock; the order of insertion is the age */
	} part[PARTS];
};

struct upd_heads *upd_heads_new(void)
{
	struct upd_heads *h = xcalloc(1, sizeof(*h));

	for (unsigned i = 0; i < PARTS; i++)
		pthread_mutex_init(&h->part[i].lock, NULL);
	return h;
}

void upd_heads_clear(struct upd_heads *h)
{
	struct entry *e, *next;

	for (unsigned i = 0; i < PARTS; i++) {
		pthread_mutex_lock(&h->part[i].lock);
		HASH_ITER (hh, h->part[i].heads, e, next) {
			HASH_DEL(h->part[i].heads, e);
			free(e);
		}
		pthread_mutex_unlock(&h->part[i].lock);
	}
}

void upd_heads_free(struct upd_heads *h)
{
	if (!h)
		return;
	upd_heads_clear(h);
	for (unsigned i = 0; i < PARTS; i++)
		pthread_mutex_destroy(&h->part[i].lock);
	free(h);
}

static unsigned part_of(int64_t channel)
{
	return (unsigned)(((uint64_t)channel * 0x9e3779b97f4a7c15u) >> 58);
}

static bool is_newer(const struct upd_head *a, const struct upd_head *than)
{
	return a->pts > than->pts || (a->pts == than->pts && a->changed >= than->changed);
}

void upd_heads_publish(struct upd_heads *h, const struct upd_head *head)
{
	unsigned p = part_of(head->channel);
	struct entry *e, *oldest;

	pthread_mutex_lock(&h->part[p].lock);
	HASH_FIND(hh, h->part[p].heads, &head->channel, sizeof(head->channel), e);
	if (!e) {
		if (HASH_COUNT(h->part[p].heads) >= PART_MAX) {
			oldest = h->part[p].heads;
			HASH_DEL(h->part[p].heads, oldest);
			free(oldest);
		}
		e = xcalloc(1, sizeof(*e));
		e->head = *head;
		HASH_ADD(hh, h->part[p].heads, head.channel, sizeof(head->channel), e);
	} else if (is_newer(head, &e->head)) {
		e->head = *head;
	}
	pthread_mutex_unlock(&h->part[p].lock);
}

int upd_heads_get(struct upd_heads *h, struct sql_db *db, uint64_t commit, int64_t channel,
                  struct upd_head *ret)
{
	unsigned p = part_of(channel);
	struct store_channel_head row;
	struct entry *e;
	int r;

	pthread_mutex_lock(&h->part[p].lock);
	HASH_FIND(hh, h->part[p].heads, &channel, sizeof(channel), e);
	if (e)
		*ret = e->head;
	pthread_mutex_unlock(&h->part[p].lock);
	if (e)
		return 0;
	r = store_channel_head(db, peer_channel_id(channel), &row);
	if (r < 0)
		return r;
	*ret = (struct upd_head){.channel = channel,
	                         .pts = row.pts,
	                         .top_id = row.top_id,
	                         .top_date = row.top_date,
	                         .changed = row.changed,
	                         .commit = commit};
	/*
	 * A commit may have published between our snapshot and here, and its entry fallen out again; the next commit puts that
	 * right, and until then a reader sees what its snapshot said.
	 */
	upd_heads_publish(h, ret);
	return 0;
}
