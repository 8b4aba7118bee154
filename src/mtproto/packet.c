/* packet.c - see packet.h. */
#include "mtproto/packet.h"

#include "base/err.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/rng.h"

enum { INNER_HEAD = 32, PAD_MIN = 12, PAD_MAX = 1024 };

int mt_packet_open_begin(const uint8_t auth_key[256], bool from_client, uint8_t *p, size_t n,
                         struct aes_ige_job *ret_job)
{
	uint8_t *plain = p + MT_PACKET_HEAD;
	size_t len = n - MT_PACKET_HEAD;

	if (n < MT_PACKET_HEAD + INNER_HEAD + 16 || len % 16)
		return -ERR_INVALID;
	*ret_job = (struct aes_ige_job){.in = plain, .out = plain, .n = len, .decrypt = true};
	mt_kdf_v2(auth_key, p + 8, from_client ? 0 : 8, ret_job->key, ret_job->iv);
	return 0;
}

int mt_packet_open(const uint8_t auth_key[256], bool from_client, uint8_t *p, size_t n, struct mt_packet *ret)
{
	struct aes_ige_job job;

	if (mt_packet_open_begin(auth_key, from_client, p, n, &job) < 0)
		return -ERR_INVALID;
	aes_ige_batch(&job, 1);
	return mt_packet_open_end(auth_key, from_client, p, n, ret);
}

int mt_packet_open_end(const uint8_t auth_key[256], bool from_client, uint8_t *p, size_t n,
                       struct mt_packet *ret)
{
	int x = from_client ? 0 : 8;
	uint8_t large[32], *plain = p + MT_PACKET_HEAD;
	size_t len = n - MT_PACKET_HEAD, body, pad;
	struct rd r;

	mt_msg_key_large(auth_key, x, plain, len, large);
	if (!equal_consttime(large + 8, p + 8, 16))
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
	r = rd_of(large, 4);
	ret->quick_ack = rd_u32(&r);
	return 0;
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

void mt_packet_prepare(int64_t key_id, const uint8_t auth_key[256], bool from_client,
                       const struct mt_packet *m, uint8_t *out, size_t size, struct aes_ige_job *ret_job)
{
	int x = from_client ? 0 : 8;
	uint8_t large[32], *plain = out + MT_PACKET_HEAD;
	size_t len = size - MT_PACKET_HEAD;

	put64(out, key_id);
	put64(plain, m->salt);
	put64(plain + 8, m->session_id);
	put64(plain + 16, m->msg_id);
	put32(plain + 24, m->seq_no);
	put32(plain + 28, m->body.n);
	if (m->body.p != plain + INNER_HEAD)
		memcpy(plain + INNER_HEAD, m->body.p, m->body.n);
	rng_bytes(plain + INNER_HEAD + m->body.n, len - INNER_HEAD - m->body.n);
	mt_msg_key_large(auth_key, x, plain, len, large);
	memcpy(out + 8, large + 8, 16);
	ret_job->in = ret_job->out = plain;
	ret_job->n = len;
	ret_job->decrypt = false;
	mt_kdf_v2(auth_key, out + 8, x, ret_job->key, ret_job->iv);
}

void mt_packet_seal(int64_t key_id, const uint8_t auth_key[256], bool from_client, const struct mt_packet *m,
                    uint8_t *out, size_t size)
{
	struct aes_ige_job job;

	mt_packet_prepare(key_id, auth_key, from_client, m, out, size, &job);
	aes_ige_batch(&job, 1);
}
