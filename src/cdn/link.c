/* link.c - see link.h. */
#include "cdn/link.h"

#include "base/err.h"
#include "cdn/cache.h"
#include "cdn/counts.h"
#include "cdn/term.h"
#include "cdnwire/frame.h"
#include "crypto/hash.h"

static int hello(struct cdn_link *l, struct slice body, struct buf *out)
{
	struct cdn_welcome w = {.pem = l->cfg->pem};
	struct cdn_hello h;
	int r = cdn_get_hello(body, &h);

	if (r == 0)
		r = cdn_term_begin(l->cfg->term, &h);
	wipe(&h, sizeof(h));
	if (r == -ERR_UNSUPPORTED) /* so that the core can say what is wrong */
		cdn_put_welcome(out, &w);
	if (r < 0)
		return r;
	memcpy(w.boot, cdn_term_boot(l->cfg->term), sizeof(w.boot));
	cdn_put_welcome(out, &w);
	l->greeted = true;
	return 0;
}

static void report(struct cdn_link *l, struct buf *out)
{
	const struct cdn_counts *n = l->cfg->counts;
	struct cdn_cache_figures f;
	struct cdn_report r;

	cdn_cache_figures(l->cfg->cache, &f);
	r = (struct cdn_report){.hits = n->hits,
	                        .misses = n->misses,
	                        .refused = n->refused,
	                        .bytes = n->bytes,
	                        .fills = n->fills,
	                        .damaged = f.damaged,
	                        .ram = f.ram,
	                        .disk = f.disk,
	                        .chunks = f.chunks,
	                        .evicted = f.evicted};
	if (l->cfg->report)
		l->cfg->report(l->cfg->ctx, &r);
	cdn_put_report(out, &r);
}

static int lease(struct cdn_link *l, struct slice body, struct buf *out)
{
	struct cdn_lease e;
	int r = cdn_get_lease(body, &e);

	if (r < 0)
		return r;
	cdn_term_extend(l->cfg->term, &e);
	report(l, out);
	return 0;
}

static int fill(struct cdn_link *l, struct slice body, struct buf *out)
{
	struct cdn_fill_answer a;
	struct cdn_fill f;
	int r = cdn_get_fill(body, &f);

	if (r < 0)
		return r;
	r = cdn_cache_put(l->cfg->cache, f.object, f.chunk, f.bytes);
	l->cfg->counts->fills +=
		r == 0; /* after it is there: who looked before this number may not have seen it */
	a = (struct cdn_fill_answer){.chunk = f.chunk,
	                             .how = r == 0 ? CDN_FILLED_OK : CDN_FILLED_REFUSED,
	                             .fills = (uint32_t)l->cfg->counts->fills};
	memcpy(a.object, f.object, sizeof(a.object));
	cdn_put_filled(out, &a);
	return 0;
}

static int drop(struct cdn_link *l, struct slice body)
{
	uint8_t object[CDN_OBJECT_SIZE];
	int r = cdn_get_drop(body, object);

	if (r == 0)
		cdn_cache_drop(l->cfg->cache, object);
	return r;
}

static int one(struct cdn_link *l, enum cdn_frame type, struct slice body, struct buf *out)
{
	if (type == CDN_HELLO)
		return hello(l, body, out);
	if (!l->greeted)
		return -ERR_INVALID;
	switch (type) {
	case CDN_LEASE:
		return lease(l, body, out);
	case CDN_FILL:
		return fill(l, body, out);
	case CDN_DROP:
		return drop(l, body);
	case CDN_WIPE:
		if (body.n)
			return -ERR_INVALID;
		cdn_term_end(l->cfg->term);
		cdn_put_bare(out, CDN_WIPED);
		return 0;
	default: /* what only a node says */
		return -ERR_INVALID;
	}
}

int cdn_link_take(struct cdn_link *l, struct buf *in, struct buf *out)
{
	enum cdn_frame type;
	struct slice body;
	size_t n, used = 0;
	int r;

	while ((r = cdn_frame_next(slice_of(in->p + used, in->n - used), &type, &body, &n)) == 0) {
		r = one(l, type, body, out);
		if (type == CDN_HELLO)
			wipe(in->p + used, n);
		if (r < 0)
			break;
		used += n;
	}
	buf_consume(in, used);
	return r == -ERR_AGAIN ? 0 : r;
}
