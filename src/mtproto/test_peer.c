/* test_peer.c - see test_peer.h. */
#include "mtproto/test_peer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/rng.h"
#include "io/conn.h"
#include "io/loop.h"
#include "mtproto/gzip.h"
#include "mtproto/ids.h"
#include "mtproto/salt.h"

static const uint8_t salt_secret[32] = {1, 2, 3};
static struct buf last_packet;

/* --- keys in memory; answers come by mailbox, as from lanes */
struct ask {
	struct io_msg m;
	struct mt_key key;
	struct mt_client_info info;
	bool has_info;
	int r;
	mt_key_loaded_fn *done_key;
	void (*done)(void *arg, int r);
	void *arg;
};

static void come_back(struct io_loop *l, struct io_msg *m)
{
	struct ask *q = (struct ask *)m;

	if (q->done_key)
		q->done_key(q->arg, q->r, q->r == 0 ? &q->key : NULL, q->has_info ? &q->info : NULL);
	else
		q->done(q->arg, q->r);
	free(q);
}

static void say(struct io_loop *loop, struct ask *q)
{
	q->m.run = come_back;
	io_post(loop, &q->m);
}

struct mt_key *world_key(struct world *w, int64_t id)
{
	for (unsigned i = 0; i < w->n_keys; i++)
		if (w->key[i].id == id)
			return &w->key[i];
	return NULL;
}

static void load(void *ctx, struct io_loop *loop, int64_t id, mt_key_loaded_fn *done, void *arg)
{
	struct world *w = ctx;
	struct ask *q = xcalloc(1, sizeof(*q));
	struct mt_key *k = world_key(w, id);

	q->r = w->load_error ? w->load_error : k ? 0 : -ERR_NOTFOUND;
	if (k) {
		q->key = *k;
		q->has_info = w->has_info[k - w->key];
		q->info = w->info[k - w->key];
	}
	q->done_key = done;
	q->arg = arg;
	say(loop, q);
}

static void insert(void *ctx, struct io_loop *loop, const struct mt_key *k, void (*done)(void *arg, int r),
                   void *arg)
{
	struct world *w = ctx;
	struct ask *q = xcalloc(1, sizeof(*q));

	if (w->taken) {
		w->taken--;
		q->r = -ERR_EXISTS;
	} else {
		assert(w->n_keys < KEYS_MAX);
		w->key[w->n_keys++] = *k;
	}
	q->done = done;
	q->arg = arg;
	say(loop, q);
}

static void bind_key(void *ctx, struct io_loop *loop, int64_t temp_id, int64_t perm_id, unixtime_t expires,
                     void (*done)(void *arg, int r), void *arg)
{
	struct world *w = ctx;
	struct ask *q = xcalloc(1, sizeof(*q));
	struct mt_key *k = world_key(w, temp_id);

	if (!k)
		q->r = -ERR_NOTFOUND;
	else if (k->perm_id && k->perm_id != perm_id)
		q->r = -ERR_EXISTS;
	else {
		k->perm_id = perm_id;
		k->expires = expires;
	}
	q->done = done;
	q->arg = arg;
	say(loop, q);
}

static void destroy(void *ctx, struct io_loop *loop, int64_t id, void (*done)(void *arg, int r), void *arg)
{
	struct world *w = ctx;
	struct ask *q = xcalloc(1, sizeof(*q));
	struct mt_key *k = world_key(w, id);

	if (k) {
		w->n_keys--;
		w->has_info[k - w->key] = w->has_info[w->n_keys];
		w->info[k - w->key] = w->info[w->n_keys];
		*k = w->key[w->n_keys];
	} else
		q->r = -ERR_NOTFOUND;
	q->done = done;
	q->arg = arg;
	say(loop, q);
}

static void note_client(void *ctx, int64_t perm_id, int32_t layer, const struct mt_client_info *info)
{
	struct world *w = ctx;
	struct mt_key *k = world_key(w, perm_id);

	if (!k)
		return;
	k->layer = layer;
	w->has_info[k - w->key] = info != NULL;
	if (info)
		w->info[k - w->key] = *info;
}

/* --- the server */
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

static bool is_cdn(void *ctx, int32_t dc)
{
	return dc == WORLD_CDN || dc == WORLD_ALONE;
}

static bool is_alone(void *ctx, int32_t dc)
{
	return dc == WORLD_ALONE;
}

