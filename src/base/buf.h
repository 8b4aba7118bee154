/*
 * buf.h - bytes on their way out: one growing block. A zeroed struct is an empty buffer.
 *
 *      p              p + n              p + cap
 *      |--- written ---|----- reserved ----|
 *
 * Threads: none of its own; one holder at a time. Growth aborts when memory ends.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/slice.h"

struct buf {
	uint8_t *p;
	size_t n, cap;
};

/* Room for `n` more bytes; returns where they go. Commit with b->n += written. Never NULL. */
uint8_t *buf_reserve(struct buf *b, size_t n);
/* The same, and no more room than that, where it has to grow: for what is large and will not grow again. */
uint8_t *buf_reserve_exact(struct buf *b, size_t n);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_u8(struct buf *b, uint8_t v);
void buf_u32(struct buf *b, uint32_t v); /* little-endian, as all of these */
void buf_u64(struct buf *b, uint64_t v);
/* TL string: length byte(s), bytes, zero padding to 4. n < 2^24. */
void buf_tl_bytes(struct buf *b, const void *p, size_t n);
/* Drop the first `n` bytes, keep the rest. */
void buf_consume(struct buf *b, size_t n);
/* Frees; the buffer is empty and usable again. */
void buf_fini(struct buf *b);
static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){b->p, (uint32_t)b->n};
}

#endif
