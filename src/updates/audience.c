/*
 * audience.c - see audience.h. Two tables in parts: channel -> listeners (open addressing by key, so that coming and going cost
 * the same in a crowd), and key -> its channels.
 */
#include "updates/audience.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/mem.h"

enum { PARTS = 64, CAP_MIN = 4 };

struct slot {
	int64_t key, user; /* key 0: free */
	int32_t layer;
	uint32_t until; /* a watcher's, monotonic seconds; 0: a member's */
};

struct channel {
	int64_t id;
	struct slot *v;
	uint32_t n, cap; /* cap: a power of two, at most 3/4 in use */
	UT_hash_handle hh;
};

struct key {
	int64_t id;
	int64_t *channels;
	uint32_t n, cap;
	UT_hash_handle hh;
};

struct part {
	pthread_mutex_t lock;
	struct channel *channels; /* guarded by lock: those whose id falls here */
	struct key *keys;         /* guarded by lock: those whose id falls here */
};

struct upd_audience {
	struct part part[PARTS];
	_Atomic uint64_t turn;
};

static uint64_t mix(int64_t id)
{
	return (uint64_t)id * 0x9e3779b97f4a7c15u;
}

static struct part *part_of(struct upd_audience *a, int64_t id)
{
	return &a->part[mix(id) >> 58];
}

struct upd_audience *upd_audience_new(void)
{
	struct upd_audience *a = xcalloc(1, sizeof(*a));

	for (unsigned i = 0; i < PARTS; i++)
		pthread_mutex_init(&a->part[i].lock, NULL);
	return a;
}

static void channel_free(struct part *p, struct channel *c)
{
	HASH_DEL(p->channels, c);
	free(c->v);
	free(c);
}

void upd_audience_free(struct upd_audience *a)
{
	struct channel *c, *next_c;
	struct key *k, *next_k;

	if (!a)
		return;
	for (unsigned i = 0; i < PARTS; i++) {
		HASH_ITER (hh, a->part[i].channels, c, next_c)
			channel_free(&a->part[i], c);
		HASH_ITER (hh, a->part[i].keys, k, next_k) {
			HASH_DEL(a->part[i].keys, k);
			free(k->channels);
			free(k);
		}
		pthread_mutex_destroy(&a->part[i].lock);
	}
	free(a);
}

static uint32_t home(const struct channel *c, int64_t key)
{
	return (uint32_t)(mix(key) >> 24) & (c->cap - 1);
}

/* Where the key is, or where it would go. */
static uint32_t find(const struct channel *c, int64_t key)
{
	uint32_t i = home(c, key);

	while (c->v[i].key && c->v[i].key != key)
		i = (i + 1) & (c->cap - 1);
	return i;
}

static void resize(struct channel *c, uint32_t cap)
{
	struct slot *old = c->v;
	uint32_t n = c->cap;

	c->cap = cap;
	c->v = xcalloc(cap, sizeof(*c->v));
	for (uint32_t i = 0; i < n; i++)
		if (old[i].key)
			c->v[find(c, old[i].key)] = old[i];
	free(old);
}

/* Under the part's lock. Backward shift: no gravestones. */
static void take_out(struct channel *c, uint32_t i)
{
	uint32_t mask = c->cap - 1, k = i;

	c->n--;
	for (;;) {
		k = (k + 1) & mask;
		if (!c->v[k].key)
			break;
		if (((k - home(c, c->v[k].key)) & mask) >= ((k - i) & mask)) {
			c->v[i] = c->v[k];
			i = k;
		}
	}
	c->v[i] = (struct slot){0};
}

static void let_go(struct part *p, struct channel *c, uint32_t i)
{
	take_out(c, i);
	if (!c->n)
		channel_free(p, c);
	else if (c->cap > CAP_MIN && c->n < c->cap / 8)
		resize(c, c->cap / 2);
}

static void add(struct upd_audience *a, int64_t channel, const struct upd_listener *l, uint32_t until)
{
	struct part *p = part_of(a, channel);
	struct channel *c;
	struct slot *s;

	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->channels, &channel, sizeof(channel), c);
	if (!c) {
		c = xcalloc(1, sizeof(*c));
		c->id = channel;
		resize(c, CAP_MIN);
		HASH_ADD(hh, p->channels, id, sizeof(c->id), c);
	}
	if (4 * (c->n + 1) > 3 * c->cap)
		resize(c, 2 * c->cap);
	s = &c->v[find(c, l->key)];
	if (!s->key)
		c->n++;
	else if (!s->until) /* a member stays one */
		until = 0;
	*s = (struct slot){.key = l->key, .user = l->user, .layer = l->layer, .until = until};
	pthread_mutex_unlock(&p->lock);
}

static void drop(struct upd_audience *a, int64_t channel, int64_t key)
{
	struct part *p = part_of(a, channel);
	struct channel *c;
	uint32_t i;

	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->channels, &channel, sizeof(channel), c);
	if (c && c->v[i = find(c, key)].key)
		let_go(p, c, i);
	pthread_mutex_unlock(&p->lock);
}

