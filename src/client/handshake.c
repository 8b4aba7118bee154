/* handshake.c - see handshake.h. Three questions, three answers; one function an answer. */
#include "client/handshake.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/pq.h"
#include "crypto/rng.h"
#include "crypto/rsa_pad.h"
#include "mtproto/ids.h"

enum step { AT_PQ, AT_DH, AT_GEN, AT_END };

enum { ANSWER_MAX = 1024 };

struct client_handshake {
	struct client_key_request q;
	enum step at;
	uint8_t nonce[16], server_nonce[16], new_nonce[32];
	uint8_t tmp_key[32], tmp_iv[32];
	uint8_t aux[8];
	int64_t offered[CLIENT_FINGERPRINTS_MAX];
	size_t n_offered;
	unixtime_t asked; /* our clock when the key exchange began */
	struct client_key key;
	const char *error;
};

void client_plain_packet(struct buf *out, int64_t msg_id, struct slice body)
{
	buf_u64(out, 0);
	buf_u64(out, (uint64_t)msg_id);
	buf_u32(out, body.n);
	buf_put(out, body.p, body.n);
}

int client_plain_open(const uint8_t *p, size_t n, struct slice *ret_body)
{
	struct rd r = rd_of(p, n);
	uint64_t key = rd_u64(&r), msg_id = rd_u64(&r);
	uint32_t len = rd_u32(&r);
	struct slice body = rd_bytes(&r, len);

	/* tdesktop takes only ids that are 1 modulo 4. */
	if (r.bad || key != 0 || (msg_id & 3) != 1)
		return -ERR_INVALID;
	*ret_body = body;
	return 0;
}

static int64_t plain_id(void)
{
	return (clock_unix() << 32 | (int64_t)(rng_u64() & 0xffffffff)) & ~(int64_t)3;
}

/* An unencrypted packet around a body, which is given back empty. */
static void send_body(struct buf *body, struct buf *out)
{
	client_plain_packet(out, plain_id(), buf_slice(body));
	buf_fini(body);
}

/* What each step after the first begins with. */
static void put_head(const struct client_handshake *h, enum mt_id id, struct buf *b)
{
	buf_u32(b, (uint32_t)id);
	buf_put(b, h->nonce, 16);
	buf_put(b, h->server_nonce, 16);
}

/* Does an answer begin with this id and our nonces? */
static bool take_head(const struct client_handshake *h, enum mt_id id, struct rd *r)
{
	uint32_t got = rd_u32(r);
	struct slice nonce = rd_bytes(r, 16), server = rd_bytes(r, 16);

	return !r->bad && got == (uint32_t)id && memcmp(nonce.p, h->nonce, 16) == 0 &&
	       memcmp(server.p, h->server_nonce, 16) == 0;
}

static int wrong(struct client_handshake *h, const char *what)
{
	h->error = what;
	h->at = AT_END;
	return -ERR_INVALID;
}

struct client_handshake *client_handshake_new(const struct client_key_request *q, struct buf *out)
{
	struct client_handshake *h = xcalloc(1, sizeof(*h));
	struct buf b = {0};

	h->q = *q;
	h->error = "";
	rng_bytes(h->nonce, 16);
	buf_u32(&b, (uint32_t)(q->old_req_pq ? MT_req_pq : MT_req_pq_multi));
	buf_put(&b, h->nonce, 16);
	send_body(&b, out);
	return h;
}

void client_handshake_free(struct client_handshake *h)
{
	if (!h)
		return;
	wipe(h, sizeof(*h));
	free(h);
}

const struct client_key *client_handshake_key(const struct client_handshake *h)
{
	return &h->key;
}

size_t client_handshake_offered(const struct client_handshake *h, int64_t ret[CLIENT_FINGERPRINTS_MAX])
{
	memcpy(ret, h->offered, sizeof(h->offered));
	return h->n_offered;
}

const char *client_handshake_error(const struct client_handshake *h)
{
	return h->error;
}

static bool is_temp(const struct client_handshake *h)
{
	return h->q.inner == CLIENT_INNER_TEMP || h->q.inner == CLIENT_INNER_TEMP_DC;
}

