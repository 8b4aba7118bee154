/* ask.c - see ask.h. */
#include "cdn/ask.h"

#include "base/err.h"
#include "base/rd.h"
#include "cdn/cache.h"
#include "cdn/counts.h"
#include "cdn/term.h"
#include "cdnwire/call.h"
#include "mtproto/server.h"

enum { UNIT = 4096, RANGE_MAX = 1 << 20, HEAD_MAX = 8 };

static bool parse(struct slice call, struct slice *ret_token, int64_t *ret_offset, int32_t *ret_limit)
{
	struct rd r = rd_of(call.p, call.n);

	if (rd_u32(&r) != CDN_GET_FILE)
		return false;
	*ret_token = rd_tl_bytes(&r);
	*ret_offset = (int64_t)rd_u64(&r);
	*ret_limit = (int32_t)rd_u32(&r);
	return !r.bad && rd_left(&r) == 0;
}

static const char *wrong_range(int64_t offset, int32_t limit)
{
	if (limit <= 0 || limit > RANGE_MAX || limit % UNIT || RANGE_MAX % limit)
		return "LIMIT_INVALID";
	if (offset < 0 || offset % UNIT || offset > INT64_MAX - RANGE_MAX ||
	    offset / RANGE_MAX != (offset + limit - 1) / RANGE_MAX)
		return "OFFSET_INVALID";
	return NULL;
}

uint32_t cdn_ask_size(struct slice call)
{
	struct slice token;
	int64_t offset;
	int32_t limit;

	return parse(call, &token, &offset, &limit) && !wrong_range(offset, limit) ? (uint32_t)limit : 0;
}

int cdn_ask_open(struct slice call, int32_t dc, struct cdn_term *term, struct cdn_ask *ret,
                 const char **ret_error)
{
	struct slice token;

	if (!parse(call, &token, &ret->offset, &ret->limit))
		*ret_error = "CDN_METHOD_INVALID";
	else if (cdn_term_now(term, &ret->keys, &ret->now) == CDN_REVOKED || token.n != CDN_TOKEN_SIZE ||
	         cdn_token_open_node(&ret->keys, dc, token, &ret->opened) < 0 ||
	         ret->opened.expires <= ret->now)
		*ret_error = "FILE_TOKEN_INVALID";
	else if ((*ret_error = wrong_range(ret->offset, ret->limit)) == NULL)
		memcpy(ret->token, token.p, sizeof(ret->token));
	return *ret_error ? -ERR_INVALID : 0;
}

static void put_length(struct buf *b, uint32_t n)
{
	if (n < 254)
		buf_u8(b, (uint8_t)n);
	else
		buf_u32(b, n << 8 | 254);
}

/* [off, off + n) of the file, chunk by chunk; the one that is missing. */
static int read_range(const struct cdn_ask *a, struct cdn_cache *cache, uint64_t off, uint32_t n, bool now,
                      uint8_t *out, uint32_t *ret_chunk)
{
	uint32_t part;
	int r = 0;

	for (; n && r == 0; off += part, out += part, n -= part) {
		uint32_t from = off % CDN_CHUNK, size;

		*ret_chunk = (uint32_t)(off / CDN_CHUNK);
		size = cdn_chunk_size(a->opened.size, *ret_chunk);
		part = size - from < n ? size - from : n;
		r = cdn_cache_read(cache, a->opened.object, *ret_chunk, size, from, part, now, out);
	}
	return r;
}

int cdn_ask_answer(const struct cdn_ask *a, struct cdn_cache *cache, struct cdn_counts *counts, bool now,
                   struct buf *out, bool *ret_bulk)
{
	static const uint8_t zeros[4];
	uint64_t off = (uint64_t)a->offset, left = off < a->opened.size ? a->opened.size - off : 0;
	uint32_t n = left < (uint32_t)a->limit ? (uint32_t)left : (uint32_t)a->limit;
	struct cdn_request missing = {.fills = (uint32_t)counts->fills}; /* before it is looked for */
	uint8_t request[CDN_REQUEST_SIZE];
	int r;

	buf_reserve_exact(out, MT_REPLY_ROOM + HEAD_MAX + n + MT_REPLY_ROOM);
	memset(out->p, 0, MT_REPLY_ROOM);
	out->n = MT_REPLY_ROOM;
	buf_u32(out, CDN_FILE);
	put_length(out, n);
	r = read_range(a, cache, off, n, now, out->p + out->n, &missing.chunk);
	if (r == 0) {
		out->n += n;
		buf_put(out, zeros, -out->n & 3);
		counts->hits++;
		counts->bytes += n;
		*ret_bulk = true;
		return 0;
	}
	buf_fini(out); /* what was opened of it with the rest */
	if (r == -ERR_AGAIN)
		return r;
	counts->misses++;
	cdn_request_make(&a->keys, slice_of(a->token, sizeof(a->token)), &missing, a->now, request);
	buf_u32(out, CDN_REUPLOAD_NEEDED);
	buf_tl_bytes(out, request, sizeof(request));
	*ret_bulk = false;
	return 0;
}
