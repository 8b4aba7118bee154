/* aes_portable.c - the engine for any processor: OpenSSL's block function, one chain after the other. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/aes.h>
#include <string.h>

#include "crypto/aes_engine.h"

static void xor16(uint8_t *d, const uint8_t *a, const uint8_t *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a, 16);
	memcpy(y, b, 16);
	x[0] ^= y[0];
	x[1] ^= y[1];
	memcpy(d, x, 16);
}

/* `before` and `after` are mixed into a block in front of the cipher and behind it; either way the roles of the vector's halves
 * are all that differs. */
static void chain(const struct aes_ige_job *j, bool decrypt)
{
	uint8_t before[16], after[16], x[16];
	AES_KEY k;

	if (decrypt)
		AES_set_decrypt_key(j->key, 256, &k);
	else
		AES_set_encrypt_key(j->key, 256, &k);
	memcpy(before, j->iv + (decrypt ? 16 : 0), 16);
	memcpy(after, j->iv + (decrypt ? 0 : 16), 16);
	for (size_t i = 0; i < j->n; i += 16) {
		memcpy(x, j->in + i, 16);
		xor16(before, before, x);
		if (decrypt)
			AES_decrypt(before, before, &k);
		else
			AES_encrypt(before, before, &k);
		xor16(before, before, after);
		memcpy(after, x, 16);
		memcpy(j->out + i, before, 16);
	}
}

static void ige(const struct aes_ige_job *const *jobs, size_t n, bool decrypt)
{
	for (size_t i = 0; i < n; i++)
		chain(jobs[i], decrypt);
}

static void ctr(const uint8_t key[32], uint8_t counter[16], uint8_t *p, size_t n, uint8_t rest[16])
{
	uint8_t stream[16];
	AES_KEY k;

	AES_set_encrypt_key(key, 256, &k);
	for (size_t i = 0; i < n; i += 16) {
		AES_encrypt(counter, stream, &k);
		for (int c = 15; c >= 0 && ++counter[c] == 0; c--)
			;
		if (n - i >= 16) {
			xor16(p + i, p + i, stream);
			continue;
		}
		for (size_t b = 0; b < n - i; b++)
			p[i + b] ^= stream[b];
		memcpy(rest, stream, 16);
	}
}

static bool works(void)
{
	return true;
}

const struct aes_engine aes_portable = {"portable", "nothing", works, 1, ige, ctr};
