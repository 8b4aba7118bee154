/* dh.h - Diffie-Hellman with the well-known 2048-bit prime and g = 3 (mtproto.md 2.2). Numbers: 256 bytes big-endian. */
#ifndef CRYPTO_DH_H
#define CRYPTO_DH_H

#include <stdbool.h>
#include <stdint.h>

#define DH_G 3

extern const uint8_t dh_prime[256];

/* A secret exponent and g^it, within the margins of 2^1984. Threads: any; a few milliseconds. */
void dh_generate(uint8_t ret_secret[256], uint8_t ret_public[256]);
/* Is the other side's number within the margins? */
bool dh_public_ok(const uint8_t pub[256]);
/* pub^secret mod p, constant time in the secret. */
void dh_shared(const uint8_t secret[256], const uint8_t pub[256], uint8_t ret_key[256]);

#endif
