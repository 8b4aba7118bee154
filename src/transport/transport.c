/* transport.c - the framings. Their differences are a header and a tail, so they stand together; detect.c tells them apart. */
#include "transport/transport.h"

#include <endian.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/err.h"
#include "base/rd.h"
#include "crypto/aes.h"
#include "crypto/rng.h"

static uint32_t le32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return le32toh(v);
}

static void put_le32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, 4);
}

void tr_raw(struct transport *t)
{
	*t = (struct transport){.kind = TR_RAW};
}

void tr_fini(struct transport *t)
{
	free(t->ctr);
	t->ctr = NULL;
}

void tr_decrypt(struct transport *t, uint8_t *p, size_t n)
{
	if (t->ctr)
		aes_ctr_apply(&t->ctr[0], p, n);
}

/* Takes `n` payload bytes behind a head of `head` bytes, if they are all there. */
static int take(const uint8_t *p, size_t have, size_t head, size_t n, struct tr_packet *ret)
{
	if (n > TR_IN_MAX)
		return -ERR_INVALID;
	ret->used = head + n;
	if (have < head + n)
		return -ERR_AGAIN;
	ret->body = slice_of(p + head, n);
	return 0;
}

static int next_abridged(const struct transport *t, const uint8_t *p, size_t n, struct tr_packet *ret)
{
	uint32_t len;

	if (n < 1)
		return -ERR_AGAIN;
	if (t->client && p[0] & 0x80) { /* a quick ack: the token byte-swapped, so that bit 7 comes first */

		ret->quick_ack = true;
		return take(p, n, 0, 4, ret);
	}
	ret->quick_ack = (p[0] & 0x80) != 0;
	len = p[0] & 0x7f;
	if (len < 0x7f)
		return len ? take(p, n, 1, len * 4, ret) : -ERR_INVALID;
	if (n < 4)
		return -ERR_AGAIN;
	len = le32(p) >> 8;
	/* One length has one encoding. */
	return len < 0x7f ? -ERR_INVALID : take(p, n, 4, (size_t)len * 4, ret);
}

/* Padding behind an intermediate packet: an encrypted one is 24 + 16k bytes, a plain one says its length. */
static size_t without_padding(const uint8_t *p, size_t n)
{
	size_t inner;

	if (n < 24)
		return n;
	if (le32(p) == 0 && le32(p + 4) == 0) {
		inner = le32(p + 16);
		return inner <= n - 20 ? 20 + inner : n;
	}
	return 24 + ((n - 24) & ~(size_t)15);
}

static int next_intermediate(const struct transport *t, const uint8_t *p, size_t n, struct tr_packet *ret)
{
	uint32_t len;
	int r;

	if (n < 4)
		return -ERR_AGAIN;
	len = le32(p);
	if (t->client && len & 0x80000000u) {
		ret->quick_ack = true;
		return take(p, n, 0, 4, ret);
	}
	ret->quick_ack = (len & 0x80000000u) != 0;
	len &= 0x7fffffffu;
	if (len < 4)
		return -ERR_INVALID;
	r = take(p, n, 4, len, ret);
	if (r == 0 && t->kind == TR_PADDED && len > 7)
		ret->body.n = (uint32_t)without_padding(ret->body.p, len);
	return r;
}

static int next_full(struct transport *t, const uint8_t *p, size_t n, struct tr_packet *ret)
{
	uint32_t len;

	if (n < 12)
		return -ERR_AGAIN;
	len = le32(p);
	if (len < 16 || len % 4 || len > TR_IN_MAX)
		return -ERR_INVALID;
	ret->used = len;
	if (n < len)
		return -ERR_AGAIN;
	if (le32(p + 4) != t->seq_in || le32(p + len - 4) != (uint32_t)crc32(0, p, len - 4))
		return -ERR_INVALID;
	t->seq_in++;
	ret->body = slice_of(p + 8, len - 12);
	return 0;
}

