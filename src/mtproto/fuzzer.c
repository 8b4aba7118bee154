/* fuzzer.c - see fuzzer.h. */
#include "mtproto/fuzzer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/rng.h"
#include "io/loop.h"
#include "mtproto/ids.h"
#include "mtproto/key_answer.h"
#include "mtproto/salt.h"

enum { HEARD_MAX = 64 * 1024 * 1024 };
#define WAIT_USEC 30000 /* slow work takes a fifth of it */

const struct rsa_key *world_rsa(void)
{
	static struct rsa_key *k;

	return k ? k : (k = rsa_key_generate());
}

/* The keystore's, but that some ids are taken; what is made by a handshake is not kept, for nobody says anything under it. */
static void insert(void *ctx, struct io_loop *l, const struct mt_key *k, void (*done)(void *, int), void *arg)
{
	mt_key_answer_done(l, done, arg, k->first_salt & 7 ? 0 : -ERR_EXISTS);
}

/* ---- calls: some are answered at once, some with much, some never ---- */

/* Odd ones are large, as far as the server knows. */
static uint32_t answer_size(void *ctx, struct slice body)
{
	return body.n && (body.p[0] & 1) ? 4096 * 4 : 0;
}

static void reply(struct world *w, const struct mt_call *c, struct buf *b)
{
	struct buf large = {0};

	if (!answer_size(w, c->body)) {
		mt_server_reply(w->server, c->session, c->msg_id, b, MT_REPLY_RAW);
		return;
	}
	memset(buf_reserve(&large, MT_REPLY_ROOM + b->n + MT_REPLY_ROOM), 0, MT_REPLY_ROOM);
	large.n = MT_REPLY_ROOM;
	buf_put(&large, b->p, b->n);
	buf_fini(b);
	mt_server_reply(w->server, c->session, c->msg_id, &large, MT_REPLY_BULK);
}

static void call(void *ctx, const struct mt_call *c)
{
	struct world *w = ctx;
	struct buf b = {0};

	w->calls++;
	if (c->body.n < 4 || !c->layer)
		abort();
	switch (c->body.p[c->body.n - 1] & 7) {
	case 7:
		return;
	case 6:
		mt_rpc_error(&b, 400, "FUZZ_INVALID");
		break;
	case 5:
		for (int i = 0; i < 4096; i++)
			buf_u32(&b, (uint32_t)MT_boolTrue + (uint32_t)(i & c->body.p[0]));
		break;
	case 4:
		mt_server_wants_updates(w->server, c->session);
		/* fall through */
	default:
		buf_u32(&b, (uint32_t)MT_boolTrue);
	}
	reply(w, c, &b);
	if (c->without_updates)
		mt_server_set_user(w->server, c->perm_key_id, 5);
}

static void key_online(void *ctx, int64_t perm_key_id, int64_t user_id, int32_t layer, bool online)
{
	struct buf b = {0};
	struct mt_batch *batch;
	struct world *w = ctx;

	if (!online)
		return;
	buf_u32(&b, (uint32_t)MT_boolFalse);
	batch = mt_batch_new(&b);
	mt_server_push(w->server, perm_key_id, batch);
	mt_batch_unref(&batch);
}

/* ---- what the server says ---- */

static void pipe_send(void *ctx, const uint8_t *p, size_t n)
{
	struct world *w = ctx;

	if (w->heard.n > HEARD_MAX)
		abort(); /* more out than any input of ours may cause */
	buf_put(&w->heard, p, n);
}

static void pipe_close(void *ctx)
{
	((struct world *)ctx)->conn = NULL;
}

static void check_message(struct world *w, int64_t msg_id, struct slice body, int depth)
{
	struct rd r = rd_of(body.p, body.n);
	uint32_t id = rd_u32(&r), n;

	if (!(msg_id & 1) || r.bad || body.n % 4)
		abort();
	if (id == (uint32_t)MT_rpc_result)
		w->answers++;
	if (id != (uint32_t)MT_msg_container)
		return;
	n = rd_u32(&r);
	if (depth || !n)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		int64_t inner = (int64_t)rd_u64(&r);

		rd_u32(&r);
		body = rd_bytes(&r, rd_u32(&r));
		if (r.bad || inner >= msg_id)
			abort();
		check_message(w, inner, body, 1);
	}
	if (rd_left(&r))
		abort();
}

