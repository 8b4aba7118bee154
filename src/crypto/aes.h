/*
 * aes.h - AES-256 as MTProto uses it: IGE for packets, CTR for obfuscated transports. AES-NI where the processor has it,
 * OpenSSL's block function elsewhere, bit-identical. Threads: any; a stream belongs to one holder.
 */
#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n: a multiple of 16. in and out may be the same. iv: 32 bytes, c0 then p0 (mtproto.md 3.2); not changed. */
void aes_ige_encrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n);
void aes_ige_decrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n);

/* One independent chain of a batch. */
struct aes_ige_job {
	uint8_t key[32], iv[32];
	const uint8_t *in;
	uint8_t *out;
	size_t n;
};
/* Several chains at once: each is serial in itself, so they are interleaved to keep the unit busy. */
void aes_ige_encrypt_batch(struct aes_ige_job *jobs, size_t n_jobs);

struct aes_ctr {
	_Alignas(16) uint8_t schedule[256];
	uint8_t counter[16]; /* big-endian, of the next block */
	uint8_t stream[16];  /* the current block */
	uint32_t used;       /* bytes of it gone; 16: none left */
};
void aes_ctr_init(struct aes_ctr *c, const uint8_t key[32], const uint8_t iv[16]);
/* Encrypts or decrypts the next n bytes in place. */
void aes_ctr_apply(struct aes_ctr *c, uint8_t *p, size_t n);

/* Tests: forget AES-NI. Thread: before any other. */
void aes_force_portable(bool on);

#endif
