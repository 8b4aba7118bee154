/* rng.c - see rng.h. */
#include "crypto/rng.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

void rng_bytes(void *p, size_t n)
{
	if (RAND_bytes(p, (int)n) != 1) {
		fprintf(stderr, "no random bytes from the system\n");
		abort();
	}
}

uint64_t rng_u64(void)
{
	uint64_t v;

	rng_bytes(&v, sizeof(v));
	return v;
}
