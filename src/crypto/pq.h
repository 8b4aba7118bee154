/* pq.h - products of two primes in [2^30, 2^31), p < q, and their factors (mtproto.md 2.2). Threads: any. */
#ifndef CRYPTO_PQ_H
#define CRYPTO_PQ_H

#include <stdint.h>

/* Two random primes, p < q; their product has exactly 8 bytes and is below 2^63. About 20 microseconds. */
void pq_generate(uint32_t *ret_p, uint32_t *ret_q);
/* The client's side: p < q of a product of two primes. -ERR_INVALID if it has no two factors below 2^32. */
int pq_factor(uint64_t pq, uint32_t *ret_p, uint32_t *ret_q);

#endif
