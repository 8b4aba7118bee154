/* cdn_web.c - see cdn_web.h. */
#include "roles/cdn_web.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "cdn/cache.h"
#include "cdn/counts.h"
#include "cdn/term.h"
#include "http/metrics.h"
#include "http/operator.h"
#include "http/server.h"
#include "io/conn.h"
#include "io/listener.h"

struct cdn_web {
	struct cdn_web_config cfg;
	struct http_server *http;
	struct io_listener *listener;
};

static void metrics(void *ctx, struct buf *b)
{
	const struct cdn_web *w = ctx;
	const struct cdn_counts *n = w->cfg.counts;
	struct cdn_cache_figures f;

	cdn_cache_figures(w->cfg.cache, &f);
	metric_counters(b, w->cfg.counters);
	metric_put(b, "lease_seconds", "gauge", "until the lease ends without the core; 0: there is none",
	           cdn_term_left(w->cfg.term));
	metric_put(b, "hits_total", "counter", "ranges served", (int64_t)n->hits);
	metric_put(b, "misses_total", "counter", "ranges that were not here: clients had them uploaded",
	           (int64_t)n->misses);
	metric_put(b, "refused_total", "counter", "calls refused: invalid tokens, other methods",
	           (int64_t)n->refused);
	metric_put(b, "bytes_total", "counter", "bytes served", (int64_t)n->bytes);
	metric_put(b, "fills_total", "counter", "chunks that the core sent", (int64_t)n->fills);
	metric_put(b, "ram_bytes", "gauge", "chunks in memory", (int64_t)f.ram);
	metric_put(b, "disk_bytes", "gauge", "chunks on disk", (int64_t)f.disk);
	metric_put(b, "chunks", "gauge", "their number", (int64_t)f.chunks);
	metric_put(b, "evicted_total", "counter", "chunks that made room for others", (int64_t)f.evicted);
	metric_put(b, "damaged_total", "counter", "chunks that were not as they had been written",
	           (int64_t)f.damaged);
	metric_put(b, "unwritten_total", "counter", "chunks that the disk would not take",
	           (int64_t)f.unwritten);
	metric_process(b);
}

static const char *ill(void *ctx)
{
	return cdn_term_left(((struct cdn_web *)ctx)->cfg.term) > 0 ? NULL : "no lease";
}

static void get(void *ctx, const char *path, struct http_reply *ret)
{
	static const struct http_operator pages = {.metrics = metrics, .ill = ill};

	http_operator_get(&pages, ctx, path, ret);
}

/* A node speaks MTProto on its own port alone. */
static void refuse(void *ctx, struct io_conn *c)
{
	io_conn_close(c, false);
}

int cdn_web_start(const struct cdn_web_config *cfg, struct io_loop **loops, const char *address,
                  struct cdn_web **ret)
{
	struct cdn_web *w = xcalloc(1, sizeof(*w));
	struct http_ops ops = {
		.ctx = w, .get = get, .stream = refuse, .post = refuse, .counters = cfg->counters};
	struct io_accept_ops accept;
	int r;

	w->cfg = *cfg;
	r = http_server_new(loops, 1, &ops, &w->http);
	if (r < 0) {
		fprintf(stderr, "chapar cdn: libwebsockets cannot run on libuv here; install "
		                "libwebsockets-evlib-uv\n");
		free(w);
		return r;
	}
	*ret = w;
	accept = http_server_operator(w->http);
	r = io_listener_open(loops, 1, address, &accept, &w->listener);
	if (r < 0)
		fprintf(stderr,
		        "chapar cdn: cannot listen on %s: %s; choose another metrics in the configuration\n",
		        address, io_listener_error(r));
	return r;
}

const char *cdn_web_name(const struct cdn_web *w)
{
	return io_listener_name(w->listener);
}

void cdn_web_stop(struct cdn_web *w, bool loops_run)
{
	if (!w)
		return;
	if (w->listener)
		io_listener_close(w->listener, loops_run);
	w->listener = NULL;
	http_server_stop(w->http, loops_run);
}

void cdn_web_free(struct cdn_web *w)
{
	if (!w)
		return;
	http_server_free(w->http);
	free(w);
}