static void put_big4(struct buf *b, uint32_t v)
{
	uint8_t p[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

	buf_tl_bytes(b, p, sizeof(p));
}

static void put_inner(struct client_handshake *h, struct slice pq, uint32_t p, uint32_t q, struct buf *b)
{
	static const enum mt_id ids[] = {MT_p_q_inner_data, MT_p_q_inner_data_dc, MT_p_q_inner_data_temp,
	                                 MT_p_q_inner_data_temp_dc};

	buf_u32(b, (uint32_t)ids[h->q.inner]);
	buf_tl_bytes(b, pq.p, pq.n);
	put_big4(b, p);
	put_big4(b, q);
	buf_put(b, h->nonce, 16);
	buf_put(b, h->server_nonce, 16);
	buf_put(b, h->new_nonce, 32);
	if (h->q.inner == CLIENT_INNER_DC || h->q.inner == CLIENT_INNER_TEMP_DC)
		buf_u32(b, (uint32_t)h->q.dc);
	if (is_temp(h))
		buf_u32(b, (uint32_t)h->q.expires_in);
}

static int req_dh(struct client_handshake *h, struct slice pq, uint32_t p, uint32_t q, struct buf *out)
{
	struct buf inner = {0}, b = {0};
	uint8_t sealed[256];
	int r;

	put_inner(h, pq, p, q, &inner);
	r = rsa_inner_seal(h->q.rsa, h->q.old_rsa, inner.p, inner.n, sealed);
	wipe(inner.p, inner.n);
	buf_fini(&inner);
	if (r < 0)
		return r;
	put_head(h, MT_req_DH_params, &b);
	put_big4(&b, p);
	put_big4(&b, q);
	buf_u64(&b, (uint64_t)rsa_fingerprint(h->q.rsa));
	buf_tl_bytes(&b, sealed, sizeof(sealed));
	send_body(&b, out);
	return 0;
}

/* Fingerprints of the server's keys; true if ours is among them. */
static bool take_fingerprints(struct client_handshake *h, struct rd *r)
{
	int64_t ours = rsa_fingerprint(h->q.rsa), f;
	uint32_t id = rd_u32(r), n = rd_u32(r);
	bool known = false;

	h->n_offered = 0;
	if (id != (uint32_t)MT_vector || n > rd_left(r) / 8)
		r->bad = true;
	for (uint32_t i = 0; !r->bad && i < n; i++) {
		f = (int64_t)rd_u64(r);
		if (h->n_offered < CLIENT_FINGERPRINTS_MAX)
			h->offered[h->n_offered++] = f;
		known |= f == ours;
	}
	return known;
}

static int on_res_pq(struct client_handshake *h, struct rd *r, struct buf *out)
{
	uint32_t id = rd_u32(r), p, q;
	struct slice nonce = rd_bytes(r, 16), server = rd_bytes(r, 16), pq = rd_tl_bytes(r);
	bool known = take_fingerprints(h, r);
	uint64_t v = 0;

	if (r->bad || id != (uint32_t)MT_resPQ || memcmp(nonce.p, h->nonce, 16) != 0)
		return wrong(h, "the first answer is not resPQ for our nonce");
	memcpy(h->server_nonce, server.p, 16);
	if (!known) {
		h->at = AT_END;
		h->error = "the server does not have this RSA key";
		return -ERR_NOTFOUND;
	}
	/* Exactly eight bytes, because Android reads that many. */
	if (pq.n != 8)
		return wrong(h, "pq is not a number of eight bytes");
	for (uint32_t i = 0; i < 8; i++)
		v = v << 8 | pq.p[i];
	if (v >> 63 || pq_factor(v, &p, &q) < 0 || p >= q)
		return wrong(h, "pq is not a product of two primes below 2^63");
	rng_bytes(h->new_nonce, 32);
	h->asked = clock_unix();
	h->at = AT_DH;
	return req_dh(h, pq, p, q, out);
}

struct answer {
	uint32_t g;
	struct slice prime, g_a;
	int32_t server_time;
};

/*
 * The encrypted answer: hash, object, up to 15 bytes of padding. `plain` holds what the slices point into, ANSWER_MAX bytes.
 * False: not what its hash says, or for other nonces.
 */
static bool open_answer(struct client_handshake *h, struct slice sealed, uint8_t *plain, struct answer *ret)
{
	uint8_t hash[20];
	struct rd r;

	if (sealed.n < 32 || sealed.n % 16 || sealed.n > ANSWER_MAX)
		return false;
	mt_tmp_aes(h->new_nonce, h->server_nonce, h->tmp_key, h->tmp_iv);
	aes_ige_decrypt(h->tmp_key, h->tmp_iv, sealed.p, plain, sealed.n);
	r = rd_of(plain + 20, sealed.n - 20);
	if (!take_head(h, MT_server_DH_inner_data, &r))
		return false;
	ret->g = rd_u32(&r);
	ret->prime = rd_tl_bytes(&r);
	ret->g_a = rd_tl_bytes(&r);
	ret->server_time = (int32_t)rd_u32(&r);
	if (r.bad || rd_left(&r) > 15)
		return false;
	sha1(plain + 20, sealed.n - 20 - rd_left(&r), hash);
	return equal_consttime(hash, plain, 20);
}

static void keep_key(struct client_handshake *h, const uint8_t secret[256], const uint8_t g_a[256],
                     int32_t server_time)
{
	uint8_t a[8], b[8];

	dh_shared(secret, g_a, h->key.body);
	mt_key_ids(h->key.body, &h->key.id, h->aux);
	memcpy(a, h->new_nonce, 8);
	memcpy(b, h->server_nonce, 8);
	for (int i = 0; i < 8; i++)
		a[i] ^= b[i];
	memcpy(&h->key.salt, a, 8);
	h->key.server_ahead = server_time - h->asked;
	h->key.expires = is_temp(h) ? server_time + h->q.expires_in : 0;
}

static void send_g_b(struct client_handshake *h, const uint8_t g_b[256], struct buf *out)
{
	struct buf data = {0}, plain = {0}, b = {0};
	uint8_t hash[20];

	put_head(h, MT_client_DH_inner_data, &data);
	buf_u64(&data, 0); /* retry_id */
	buf_tl_bytes(&data, g_b, 256);
	sha1(data.p, data.n, hash);
	buf_put(&plain, hash, 20);
	buf_put(&plain, data.p, data.n);
	rng_bytes(buf_reserve(&plain, 16), 16);
	plain.n += -plain.n & 15;
	aes_ige_encrypt(h->tmp_key, h->tmp_iv, plain.p, plain.p, plain.n);
	put_head(h, MT_set_client_DH_params, &b);
	buf_tl_bytes(&b, plain.p, plain.n);
	send_body(&b, out);
	buf_fini(&data);
	buf_fini(&plain);
}

static int on_dh_params(struct client_handshake *h, struct rd *r, struct buf *out)
{
	uint8_t secret[256], g_b[256], plain[ANSWER_MAX];
	bool ours = take_head(h, MT_server_DH_params_ok, r);
	struct slice sealed = rd_tl_bytes(r);
	struct answer d;

	if (!ours || r->bad)
		return wrong(h, "the second answer is not server_DH_params_ok for our nonces");
	if (!open_answer(h, sealed, plain, &d))
		return wrong(h, "the encrypted DH answer is not what its hash says, or for other nonces");
	if (d.g != DH_G || d.prime.n != 256 || memcmp(d.prime.p, dh_prime, 256) != 0)
		return wrong(h, "the DH prime or generator is not the well-known one");
	if (d.g_a.n != 256 || !dh_public_ok(d.g_a.p))
		return wrong(h, "g_a is outside its range");
	dh_generate(secret, g_b);
	keep_key(h, secret, d.g_a.p, d.server_time);
	wipe(secret, sizeof(secret));
	send_g_b(h, g_b, out);
	h->at = AT_GEN;
	return 0;
}

static int on_gen(struct client_handshake *h, struct rd *r)
{
	bool ours = take_head(h, MT_dh_gen_ok, r);
	struct slice hash1 = rd_bytes(r, 16);
	uint8_t hash[16];

	if (!ours || r->bad)
		return wrong(h, "the third answer is not dh_gen_ok for our nonces");
	mt_new_nonce_hash(h->new_nonce, 1, h->aux, hash);
	if (!equal_consttime(hash1.p, hash, 16))
		return wrong(h, "the server made another key than we did");
	h->at = AT_END;
	return 1;
}

int client_handshake_step(struct client_handshake *h, const uint8_t *p, size_t n, struct buf *out)
{
	struct slice body;
	struct rd r;

	if (h->at == AT_END)
		return -ERR_INVALID;
	if (client_plain_open(p, n, &body) < 0)
		return wrong(h, "an answer is not an unencrypted packet with an id that is 1 modulo 4");
	r = rd_of(body.p, body.n);
	return h->at == AT_PQ   ? on_res_pq(h, &r, out)
	       : h->at == AT_DH ? on_dh_params(h, &r, out)
	                        : on_gen(h, &r);
}
