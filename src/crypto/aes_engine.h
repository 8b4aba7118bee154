/*
 * aes_engine.h - what aes.c stands on: the engines, best first. For crypto/, its tests and measurements only.
 * An engine is called only where works() says so.
 */
#ifndef CRYPTO_AES_ENGINE_H
#define CRYPTO_AES_ENGINE_H

#include "crypto/aes.h"

struct aes_engine {
	const char *name, *needs; /* needs: of the processor, in words */
	bool (*works)(void);
	size_t lanes; /* chains at once */
	/* 1..lanes chains of one direction, the longest first. */
	void (*ige)(const struct aes_ige_job *const *jobs, size_t n, bool decrypt);
	/*
	 * CTR over n bytes in place; the counter moves on by every block begun. Where the last is not whole, the stream's bytes
	 * for the rest of it are in their places in `rest`.
	 */
	void (*ctr)(const uint8_t key[32], uint8_t counter[16], uint8_t *p, size_t n, uint8_t rest[16]);
};

/* "vaes512", "vaes256", "aes-ni", "portable"; NULL at the end. The last works anywhere. */
extern const struct aes_engine *const aes_engines[];
#if defined(__x86_64__)
extern const struct aes_engine aes_vaes512, aes_vaes256, aes_ni;
#endif
extern const struct aes_engine aes_portable;

/* The one in use: the best that works, unless another was chosen. */
const struct aes_engine *aes_engine(void);
/* Tests and measurements: this one from now on (it works); NULL: the best again. Thread: while no other uses AES. */
void aes_engine_use(const struct aes_engine *e);

#endif
