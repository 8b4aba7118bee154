/*
 * hash.h - SHA-1, SHA-256, SHA-512 and HMAC over OpenSSL, in the few shapes that the protocol uses.
 * Threads: any. No call fails.
 */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void sha1(const void *p, size_t n, uint8_t out[20]);
/* SHA-1 of two and three pieces one after the other. */
void sha1_2(const void *a, size_t an, const void *b, size_t bn, uint8_t out[20]);
void sha1_3(const void *a, size_t an, const void *b, size_t bn, const void *c, size_t cn, uint8_t out[20]);
void sha256(const void *p, size_t n, uint8_t out[32]);
void sha256_2(const void *a, size_t an, const void *b, size_t bn, uint8_t out[32]);
/* SHA-256 of two pieces one after the other, as above; the first may be empty. */
struct sha256_job {
	const void *a, *b;
	size_t an, bn;
	uint8_t *out; /* 32 bytes; may be written before other jobs are read */
};
/* Any number of independent messages of any lengths: two side by side take hardly longer than one, where the processor has SHA. */
void sha256_batch(const struct sha256_job *jobs, size_t n);
/* Piece by piece; SHA-256 and MD5 (checksums of clients only). Of one holder. */
struct hash_stream {
	_Alignas(8) uint8_t state[112];
};
void sha256_init(struct hash_stream *h);
void sha256_update(struct hash_stream *h, const void *p, size_t n);
void sha256_final(struct hash_stream *h, uint8_t out[32]);
void md5_init(struct hash_stream *h);
void md5_update(struct hash_stream *h, const void *p, size_t n);
void md5_final(struct hash_stream *h, uint8_t out[16]);
void hmac_sha256(const void *key, size_t key_n, const void *p, size_t n, uint8_t out[32]);
/* Time depends on n only. */
bool equal_consttime(const void *a, const void *b, size_t n);
/* Overwrites; not optimised away. */
void wipe(void *p, size_t n);

#endif
