/*
 * sha256_pair.h - SHA-256 by its blocks. Those of two messages go side by side: the instructions of x86-64 have a latency of which one
 * message uses half. A state is a .. h as numbers. For crypto/ only.
 */
#ifndef CRYPTO_SHA256_PAIR_H
#define CRYPTO_SHA256_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The processor has what it takes. Asked once. */
bool sha256_pair_works(void);
/* `blocks` blocks of 64 bytes from each of p, into each state. Only where it works. */
void sha256_pair(uint32_t *const state[2], const uint8_t *const p[2], size_t blocks);

/* One message: its beginning; blocks of it; and its end, the last n % 64 of its n bytes. */
void sha256_begin(uint32_t state[8]);
void sha256_single(uint32_t state[8], const uint8_t *p, size_t blocks);
void sha256_end(uint32_t state[8], const uint8_t *tail, uint64_t n, uint8_t out[32]);

#endif