static struct world *world_make(unsigned n, unsigned per_second, unsigned burst,
                                const struct mt_cdn_manners *cdn)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct mt_keystore ks = {w, load, insert, bind_key, destroy, note_client};
	struct mt_server_ops ops = {.ctx = w,
	                            .call = on_call,
	                            .answer_size = answer_size,
	                            .is_full = is_full,
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
		ops.is_alone = is_alone;
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
	buf_fini(&last_packet);
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
	struct mt_key *k = &w->key[w->n_keys++];
	uint8_t aux[8];

	assert(w->n_keys <= KEYS_MAX);
	*k = (struct mt_key){.kind = kind, .dc = 2, .created = clock_unix()};
	rng_bytes(k->key, sizeof(k->key));
	mt_key_ids(k->key, &k->id, aux);
	rng_bytes(&k->first_salt, 8);
	if (kind == MT_KEY_TEMP)
		k->expires = clock_unix() + 86400;
	return k;
}

/* --- a client */
static void to_peer(void *ctx, const uint8_t *p, size_t n)
{
	buf_put(&((struct peer *)ctx)->in, p, n);
}

static void peer_gone(void *ctx)
{
	((struct peer *)ctx)->closed = true;
}

static void put_bytes(struct peer *p, const uint8_t *b, size_t n)
{
	if (p->way != PEER_SOCKET)
		io_conn_pipe_bytes(p->io, b, n);
	else
		assert(send(p->fd, b, n, MSG_NOSIGNAL) == (ssize_t)n);
}

static void open_socket(struct peer *p)
{
	int fd[2];

	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
	p->fd = fd[0];
	mt_server_adopt(p->w->srv, io_conn_new(p->w->loops[p->loop], fd[1], p->ip, NULL));
}

void peer_open(struct peer *p, struct world *w, const char *ip, enum tr_kind kind, bool obfuscated,
               int16_t dc)
{
	struct io_pipe pipe = {p, to_peer, peer_gone};
	struct buf hello = {0};

	p->w = w;
	p->closed = false;
	p->dc = dc;
	snprintf(p->ip, sizeof(p->ip), "%s", ip);
	tr_fini(&p->t);
	if (p->way == PEER_SOCKET)
		open_socket(p);
	else
		p->io = io_conn_new_pipe(w->loops[p->loop], &pipe, ip);
	if (p->way == PEER_PIPE)
		mt_server_adopt(w->srv, p->io);
	if (p->way == PEER_POST) {
		mt_server_adopt_post(w->srv, p->io);
		tr_raw(&p->t);
	} else {
		tr_dial(&p->t, kind, obfuscated, NULL, dc, &hello);
	}
	if (hello.n)
		put_bytes(p, hello.p, hello.n);
	buf_fini(&hello);
	if (!p->session_id)
		rng_bytes(&p->session_id, 8);
}

void peer_close(struct peer *p)
{
	if (p->way == PEER_SOCKET)
		close(p->fd);
	else if (!p->closed)
		io_conn_pipe_closed(p->io);
	p->closed = true;
	p->in.n = 0;
	world_turn(p->w);
}

void peer_reopen(struct peer *p)
{
	char ip[46];

	memcpy(ip, p->ip, sizeof(ip));
	peer_open(p, p->w, ip, p->t.kind, p->t.ctr != NULL, p->dc);
}

void peer_fini(struct peer *p)
{
	if (p->w)
		peer_close(p);
	for (unsigned i = 0; i < p->n_got; i++)
		buf_fini(&p->got[i].body);
	free(p->got);
	buf_fini(&p->plain);
	buf_fini(&p->in);
	tr_fini(&p->t);
	*p = (struct peer){0};
}

void peer_use_key(struct peer *p, const struct mt_key *k)
{
	p->key_id = k->id;
	memcpy(p->key, k->key, 256);
	p->salt = mt_salt(salt_secret, k->id, clock_unix());
}

int64_t peer_next_id(struct peer *p)
{
	int64_t usec = clock_unix_usec();
	int64_t id = (usec / 1000000) << 32 | ((usec % 1000000) << 32) / 1000000;

	id &= ~(int64_t)3;
	if (id <= p->last_id)
		id = p->last_id + 4;
	p->last_id = id;
	return id;
}

void peer_send_raw(struct peer *p, const void *packet, size_t n)
{
	struct buf b = {0};

	if (p->closed)
		return;
	tr_put(&p->t, &b, packet, n);
	put_bytes(p, b.p, b.n);
	buf_fini(&b);
}

