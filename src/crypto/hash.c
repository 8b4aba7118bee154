/* hash.c - see hash.h. The low-level OpenSSL calls: EVP looks its algorithm up at each use, which costs more than a block. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.h"

#include <assert.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

void sha1(const void *p, size_t n, uint8_t out[20])
{
	SHA1(p, n, out);
}

void sha1_2(const void *a, size_t an, const void *b, size_t bn, uint8_t out[20])
{
	SHA_CTX c;

	SHA1_Init(&c);
	SHA1_Update(&c, a, an);
	SHA1_Update(&c, b, bn);
	SHA1_Final(out, &c);
}

void sha1_3(const void *a, size_t an, const void *b, size_t bn, const void *c3, size_t cn, uint8_t out[20])
{
	SHA_CTX c;

	SHA1_Init(&c);
	SHA1_Update(&c, a, an);
	SHA1_Update(&c, b, bn);
	SHA1_Update(&c, c3, cn);
	SHA1_Final(out, &c);
}

void sha256(const void *p, size_t n, uint8_t out[32])
{
	SHA256(p, n, out);
}

void sha256_2(const void *a, size_t an, const void *b, size_t bn, uint8_t out[32])
{
	SHA256_CTX c;

	SHA256_Init(&c);
	SHA256_Update(&c, a, an);
	SHA256_Update(&c, b, bn);
	SHA256_Final(out, &c);
}

static_assert(sizeof(SHA256_CTX) <= sizeof(struct hash_stream) &&
                      sizeof(MD5_CTX) <= sizeof(struct hash_stream),
              "they fit");

void sha256_init(struct hash_stream *h)
{
	SHA256_Init((SHA256_CTX *)(void *)h->state);
}

void sha256_update(struct hash_stream *h, const void *p, size_t n)
{
	SHA256_Update((SHA256_CTX *)(void *)h->state, p, n);
}

void sha256_final(struct hash_stream *h, uint8_t out[32])
{
	SHA256_Final(out, (SHA256_CTX *)(void *)h->state);
}

void md5_init(struct hash_stream *h)
{
	MD5_Init((MD5_CTX *)(void *)h->state);
}

void md5_update(struct hash_stream *h, const void *p, size_t n)
{
	MD5_Update((MD5_CTX *)(void *)h->state, p, n);
}

void md5_final(struct hash_stream *h, uint8_t out[16])
{
	MD5_Final(out, (MD5_CTX *)(void *)h->state);
}

void hmac_sha256(const void *key, size_t key_n, const void *p, size_t n, uint8_t out[32])
{
	unsigned len = 32;

	HMAC(EVP_sha256(), key, (int)key_n, p, n, out, &len);
}

bool equal_consttime(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
