/* online.c - two sharded tables: key -> (user, layer), and user -> its connected keys. */
#include "updates/online.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define SHARDS   UPD_ONLINE_PARTS
#define GONE_MAX 65536u

struct key_entry {
	int64_t key, user;
	int32_t layer;
	bool is_new; /* signed in while it was connected: its client has no state of before */
	/* upd_online_told(): the session, when it was told first, the date of its last state, and the commit */
	int64_t told_session, told_since, told_date;
	uint64_t told_commit;
	UT_hash_handle hh;
};

struct user_entry {
	int64_t user;
	uint32_t n, cap;
	int64_t *keys;
	UT_hash_handle hh;
};

struct shard {
	pthread_mutex_t lock;
	struct key_entry *keys; /* guarded by lock */
	struct user_entry
		*users; /* guarded by lock; a user's shard is chosen by the user, a key's by the key */
};

struct pair {
	int64_t key, user;
};

struct upd_online {
	struct shard key_shard[SHARDS], user_shard[SHARDS];
	struct {
		pthread_mutex_t lock; /* after a key shard's */
		struct pair *v;       /* guarded by lock, as are n and cap */
		size_t n, cap;
	} gone;
};

static unsigned shard_of(int64_t id)
{
	return (unsigned)(((uint64_t)id * 0x9e3779b97f4a7c15u) >> 58);
}

struct upd_online *upd_online_new(void)
{
	struct upd_online *o = xcalloc(1, sizeof(*o));

	pthread_mutex_init(&o->gone.lock, NULL);
	for (unsigned i = 0; i < SHARDS; i++) {
		pthread_mutex_init(&o->key_shard[i].lock, NULL);
		pthread_mutex_init(&o->user_shard[i].lock, NULL);
	}
	return o;
}

void upd_online_free(struct upd_online *o)
{
	struct key_entry *k, *kt;
	struct user_entry *u, *ut;

	if (!o)
		return;
	pthread_mutex_destroy(&o->gone.lock);
	free(o->gone.v);
	for (unsigned i = 0; i < SHARDS; i++) {
		HASH_ITER (hh, o->key_shard[i].keys, k, kt) {
			HASH_DEL(o->key_shard[i].keys, k);
			free(k);
		}
		HASH_ITER (hh, o->user_shard[i].users, u, ut) {
			HASH_DEL(o->user_shard[i].users, u);
			free(u->keys);
			free(u);
		}
		pthread_mutex_destroy(&o->key_shard[i].lock);
		pthread_mutex_destroy(&o->user_shard[i].lock);
	}
	free(o);
}

static struct key_entry *find_key(struct shard *s, int64_t key)
{
	struct key_entry *k;

	HASH_FIND(hh, s->keys, &key, sizeof(key), k);
	return k;
}

static void user_add(struct upd_online *o, int64_t user, int64_t key)
{
	struct shard *s = &o->user_shard[shard_of(user)];
	struct user_entry *u;
	WITH_LOCK(&s->lock);

	HASH_FIND(hh, s->users, &user, sizeof(user), u);
	if (!u) {
		u = xcalloc(1, sizeof(*u));
		u->user = user;
		HASH_ADD(hh, s->users, user, sizeof(u->user), u);
	}
	if (u->n == u->cap) {
		u->cap = u->cap ? u->cap * 2 : 1;
		u->keys = xrealloc(u->keys, u->cap * sizeof(*u->keys));
	}
	u->keys[u->n++] = key;
}

static void user_remove(struct upd_online *o, int64_t user, int64_t key)
{
	struct shard *s = &o->user_shard[shard_of(user)];
	struct user_entry *u;
	WITH_LOCK(&s->lock);

	HASH_FIND(hh, s->users, &user, sizeof(user), u);
	if (!u)
		return;
	for (uint32_t i = 0; i < u->n; i++)
		if (u->keys[i] == key) {
			u->keys[i] = u->keys[--u->n];
			break;
		}
	if (u->n == 0) {
		HASH_DEL(s->users, u);
		free(u->keys);
		free(u);
	}
}

static void note_gone(struct upd_online *o, int64_t key, int64_t user)
{
	WITH_LOCK(&o->gone.lock);

	if (o->gone.n == GONE_MAX)
		return;
	if (o->gone.n == o->gone.cap) {
		o->gone.cap = o->gone.cap ? o->gone.cap * 2 : 64;
		o->gone.v = xrealloc(o->gone.v, o->gone.cap * sizeof(*o->gone.v));
	}
	o->gone.v[o->gone.n++] = (struct pair){key, user};
}

static void change_user(struct upd_online *o, struct key_entry *k, int64_t user)
{
	if (k->user == user)
		return;
	if (k->user)
		user_remove(o, k->user, k->key);
	k->user = user;
	k->is_new = true;
	k->told_session = k->told_since = k->told_date = 0;
	k->told_commit = 0;
	if (user)
		user_add(o, user, k->key);
}

void upd_online_set(struct upd_online *o, int64_t key, int64_t user, int32_t layer, bool online)
{
	struct shard *s = &o->key_shard[shard_of(key)];
	struct key_entry *k;
	bool known;
	WITH_LOCK(&s->lock);

	k = find_key(s, key);
	if (!online) {
		if (k) {
			if (k->user)
				note_gone(o, k->key, k->user);
			change_user(o, k, 0);
			HASH_DEL(s->keys, k);
			free(k);
		}
		return;
	}
	known = k != NULL;
	if (!known) {
		k = xcalloc(1, sizeof(*k));
		k->key = key;
		HASH_ADD(hh, s->keys, key, sizeof(k->key), k);
	}
	if (layer)
		k->layer = layer;
	change_user(o, k, user);
	if (!known)
		k->is_new = false; /* it may have signed in at any time */
}

