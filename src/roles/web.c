/* web.c - see web.h. */
#include "roles/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "http/metrics.h"
#include "http/operator.h"
#include "http/server.h"
#include "io/listener.h"
#include "roles/glue.h"
#include "roles/web_cdn.h"
#include "updates/online.h"
#include "worker/worker.h"

struct web {
	struct glue *glue;
	struct counters *counters;
	struct http_server *http;
	struct io_listener *listener; /* NULL: none */
};

static void put_call(void *arg, const char *method, uint64_t n)
{
	char line[200];
	int k = snprintf(line, sizeof(line), "chapar_calls_total{method=\"%s\"} %llu\n", method,
	                 (unsigned long long)n);

	buf_put(arg, line, (size_t)k);
}

static void put_error(void *arg, int code, uint64_t n)
{
	char line[100];
	int k = snprintf(line, sizeof(line), "chapar_call_errors_total{code=\"%d\"} %llu\n", code,
	                 (unsigned long long)n);

	buf_put(arg, line, (size_t)k);
}

/* Sizes of commits as a histogram: le 1, 2, 3, 4, 6, 8, 12 ... 64. */
struct batches {
	struct buf *b;
	uint64_t commits, calls;
	unsigned le, half; /* the next step, and half the one before it */
};

static void put_batch(void *arg, unsigned calls, uint64_t n)
{
	struct batches *x = arg;
	char line[100];
	int k;

	x->commits += n;
	x->calls += n * calls;
	if (calls != x->le)
		return;
	k = snprintf(line, sizeof(line), "chapar_commit_calls_bucket{le=\"%u\"} %llu\n", calls,
	             (unsigned long long)x->commits);
	buf_put(x->b, line, (size_t)k);
	if ((x->le & (x->le - 1)) == 0)
		x->half = x->le / 2 ? x->le / 2 : 1;
	x->le += x->half;
}

static void put_batches(struct web *w, struct buf *b)
{
	struct batches x = {.b = b, .le = 1};
	char line[300];
	int k;

	metric_head(b, "commit_calls", "histogram", "calls in one commit of the write lane");
	rpc_server_each_batch(w->glue->rpc, put_batch, &x);
	k = snprintf(line, sizeof(line),
	             "chapar_commit_calls_bucket{le=\"+Inf\"} %llu\nchapar_commit_calls_sum %llu\n"
	             "chapar_commit_calls_count %llu\n",
	             (unsigned long long)x.commits, (unsigned long long)x.calls,
	             (unsigned long long)x.commits);
	buf_put(b, line, (size_t)k);
}

static void put_workers(struct web *w, struct buf *b)
{
	struct worker_stats s = {0};

	if (!w->glue->app->workers)
		return;
	worker_stats(w->glue->app->workers, &s);
	metric_put(b, "worker_tasks_total", "counter", "images and videos looked at", (int64_t)s.tasks);
	metric_put(b, "worker_failed_total", "counter", "of them refused, or not done", (int64_t)s.failed);
	metric_put(b, "worker_deaths_total", "counter", "of them, those whose process died or was ended",
	           (int64_t)s.deaths);
}

static void metrics(void *ctx, struct buf *b)
{
	struct web *w = ctx;
	struct app *app = w->glue->app;
	size_t users, keys;

	metric_counters(b, w->counters);
	upd_online_count(app->online, &users, &keys);
	metric_put(b, "online_users", "gauge", "accounts with a connected device", (int64_t)users);
	metric_put(b, "online_keys", "gauge", "authorisation keys that are connected and take updates",
	           (int64_t)keys);
	metric_put(b, "write_queue", "gauge", "calls that wait for the write lane",
	           rpc_server_write_depth(w->glue->rpc));
	metric_put(b, "can_write", "gauge", "1: the last commit went well; 0: the store cannot write",
	           rpc_server_can_write(w->glue->rpc));
	metric_put(b, "start_time_seconds", "gauge", "when the server started, seconds since 1970",
	           app->started);
	metric_put(b, "clock_behind_seconds", "gauge", "how far the system's clock stepped back",
	           clock_behind());
	metric_process(b);
	put_batches(w, b);
	put_workers(w, b);
	web_cdn_metrics(app, b);
	metric_head(b, "calls_total", "counter", "calls by method");
	rpc_server_each_call(w->glue->rpc, put_call, b);
	metric_head(b, "call_errors_total", "counter",
	            "calls answered with an error, by its code; 0: another code");
	rpc_server_each_error(w->glue->rpc, put_error, b);
}

static const char *ill(void *ctx)
{
	return rpc_server_can_write(((struct web *)ctx)->glue->rpc) ? NULL : "the store cannot write";
}

static void get(void *ctx, const char *path, struct http_reply *ret)
{
	static const struct http_operator pages = {.metrics = metrics, .ill = ill};

	http_operator_get(&pages, ctx, path, ret);
}

static void stream(void *ctx, struct io_conn *c)
{
	mt_server_adopt_stream(((struct web *)ctx)->glue->mt, c);
}

static void post(void *ctx, struct io_conn *c)
{
	mt_server_adopt_post(((struct web *)ctx)->glue->mt, c);
}

int web_start(struct glue *g, struct counters *counters, struct io_loop **loops, unsigned n,
              const char *host_port, struct web **ret)
{
	struct web *w = xcalloc(1, sizeof(*w));
	struct http_ops ops = {.ctx = w, .get = get, .stream = stream, .post = post, .counters = counters};
	struct io_accept_ops accept;
	int r;

	w->glue = g;
	w->counters = counters;
	r = http_server_new(loops, n, &ops, &w->http);
	if (r < 0) {
		fprintf(stderr, "chapar serve: libwebsockets cannot run on libuv here; install "
		                "libwebsockets-evlib-uv\n");
		free(w);
		return r;
	}
	*ret = w;
	if (strcmp(host_port, "none") == 0)
		return 0;
	accept = http_server_operator(w->http);
	r = io_listener_open(loops, n, host_port, &accept, &w->listener);
	if (r < 0)
		fprintf(stderr,
		        "chapar serve: cannot listen on %s: %s; choose another with --http, or --http none\n",
		        host_port, io_listener_error(r));
	return r;
}

size_t web_first_need(void)
{
	return http_first_need();
}

const char *web_name(const struct web *w)
{
	return w->listener ? io_listener_name(w->listener) : "none";
}

void web_take(struct web *w, struct io_loop *l, int fd, struct slice first)
{
	http_server_take(w->http, l, fd, first, false);
}

void web_close(struct web *w, bool loops_run)
{
	if (!w || !w->listener)
		return;
	io_listener_close(w->listener, loops_run);
	w->listener = NULL;
}

void web_stop(struct web *w, bool loops_run)
{
	if (w)
		http_server_stop(w->http, loops_run);
}

void web_free(struct web *w)
{
	if (!w)
		return;
	http_server_free(w->http);
	free(w);
}
