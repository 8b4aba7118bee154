/*
 * rd.h - bytes from outside, read with their end in hand. The error is sticky: after a short read every
 * further read gives zero or the absent slice, and `bad` says so once at the end.
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include "base/slice.h"

struct rd {
	const uint8_t *p, *end;
	bool bad;
};

static inline struct rd rd_of(const void *p, size_t n)
{
	return (struct rd){p, n ? (const uint8_t *)p + n : p, false};
}

static inline size_t rd_left(const struct rd *r)
{
	return (size_t)(r->end - r->p);
}

uint32_t rd_u32(struct rd *r); /* little-endian */
uint64_t rd_u64(struct rd *r);
/* `n` raw bytes, borrowed from the input. */
struct slice rd_bytes(struct rd *r, size_t n);
/* TL string with its padding; over-long length forms are refused (they would give one value two encodings). */
struct slice rd_tl_bytes(struct rd *r);

#endif
