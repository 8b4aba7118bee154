/*
 * sha256_pair.h - blocks of SHA-256 of two messages side by side: the instructions of x86-64 have a latency of which one message
 * uses half. For crypto/ only.
 */
#ifndef CRYPTO_SHA256_PAIR_H
#define CRYPTO_SHA256_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The processor has what it takes. */
bool sha256_pair_works(void);
/* `blocks` blocks of 64 bytes from each of p, into each state: a .. h as numbers. Only where it works. */
void sha256_pair(uint32_t *const state[2], const uint8_t *const p[2], size_t blocks);

#endif