void upd_online_bind(struct upd_online *o, int64_t key, int64_t user)
{
	struct shard *s = &o->key_shard[shard_of(key)];
	struct key_entry *k;
	WITH_LOCK(&s->lock);

	k = find_key(s, key);
	if (k)
		change_user(o, k, user);
}

void upd_online_layer(struct upd_online *o, int64_t key, int32_t layer)
{
	struct shard *s = &o->key_shard[shard_of(key)];
	struct key_entry *k;
	WITH_LOCK(&s->lock);

	k = find_key(s, key);
	if (k && layer)
		k->layer = layer;
}

void upd_online_told(struct upd_online *o, int64_t key, int64_t session, int64_t date, uint64_t commit)
{
	struct shard *s = &o->key_shard[shard_of(key)];
	struct key_entry *k;
	WITH_LOCK(&s->lock);

	k = find_key(s, key);
	if (!k)
		return;
	if (k->told_session != session) {
		k->told_since = k->is_new ? 0 : date;
		k->told_session = session;
		k->told_commit = 0;
		k->is_new = false;
	}
	if (date <= k->told_since || (k->told_date == date && k->told_commit))
		return;
	k->told_date = date;
	k->told_commit = commit;
}

uint64_t upd_online_told_at(struct upd_online *o, int64_t key, int64_t session, int64_t date)
{
	struct shard *s = &o->key_shard[shard_of(key)];
	struct key_entry *k;
	WITH_LOCK(&s->lock);

	k = find_key(s, key);
	return k && k->told_session == session && k->told_date == date ? k->told_commit : 0;
}

bool upd_online_has(struct upd_online *o, int64_t user)
{
	struct shard *s = &o->user_shard[shard_of(user)];
	struct user_entry *u;
	WITH_LOCK(&s->lock);

	HASH_FIND(hh, s->users, &user, sizeof(user), u);
	return u != NULL;
}

int32_t upd_online_key_layer(struct upd_online *o, int64_t key)
{
	struct shard *s = &o->key_shard[shard_of(key)];
	struct key_entry *k;
	WITH_LOCK(&s->lock);

	k = find_key(s, key);
	return k ? k->layer : 0;
}

size_t upd_online_keys(struct upd_online *o, int64_t user, struct upd_online_key *ret, size_t max)
{
	struct shard *s = &o->user_shard[shard_of(user)];
	struct user_entry *u;
	size_t n = 0;

	{
		WITH_LOCK(&s->lock);
		HASH_FIND(hh, s->users, &user, sizeof(user), u);
		for (; u && n < u->n && n < max; n++)
			ret[n].key = u->keys[n];
	}
	/* The user's lock is released first: a key's shard comes before a user's. */
	for (size_t i = 0; i < n; i++)
		ret[i].layer = upd_online_key_layer(o, ret[i].key);
	return n;
}

void upd_online_each(struct upd_online *o, void (*f)(void *arg, const struct upd_online_key *k), void *arg)
{
	struct upd_online_key *copy;
	struct key_entry *k, *t;
	size_t n;

	for (unsigned i = 0; i < SHARDS; i++) {
		struct shard *s = &o->key_shard[i];

		pthread_mutex_lock(&s->lock);
		copy = xcalloc(HASH_COUNT(s->keys) + 1, sizeof(*copy));
		n = 0;
		HASH_ITER (hh, s->keys, k, t)
			copy[n++] = (struct upd_online_key){k->key, k->layer};
		pthread_mutex_unlock(&s->lock);
		for (size_t j = 0; j < n; j++)
			f(arg, &copy[j]);
		free(copy);
	}
}

void upd_online_part(struct upd_online *o, unsigned part, void (*f)(void *arg, int64_t key, int64_t user),
                     void *arg)
{
	struct shard *s = &o->key_shard[part];
	struct key_entry *k, *t;
	struct pair *copy;
	size_t n = 0;

	pthread_mutex_lock(&s->lock);
	copy = xcalloc(HASH_COUNT(s->keys) + 1, sizeof(*copy));
	HASH_ITER (hh, s->keys, k, t)
		if (k->user)
			copy[n++] = (struct pair){k->key, k->user};
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < n; i++)
		f(arg, copy[i].key, copy[i].user);
	free(copy);
}

void upd_online_take_gone(struct upd_online *o, size_t max, void (*f)(void *arg, int64_t key, int64_t user),
                          void *arg)
{
	for (size_t i = 0; i < max; i++) {
		struct pair p;

		{
			WITH_LOCK(&o->gone.lock);
			if (!o->gone.n)
				break;
			p = o->gone.v[--o->gone.n];
			if (!o->gone.n) { /* it may have been many */
				free(o->gone.v);
				o->gone.v = NULL;
				o->gone.cap = 0;
			}
		}
		f(arg, p.key, p.user);
	}
}

void upd_online_count(struct upd_online *o, size_t *ret_users, size_t *ret_keys)
{
	size_t users = 0, keys = 0;

	for (unsigned i = 0; i < SHARDS; i++) {
		{
			WITH_LOCK(&o->key_shard[i].lock);
			keys += HASH_COUNT(o->key_shard[i].keys);
		}
		{
			WITH_LOCK(&o->user_shard[i].lock);
			users += HASH_COUNT(o->user_shard[i].users);
		}
	}
	*ret_users = users;
	*ret_keys = keys;
}