int tr_next(struct transport *t, const struct buf *in, size_t skip, struct tr_packet *ret)
{
	const uint8_t *p = in->p + skip;
	size_t n = in->n - skip;

	*ret = (struct tr_packet){0};
	if (!n)
		return -ERR_AGAIN;
	switch (t->kind) {
	case TR_ABRIDGED:
		return next_abridged(t, p, n, ret);
	case TR_INTERMEDIATE:
	case TR_PADDED:
		return next_intermediate(t, p, n, ret);
	case TR_FULL:
		return next_full(t, p, n, ret);
	case TR_RAW:
		return take(p, n, 0, n, ret);
	}
	return -ERR_INVALID;
}

size_t tr_head_size(const struct transport *t, size_t n)
{
	switch (t->kind) {
	case TR_ABRIDGED:
		return n / 4 < 0x7f ? 1 : 4;
	case TR_FULL:
		return 8;
	case TR_RAW:
		return 0;
	default:
		return 4;
	}
}

uint8_t *tr_begin(struct transport *t, struct buf *out, size_t n, size_t *ret_at)
{
	size_t head = tr_head_size(t, n);
	uint8_t *p = buf_reserve(out, head + n + 16);

	*ret_at = out->n;
	out->n += head + n;
	return p + head;
}

static void ask_ack(struct transport *t, uint8_t *head)
{
	t->ask_ack = false;
	if (t->kind == TR_ABRIDGED)
		head[0] |= 0x80;
	else if (t->kind == TR_INTERMEDIATE || t->kind == TR_PADDED)
		head[3] |= 0x80;
}

void tr_end(struct transport *t, struct buf *out, size_t at, size_t n)
{
	uint8_t *p = out->p + at;
	size_t head = tr_head_size(t, n), pad = 0;

	switch (t->kind) {
	case TR_ABRIDGED:
		if (head == 1)
			p[0] = (uint8_t)(n / 4);
		else
			put_le32(p, (uint32_t)(n / 4) << 8 | 0x7f);
		break;
	case TR_PADDED:
		/* 0..3 bytes towards clients: Telethon cuts only len % 4 (mtproto.md 1.2). Errors are never padded. */
		pad = n > 4 ? rng_u64() & 3 : 0;
		rng_bytes(buf_reserve(out, 16), 4);
		p = out->p + at;
		out->n += pad;
		put_le32(p, (uint32_t)(n + pad));
		break;
	case TR_INTERMEDIATE:
		put_le32(p, (uint32_t)n);
		break;
	case TR_FULL:
		put_le32(p, (uint32_t)n + 12);
		put_le32(p + 4, t->seq_out++);
		buf_u32(out, (uint32_t)crc32(0, p, (uInt)(n + 8)));
		p = out->p + at;
		break;
	case TR_RAW:
		break;
	}
	if (t->ask_ack)
		ask_ack(t, p);
	if (t->ctr)
		aes_ctr_apply(&t->ctr[1], p, out->n - at);
}

void tr_prefetch(const struct transport *t)
{
	if (!t->ctr)
		return;
	__builtin_prefetch(&t->ctr[1]);
	__builtin_prefetch((const uint8_t *)&t->ctr[2] - 1);
}

void tr_put(struct transport *t, struct buf *out, const void *data, size_t n)
{
	size_t at;
	uint8_t *p = tr_begin(t, out, n, &at);

	memcpy(p, data, n);
	tr_end(t, out, at, n);
}

void tr_put_error(struct transport *t, struct buf *out, int32_t code)
{
	uint8_t b[4];

	put_le32(b, (uint32_t)code);
	tr_put(t, out, b, 4);
}

void tr_put_quick_ack(struct transport *t, struct buf *out, uint32_t token)
{
	size_t at = out->n;

	token |= 0x80000000u;
	if (t->kind == TR_ABRIDGED)
		token = __builtin_bswap32(token);
	else if (t->kind != TR_INTERMEDIATE && t->kind != TR_PADDED)
		return; /* full and HTTP have none */
	buf_u32(out, token);
	if (t->ctr)
		aes_ctr_apply(&t->ctr[1], out->p + at, 4);
}
