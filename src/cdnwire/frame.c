/* frame.c - see frame.h. */
#include "cdnwire/frame.h"

#include <string.h>

#include "base/err.h"
#include "base/rd.h"

int cdn_frame_next(struct slice read, enum cdn_frame *ret_type, struct slice *ret_body, size_t *ret_n)
{
	struct rd r = rd_of(read.p, read.n);
	uint32_t n = rd_u32(&r);

	if (r.bad)
		return -ERR_AGAIN;
	if (n < 1 || n > CDN_FRAME_MAX)
		return -ERR_INVALID;
	if (rd_left(&r) < 1)
		return -ERR_AGAIN;
	if (*r.p < CDN_HELLO || *r.p > CDN_WIPED)
		return -ERR_INVALID;
	if (rd_left(&r) < n)
		return -ERR_AGAIN;
	*ret_type = (enum cdn_frame) * r.p;
	*ret_body = slice_of(r.p + 1, n - 1);
	*ret_n = 4 + (size_t)n;
	return 0;
}

static size_t begin(struct buf *b, enum cdn_frame type)
{
	size_t at = b->n;

	buf_u32(b, 0);
	buf_u8(b, (uint8_t)type);
	return at;
}

/* `more`: bytes that the caller appends himself. */
static void end(struct buf *b, size_t at, size_t more)
{
	uint32_t n = (uint32_t)(b->n - at - 4 + more);

	for (int i = 0; i < 4; i++)
		b->p[at + (size_t)i] = (uint8_t)(n >> 8 * i);
}

static int whole(const struct rd *r)
{
	return r->bad || rd_left(r) ? -ERR_INVALID : 0;
}

static void take(struct rd *r, uint8_t *to, size_t n)
{
	struct slice s = rd_bytes(r, n);

	if (s.p)
		memcpy(to, s.p, n);
}

static uint8_t take_byte(struct rd *r)
{
	uint8_t v = 0;

	take(r, &v, 1);
	return v;
}

static bool state_ok(uint8_t v)
{
	return v >= CDN_ACTIVE && v <= CDN_REVOKED;
}

static bool lease_ok(uint32_t seconds)
{
	return seconds >= CDN_LEASE_MIN && seconds <= CDN_LEASE_MAX;
}

/* A time that can be reckoned with. */
static bool time_ok(unixtime_t t)
{
	return t >= 0 && t >> 40 == 0;
}

void cdn_put_hello(struct buf *b, const struct cdn_hello *h)
{
	size_t at = begin(b, CDN_HELLO);

	buf_u32(b, CDN_LINK_VERSION);
	buf_u32(b, (uint32_t)h->dc);
	buf_u8(b, (uint8_t)h->state);
	buf_u32(b, h->lease);
	buf_u64(b, (uint64_t)h->now);
	buf_put(b, h->epoch, sizeof(h->epoch));
	buf_put(b, h->lease_key, sizeof(h->lease_key));
	buf_put(b, h->keys.token, sizeof(h->keys.token));
	buf_put(b, h->keys.request, sizeof(h->keys.request));
	end(b, at, 0);
}

int cdn_get_hello(struct slice body, struct cdn_hello *ret)
{
	struct rd r = rd_of(body.p, body.n);
	uint32_t version = rd_u32(&r);
	uint8_t state;

	if (!r.bad && version != CDN_LINK_VERSION)
		return -ERR_UNSUPPORTED;
	*ret = (struct cdn_hello){.dc = (int32_t)rd_u32(&r)};
	state = take_byte(&r);
	ret->state = (enum cdn_state)state;
	ret->lease = rd_u32(&r);
	ret->now = (unixtime_t)rd_u64(&r);
	take(&r, ret->epoch, sizeof(ret->epoch));
	take(&r, ret->lease_key, sizeof(ret->lease_key));
	take(&r, ret->keys.token, sizeof(ret->keys.token));
	take(&r, ret->keys.request, sizeof(ret->keys.request));
	return state_ok(state) && lease_ok(ret->lease) && time_ok(ret->now) ? whole(&r) : -ERR_INVALID;
}

void cdn_put_welcome(struct buf *b, const struct cdn_welcome *w)
{
	size_t at = begin(b, CDN_WELCOME);

	buf_u32(b, CDN_LINK_VERSION);
	buf_put(b, w->boot, sizeof(w->boot));
	buf_u32(b, w->pem.n);
	buf_put(b, w->pem.p, w->pem.n);
	end(b, at, 0);
}

