/*
 * fuzz_cdn_ask.c - what a client can ask of a node: any call at all, or a good one with edits. Whatever opens must have been made by the core, and
 * what is answered to it are the file's bytes or a request that the core takes.
 *
 * Input: how (bit 0: a good call comes first, with edits), then either the call, or up to eight edits of three bytes: place (2), xor (1).
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/rd.h"
#include "cdn/ask.h"
#include "cdn/cache.h"
#include "cdn/counts.h"
#include "cdn/term.h"
#include "cdnwire/call.h"
#include "mtproto/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { DC = 203, SIZE = CDN_CHUNK + 5000, NOW = 1700000000, EDITS = 8 };

static struct {
	struct cdn_epoch epoch;
	struct cdn_cache *cache;
	struct cdn_term *term;
	struct cdn_object object;
	uint8_t token[CDN_TOKEN_SIZE], bytes[SIZE];
} w;

/* One node for all inputs: asking changes nothing there. Of its two chunks one is here. */
static void make_node(void)
{
	struct cdn_cache_config cfg = {.ram = CDN_CACHE_RAM_MIN};
	struct cdn_hello h = {.dc = DC, .state = CDN_ACTIVE, .lease = CDN_LEASE_MAX, .now = NOW};
	uint8_t secret[32] = "a secret of thirty-two bytes ...", content[32] = "a content";

	cdn_epoch_of(DC, secret, &w.epoch);
	cdn_object_of(&w.epoch, content, &w.object);
	cdn_token_make(&w.epoch, content, SIZE, NOW, w.token);
	h.keys = w.epoch.node;
	if (cdn_cache_new(&cfg, &w.cache) < 0)
		abort();
	w.term = cdn_term_new(DC, w.cache);
	if (cdn_term_begin(w.term, &h) < 0)
		abort();
	for (uint32_t i = 0; i < SIZE; i++)
		w.bytes[i] = (uint8_t)(i * 7 >> 3);
	if (cdn_cache_put(w.cache, w.object.id, 0, slice_of(w.bytes, CDN_CHUNK)) < 0)
		abort();
}

static void check(const struct cdn_ask *a, struct buf *b, bool bulk)
{
	struct rd r = rd_of(b->p + (bulk ? MT_REPLY_ROOM : 0), b->n - (bulk ? MT_REPLY_ROOM : 0));
	struct cdn_request missing;
	struct slice s;

	rd_u32(&r);
	s = rd_tl_bytes(&r);
	if (r.bad || rd_left(&r))
		abort();
	if (!bulk) {
		if (cdn_request_open(&w.epoch.node, slice_of(a->token, sizeof(a->token)), s, a->now,
		                     &missing) < 0 ||
		    missing.chunk != 1 || missing.fills)
			abort();
	} else if (s.n && (a->offset + s.n > CDN_CHUNK || memcmp(s.p, w.bytes + a->offset, s.n) != 0)) {
		abort(); /* the second chunk is not here */
	}
}

static void one(struct slice call)
{
	struct cdn_counts counts = {0};
	const char *error = NULL;
	struct buf b = {0};
	struct cdn_ask a;
	bool bulk;

	if (cdn_ask_open(call, DC, w.term, &a, &error) < 0) {
		if (!error)
			abort();
		return;
	}
	if (memcmp(a.token, w.token, sizeof(a.token)) != 0 || a.opened.size != SIZE || !cdn_ask_size(call))
		abort();
	if (cdn_ask_answer(&a, w.cache, &counts, true, &b, &bulk) < 0)
		abort();
	check(&a, &b, bulk);
	buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b = {0};

	if (!w.term)
		make_node();
	if (n < 1)
		return 0;
	if (!(p[0] & 1)) {
		one(slice_of(p + 1, n - 1));
		return 0;
	}
	cdn_put_get_file(&b, slice_of(w.token, sizeof(w.token)), 0, 4096);
	for (size_t i = 1; i + 3 <= n && i < 3 * EDITS; i += 3)
		b.p[(p[i] | (size_t)p[i + 1] << 8) % b.n] ^= p[i + 2];
	one(buf_slice(&b));
	buf_fini(&b);
	return 0;
}
