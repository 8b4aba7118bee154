/* keys.c - see keys.h. Answers come by the loop's mailbox, as mtproto wants them. */
#include "cdn/keys.h"

#include <pthread.h>
#include <stdlib.h>

#include <uthash.h>
#include <utlist.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "mtproto/key_answer.h"

struct key {
	UT_hash_handle hh;
	struct key *prev, *next; /* oldest first */
	struct mt_key k;
};

struct cdn_keys {
	pthread_mutex_t lock;
	struct key *by_id, *oldest;
	uint32_t n, most;
};

struct cdn_keys *cdn_keys_new(uint32_t most)
{
	struct cdn_keys *k = xcalloc(1, sizeof(*k));

	pthread_mutex_init(&k->lock, NULL);
	k->most = most;
	return k;
}

static void forget(struct cdn_keys *k, struct key *e)
{
	HASH_DEL(k->by_id, e);
	DL_DELETE(k->oldest, e);
	k->n--;
	wipe(e, sizeof(*e));
	free(e);
}

void cdn_keys_free(struct cdn_keys *k)
{
	if (!k)
		return;
	while (k->oldest)
		forget(k, k->oldest);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static void forget_old(struct cdn_keys *k)
{
	unixtime_t now = clock_unix();

	while (k->oldest && (k->n >= k->most || k->oldest->k.created + CDN_KEY_SECONDS <= now))
		forget(k, k->oldest);
}

static struct key *find(struct cdn_keys *k, int64_t id)
{
	struct key *e;

	HASH_FIND(hh, k->by_id, &id, sizeof(id), e);
	return e;
}

static void load(void *ctx, struct io_loop *loop, int64_t id, mt_key_loaded_fn *done, void *arg)
{
	struct mt_key_answer *a = xcalloc(1, sizeof(*a));
	struct cdn_keys *k = ctx;
	struct key *e;

	a->loaded = done;
	a->arg = arg;
	pthread_mutex_lock(&k->lock);
	forget_old(k);
	e = find(k, id);
	if (e)
		a->key = e->k;
	else
		a->r = -ERR_NOTFOUND;
	pthread_mutex_unlock(&k->lock);
	mt_key_answer(loop, a);
}

static int put(struct cdn_keys *k, const struct mt_key *key)
{
	struct key *e;
	WITH_LOCK(&k->lock);

	if (find(k, key->id))
		return -ERR_EXISTS;
	forget_old(k);
	e = xcalloc(1, sizeof(*e));
	e->k = *key;
	HASH_ADD(hh, k->by_id, k.id, sizeof(e->k.id), e);
	DL_APPEND(k->oldest, e);
	k->n++;
	return 0;
}

static void insert(void *ctx, struct io_loop *loop, const struct mt_key *key, void (*done)(void *arg, int r),
                   void *arg)
{
	mt_key_answer_done(loop, done, arg, put(ctx, key));
}

static int set_perm(struct cdn_keys *k, int64_t temp_id, int64_t perm_id)
{
	struct key *e;
	WITH_LOCK(&k->lock);

	e = find(k, temp_id);
	if (!e)
		return -ERR_NOTFOUND;
	if (e->k.perm_id && e->k.perm_id != perm_id)
		return -ERR_EXISTS;
	e->k.perm_id = perm_id;
	return 0;
}

static void bind_key(void *ctx, struct io_loop *loop, int64_t temp_id, int64_t perm_id, unixtime_t expires,
                     void (*done)(void *arg, int r), void *arg)
{
	mt_key_answer_done(loop, done, arg, set_perm(ctx, temp_id, perm_id));
}

static int drop(struct cdn_keys *k, int64_t id)
{
	struct key *e, *next;
	WITH_LOCK(&k->lock);

	e = find(k, id);
	if (!e)
		return -ERR_NOTFOUND;
	forget(k, e);
	DL_FOREACH_SAFE(k->oldest, e, next)
	if (e->k.perm_id == id)
		forget(k, e);
	return 0;
}

static void destroy(void *ctx, struct io_loop *loop, int64_t id, void (*done)(void *arg, int r), void *arg)
{
	mt_key_answer_done(loop, done, arg, drop(ctx, id));
}

static void note_client(void *ctx, int64_t perm_id, int32_t layer, const struct mt_client_info *info)
{
	/* who a client is, is nothing that a node keeps */
}

void cdn_keys_bind(struct cdn_keys *k, struct mt_keystore *ret)
{
	*ret = (struct mt_keystore){k, load, insert, bind_key, destroy, note_client};
}