static void check_packet(struct world *w, uint8_t *p, size_t n)
{
	struct mt_packet m;
	enum world_key k = 0;
	int64_t id;

	if (n == 4) {
		memcpy(&w->error, p, 4);
		return;
	}
	memcpy(&id, p, 8);
	if (!id) {
		w->plain.n = 0;
		buf_put(&w->plain, p + 20, n - 20);
		return;
	}
	while (k < KEYS && w->keys[k].id != id)
		k++;
	if (k == KEYS || mt_packet_open(w->keys[k].key, false, p, n, &m) < 0)
		abort();
	check_message(w, m.msg_id, m.body, 0);
}

static void hear(struct world *w)
{
	struct tr_packet k;
	size_t used = 0;

	if (!w->wire.kind)
		return;
	while (w->heard.n > used && tr_next(&w->wire, &w->heard, used, &k) == 0) {
		used += k.used;
		if (!k.quick_ack)
			check_packet(w, (uint8_t *)(uintptr_t)k.body.p, k.body.n);
	}
	if (used != w->heard.n)
		abort(); /* no frame stays unfinished, none is malformed */
	buf_consume(&w->heard, used);
}

/* ---- life ---- */

static void key_new(struct world *w, enum world_key which, enum mt_key_kind kind)
{
	struct mt_key *k = &w->keys[which];
	uint8_t bytes[256];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + which);
	test_key_init(k, kind, bytes);
	k->first_salt = 77;
	k->layer = kind == MT_KEY_PERM ? 228 : 0;
	if (which == KEY_BOUND)
		k->perm_id = w->keys[KEY_PERM].id;
	if (which != KEY_OTHER)
		w->store.key[w->store.n++] = *k;
}

void world_open(struct world *w)
{
	static const struct rsa_key *rsa[2];
	struct mt_keystore ks = test_keys_store(&w->store);
	struct mt_server_ops ops = {
		.ctx = w, .call = call, .answer_size = answer_size, .key_online = key_online};
	struct mt_server_config cfg = {
		.loops = w->loops, .n_loops = WORLD_LOOPS, .keys = &ks, .ops = &ops, .rsa = rsa};

	*w = (struct world){0};
	ks.insert = insert;
	rsa[0] = world_rsa();
	for (enum world_key i = 0; i < KEYS; i++)
		key_new(w, i, i == KEY_BOUND || i == KEY_UNBOUND ? MT_KEY_TEMP : MT_KEY_PERM);
	for (unsigned i = 0; i < WORLD_LOOPS; i++)
		if (io_loop_new(i, &w->loops[i]) < 0)
			abort();
	if (mt_server_new(&cfg, &w->server) < 0)
		abort();
	w->msg_id = (clock_unix() + 1) << 32;
}

void world_hang_up(struct world *w)
{
	world_turn(w);
	if (w->conn) {
		struct io_conn *c = w->conn;

		w->conn = NULL;
		io_conn_pipe_closed(c);
		world_turn(w);
	}
	tr_fini(&w->wire);
	w->wire = (struct transport){0};
	w->heard.n = 0;
}

void world_dial(struct world *w, enum tr_kind kind, bool obfuscated)
{
	struct io_pipe pipe = {w, pipe_send, pipe_close};
	struct buf b = {0};

	world_hang_up(w);
	w->conn = io_conn_new_pipe(w->loops[w->dials++ % WORLD_LOOPS], &pipe, "192.0.2.1");
	mt_server_adopt(w->server, w->conn);
	tr_dial(&w->wire, kind, obfuscated, NULL, 2, &b);
	if (b.n)
		io_conn_pipe_bytes(w->conn, b.p, b.n);
	buf_fini(&b);
}

/* Obfuscated bytes are put in the clear before they are framed. */
static void decrypt_heard(struct world *w, size_t from)
{
	if (w->heard.n > from)
		tr_decrypt(&w->wire, w->heard.p + from, w->heard.n - from);
}

