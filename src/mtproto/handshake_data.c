/* handshake_data.c - see handshake.h. */
#include "mtproto/handshake.h"

#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/rng.h"
#include "crypto/rsa.h"
#include "crypto/rsa_pad.h"
#include "mtproto/call_private.h"

enum {
	HOME_DC = 2,
	TEMP_MIN = 60,
	TEMP_MAX = 7 * 86400,
	ANSWER_MAX = 652,
};

uint64_t mt_handshake_number(struct slice s)
{
	uint64_t v = 0;

	if (s.n > 8)
		return 0;
	for (uint32_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

static int32_t home_of(const struct mt_server *s, int32_t dc)
{
	int32_t n = dc < 0 ? -(dc % 10000) : dc % 10000;

	return (n >= 1 && n <= 5) || mt_is_cdn(s, n) ? n : HOME_DC;
}

/* The decrypted inner data against what the outer message says. */
static bool inner_matches(struct mt_handshake *h, const uint8_t *data, size_t n)
{
	struct rd r = rd_of(data, n);
	uint32_t id = rd_u32(&r);
	uint64_t pq = mt_handshake_number(rd_tl_bytes(&r));
	uint64_t p = mt_handshake_number(rd_tl_bytes(&r)), q = mt_handshake_number(rd_tl_bytes(&r));
	struct slice nonces = rd_bytes(&r, 32), new_nonce = rd_bytes(&r, 32);
	bool dc = id == (uint32_t)MT_p_q_inner_data_dc || id == (uint32_t)MT_p_q_inner_data_temp_dc;
	bool temp = id == (uint32_t)MT_p_q_inner_data_temp || id == (uint32_t)MT_p_q_inner_data_temp_dc;
	int32_t expires = 0;

	h->x->key.dc = dc ? home_of(h->l->s, (int32_t)rd_u32(&r)) : HOME_DC;
	if (temp)
		expires = (int32_t)rd_u32(&r);
	if (r.bad || !(dc || temp || id == (uint32_t)MT_p_q_inner_data))
		return false;
	if (pq != (uint64_t)h->p * h->q || p != h->p || q != h->q ||
	    !equal_consttime(nonces.p, h->nonces, 32))
		return false;
	h->x->key.kind = temp ? MT_KEY_TEMP : MT_KEY_PERM;
	if (temp)
		h->x->key.expires = clock_unix() + (expires < TEMP_MIN   ? TEMP_MIN
		                                    : expires > TEMP_MAX ? TEMP_MAX
		                                                         : expires);
	memcpy(h->x->new_nonce, new_nonce.p, 32);
	return true;
}

const struct rsa_key *mt_handshake_rsa(const struct mt_server *s, int64_t fingerprint)
{
	for (const struct rsa_key *const *k = s->cfg.rsa; *k; k++)
		if (rsa_fingerprint(*k) == fingerprint)
			return *k;
	return NULL;
}

static void make_params(struct mt_handshake *h)
{
	uint8_t inner[ANSWER_MAX], g_a[256];
	struct buf b = {0};
	size_t n;

	/* The same work whether the inner data was right or not; what it was is said afterwards, in one way. */
	if (!h->inner_ok)
		rng_bytes(h->x->new_nonce, 32);
	dh_generate(h->x->a, g_a);
	mt_tmp_aes(h->x->new_nonce, h->nonces + 16, h->x->tmp_key, h->x->tmp_iv);
	buf_u32(&b, (uint32_t)MT_server_DH_inner_data);
	buf_put(&b, h->nonces, 32);
	buf_u32(&b, DH_G);
	buf_tl_bytes(&b, dh_prime, sizeof(dh_prime));
	buf_tl_bytes(&b, g_a, sizeof(g_a));
	buf_u32(&b, (uint32_t)clock_unix());
	rng_bytes(inner, sizeof(inner));
	sha1(b.p, b.n, inner);
	memcpy(inner + 20, b.p, b.n);
	n = (20 + b.n + 15) & ~(size_t)15;
	aes_ige_encrypt(h->x->tmp_key, h->x->tmp_iv, inner, inner, n);
	h->answer.n = 0;
	buf_u32(&h->answer, (uint32_t)MT_server_DH_params_ok);
	buf_put(&h->answer, h->nonces, 32);
	buf_tl_bytes(&h->answer, inner, n);
	buf_fini(&b);
}

void mt_handshake_open_inner(struct mt_handshake *h)
{
	uint8_t data[RSA_INNER_MAX];
	const struct rsa_key *k = mt_handshake_rsa(h->l->s, h->x->key.first_salt);
	bool opened;
	size_t n;

	opened = rsa_inner_open(k, h->x->in, data, &n);
	h->inner_ok = inner_matches(h, data, n) & opened;
	wipe(data, sizeof(data));
	make_params(h);
}

bool mt_handshake_open_client_dh(struct mt_handshake *h, struct slice data)
{
	uint8_t plain[512], hash[20];
	struct slice nonces, g_b;
	size_t pad = 0;
	struct rd r;
	bool ok = false;

	if (data.n < 32 || data.n % 16 || data.n > sizeof(plain))
		return false;
	aes_ige_decrypt(h->x->tmp_key, h->x->tmp_iv, data.p, plain, data.n);
	r = rd_of(plain + 20, data.n - 20);
	if (rd_u32(&r) != (uint32_t)MT_client_DH_inner_data)
		return false;
	nonces = rd_bytes(&r, 32);
	rd_u64(&r); /* retry_id: Web K counts in it; it changes nothing */
	g_b = rd_tl_bytes(&r);
	if (r.bad || g_b.n > 256 || !equal_consttime(nonces.p, h->nonces, 32))
		return false;
	pad = rd_left(&r);
	sha1(plain + 20, data.n - 20 - pad, hash);
	ok = pad < 16 && equal_consttime(hash, plain, 20);
	memset(h->x->g_b, 0, 256);
	memcpy(h->x->g_b + 256 - g_b.n, g_b.p, g_b.n);
	wipe(plain, sizeof(plain));
	return ok;
}

void mt_handshake_agree(struct mt_handshake *h)
{
	h->dh_ok = dh_public_ok(h->x->g_b);
	if (!h->dh_ok)
		return;
	dh_shared(h->x->a, h->x->g_b, h->x->key.key);
	mt_key_ids(h->x->key.key, &h->x->key.id, h->aux);
	for (int i = 0; i < 8; i++)
		((uint8_t *)&h->x->key.first_salt)[i] = h->x->new_nonce[i] ^ h->nonces[16 + i];
	h->x->key.created = clock_unix();
}

void mt_handshake_put_gen(struct mt_handshake *h, uint32_t id, int number)
{
	uint8_t hash[16];

	mt_new_nonce_hash(h->x->new_nonce, number, h->aux, hash);
	buf_fini(&h->answer); /* much shorter than the one before */
	buf_u32(&h->answer, id);
	buf_put(&h->answer, h->nonces, 32);
	buf_put(&h->answer, hash, 16);
}
