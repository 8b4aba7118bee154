/*
 * gcm.h - AES-256-GCM (NIST SP 800-38D) with nonces of 12 bytes, over OpenSSL. A nonce is used for one plaintext of a key, ever.
 * Threads: any; a struct gcm of one holder.
 */
#ifndef CRYPTO_GCM_H
#define CRYPTO_GCM_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum { GCM_KEY = 32, GCM_NONCE = 12, GCM_TAG = 16 };

/* `aad` is authenticated with it, not encrypted; empty is allowed, and so is n = 0. in and out may be the same. */
void gcm_seal(const uint8_t key[GCM_KEY], const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
              size_t n, uint8_t *out, uint8_t tag[GCM_TAG]);
/* -ERR_CORRUPT: it does not open, and nothing of it is in `out`. */
int gcm_open(const uint8_t key[GCM_KEY], const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
             size_t n, const uint8_t tag[GCM_TAG], uint8_t *out);

/* The same of many under one key: made once for sealing or for opening. */
struct gcm {
	void *ctx;
};
void gcm_init_seal(struct gcm *g, const uint8_t key[GCM_KEY]);
void gcm_init_open(struct gcm *g, const uint8_t key[GCM_KEY]);
void gcm_fini(struct gcm *g); /* wipes */
void gcm_seal_next(struct gcm *g, const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
                   size_t n, uint8_t *out, uint8_t tag[GCM_TAG]);
int gcm_open_next(struct gcm *g, const uint8_t nonce[GCM_NONCE], struct slice aad, const uint8_t *in,
                  size_t n, const uint8_t tag[GCM_TAG], uint8_t *out);

#endif
