/*
 * views.c - see views.h. Two tables under one lock: what waits for its row, by post; and who was counted lately, two generations of
 * hashes of (post, account), the older of which goes when the younger is full.
 */
#include "domain/messages/views.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"
#include "rpc/app.h"
#include "domain/users/peer.h"
#include "store/day.h"
#include "store/msg.h"
#include "updates/event.h"
#include "updates/peer.h"

enum {
	SEEN_SLOTS = 1 << 17, /* of a generation: one MiB */
	WAITING_MAX = 200000, /* posts; beyond that a view is not counted */
	ROWS_A_SLICE = 200
};

struct post {
	int64_t channel;
	int64_t id;
};

struct waiting {
	struct post post;
	int32_t views, by_place[VIEW_PLACES];
	struct spoken {
		int language;
		int32_t views;
	} * spoken; /* views of those whose language is known; NULL: none */
	uint32_t n_spoken;
	bool passed_on;
	UT_hash_handle hh;
};

struct views {
	pthread_mutex_t lock;
	struct waiting *waiting; /* guarded by lock, as is the rest */
	struct waiting *
		flushing; /* taken by a slice whose commit is not known yet; counted by views_of all the same */
	uint64_t *seen, *seen_before;
	uint32_t n_seen;
};

struct views *views_new(void)
{
	struct views *v = xcalloc(1, sizeof(*v));

	pthread_mutex_init(&v->lock, NULL);
	v->seen = xcalloc(SEEN_SLOTS, sizeof(*v->seen));
	v->seen_before = xcalloc(SEEN_SLOTS, sizeof(*v->seen));
	return v;
}

bool views_whose(const struct store_msg *row, const struct tl_message *m, struct view_post *ret)
{
	const struct tl_messageFwdHeader *f = TL_AS(messageFwdHeader, m->fwd_from);

	if (row->flags & STORE_MSG_LATER)
		return false;
	if (m->post && peer_is_channel(row->owner)) {
		*ret = (struct view_post){row->owner, row->id};
		return true;
	}
	if (!f || !f->has_channel_post || !TL_IS(peerChannel, f->from_id))
		return false;
	*ret = (struct view_post){peer_key(f->from_id), f->channel_post};
	return true;
}

static void waiting_free(struct waiting *w)
{
	free(w->spoken);
	free(w);
}

static void drop_all(struct waiting **table)
{
	struct waiting *w, *next;

	HASH_ITER (hh, *table, w, next) {
		HASH_DEL(*table, w);
		waiting_free(w);
	}
}

void views_free(struct views *v)
{
	if (!v)
		return;
	drop_all(&v->waiting);
	drop_all(&v->flushing);
	pthread_mutex_destroy(&v->lock);
	free(v->seen);
	free(v->seen_before);
	free(v);
}

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

/* Where the hash is in a generation, or would be. */
static uint64_t *slot(uint64_t *table, uint64_t h)
{
	uint32_t i = (uint32_t)(h >> 20) & (SEEN_SLOTS - 1);

	while (table[i] && table[i] != h)
		i = (i + 1) & (SEEN_SLOTS - 1);
	return &table[i];
}

/* Under the lock. False: he was counted lately. */
static bool is_first(struct views *v, int64_t channel, int32_t id, int64_t user)
{
	uint64_t h = mix(mix(mix(1, (uint64_t)channel), (uint64_t)id), (uint64_t)user) | 1, *at, *t;

	if (*slot(v->seen_before, h) == h)
		return false;
	at = slot(v->seen, h);
	if (*at == h)
		return false;
	*at = h;
	if (++v->n_seen < SEEN_SLOTS / 2)
		return true;
	t = v->seen_before;
	v->seen_before = v->seen;
	v->seen = t;
	memset(t, 0, SEEN_SLOTS * sizeof(*t));
	v->n_seen = 0;
	return true;
}

static struct waiting *find(struct waiting *table, int64_t channel, int32_t id)
{
	struct post p = {channel, id};
	struct waiting *w;

	HASH_FIND(hh, table, &p, sizeof(p), w);
	return w;
}

static struct waiting *of(struct waiting **table, const struct post *p)
{
	struct waiting *w = find(*table, p->channel, (int32_t)p->id);

	if (!w) {
		w = xcalloc(1, sizeof(*w));
		w->post = *p;
		HASH_ADD(hh, *table, post, sizeof(w->post), w);
	}
	return w;
}

static void count_spoken(struct waiting *w, int language, int32_t views)
{
	uint32_t i = 0;

	while (i < w->n_spoken && w->spoken[i].language != language)
		i++;
	if (i == w->n_spoken) {
		w->spoken = xrealloc(w->spoken, (i + 1) * sizeof(*w->spoken));
		w->spoken[w->n_spoken++] = (struct spoken){language, 0};
	}
	w->spoken[i].views += views;
}

/* What waits in `from` waits in `to`, too. */
static void merge(struct waiting *to, const struct waiting *from)
{
	to->views += from->views;
	to->passed_on |= from->passed_on;
	for (int i = 0; i < VIEW_PLACES; i++)
		to->by_place[i] += from->by_place[i];
	for (uint32_t i = 0; i < from->n_spoken; i++)
		count_spoken(to, from->spoken[i].language, from->spoken[i].views);
}