void world_turn(struct world *w)
{
	for (unsigned i = 0; i < 4 * WORLD_LOOPS; i++)
		uv_run(io_loop_uv(w->loops[i % WORLD_LOOPS]), UV_RUN_NOWAIT);
	decrypt_heard(w, 0);
	hear(w);
}

bool world_wait(struct world *w)
{
	usec_t until = clock_usec() + WAIT_USEC;

	w->error = 0;
	w->plain.n = 0;
	for (;;) {
		world_turn(w);
		if (w->plain.n)
			return true;
		if (!w->conn || w->error || clock_usec() > until)
			return false;
		usleep(100);
	}
}

void world_raw(struct world *w, const void *p, size_t n)
{
	if (w->conn && n)
		io_conn_pipe_bytes(w->conn, p, n);
}

static void put(struct world *w, const struct buf *packet)
{
	struct buf b = {0};

	if (w->wire.kind)
		tr_put(&w->wire, &b, packet->p, packet->n);
	world_raw(w, b.p, b.n);
	buf_fini(&b);
}

int64_t world_next_id(struct world *w)
{
	return w->msg_id += 4;
}

void world_plain(struct world *w, struct slice body)
{
	struct buf b = {0};

	buf_u64(&b, 0);
	buf_u64(&b, (uint64_t)world_next_id(w));
	buf_u32(&b, body.n);
	buf_put(&b, body.p, body.n);
	while (b.n % 4)
		buf_u8(&b, 0);
	put(w, &b);
	buf_fini(&b);
}

void world_say(struct world *w, enum world_key key, int64_t session, int64_t msg_id, struct slice body)
{
	static const uint8_t secret[32];
	const struct mt_key *k = &w->keys[key];
	struct mt_packet m = {.salt = mt_salt(secret, k->id, clock_unix()),
	                      .session_id = session,
	                      .msg_id = msg_id ? msg_id : world_next_id(w),
	                      .seq_no = 1,
	                      .body = slice_of(body.p, body.n & ~3u)};
	struct buf b = {0};
	size_t size = mt_packet_size(m.body.n);

	mt_packet_seal(k->id, k->key, true, &m, buf_reserve(&b, size), size);
	b.n = size;
	put(w, &b);
	buf_fini(&b);
}

void world_bind(struct world *w, int64_t session)
{
	const struct mt_key *perm = &w->keys[KEY_PERM], *temp = &w->keys[KEY_UNBOUND];
	int64_t msg_id = world_next_id(w);
	struct buf in = {0}, sealed = {0}, b = {0};
	uint8_t hash[20], key[32], iv[32];

	buf_u64(&in, 1);
	buf_u64(&in, 2);
	buf_u64(&in, (uint64_t)msg_id);
	buf_u32(&in, 0);
	buf_u32(&in, 40);
	buf_u32(&in, MT_bind_auth_key_inner);
	buf_u64(&in, 3);
	buf_u64(&in, (uint64_t)temp->id);
	buf_u64(&in, (uint64_t)perm->id);
	buf_u64(&in, (uint64_t)session);
	buf_u32(&in, (uint32_t)temp->expires);
	sha1(in.p, in.n, hash);
	buf_u64(&in, 4);
	mt_kdf_v1(perm->key, hash + 4, 0, key, iv);
	aes_ige_encrypt(key, iv, in.p, in.p, in.n);
	buf_u64(&sealed, (uint64_t)perm->id);
	buf_put(&sealed, hash + 4, 16);
	buf_put(&sealed, in.p, in.n);
	buf_u32(&b, (uint32_t)MT_auth_bindTempAuthKey);
	buf_u64(&b, (uint64_t)perm->id);
	buf_u64(&b, 3);
	buf_u32(&b, (uint32_t)temp->expires);
	buf_tl_bytes(&b, sealed.p, sealed.n);
	world_say(w, KEY_UNBOUND, session, msg_id, buf_slice(&b));
	buf_fini(&in);
	buf_fini(&sealed);
	buf_fini(&b);
}

void world_close(struct world *w)
{
	world_hang_up(w);
	mt_server_free(w->server);
	for (unsigned i = 0; i < WORLD_LOOPS; i++)
		io_loop_free(w->loops[i]);
	buf_fini(&w->heard);
	buf_fini(&w->plain);
}
