/*
 * fuzz_cdn_link.c - what may come on a node's link: any bytes, in pieces of any size, or frames whose bodies are filled from the input. What the node
 * says to it must be whole frames of a node.
 *
 * Input: how (bit 0: greeted already; bits 1 to 3: pieces of so many bytes, 0 all at once; bit 4: records of a type, a length of two bytes and
 * that many bytes become frames), then the bytes.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cdn/cache.h"
#include "cdn/counts.h"
#include "cdn/link.h"
#include "cdn/term.h"
#include "cdnwire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { DC = 203 };

static struct {
	struct cdn_cache *cache;
	struct cdn_term *term;
	struct cdn_counts counts;
	struct cdn_link_config cfg;
} w;

static void make_node(void)
{
	struct cdn_cache_config cfg = {.ram = CDN_CACHE_RAM_MIN};

	if (cdn_cache_new(&cfg, &w.cache) < 0)
		abort();
	w.term = cdn_term_new(DC, w.cache);
	w.cfg = (struct cdn_link_config){
		.term = w.term, .cache = w.cache, .counts = &w.counts, .pem = SLICE_LIT("PEM")};
}

static void greet(struct cdn_link *l, struct buf *out)
{
	struct cdn_hello h = {.dc = DC, .state = CDN_ACTIVE, .lease = 60, .now = 1700000000};
	struct buf b = {0};

	cdn_put_hello(&b, &h);
	if (cdn_link_take(l, &b, out) < 0 || b.n)
		abort();
	buf_fini(&b);
}

static void check(struct buf *out)
{
	enum cdn_frame type;
	struct slice body;
	size_t n, used = 0;

	while (used < out->n) {
		if (cdn_frame_next(slice_of(out->p + used, out->n - used), &type, &body, &n) < 0 ||
		    (type != CDN_WELCOME && type != CDN_REPORT && type != CDN_FILLED && type != CDN_WIPED))
			abort();
		used += n;
	}
}

static void frames(const uint8_t *p, size_t n, struct buf *b)
{
	while (n >= 3) {
		size_t len = p[1] | (size_t)p[2] << 8;

		if (len > n - 3)
			len = n - 3;
		buf_u32(b, (uint32_t)len + 1);
		buf_u8(b, p[0] % 12);
		buf_put(b, p + 3, len);
		p += 3 + len;
		n -= 3 + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cdn_link l = {.cfg = &w.cfg};
	struct buf all = {0}, in = {0}, out = {0};
	size_t piece, at = 0;
	int r = 0;

	if (!w.term)
		make_node();
	if (n < 1)
		return 0;
	cdn_term_end(w.term);
	if (p[0] & 1)
		greet(&l, &out);
	if (p[0] & 16)
		frames(p + 1, n - 1, &all);
	else
		buf_put(&all, p + 1, n - 1);
	piece = p[0] >> 1 & 7 ? p[0] >> 1 & 7 : all.n + 1;
	while (r == 0 && at < all.n) {
		size_t k = all.n - at < piece ? all.n - at : piece;

		buf_put(&in, all.p + at, k);
		at += k;
		r = cdn_link_take(&l, &in, &out);
	}
	check(&out);
	buf_fini(&all);
	buf_fini(&in);
	buf_fini(&out);
	return 0;
}
