/*
 * rsa_pad.h - the inner data of req_DH_params under RSA, in both schemes that clients use (mtproto.md 2.3).
 * Threads: any.
 */
#ifndef CRYPTO_RSA_PAD_H
#define CRYPTO_RSA_PAD_H

#include <stdbool.h>

#include "base/slice.h"
#include "crypto/rsa.h"

enum { RSA_INNER_MAX = 255 };

/*
 * Decrypt and check. Both schemes are always computed and compared, whatever comes out, so that the time tells nothing
 * (the handshake oracle of "Four Attacks"). ret_n: bytes of data, still with random padding behind the TL object.
 * False if neither scheme's hash is right; ret_data is then random.
 */
bool rsa_inner_open(const struct rsa_key *k, const uint8_t in[256], uint8_t ret_data[RSA_INNER_MAX],
                    size_t *ret_n);
/* The client's side: RSA_PAD (legacy = false), data <= 144 bytes, or the old SHA-1 scheme, data <= 235. */
int rsa_inner_seal(const struct rsa_key *k, bool legacy, const void *data, size_t n, uint8_t out[256]);

#endif
