/*
 * wrap.h - how a chunk lies in RAM and on disk: sealed by the wrap key, which lives in RAM for a lease. What the node gets is ciphertext of
 * the core's already; without the wrap key not even that can be read.
 *
 *   wrap key = HKDF-SHA256(own random of this term, lease key)
 *   slot     = number 8 │ tag 16 of each block │ free, up to CDN_SLOT_HEAD │ blocks
 *   block i  = AES-256-GCM(wrap key, nonce: number 8, i 4; with it: object 16, chunk 4, size 4)      CDN_BLOCK bytes, the last shorter
 *
 * A number is given once a wrap key. Blocks of their own, because clients ask for parts of chunks.
 * Threads: any.
 */
#ifndef CDN_WRAP_H
#define CDN_WRAP_H

#include <stdint.h>

#include "cdnwire/token.h"

enum {
	CDN_BLOCK = 32768,
	CDN_BLOCKS = CDN_CHUNK / CDN_BLOCK,
	CDN_SLOT_HEAD = 128,
	CDN_SLOT = CDN_SLOT_HEAD + CDN_CHUNK, /* a slot in RAM and on disk, whatever the chunk's size */
};

/* Which chunk, of which size. */
struct cdn_wrapped {
	uint8_t object[CDN_OBJECT_SIZE];
	uint32_t chunk, size;
};

void cdn_wrap_key(const uint8_t own[32], const uint8_t lease[32], uint8_t out[32]);
/* slot: CDN_SLOT_HEAD + w->size bytes are written. */
void cdn_wrap_seal(const uint8_t key[32], uint64_t number, const struct cdn_wrapped *w, const uint8_t *bytes,
                   uint8_t *slot);

/* The blocks that [from, from + n) of a chunk of this size lies in, n > 0: bytes [*ret_at, *ret_at + *ret_n) of it. */
void cdn_wrap_span(uint32_t size, uint32_t from, uint32_t n, uint32_t *ret_at, uint32_t *ret_n);
/*
 * [from, from + n) into `out`. head: of the slot; span: the bytes that cdn_wrap_span names, sealed. They may be `out` itself, if nothing else
 * was asked for. -ERR_CORRUPT: something does not open; what is in `out` then is not to be used.
 */
int cdn_wrap_open(const uint8_t key[32], const struct cdn_wrapped *w, const uint8_t *head,
                  const uint8_t *span, uint32_t from, uint32_t n, uint8_t *out);

#endif
