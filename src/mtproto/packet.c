/* packet.c - see packet.h. */
#include "mtproto/packet.h"

#include "base/err.h"
#include "base/rd.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

enum { INNER_HEAD = 32, PAD_MIN = 12, PAD_MAX = 1024, TOGETHER = 32 };

/* x of the key derivation. */
static int x_of(bool from_client)
{
	return from_client ? 0 : 8;
}

int mt_packet_open_begin(const uint8_t auth_key[256], bool from_client, uint8_t *p, size_t n,
                         struct mt_packet_opening *ret)
{
	uint8_t *plain = p + MT_PACKET_HEAD;
	size_t len = n - MT_PACKET_HEAD;
	int x = x_of(from_client);

	if (n < MT_PACKET_HEAD + INNER_HEAD + 16 || len % 16)
		return -ERR_INVALID;
	ret->p = p;
	ret->n = n;
	ret->ige = (struct aes_ige_job){.in = plain, .out = plain, .n = len, .decrypt = true};
	mt_kdf_v2(auth_key, p + 8, x, ret->ige.key, ret->ige.iv);
	memcpy(ret->part, mt_msg_key_part(auth_key, x), sizeof(ret->part));
	return 0;
}

static void open_some(struct mt_packet_opening *o, size_t n)
{
	struct aes_ige_job ige[TOGETHER];
	struct sha256_job sum[TOGETHER];

	for (size_t i = 0; i < n; i++) {
		ige[i] = o[i].ige;
		sum[i] = (struct sha256_job){o[i].part, ige[i].out, sizeof(o[i].part), ige[i].n, o[i].large};
	}
	aes_ige_batch(ige, n);
	sha256_batch(sum, n);
	wipe(ige, n * sizeof(ige[0]));
	for (size_t i = 0; i < n; i++) {
		wipe(&o[i].ige, sizeof(o[i].ige));
		wipe(o[i].part, sizeof(o[i].part));
	}
}

void mt_packet_open_all(struct mt_packet_opening *o, size_t n)
{
	for (size_t k; n; o += k, n -= k) {
		k = n < TOGETHER ? n : TOGETHER;
		open_some(o, k);
	}
}

int mt_packet_open_end(const struct mt_packet_opening *o, struct mt_packet *ret)
{
	uint8_t *plain = o->p + MT_PACKET_HEAD;
	size_t len = o->n - MT_PACKET_HEAD, body, pad;
	struct rd r;

	if (!equal_consttime(o->large + 8, o->p + 8, 16))
		return -ERR_INVALID;
	r = rd_of(plain, len);
	ret->salt = (int64_t)rd_u64(&r);
	ret->session_id = (int64_t)rd_u64(&r);
	ret->msg_id = (int64_t)rd_u64(&r);
	ret->seq_no = rd_u32(&r);
	body = rd_u32(&r);
	if (body % 4 || body > len - INNER_HEAD)
		return -ERR_INVALID;
	pad = len - INNER_HEAD - body;
	if (pad < PAD_MIN || pad > PAD_MAX)
		return -ERR_INVALID;
	ret->body = slice_of(plain + INNER_HEAD, body);
	r = rd_of(o->large, 4);
	ret->quick_ack = rd_u32(&r);
	return 0;
}

int mt_packet_open(const uint8_t auth_key[256], bool from_client, uint8_t *p, size_t n, struct mt_packet *ret)
{
	struct mt_packet_opening o;

	if (mt_packet_open_begin(auth_key, from_client, p, n, &o) < 0)
		return -ERR_INVALID;
	aes_ige_batch(&o.ige, 1);
	mt_msg_key_large(auth_key, x_of(from_client), o.ige.out, o.ige.n, o.large);
	return mt_packet_open_end(&o, ret);
}

size_t mt_packet_size(size_t body_n)
{
	size_t pad = -(INNER_HEAD + body_n + PAD_MIN) & 15;

	/* Up to 15 blocks more, so that sizes tell less; Web A takes at most 992 (mtproto.md 3.2). */
	pad += PAD_MIN + (rng_u64() & 15) * 16;
	return MT_PACKET_HEAD + INNER_HEAD + body_n + pad;
}

static void put64(uint8_t *p, int64_t v)
{
	memcpy(p, &v, 8);
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

void mt_packet_seal_begin(int64_t key_id, const uint8_t auth_key[256], bool from_client,
                          const struct mt_packet *m, uint8_t *out, size_t size, struct mt_packet_sealing *ret)
{
	uint8_t *plain = out + MT_PACKET_HEAD, *end = plain + INNER_HEAD + m->body.n;

	put64(out, key_id);
	put64(plain, m->salt);
	put64(plain + 8, m->session_id);
	put64(plain + 16, m->msg_id);
	put32(plain + 24, m->seq_no);
	put32(plain + 28, m->body.n);
	if (m->body.p != plain + INNER_HEAD)
		memcpy(plain + INNER_HEAD, m->body.p, m->body.n);
	rng_bytes(end, (size_t)(out + size - end));
	*ret = (struct mt_packet_sealing){auth_key, from_client, out, size};
}

/* Its msg_key is known: into its place, and what follows from it. */
static void put_key(const struct mt_packet_sealing *s, const uint8_t large[32], struct aes_ige_job *ret)
{
	uint8_t *plain = s->p + MT_PACKET_HEAD;

	memcpy(s->p + 8, large + 8, 16);
	ret->in = ret->out = plain;
	ret->n = s->n - MT_PACKET_HEAD;
	ret->decrypt = false;
	mt_kdf_v2(s->auth_key, s->p + 8, x_of(s->from_client), ret->key, ret->iv);
}

static void seal_one(const struct mt_packet_sealing *s)
{
	struct aes_ige_job ige;
	uint8_t large[32];

	mt_msg_key_large(s->auth_key, x_of(s->from_client), s->p + MT_PACKET_HEAD, s->n - MT_PACKET_HEAD,
	                 large);
	put_key(s, large, &ige);
	aes_ige_batch(&ige, 1);
	wipe(&ige, sizeof(ige));
}

static void seal_some(const struct mt_packet_sealing *s, size_t n)
{
	struct aes_ige_job ige[TOGETHER];
	struct sha256_job sum[TOGETHER];
	uint8_t large[TOGETHER][32];

	for (size_t i = 0; i < n; i++)
		sum[i] = (struct sha256_job){mt_msg_key_part(s[i].auth_key, x_of(s[i].from_client)),
		                             s[i].p + MT_PACKET_HEAD, MT_MSG_KEY_PART,
		                             s[i].n - MT_PACKET_HEAD, large[i]};
	sha256_batch(sum, n);
	for (size_t i = 0; i < n; i++)
		put_key(&s[i], large[i], &ige[i]);
	aes_ige_batch(ige, n);
	wipe(ige, n * sizeof(ige[0]));
}

void mt_packet_seal_all(const struct mt_packet_sealing *s, size_t n)
{
	for (size_t k; n > 1; s += k, n -= k) {
		k = n < TOGETHER ? n : TOGETHER;
		seal_some(s, k);
	}
	if (n)
		seal_one(s);
}

void mt_packet_seal(int64_t key_id, const uint8_t auth_key[256], bool from_client, const struct mt_packet *m,
                    uint8_t *out, size_t size)
{
	struct mt_packet_sealing s;

	mt_packet_seal_begin(key_id, auth_key, from_client, m, out, size, &s);
	seal_one(&s);
}
