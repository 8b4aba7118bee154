/* rd.c - see rd.h. */
#include "base/rd.h"

#include <endian.h>

static const uint8_t *take(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || rd_left(r) < n) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return p;
}

uint32_t rd_u32(struct rd *r)
{
	const uint8_t *p = take(r, 4);
	uint32_t v;

	if (!p)
		return 0;
	memcpy(&v, p, 4);
	return le32toh(v);
}

uint64_t rd_u64(struct rd *r)
{
	const uint8_t *p = take(r, 8);
	uint64_t v;

	if (!p)
		return 0;
	memcpy(&v, p, 8);
	return le64toh(v);
}

struct slice rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = take(r, n);

	return (struct slice){p, p ? (uint32_t)n : 0};
}

struct slice rd_tl_bytes(struct rd *r)
{
	const uint8_t *h = take(r, 1), *p;
	size_t n, head = 1;

	if (!h)
		return (struct slice){0};
	n = h[0];
	if (n == 255) {
		r->bad = true;
		return (struct slice){0};
	}
	if (n == 254) {
		h = take(r, 3);
		if (!h)
			return (struct slice){0};
		n = h[0] | (size_t)h[1] << 8 | (size_t)h[2] << 16;
		head = 4;
		if (n < 254) {
			r->bad = true;
			return (struct slice){0};
		}
	}
	p = take(r, n);
	if (!p || !take(r, -(head + n) & 3))
		return (struct slice){0};
	return (struct slice){p, (uint32_t)n};
}