void views_passed_on(struct views *v, int64_t channel, int32_t id)
{
	struct post p = {channel, id};

	pthread_mutex_lock(&v->lock);
	if (HASH_COUNT(v->waiting) < WAITING_MAX)
		of(&v->waiting, &p)->passed_on = true;
	pthread_mutex_unlock(&v->lock);
}

void views_see(struct views *v, int64_t channel, int32_t id, int64_t user, enum view_place place,
               int language)
{
	struct post p = {channel, id};
	struct waiting *w;

	pthread_mutex_lock(&v->lock);
	if (HASH_COUNT(v->waiting) < WAITING_MAX && is_first(v, channel, id, user)) {
		w = of(&v->waiting, &p);
		w->views++;
		w->by_place[place]++;
		if (language)
			count_spoken(w, language, 1);
	}
	pthread_mutex_unlock(&v->lock);
}

/* A view may be missed or counted twice while a slice commits; never more than until then. */
int views_of(struct rpc_call *c, int64_t channel, int32_t id, struct store_msg_count *ret)
{
	struct views *v = c->app->views;
	const struct waiting *w;
	int r = store_msg_count_get(c->db, channel, id, ret);

	if (r < 0)
		return r;
	pthread_mutex_lock(&v->lock);
	w = find(v->waiting, channel, id);
	ret->views += w ? w->views : 0;
	w = find(v->flushing, channel, id);
	ret->views += w ? w->views : 0;
	pthread_mutex_unlock(&v->lock);
	return 0;
}

static void is_flushed(struct app *app, void *arg)
{
	pthread_mutex_lock(&app->views->lock);
	drop_all(&app->views->flushing);
	pthread_mutex_unlock(&app->views->lock);
}

/* Some of what waits; and, first, what a slice took whose transaction failed. */
static void take(struct views *v)
{
	struct waiting *w, *next;
	int n = 0;

	HASH_ITER (hh, v->flushing, w, next)
		merge(of(&v->waiting, &w->post), w);
	drop_all(&v->flushing);
	HASH_ITER (hh, v->waiting, w, next) {
		if (n++ == ROWS_A_SLICE)
			break;
		HASH_DEL(v->waiting, w);
		HASH_ADD(hh, v->flushing, post, sizeof(w->post), w);
	}
}

static int tell(struct rpc_call *c, const struct waiting *w, enum upd_kind kind)
{
	struct upd_event ev = {
		.owner = w->post.channel, .kind = kind, .peer = w->post.channel, .id = (int32_t)w->post.id};

	return rpc_log_event(c, &ev);
}

/* By day, for the channel's statistics: how many there were, in this hour, where, and in which language. */
static int write_day(struct rpc_call *c, const struct waiting *w)
{
	static const int seen[VIEW_PLACES] = {STORE_DAY_SEEN_IN, STORE_DAY_SEEN_FROM_OUTSIDE,
	                                      STORE_DAY_SEEN_IN_GROUPS, STORE_DAY_SEEN_IN_PRIVATE};
	int hour = STORE_DAY_HOUR + (int)(c->now % STORE_DAY_SECONDS / 3600), r;
	int64_t key = w->post.channel;

	if ((r = store_day_add(c->db, key, c->now, STORE_DAY_VIEWS, w->views)) < 0 ||
	    (r = store_day_add(c->db, key, c->now, hour, w->views)) < 0)
		return r;
	for (int i = 0; r >= 0 && i < VIEW_PLACES; i++)
		if (w->by_place[i])
			r = store_day_add(c->db, key, c->now, seen[i], w->by_place[i]);
	for (uint32_t i = 0; r >= 0 && i < w->n_spoken; i++)
		r = store_day_add(c->db, key, c->now, STORE_DAY_LANGUAGE + w->spoken[i].language,
		                  w->spoken[i].views);
	return r < 0 ? r : 0;
}

/* The post's count, and that of its day. */
static int write_row(struct rpc_call *c, const struct waiting *w)
{
	int r;

	if (w->passed_on && (r = tell(c, w, UPD_FORWARDS_NOW)) < 0)
		return r;
	if (!w->views)
		return 0;
	if ((r = tell(c, w, UPD_VIEWS_NOW)) < 0 ||
	    (r = store_msg_count_add(c->db, w->post.channel, (int32_t)w->post.id, w->views, 0)) < 0 ||
	    (r = store_post_day_add(c->db, w->post.channel, (int32_t)w->post.id, c->now, w->views)) < 0)
		return r;
	return write_day(c, w);
}

int views_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct views *v = c->app->views;
	struct waiting *w, *t;
	int r = 0;

	pthread_mutex_lock(&v->lock);
	take(v);
	next->again = v->waiting != NULL;
	pthread_mutex_unlock(&v->lock);
	HASH_ITER (hh, v->flushing, w, t) /* the write lane alone changes it */
		if (r >= 0)
			r = write_row(c, w);
	if (r >= 0)
		rpc_after_commit(c, is_flushed, NULL);
	return r;
}
