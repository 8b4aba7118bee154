/* test_world.c - see test_world.h. */
#include "mtproto/test_world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/rng.h"
#include "io/conn.h"
#include "io/loop.h"
#include "mtproto/gzip.h"
#include "mtproto/salt.h"

static const uint8_t salt_secret[32] = {1, 2, 3};

static void on_call(void *ctx, const struct mt_call *c)
{
	struct world *w = ctx;
	struct rd r = rd_of(c->body.p, c->body.n);

	assert(w->n_calls < CALLS_MAX);
	w->call[w->n_calls++] = (struct called){.session = c->session,
	                                        .perm_key_id = c->perm_key_id,
	                                        .session_id = c->session_id,
	                                        .msg_id = c->msg_id,
	                                        .user_id = c->user_id,
	                                        .layer = c->layer,
	                                        .dc = c->dc,
	                                        .without_updates = c->without_updates,
	                                        .takeout_id = c->takeout_id,
	                                        .has_info = c->info != NULL,
	                                        .info = c->info ? *c->info : (struct mt_client_info){0},
	                                        .id = rd_u32(&r),
	                                        .n = c->body.n};
	if (c->whole) {
		buf_fini(c->whole);
		w->n_taken++;
	}
	if (w->here && w->call[w->n_calls - 1].id == WORLD_BULK) {
		struct buf b = {0};

		memset(buf_reserve(&b, WORLD_BULK_SIZE + 2 * MT_REPLY_ROOM), (int)(w->n_calls - 1),
		       WORLD_BULK_SIZE + MT_REPLY_ROOM);
		b.n = WORLD_BULK_SIZE + MT_REPLY_ROOM;
		mt_server_reply_here(w->srv, c, &b, MT_REPLY_BULK);
	}
}

static void on_online(void *ctx, int64_t key, int64_t user, int32_t layer, bool online)
{
	struct world *w = ctx;

	w->online_changes++;
	w->online = online;
	w->online_layer = layer;
}

static int64_t value_of(void *ctx, int64_t viewer, int32_t kind, int64_t target)
{
	return viewer * 1000 + target * 10 + kind;
}

/* One for all tests of a process: making it takes longer than most of them. */
static struct rsa_key *the_key;

static void drop_the_key(void)
{
	rsa_key_free(the_key);
}

static uint32_t answer_size(void *ctx, struct slice body)
{
	struct rd r = rd_of(body.p, body.n);

	return rd_u32(&r) == WORLD_BULK ? WORLD_BULK_SIZE : 0;
}

static bool is_full(void *ctx)
{
	return ((struct world *)ctx)->full;
}

static bool is_busy(void *ctx)
{
	return ((struct world *)ctx)->busy;
}

static bool is_cdn(void *ctx, int32_t dc)
{
	return dc == WORLD_CDN || dc == WORLD_ALONE;
}

static unsigned alone_delay(void *ctx, int32_t dc)
{
	return dc == WORLD_ALONE ? 800 : 0;
}

static struct world *world_make(unsigned n, unsigned per_second, unsigned burst,
                                const struct mt_cdn_manners *cdn)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct mt_keystore ks = test_keys_store(&w->keys);
	struct mt_server_ops ops = {.ctx = w,
	                            .call = on_call,
	                            .answer_size = answer_size,
	                            .is_full = is_full,
	                            .is_busy = is_busy,
	                            .key_online = on_online,
	                            .viewer_value = value_of};
	struct mt_server_config cfg = {.loops = w->loops,
	                               .n_loops = n,
	                               .keys = &ks,
	                               .ops = &ops,
	                               .rsa = w->keys_by_best,
	                               .test_mode = !burst,
	                               .handshakes_per_second = per_second,
	                               .handshakes_burst = burst};
	int r;

	if (cdn) {
		ops.is_cdn = is_cdn;
		ops.pq_delay = cdn->pq_delay ? NULL : alone_delay;
		cfg.cdn = *cdn;
	}
	memcpy(cfg.salt_secret, salt_secret, 32);
	for (; w->n_loops < n; w->n_loops++) {
		r = io_loop_new(w->n_loops, &w->loops[w->n_loops]);
		assert(r == 0);
	}
	if (!the_key) {
		the_key = rsa_key_generate();
		atexit(drop_the_key);
	}
	w->rsa = the_key;
	w->keys_by_best[0] = w->rsa;
	r = mt_server_new(&cfg, &w->srv);
	assert(r == 0);
	return w;
}

struct world *world_new(unsigned per_second, unsigned burst)
{
	return world_make(1, per_second, burst, NULL);
}

struct world *world_new_loops(unsigned n)
{
	return world_make(n, 0, 0, NULL);
}

struct world *world_new_cdn(const struct mt_cdn_manners *m)
{
	return world_make(1, 0, 0, m);
}

void world_free(struct world *w)
{
	mt_server_free(w->srv);
	for (unsigned i = 0; i < w->n_loops; i++)
		io_loop_free(w->loops[i]);
	free(w);
}

void world_turn(struct world *w)
{
	unsigned rounds = w->n_loops > 1 ? 16 : 4;

	for (unsigned i = 0; i < rounds; i++)
		for (unsigned k = 0; k < w->n_loops; k++)
			uv_run(io_loop_uv(w->loops[k]), UV_RUN_NOWAIT);
}

struct mt_key *world_add_key(struct world *w, enum mt_key_kind kind)
{
	struct mt_key *k = &w->keys.key[w->keys.n++];
	uint8_t bytes[256];

	assert(w->keys.n <= KEYS_MAX);
	rng_bytes(bytes, sizeof(bytes));
	test_key_init(k, kind, bytes);
	rng_bytes(&k->first_salt, 8);
	return k;
}

int64_t world_salt(int64_t key_id)
{
	return mt_salt(salt_secret, key_id, clock_unix());
}

void world_answer(struct world *w, unsigned call, uint32_t id)
{
	struct buf b = {0};

	buf_u32(&b, id);
	mt_server_reply(w->srv, w->call[call].session, w->call[call].msg_id, &b, MT_REPLY_RAW);
	world_turn(w);
}
