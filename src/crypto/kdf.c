/* kdf.c - see kdf.h. */
#include "crypto/kdf.h"

#include <assert.h>
#include <string.h>

#include "crypto/hash.h"

void mt_msg_key_large(const uint8_t auth_key[256], int x, const void *plain, size_t n, uint8_t out[32])
{
	sha256_2(mt_msg_key_part(auth_key, x), MT_MSG_KEY_PART, plain, n, out);
}

void mt_kdf_v2(const uint8_t auth_key[256], const uint8_t msg_key[16], int x, uint8_t key[32], uint8_t iv[32])
{
	uint8_t a[32], b[32];

	sha256_batch((const struct sha256_job[]){{msg_key, auth_key + x, 16, 36, a},
	                                         {auth_key + 40 + x, msg_key, 36, 16, b}},
	             2);
	memcpy(key, a, 8);
	memcpy(key + 8, b + 8, 16);
	memcpy(key + 24, a + 24, 8);
	memcpy(iv, b, 8);
	memcpy(iv + 8, a + 8, 16);
	memcpy(iv + 24, b + 24, 8);
}

void mt_kdf_v1(const uint8_t auth_key[256], const uint8_t msg_key[16], int x, uint8_t key[32], uint8_t iv[32])
{
	uint8_t a[20], b[20], c[20], d[20];

	sha1_2(msg_key, 16, auth_key + x, 32, a);
	sha1_3(auth_key + 32 + x, 16, msg_key, 16, auth_key + 48 + x, 16, b);
	sha1_2(auth_key + 64 + x, 32, msg_key, 16, c);
	sha1_2(msg_key, 16, auth_key + 96 + x, 32, d);
	memcpy(key, a, 8);
	memcpy(key + 8, b + 8, 12);
	memcpy(key + 20, c + 4, 12);
	memcpy(iv, a + 8, 12);
	memcpy(iv + 12, b, 8);
	memcpy(iv + 20, c + 16, 4);
	memcpy(iv + 24, d, 8);
}

void mt_tmp_aes(const uint8_t new_nonce[32], const uint8_t server_nonce[16], uint8_t key[32], uint8_t iv[32])
{
	uint8_t ns[20], sn[20], nn[20];

	sha1_2(new_nonce, 32, server_nonce, 16, ns);
	sha1_2(server_nonce, 16, new_nonce, 32, sn);
	sha1_2(new_nonce, 32, new_nonce, 32, nn);
	memcpy(key, ns, 20);
	memcpy(key + 20, sn, 12);
	memcpy(iv, sn + 12, 8);
	memcpy(iv + 8, nn, 20);
	memcpy(iv + 28, new_nonce, 4);
}

void mt_key_ids(const uint8_t auth_key[256], int64_t *ret_id, uint8_t ret_aux[8])
{
	uint8_t h[20];

	sha1(auth_key, 256, h);
	memcpy(ret_id, h + 12, 8);
	memcpy(ret_aux, h, 8);
}

void mt_new_nonce_hash(const uint8_t new_nonce[32], int number, const uint8_t aux[8], uint8_t out[16])
{
	uint8_t n = (uint8_t)number, h[20];

	sha1_3(new_nonce, 32, &n, 1, aux, 8, h);
	memcpy(out, h + 4, 16);
}

void hkdf_extract(struct slice salt, struct slice secret, uint8_t ret_root[32])
{
	hmac_sha256(salt.p, salt.n, secret.p, secret.n, ret_root);
}

void hkdf_expand(const uint8_t root[32], const char *what, struct slice of, uint8_t out[32])
{
	uint8_t info[HKDF_INFO_MAX + 1];
	size_t n = strlen(what);

	assert(n + of.n <= HKDF_INFO_MAX);
	memcpy(info, what, n);
	if (of.n)
		memcpy(info + n, of.p, of.n);
	info[n + of.n] = 1; /* the first block, and the only one */
	hmac_sha256(root, 32, info, n + of.n + 1, out);
}
