/*
 * siphash.h - SipHash-2-4: a keyed hash of a few bytes in some twenty nanoseconds, for tokens that a stranger must not guess
 * (access hashes of users and channels). Not a signature for anything longer-lived or larger; those are HMACs (hash.h).
 * Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012. Threads: any.
 */
#ifndef CRYPTO_SIPHASH_H
#define CRYPTO_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint8_t key[16], const void *p, size_t n);

#endif
