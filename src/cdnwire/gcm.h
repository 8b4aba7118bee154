/* gcm.h - AES-256-GCM for the few sealed bytes of a token. Only for the other files of this folder. Threads: any. */
#ifndef CDNWIRE_GCM_H
#define CDNWIRE_GCM_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum { GCM_NONCE = 12, GCM_TAG = 16 };

/* out: in.n bytes, then the tag. A nonce is used for one plaintext of a key. */
void gcm_seal(const uint8_t key[32], const uint8_t nonce[GCM_NONCE], struct slice aad, struct slice in,
              uint8_t *out);
/* in: with the tag behind; out: in.n - GCM_TAG bytes. -ERR_INVALID: it does not open, and nothing of it is in `out`. */
int gcm_open(const uint8_t key[32], const uint8_t nonce[GCM_NONCE], struct slice aad, struct slice in,
             uint8_t *out);

#endif
