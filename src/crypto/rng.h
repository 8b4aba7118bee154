/* rng.h - random bytes fit for keys (OpenSSL's generator). Aborts if the system has none. Threads: any. */
#ifndef CRYPTO_RNG_H
#define CRYPTO_RNG_H

#include <stddef.h>
#include <stdint.h>

void rng_bytes(void *p, size_t n);
uint64_t rng_u64(void);

#endif
