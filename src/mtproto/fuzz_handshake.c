/*
 * fuzz_handshake.c - a client's side of the handshake with edits: each message is made rightly, then bytes of it are changed,
 * also under RSA and AES, where a stranger can put anything. A key that the server says is good must be the one that the
 * client has.
 *
 * Input: how (bits below), then for each of five texts a count and that many edits of three bytes: place (2), xor (1).
 */
#include <endian.h>
#include <stdlib.h>

#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/pq.h"
#include "crypto/rsa_pad.h"
#include "mtproto/fuzzer.h"
#include "mtproto/ids.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum how { LEGACY = 1, DC = 2, TEMP = 4, TWICE = 8, LEAVE = 16, REDIAL = 32, CUT = 64 };

struct shake {
	struct world w;
	struct rd in; /* the edits that are left */
	uint8_t how;
	bool edited;
	uint8_t nonces[32], new_nonce[32];
	uint32_t p, q;
	uint8_t key[32], iv[32], auth_key[256];
};

static void edit(struct shake *h, struct buf *b)
{
	struct slice count = rd_bytes(&h->in, 1);
	uint32_t n = count.n ? count.p[0] & 7 : 0;

	for (uint32_t i = 0; i < n; i++) {
		struct slice e = rd_bytes(&h->in, 3);

		if (!e.p || !b->n)
			return;
		h->edited = true;
		b->p[(e.p[0] | (size_t)e.p[1] << 8) % b->n] ^= e.p[2];
		if (h->how & CUT && e.p[2] == 0)
			b->n = b->n / 2 & ~(size_t)3;
	}
}

static void put_number(struct buf *b, uint32_t v)
{
	v = __builtin_bswap32(v);
	buf_tl_bytes(b, &v, 4);
}

/* Said, perhaps twice, perhaps on a new connection; true if there was an answer with this id. */
static bool ask(struct shake *h, struct buf *b, uint32_t id, struct rd *ret)
{
	bool ok;

	edit(h, b);
	if (h->how & REDIAL)
		world_dial(&h->w, TR_PADDED, true);
	world_plain(&h->w, buf_slice(b));
	if (h->how & TWICE)
		world_plain(&h->w, buf_slice(b));
	ok = world_wait(&h->w);
	b->n = 0;
	*ret = rd_of(h->w.plain.p, h->w.plain.n);
	return ok && rd_u32(ret) == id;
}

static bool req_pq(struct shake *h, struct buf *b)
{
	struct slice s;
	uint64_t pq;
	struct rd r;

	buf_u32(b, (uint32_t)MT_req_pq_multi);
	buf_put(b, "a nonce, 16 byte", 16);
	if (!ask(h, b, MT_resPQ, &r))
		return false;
	memcpy(h->nonces, rd_bytes(&r, 32).p, 32);
	s = rd_tl_bytes(&r);
	if (s.n != 8)
		abort();
	memcpy(&pq, s.p, 8);
	if (pq_factor(be64toh(pq), &h->p, &h->q) < 0)
		abort();
	return true;
}

static void inner_data(struct shake *h, struct buf *b)
{
	static const int ids[] = {MT_p_q_inner_data, MT_p_q_inner_data_dc, MT_p_q_inner_data_temp,
	                          MT_p_q_inner_data_temp_dc};
	uint64_t pq = htobe64((uint64_t)h->p * h->q);

	memset(h->new_nonce, 0x5a, 32);
	buf_u32(b, (uint32_t)ids[h->how / DC & 3]);
	buf_tl_bytes(b, &pq, 8);
	put_number(b, h->p);
	put_number(b, h->q);
	buf_put(b, h->nonces, 32);
	buf_put(b, h->new_nonce, 32);
	if (h->how & DC)
		buf_u32(b, 10002);
	if (h->how & TEMP)
		buf_u32(b, 86400);
}

