/*
 * aes.h - AES-256 as MTProto uses it: IGE for packets, CTR for obfuscated transports. The engine is the best that the
 * processor has (VAES by 512 or 256 bits, AES-NI, OpenSSL's block function); all are bit-identical.
 * Threads: any; a stream belongs to one holder.
 */
#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* n: a multiple of 16. in and out may be the same. iv: 32 bytes, c0 then p0 (mtproto.md 3.2); not changed. */
void aes_ige_encrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n);
void aes_ige_decrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n);

/* One message of a batch, as above. */
struct aes_ige_job {
	const uint8_t *in;
	uint8_t *out;
	size_t n;
	bool decrypt;
	uint8_t key[32], iv[32];
};
/*
 * Any number of independent messages, of any lengths, in both directions. Each is serial in itself, so they are worked on side
 * by side: sixteen take hardly longer than one. No job may write what another reads or writes.
 */
void aes_ige_batch(const struct aes_ige_job *jobs, size_t n);

/* A stream. The key, not its schedule: that is made anew at each use, for connections are many and mostly silent. */
struct aes_ctr {
	uint8_t key[32];
	uint8_t counter[16]; /* big-endian, of the next block */
	uint8_t stream[16];  /* the current block: its last 16 - used bytes are good */
	uint32_t used;       /* bytes of it gone; 16: none left */
};
void aes_ctr_init(struct aes_ctr *c, const uint8_t key[32], const uint8_t iv[16]);
/* Encrypts or decrypts the next n bytes in place. */
void aes_ctr_apply(struct aes_ctr *c, uint8_t *p, size_t n);

#endif
