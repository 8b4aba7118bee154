/* test_peer.c - see test_peer.h. */
#include "mtproto/test_peer.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* --- a client */
static struct buf last_packet; /* of whichever peer spoke last */

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
	struct io_pipe pipe = {p, to_peer, peer_gone, NULL};
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
	buf_fini(&last_packet);
	buf_fini(&p->in);
	tr_fini(&p->t);
	*p = (struct peer){0};
}

void peer_use_key(struct peer *p, const struct mt_key *k)
{
	p->key_id = k->id;
	memcpy(p->key, k->key, 256);
	p->salt = world_salt(k->id);
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
