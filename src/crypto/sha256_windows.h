/*
 * sha256_windows.h - SHA-256 of a message and of each of its windows (api.md 7.7), in one pass over it: the two go side by side, as two
 * messages do in sha256_batch(), and take hardly longer than the message alone.
 * Threads: any; a struct of one holder. No call fails.
 */
#ifndef CRYPTO_SHA256_WINDOWS_H
#define CRYPTO_SHA256_WINDOWS_H

#include "base/buf.h"

struct sha256_windows {
	uint32_t whole[8], window[8];
	uint32_t size; /* of a window, bytes */
	uint64_t n;    /* bytes so far */
	uint8_t edge[64];
};
/* size: a multiple of 64, not 0. */
void sha256_windows_init(struct sha256_windows *h, uint32_t size);
/* Hashes of windows that are whole go behind `windows`, 32 bytes each. */
void sha256_windows_update(struct sha256_windows *h, const void *p, size_t n, struct buf *windows);
/* The hash of the message, and of its last window, if that is shorter. Of an empty message there is no window. */
void sha256_windows_final(struct sha256_windows *h, uint8_t out[32], struct buf *windows);

#endif