void peer_send_plain(struct peer *p, int64_t msg_id, struct slice body)
{
	struct buf b = {0};

	buf_u64(&b, 0);
	buf_u64(&b, (uint64_t)msg_id);
	buf_u32(&b, body.n);
	buf_put(&b, body.p, body.n);
	peer_send_raw(p, b.p, b.n);
	buf_fini(&b);
}

void peer_send(struct peer *p, int64_t msg_id, uint32_t seq_no, const struct buf *body)
{
	struct mt_packet m = {.salt = p->salt,
	                      .session_id = p->session_id,
	                      .msg_id = msg_id,
	                      .seq_no = seq_no,
	                      .body = buf_slice(body)};
	size_t n = mt_packet_size(body->n);

	last_packet.n = 0;
	mt_packet_seal(p->key_id, p->key, true, &m, buf_reserve(&last_packet, n), n);
	last_packet.n = n;
	peer_send_raw(p, last_packet.p, n);
}

struct slice peer_last_packet(const struct peer *p)
{
	return buf_slice(&last_packet);
}

static void keep(struct peer *p, int64_t msg_id, uint32_t seq_no, bool boxed, struct slice body)
{
	struct rd r = rd_of(body.p, body.n);
	struct got *g;

	p->got = xrealloc(p->got, (p->n_got + 1) * sizeof(*p->got));
	g = &p->got[p->n_got++];
	*g = (struct got){.msg_id = msg_id, .seq_no = seq_no, .in_container = boxed, .id = rd_u32(&r)};
	buf_put(&g->body, body.p, body.n);
}

static void open_container(struct peer *p, struct slice body)
{
	struct rd r = rd_of(body.p + 4, body.n - 4);
	uint32_t n = rd_u32(&r);

	for (uint32_t i = 0; i < n; i++) {
		int64_t id = (int64_t)rd_u64(&r);
		uint32_t seq_no = rd_u32(&r), len = rd_u32(&r);

		assert(id < p->outer_id); /* an inner id above its container's */
		keep(p, id, seq_no, true, rd_bytes(&r, len));
		assert(!r.bad);
	}
	assert(rd_left(&r) == 0);
}

static void one_packet(struct peer *p, struct slice body)
{
	struct mt_packet m;
	struct rd r = rd_of(body.p, body.n), peek;
	int64_t key;

	p->packets++;
	if (body.n == 4) {
		p->error = (int32_t)rd_u32(&r);
		return;
	}
	key = (int64_t)rd_u64(&r);
	if (key == 0) {
		int64_t id = (int64_t)rd_u64(&r);

		assert((id & 3) == 1);
		p->plain.n = 0;
		buf_put(&p->plain, r.p + 4, body.n - 20);
		return;
	}
	assert(key == p->key_id);
	assert(mt_packet_open(p->key, false, (uint8_t *)(uintptr_t)body.p, body.n, &m) == 0);
	assert(m.session_id == p->session_id && (m.msg_id & 1) && m.msg_id > p->outer_id);
	p->outer_id = m.msg_id;
	peek = rd_of(m.body.p, m.body.n);
	if (rd_u32(&peek) == (uint32_t)MT_msg_container)
		open_container(p, m.body);
	else
		keep(p, m.msg_id, m.seq_no, false, m.body);
}

static void take_apart(struct peer *p)
{
	struct tr_packet pkt;
	size_t used = 0;

	tr_decrypt(&p->t, p->in.p, p->in.n);
	while (tr_next(&p->t, &p->in, used, &pkt) == 0) {
		used += pkt.used;
		if (pkt.quick_ack) {
			struct rd r = rd_of(pkt.body.p, pkt.body.n);

			p->quick_ack = rd_u32(&r);
			if (p->t.kind == TR_ABRIDGED)
				p->quick_ack = __builtin_bswap32(p->quick_ack);
			continue;
		}
		one_packet(p, pkt.body);
	}
	assert(used == p->in.n); /* a pipe gives whole frames */
	p->in.n = 0;
}

static void hear(struct peer *p)
{
	uint8_t b[65536];
	ssize_t k;

	if (p->way != PEER_SOCKET || p->closed)
		return;
	while ((k = recv(p->fd, b, sizeof(b), 0)) > 0)
		buf_put(&p->in, b, (size_t)k);
	if (k == 0 || errno != EAGAIN)
		p->closed = true;
}

struct got *peer_next(struct peer *p)
{
	if (p->at == p->n_got) {
		world_turn(p->w);
		hear(p);
		take_apart(p);
	}
	return p->at < p->n_got ? &p->got[p->at++] : NULL;
}

struct got *peer_find(struct peer *p, uint32_t id)
{
	struct got *g;