static bool req_dh(struct shake *h, struct buf *b)
{
	uint8_t cipher[256];
	struct buf inner = {0};
	struct slice data;
	struct rd r;
	int e;

	inner_data(h, &inner);
	edit(h, &inner);
	e = rsa_inner_seal(world_rsa(), h->how & LEGACY, inner.p, inner.n, cipher);
	buf_fini(&inner);
	if (e < 0)
		return false;
	buf_u32(b, (uint32_t)MT_req_DH_params);
	buf_put(b, h->nonces, 32);
	put_number(b, h->p);
	put_number(b, h->q);
	buf_u64(b, (uint64_t)rsa_fingerprint(world_rsa()));
	buf_tl_bytes(b, cipher, 256);
	if (h->how & LEAVE) { /* while the work is being done */
		world_plain(&h->w, buf_slice(b));
		world_turn(&h->w);
		return false;
	}
	if (!ask(h, b, MT_server_DH_params_ok, &r))
		return false;
	rd_bytes(&r, 32);
	data = rd_tl_bytes(&r);
	if (r.bad || data.n != 592)
		abort();
	mt_tmp_aes(h->new_nonce, h->nonces + 16, h->key, h->iv);
	buf_put(b, data.p, data.n);
	aes_ige_decrypt(h->key, h->iv, b->p, b->p, b->n);
	return true;
}

/* `b` holds the decrypted server_DH_inner_data; false if our new_nonce was edited, so that it is none. */
static bool client_dh(struct shake *h, struct buf *b)
{
	struct rd r = rd_of(b->p + 20, b->n - 20);
	uint8_t secret[256], g_b[256], hash[20];
	struct slice g_a;
	struct buf plain = {0};

	if (rd_u32(&r) != (uint32_t)MT_server_DH_inner_data)
		return false;
	rd_bytes(&r, 36);
	rd_tl_bytes(&r);
	g_a = rd_tl_bytes(&r);
	rd_u32(&r);
	if (r.bad || g_a.n != 256)
		abort();
	sha1(b->p + 20, b->n - 20 - rd_left(&r), hash);
	if (memcmp(hash, b->p, 20) != 0)
		abort();
	dh_generate(secret, g_b);
	dh_shared(secret, g_a.p, h->auth_key);
	buf_u32(&plain, (uint32_t)MT_client_DH_inner_data);
	buf_put(&plain, h->nonces, 32);
	buf_u64(&plain, 0);
	buf_tl_bytes(&plain, g_b, 256);
	edit(h, &plain);
	sha1(plain.p, plain.n, hash);
	b->n = 0;
	buf_put(b, hash, 20);
	buf_put(b, plain.p, plain.n);
	while (b->n % 16)
		buf_u8(b, 0);
	buf_fini(&plain);
	aes_ige_encrypt(h->key, h->iv, b->p, b->p, b->n);
	return true;
}

static void set_client_dh(struct shake *h, struct buf *b)
{
	uint8_t aux[8], want[16];
	struct buf m = {0};
	struct rd r;
	int64_t id;

	buf_u32(&m, (uint32_t)MT_set_client_DH_params);
	buf_put(&m, h->nonces, 32);
	buf_tl_bytes(&m, b->p, b->n);
	if (ask(h, &m, MT_dh_gen_ok, &r)) {
		rd_bytes(&r, 32);
		mt_key_ids(h->auth_key, &id, aux);
		mt_new_nonce_hash(h->new_nonce, 1, aux, want);
		if (!h->edited && memcmp(rd_bytes(&r, 16).p, want, 16) != 0)
			abort();
	}
	buf_fini(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct shake h = {0};
	struct buf b = {0};

	if (n < 1)
		return 0;
	h.how = p[0];
	h.in = rd_of(p + 1, n - 1);
	world_open(&h.w);
	world_dial(&h.w, TR_ABRIDGED, false);
	if (req_pq(&h, &b) && req_dh(&h, &b) && client_dh(&h, &b))
		set_client_dh(&h, &b);
	world_close(&h.w);
	buf_fini(&b);
	return 0;
}
