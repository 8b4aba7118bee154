/* aes.c - chooses the engine at run time; IGE and CTR on top of either. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/aes.h"

#include <openssl/aes.h>
#include <assert.h>
#include <string.h>

#include "crypto/aes_engine.h"

static bool portable_only;

void aes_force_portable(bool on)
{
	portable_only = on;
}

static bool use_ni(void)
{
	return !portable_only && aes_ni_works();
}

static inline void xor16(uint8_t *d, const uint8_t *a, const uint8_t *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a, 16);
	memcpy(y, b, 16);
	x[0] ^= y[0];
	x[1] ^= y[1];
	memcpy(d, x, 16);
}

static void ige_encrypt_portable(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out,
                                 size_t n)
{
	uint8_t c[16], p[16], x[16];
	AES_KEY k;

	AES_set_encrypt_key(key, 256, &k);
	memcpy(c, iv, 16);
	memcpy(p, iv + 16, 16);
	for (size_t i = 0; i < n; i += 16) {
		memcpy(x, in + i, 16);
		xor16(c, c, x);
		AES_encrypt(c, c, &k);
		xor16(c, c, p);
		memcpy(p, x, 16);
		memcpy(out + i, c, 16);
	}
}

static void ige_decrypt_portable(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out,
                                 size_t n)
{
	uint8_t c[16], p[16], x[16];
	AES_KEY k;

	AES_set_decrypt_key(key, 256, &k);
	memcpy(c, iv, 16);
	memcpy(p, iv + 16, 16);
	for (size_t i = 0; i < n; i += 16) {
		memcpy(x, in + i, 16);
		xor16(p, p, x);
		AES_decrypt(p, p, &k);
		xor16(p, p, c);
		memcpy(c, x, 16);
		memcpy(out + i, p, 16);
	}
}

void aes_ige_encrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n)
{
	if (use_ni())
		aes_ni_ige_encrypt(key, iv, in, out, n);
	else
		ige_encrypt_portable(key, iv, in, out, n);
}

void aes_ige_decrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n)
{
	if (use_ni())
		aes_ni_ige_decrypt(key, iv, in, out, n);
	else
		ige_decrypt_portable(key, iv, in, out, n);
}

void aes_ige_encrypt_batch(struct aes_ige_job *jobs, size_t n_jobs)
{
	size_t i = 0;

	if (use_ni())
		for (; n_jobs - i >= AES_NI_LANES; i += AES_NI_LANES)
			aes_ni_ige_encrypt_lanes(&jobs[i]);
	for (; i < n_jobs; i++)
		aes_ige_encrypt(jobs[i].key, jobs[i].iv, jobs[i].in, jobs[i].out, jobs[i].n);
}

void aes_ctr_init(struct aes_ctr *c, const uint8_t key[32], const uint8_t iv[16])
{
	if (use_ni())
		aes_ni_expand(key, c->schedule);
	else
		AES_set_encrypt_key(key, 256, (AES_KEY *)c->schedule);
	static_assert(sizeof(AES_KEY) <= sizeof(c->schedule), "schedule holds OpenSSL's");
	memcpy(c->counter, iv, 16);
	c->used = 16;
}

static void next_block(struct aes_ctr *c)
{
	if (use_ni())
		aes_ni_block(c->schedule, c->counter, c->stream);
	else
		AES_encrypt(c->counter, c->stream, (const AES_KEY *)c->schedule);
	for (int i = 15; i >= 0 && ++c->counter[i] == 0; i--)
		;
	c->used = 0;
}

void aes_ctr_apply(struct aes_ctr *c, uint8_t *p, size_t n)
{
	size_t whole;

	for (; n && c->used < 16; n--)
		*p++ ^= c->stream[c->used++];
	whole = n & ~(size_t)15;
	if (whole && use_ni()) {
		aes_ni_ctr(c->schedule, c->counter, p, whole);
		p += whole;
		n -= whole;
	}
	while (n) {
		size_t k = n < 16 ? n : 16;

		next_block(c);
		for (size_t i = 0; i < k; i++)
			p[i] ^= c->stream[i];
		c->used = (uint32_t)k;
		p += k;
		n -= k;
	}
}