static bool has(const struct key *k, int64_t channel, uint32_t *ret)
{
	for (*ret = 0; *ret < k->n; ++*ret)
		if (k->channels[*ret] == channel)
			return true;
	return false;
}

/* The key's own list, so that it can be taken out of everything. */
static void note(struct upd_audience *a, int64_t key, const int64_t *channels, size_t n)
{
	struct part *p = part_of(a, key);
	struct key *k;
	uint32_t at, had;

	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->keys, &key, sizeof(key), k);
	if (!k) {
		k = xcalloc(1, sizeof(*k));
		k->id = key;
		HASH_ADD(hh, p->keys, id, sizeof(k->id), k);
	}
	had = k->n;
	if (k->n + n > k->cap) {
		k->cap = k->n + (uint32_t)n + k->n / 2;
		k->channels = xrealloc(k->channels, k->cap * sizeof(*k->channels));
	}
	for (size_t i = 0; i < n; i++)
		if (!had || !has(k, channels[i], &at))
			k->channels[k->n++] = channels[i];
	pthread_mutex_unlock(&p->lock);
}

static void forget(struct upd_audience *a, int64_t key, int64_t channel)
{
	struct part *p = part_of(a, key);
	struct key *k;
	uint32_t at;

	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->keys, &key, sizeof(key), k);
	if (k && has(k, channel, &at))
		k->channels[at] = k->channels[--k->n];
	pthread_mutex_unlock(&p->lock);
}

void upd_audience_join(struct upd_audience *a, const struct upd_listener *l, const int64_t *channels,
                       size_t n)
{
	if (!n)
		return;
	note(a, l->key, channels, n);
	for (size_t i = 0; i < n; i++)
		add(a, channels[i], l, 0);
}

void upd_audience_watch(struct upd_audience *a, int64_t channel, const struct upd_listener *l, usec_t until)
{
	note(a, l->key, &channel, 1);
	add(a, channel, l, (uint32_t)(until / 1000000) + 1);
}

int64_t *upd_audience_of(struct upd_audience *a, int64_t key, size_t *ret_n)
{
	struct part *p = part_of(a, key);
	int64_t *v = NULL;
	struct key *k;

	*ret_n = 0;
	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->keys, &key, sizeof(key), k);
	if (k && k->n) {
		*ret_n = k->n;
		v = xmalloc(k->n * sizeof(*v));
		memcpy(v, k->channels, k->n * sizeof(*v));
	}
	pthread_mutex_unlock(&p->lock);
	return v;
}

void upd_audience_drop(struct upd_audience *a, int64_t key, const int64_t *channels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		forget(a, key, channels[i]);
		drop(a, channels[i], key);
	}
}

void upd_audience_leave(struct upd_audience *a, int64_t channel, const int64_t *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		upd_audience_drop(a, keys[i], &channel, 1);
	atomic_fetch_add(&a->turn, 1);
}

uint64_t upd_audience_turn(const struct upd_audience *a)
{
	return atomic_load(&a->turn);
}

void upd_audience_drop_key(struct upd_audience *a, int64_t key)
{
	struct part *p = part_of(a, key);
	struct key *k;

	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->keys, &key, sizeof(key), k);
	if (k)
		HASH_DEL(p->keys, k);
	pthread_mutex_unlock(&p->lock);
	if (!k)
		return;
	for (uint32_t i = 0; i < k->n; i++)
		drop(a, k->channels[i], key);
	free(k->channels);
	free(k);
}

bool upd_audience_has(struct upd_audience *a, int64_t channel)
{
	struct part *p = part_of(a, channel);
	struct channel *c;

	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->channels, &channel, sizeof(channel), c);
	pthread_mutex_unlock(&p->lock);
	return c != NULL;
}

struct upd_listener *upd_audience_take(struct upd_audience *a, int64_t channel, size_t *ret_n)
{
	uint32_t now = (uint32_t)(clock_usec() / 1000000);
	struct part *p = part_of(a, channel);
	struct upd_listener *v = NULL;
	struct channel *c;

	*ret_n = 0;
	pthread_mutex_lock(&p->lock);
	HASH_FIND(hh, p->channels, &channel, sizeof(channel), c);
	if (c)
		v = xmalloc(c->n * sizeof(*v));
	for (uint32_t i = 0; c && i < c->cap; i++) {
		const struct slot *s = &c->v[i];

		if (s->key && (!s->until || s->until > now))
			v[(*ret_n)++] = (struct upd_listener){
				.key = s->key, .user = s->user, .layer = s->layer};
	}
	pthread_mutex_unlock(&p->lock);
	return v;
}

void upd_audience_count(struct upd_audience *a, size_t *ret_channels, size_t *ret_pairs)
{
	struct channel *c, *next;

	*ret_channels = *ret_pairs = 0;
	for (unsigned i = 0; i < PARTS; i++) {
		pthread_mutex_lock(&a->part[i].lock);
		*ret_channels += HASH_COUNT(a->part[i].channels);
		HASH_ITER (hh, a->part[i].channels, c, next)
			*ret_pairs += c->n;
		pthread_mutex_unlock(&a->part[i].lock);
	}
}
