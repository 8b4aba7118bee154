/* buf.c - see buf.h. */
#include "base/buf.h"

#include <endian.h>
#include <stdlib.h>

#include "base/mem.h"

uint8_t *buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;

	if (b->cap - b->n < n || !b->p) {
		while (cap - b->n < n)
			cap *= 2;
		b->p = xrealloc(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

uint8_t *buf_reserve_exact(struct buf *b, size_t n)
{
	if (b->cap - b->n < n || !b->p) {
		b->cap = b->n + n;
		b->p = xrealloc(b->p, b->cap);
	}
	return b->p + b->n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	if (!n)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->n += n;
}

void buf_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void buf_u32(struct buf *b, uint32_t v)
{
	v = htole32(v);
	buf_put(b, &v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
	v = htole64(v);
	buf_put(b, &v, 8);
}

void buf_tl_bytes(struct buf *b, const void *p, size_t n)
{
	size_t head = n < 254 ? 1 : 4, pad = -(head + n) & 3;
	uint8_t *o = buf_reserve(b, head + n + pad);

	if (head == 1) {
		*o++ = (uint8_t)n;
	} else {
		*o++ = 254;
		*o++ = (uint8_t)n;
		*o++ = (uint8_t)(n >> 8);
		*o++ = (uint8_t)(n >> 16);
	}
	if (n)
		memcpy(o, p, n);
	memset(o + n, 0, pad);
	b->n += head + n + pad;
}

void buf_consume(struct buf *b, size_t n)
{
	b->n -= n;
	if (b->n)
		memmove(b->p, b->p + n, b->n);
}

void buf_fini(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}