	while ((g = peer_next(p)) != NULL)
		if (g->id == id)
			return g;
	return NULL;
}

struct got *peer_result(struct peer *p, int64_t req)
{
	struct buf plain = {0};
	struct got *g;
	struct rd r;

	while ((g = peer_find(p, (uint32_t)MT_rpc_result)) != NULL) {
		r = rd_of(g->body.p + 4, g->body.n - 4);
		if ((int64_t)rd_u64(&r) != req)
			continue;
		g->id = rd_u32(&r);
		if (g->id == (uint32_t)MT_gzip_packed) {
			assert(mt_gunzip(rd_tl_bytes(&r), 1 << 24, &plain) == 0);
			buf_fini(&g->body);
			g->body = plain;
			r = rd_of(g->body.p, g->body.n);
			g->id = rd_u32(&r);
		} else {
			buf_consume(&g->body, 12);
		}
		return g;
	}
	return NULL;
}

const char *peer_error_of(const struct got *g)
{
	static char text[80];
	struct slice s;
	struct rd r;
	int code;

	text[0] = 0;
	if (!g)
		return "no answer";
	if (g->id != (uint32_t)MT_rpc_error)
		return text;
	r = rd_of(g->body.p + 4, g->body.n - 4);
	code = (int)rd_u32(&r);
	s = rd_tl_bytes(&r);
	snprintf(text, sizeof(text), "%d %.*s", code, (int)s.n, (const char *)s.p);
	return text;
}

int64_t peer_bind(struct peer *p, const struct mt_key *perm, int64_t spoil)
{
	int64_t msg_id = peer_next_id(p), nonce = (int64_t)rng_u64();
	int32_t expires = (int32_t)clock_unix() + 86000;
	uint8_t hash[20], key[32], iv[32];
	struct buf in = {0}, sealed = {0}, b = {0};

	buf_u64(&in, rng_u64());
	buf_u64(&in, rng_u64());
	buf_u64(&in, (uint64_t)msg_id);
	buf_u32(&in, 0);
	buf_u32(&in, 40);
	buf_u32(&in, (uint32_t)MT_bind_auth_key_inner);
	buf_u64(&in, (uint64_t)(nonce + spoil));
	buf_u64(&in, (uint64_t)p->key_id);
	buf_u64(&in, (uint64_t)perm->id);
	buf_u64(&in, (uint64_t)p->session_id);
	buf_u32(&in, (uint32_t)expires);
	sha1(in.p, in.n, hash);
	buf_u64(&in, rng_u64());
	mt_kdf_v1(perm->key, hash + 4, 0, key, iv);
	aes_ige_encrypt(key, iv, in.p, in.p, in.n);
	buf_u64(&sealed, (uint64_t)perm->id);
	buf_put(&sealed, hash + 4, 16);
	buf_put(&sealed, in.p, in.n);
	buf_u32(&b, (uint32_t)MT_auth_bindTempAuthKey);
	buf_u64(&b, (uint64_t)perm->id);
	buf_u64(&b, (uint64_t)nonce);
	buf_u32(&b, (uint32_t)expires);
	buf_tl_bytes(&b, sealed.p, sealed.n);
	peer_send(p, msg_id, 1, &b);
	buf_fini(&in);
	buf_fini(&sealed);
	buf_fini(&b);
	return msg_id;
}

int64_t peer_call(struct peer *p, uint32_t id)
{
	int64_t msg_id = peer_next_id(p);
	struct buf b = {0};

	buf_u32(&b, id);
	peer_send(p, msg_id, 1, &b);
	buf_fini(&b);
	return msg_id;
}

void world_answer(struct world *w, unsigned call, uint32_t id)
{
	struct buf b = {0};

	buf_u32(&b, id);
	mt_server_reply(w->srv, w->call[call].session, w->call[call].msg_id, &b, MT_REPLY_RAW);
	world_turn(w);
}

void peer_init(struct peer *p, int32_t layer)
{
	int64_t msg_id = peer_next_id(p);
	struct buf b = {0};
	unsigned before = p->w->n_calls;

	buf_u32(&b, (uint32_t)MT_invokeWithLayer);
	buf_u32(&b, (uint32_t)layer);
	buf_u32(&b, 0xc4f9186b); /* help.getConfig */
	peer_send(p, msg_id, 1, &b);
	buf_fini(&b);
	world_turn(p->w);
	assert(p->w->n_calls == before + 1);
	world_answer(p->w, before, 0x11111111);
	assert(peer_result(p, msg_id));
}
