/* aes_engine.h - the AES-NI engine behind aes.c. Call only if aes_ni_works(). Not for other folders. */
#ifndef CRYPTO_AES_ENGINE_H
#define CRYPTO_AES_ENGINE_H

#include "crypto/aes.h"

#define AES_NI_LANES 4

bool aes_ni_works(void);
/* 240 bytes of round keys for encryption. */
void aes_ni_expand(const uint8_t key[32], uint8_t *schedule);
void aes_ni_block(const uint8_t *schedule, const uint8_t in[16], uint8_t out[16]);
void aes_ni_ige_encrypt(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t n);
void aes_ni_ige_decrypt(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t n);
/* Exactly AES_NI_LANES chains, of any lengths. */
void aes_ni_ige_encrypt_lanes(struct aes_ige_job *jobs);
/* n: a multiple of 16; the counter moves on. */
void aes_ni_ctr(const uint8_t *schedule, uint8_t counter[16], uint8_t *p, size_t n);

#endif
