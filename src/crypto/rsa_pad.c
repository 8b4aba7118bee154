/* rsa_pad.c - see rsa_pad.h. */
#include "crypto/rsa_pad.h"

#include "base/err.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

enum { PADDED = 192, HASHED = PADDED + 32, OLD_BLOCK = 255 };

static void reverse(uint8_t *out, const uint8_t *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = in[n - 1 - i];
}

static bool open_pad(const uint8_t m[256], uint8_t out[PADDED])
{
	uint8_t key[32], h[32], plain[HASHED];
	static const uint8_t zero_iv[32];

	sha256(m + 32, HASHED, h);
	for (int i = 0; i < 32; i++)
		key[i] = m[i] ^ h[i];
	aes_ige_decrypt(key, zero_iv, m + 32, plain, HASHED);
	reverse(out, plain, PADDED);
	sha256_2(key, 32, out, PADDED, h);
	return equal_consttime(h, plain + PADDED, 32);
}

/* The old scheme's data has one of three lengths, by its constructor. */
static bool open_old(const uint8_t m[256])
{
	static const size_t lengths[] = {96, 100, 104};
	uint8_t h[20];
	bool ok = false;

	for (size_t i = 0; i < 3; i++) {
		sha1(m + 21, lengths[i], h);
		ok |= equal_consttime(h, m + 1, 20);
	}
	return ok & (m[0] == 0);
}

bool rsa_inner_open(const struct rsa_key *k, const uint8_t in[256], uint8_t ret_data[RSA_INNER_MAX],
                    size_t *ret_n)
{
	uint8_t m[256], pad[RSA_INNER_MAX] = {0}, old[RSA_INNER_MAX] = {0}, pick;
	bool is_pad, is_old, ok;

	ok = rsa_private(k, in, m) == 0;
	if (!ok)
		rng_bytes(m, sizeof(m));
	rng_bytes(ret_data, RSA_INNER_MAX);
	is_pad = open_pad(m, pad);
	is_old = open_old(m);
	memcpy(old, m + 21, OLD_BLOCK - 20);
	for (size_t i = 0; i < RSA_INNER_MAX; i++) {
		pick = (uint8_t)((pad[i] & -(uint8_t)is_pad) | (old[i] & -(uint8_t)(is_old & !is_pad)));
		ret_data[i] = (uint8_t)((ret_data[i] & -(uint8_t) !(is_pad | is_old)) | pick);
	}
	*ret_n = is_pad ? PADDED : OLD_BLOCK - 20;
	wipe(m, sizeof(m));
	wipe(pad, sizeof(pad));
	wipe(old, sizeof(old));
	return ok & (is_pad | is_old);
}

static int seal_old(const struct rsa_key *k, const void *data, size_t n, uint8_t out[256])
{
	uint8_t m[256] = {0};

	if (n > OLD_BLOCK - 20)
		return -ERR_TOO_BIG;
	rng_bytes(m + 1, OLD_BLOCK);
	sha1(data, n, m + 1);
	memcpy(m + 21, data, n);
	return rsa_public(k, m, out);
}

int rsa_inner_seal(const struct rsa_key *k, bool legacy, const void *data, size_t n, uint8_t out[256])
{
	static const uint8_t zero_iv[32];
	uint8_t padded[PADDED], plain[HASHED], key[32], m[256], h[32];
	int r;

	if (legacy)
		return seal_old(k, data, n, out);
	if (n > 144)
		return -ERR_TOO_BIG;
	rng_bytes(padded, sizeof(padded));
	memcpy(padded, data, n);
	do { /* until the number is below the modulus */
		rng_bytes(key, sizeof(key));
		reverse(plain, padded, PADDED);
		sha256_2(key, 32, padded, PADDED, plain + PADDED);
		aes_ige_encrypt(key, zero_iv, plain, m + 32, HASHED);
		sha256(m + 32, HASHED, h);
		for (int i = 0; i < 32; i++)
			m[i] = key[i] ^ h[i];
		r = rsa_public(k, m, out);
	} while (r == -ERR_INVALID);
	return r;
}