int cdn_get_welcome(struct slice body, struct cdn_welcome *ret)
{
	struct rd r = rd_of(body.p, body.n);
	uint32_t version = rd_u32(&r), n;

	*ret = (struct cdn_welcome){0};
	if (!r.bad && version != CDN_LINK_VERSION)
		return -ERR_UNSUPPORTED;
	take(&r, ret->boot, sizeof(ret->boot));
	n = rd_u32(&r);
	if (r.bad || n > CDN_PEM_MAX)
		return -ERR_INVALID;
	ret->pem = rd_bytes(&r, n);
	return whole(&r);
}

void cdn_put_lease(struct buf *b, const struct cdn_lease *l)
{
	size_t at = begin(b, CDN_LEASE);

	buf_u8(b, (uint8_t)l->state);
	buf_u32(b, l->lease);
	buf_u64(b, (uint64_t)l->now);
	end(b, at, 0);
}

int cdn_get_lease(struct slice body, struct cdn_lease *ret)
{
	struct rd r = rd_of(body.p, body.n);
	uint8_t state = take_byte(&r);

	*ret = (struct cdn_lease){.state = (enum cdn_state)state};
	ret->lease = rd_u32(&r);
	ret->now = (unixtime_t)rd_u64(&r);
	return state_ok(state) && lease_ok(ret->lease) && time_ok(ret->now) ? whole(&r) : -ERR_INVALID;
}

enum { REPORT_NUMBERS = sizeof(struct cdn_report) / sizeof(uint64_t) };

void cdn_put_report(struct buf *b, const struct cdn_report *r)
{
	const uint64_t *v = (const uint64_t *)r;
	size_t at = begin(b, CDN_REPORT);

	for (int i = 0; i < REPORT_NUMBERS; i++)
		buf_u64(b, v[i]);
	end(b, at, 0);
}

int cdn_get_report(struct slice body, struct cdn_report *ret)
{
	struct rd r = rd_of(body.p, body.n);
	uint64_t *v = (uint64_t *)ret;

	for (int i = 0; i < REPORT_NUMBERS; i++)
		v[i] = rd_u64(&r);
	return whole(&r);
}

uint32_t cdn_chunk_size(uint64_t size, uint32_t chunk)
{
	uint64_t at = (uint64_t)chunk * CDN_CHUNK;

	if (at >= size)
		return 0;
	return size - at < CDN_CHUNK ? (uint32_t)(size - at) : CDN_CHUNK;
}

void cdn_put_fill_head(struct buf *b, const struct cdn_fill *f)
{
	size_t at = begin(b, CDN_FILL);

	buf_put(b, f->object, CDN_OBJECT_SIZE);
	buf_u32(b, f->chunk);
	buf_u64(b, f->size);
	end(b, at, f->bytes.n);
}

int cdn_get_fill(struct slice body, struct cdn_fill *ret)
{
	struct rd r = rd_of(body.p, body.n);

	*ret = (struct cdn_fill){.object = rd_bytes(&r, CDN_OBJECT_SIZE).p};
	ret->chunk = rd_u32(&r);
	ret->size = rd_u64(&r);
	if (r.bad)
		return -ERR_INVALID;
	ret->bytes = rd_bytes(&r, rd_left(&r));
	return ret->bytes.n && ret->bytes.n == cdn_chunk_size(ret->size, ret->chunk) ? 0 : -ERR_INVALID;
}

void cdn_put_filled(struct buf *b, const struct cdn_fill_answer *a)
{
	size_t at = begin(b, CDN_FILLED);

	buf_put(b, a->object, CDN_OBJECT_SIZE);
	buf_u32(b, a->chunk);
	buf_u8(b, (uint8_t)a->how);
	buf_u32(b, a->fills);
	end(b, at, 0);
}

int cdn_get_filled(struct slice body, struct cdn_fill_answer *ret)
{
	struct rd r = rd_of(body.p, body.n);

	take(&r, ret->object, CDN_OBJECT_SIZE);
	ret->chunk = rd_u32(&r);
	ret->how = (enum cdn_filled)take_byte(&r);
	ret->fills = rd_u32(&r);
	return ret->how == CDN_FILLED_OK || ret->how == CDN_FILLED_REFUSED ? whole(&r) : -ERR_INVALID;
}

void cdn_put_drop(struct buf *b, const uint8_t object[CDN_OBJECT_SIZE])
{
	size_t at = begin(b, CDN_DROP);

	buf_put(b, object, CDN_OBJECT_SIZE);
	end(b, at, 0);
}

int cdn_get_drop(struct slice body, uint8_t ret_object[CDN_OBJECT_SIZE])
{
	struct rd r = rd_of(body.p, body.n);

	take(&r, ret_object, CDN_OBJECT_SIZE);
	return whole(&r);
}

void cdn_put_bare(struct buf *b, enum cdn_frame type)
{
	end(b, begin(b, type), 0);
}
