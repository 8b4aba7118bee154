/* seal.c - see seal.h. */
#include "blob/seal.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"

#define MAGIC       "chaparS1"
#define NONCE_START UINT64_MAX /* of the head; no content has so many chunks */

struct seal {
	uint8_t root[32];
	EVP_CIPHER *gcm; /* looked up once: at each use it costs more than a small chunk */
};

/* HKDF-SHA256 (RFC 5869), one block out. */
struct seal *seal_new(struct slice key_file)
{
	static const char salt[] = "chapar contents 1";
	struct seal *s = xcalloc(1, sizeof(*s));

	hmac_sha256(salt, sizeof(salt) - 1, key_file.p, key_file.n, s->root);
	s->gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	assert(s->gcm);
	return s;
}

void seal_free(struct seal *s)
{
	if (!s)
		return;
	EVP_CIPHER_free(s->gcm);
	wipe(s, sizeof(*s));
	free(s);
}

static void expand(const struct seal *s, const char *what, const void *p, size_t n, uint8_t out[32])
{
	uint8_t info[64 + 1];
	size_t k = strlen(what);

	assert(k + n < sizeof(info));
	memcpy(info, what, k);
	if (n)
		memcpy(info + k, p, n);
	info[k + n] = 1;
	hmac_sha256(s->root, sizeof(s->root), info, k + n + 1, out);
}

void seal_check(const struct seal *s, uint8_t out[16])
{
	uint8_t all[32];

	expand(s, "check", NULL, 0, all);
	memcpy(out, all, 16);
}

void seal_name(const struct seal *s, const uint8_t id[32], uint8_t out[32])
{
	expand(s, "name ", id, 32, out);
}

void seal_file_key(const struct seal *s, const uint8_t salt[SEAL_SALT], uint8_t key[32])
{
	expand(s, "file ", salt, SEAL_SALT, key);
}

void seal_put(const struct seal *s, const uint8_t key[32], const uint8_t nonce[SEAL_NONCE], struct slice aad,
              const uint8_t *in, size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int k, ok;

	ok = c && EVP_EncryptInit_ex2(c, s->gcm, key, nonce, NULL) == 1;
	if (ok && aad.n)
		ok = EVP_EncryptUpdate(c, NULL, &k, aad.p, (int)aad.n) == 1;
	if (ok && n)
		ok = EVP_EncryptUpdate(c, out, &k, in, (int)n) == 1;
	ok = ok && EVP_EncryptFinal_ex(c, out + n, &k) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, out + n) == 1;
	assert(ok);
	EVP_CIPHER_CTX_free(c);
}

int seal_open(const struct seal *s, const uint8_t key[32], const uint8_t nonce[SEAL_NONCE], struct slice aad,
              const uint8_t *in, size_t n, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t tag[SEAL_TAG];
	int k, ok;

	memcpy(tag, in + n, SEAL_TAG);
	ok = c && EVP_DecryptInit_ex2(c, s->gcm, key, nonce, NULL) == 1;
	if (ok && aad.n)
		ok = EVP_DecryptUpdate(c, NULL, &k, aad.p, (int)aad.n) == 1;
	if (ok && n)
		ok = EVP_DecryptUpdate(c, out, &k, in, (int)n) == 1;
	ok = ok && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, tag) == 1;
	ok = ok && EVP_DecryptFinal_ex(c, out + n, &k) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok ? 0 : -ERR_CORRUPT;
}

void seal_chunk_nonce(uint64_t number, uint8_t nonce[SEAL_NONCE])
{
	number = htole64(number);
	memset(nonce, 0, SEAL_NONCE);
	memcpy(nonce, &number, sizeof(number));
}

void seal_head_put(const struct seal *s, const uint8_t salt[SEAL_SALT], const uint8_t id[32], uint64_t size,
                   uint8_t out[SEAL_HEAD])
{
	uint8_t key[32], nonce[SEAL_NONCE], plain[40];

	size = htole64(size);
	memcpy(plain, id, 32);
	memcpy(plain + 32, &size, 8);
	memcpy(out, MAGIC, 8);
	memcpy(out + 8, salt, SEAL_SALT);
	seal_file_key(s, salt, key);
	seal_chunk_nonce(NONCE_START, nonce);
	seal_put(s, key, nonce, slice_of(out, 8 + SEAL_SALT), plain, sizeof(plain), out + 8 + SEAL_SALT);
	wipe(key, sizeof(key));
}

int seal_head_open(const struct seal *s, const uint8_t in[SEAL_HEAD], uint8_t ret_id[32], uint64_t *ret_size,
                   uint8_t ret_key[32])
{
	uint8_t key[32], nonce[SEAL_NONCE], plain[40];
	uint64_t size;

	if (memcmp(in, MAGIC, 8) != 0)
		return -ERR_CORRUPT;
	seal_file_key(s, in + 8, key);
	seal_chunk_nonce(NONCE_START, nonce);
	if (seal_open(s, key, nonce, slice_of(in, 8 + SEAL_SALT), in + 8 + SEAL_SALT, sizeof(plain), plain) <
	    0)
		return -ERR_CORRUPT;
	memcpy(ret_id, plain, 32);
	memcpy(&size, plain + 32, 8);
	*ret_size = le64toh(size);
	memcpy(ret_key, key, 32);
	wipe(key, sizeof(key));
	return 0;
}

uint64_t seal_chunk_at(uint64_t number)
{
	return SEAL_HEAD + number * (SEAL_CHUNK + SEAL_TAG);
}

uint64_t seal_disk_size(uint64_t plain)
{
	return SEAL_HEAD + plain + (plain + SEAL_CHUNK - 1) / SEAL_CHUNK * SEAL_TAG;
}
