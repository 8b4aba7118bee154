/* test_keys.c - see test_keys.h. */
#include "mtproto/test_keys.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/kdf.h"
#include "mtproto/key_answer.h"

struct mt_key *test_keys_find(struct test_keys *t, int64_t id)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->key[i].id == id)
			return &t->key[i];
	return NULL;
}

static void load(void *ctx, struct io_loop *loop, int64_t id, mt_key_loaded_fn *done, void *arg)
{
	struct mt_key_answer *a = xcalloc(1, sizeof(*a));
	struct test_keys *t = ctx;
	const struct mt_key *k = test_keys_find(t, id);

	a->r = t->load_error ? t->load_error : k ? 0 : -ERR_NOTFOUND;
	if (k) {
		a->key = *k;
		a->has_info = t->has_info[k - t->key];
		a->info = t->info[k - t->key];
	}
	a->loaded = done;
	a->arg = arg;
	mt_key_answer(loop, a);
}

static void insert(void *ctx, struct io_loop *loop, const struct mt_key *k, void (*done)(void *arg, int r),
                   void *arg)
{
	struct test_keys *t = ctx;
	int r = 0;

	if (t->taken) {
		t->taken--;
		r = -ERR_EXISTS;
	} else {
		assert(t->n < KEYS_MAX);
		t->key[t->n++] = *k;
	}
	mt_key_answer_done(loop, done, arg, r);
}

static void bind_key(void *ctx, struct io_loop *loop, int64_t temp_id, int64_t perm_id, unixtime_t expires,
                     void (*done)(void *arg, int r), void *arg)
{
	struct mt_key *k = test_keys_find(ctx, temp_id);
	int r = 0;

	if (!k)
		r = -ERR_NOTFOUND;
	else if (k->perm_id && k->perm_id != perm_id)
		r = -ERR_EXISTS;
	else {
		k->perm_id = perm_id;
		k->expires = expires;
	}
	mt_key_answer_done(loop, done, arg, r);
}

static void destroy(void *ctx, struct io_loop *loop, int64_t id, void (*done)(void *arg, int r), void *arg)
{
	struct test_keys *t = ctx;
	struct mt_key *k = test_keys_find(t, id);

	if (k) {
		t->n--;
		t->has_info[k - t->key] = t->has_info[t->n];
		t->info[k - t->key] = t->info[t->n];
		*k = t->key[t->n];
	}
	mt_key_answer_done(loop, done, arg, k ? 0 : -ERR_NOTFOUND);
}

static void note_client(void *ctx, int64_t perm_id, int32_t layer, const struct mt_client_info *info)
{
	struct test_keys *t = ctx;
	struct mt_key *k = test_keys_find(t, perm_id);

	if (!k)
		return;
	k->layer = layer;
	t->has_info[k - t->key] = info != NULL;
	if (info)
		t->info[k - t->key] = *info;
}

struct mt_keystore test_keys_store(struct test_keys *t)
{
	return (struct mt_keystore){t, load, insert, bind_key, destroy, note_client};
}

void test_key_init(struct mt_key *k, enum mt_key_kind kind, const uint8_t bytes[256])
{
	uint8_t aux[8];

	*k = (struct mt_key){.kind = kind, .dc = 2, .created = clock_unix()};
	memcpy(k->key, bytes, sizeof(k->key));
	mt_key_ids(k->key, &k->id, aux);
	if (kind == MT_KEY_TEMP)
		k->expires = clock_unix() + 86400;
}
