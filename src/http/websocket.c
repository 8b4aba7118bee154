/*
 * websocket.c - /apiws: a WebSocket as a stream of bytes towards us, and one message for each frame of ours towards the client
 * (Web K decodes every message by itself). Whoever does not read is closed. libwebsockets never listens:
 * sockets are given to one context a loop. The order of the calls that make one was found by trial (foreign libuv loops,
 * vhosts without a port): keep it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/http_private.h"
#include "io/conn.h"

struct frame {
	struct frame *next;
	size_t n;
	uint8_t bytes[]; /* LWS_PRE free ones, then n */
};

struct http_socket {
	struct lws *wsi;
	struct io_conn *c; /* NULL: over */
	struct frame *head, **tail;
	size_t queued;
	bool dead; /* to be closed from its next callback */
};

enum {
	TIMEOUT_SECONDS = 15,
	SERVICE_BUFFER = 16384,
	SOCKET_BUFFER =
		4096 /* what each WebSocket allocates, and what is read at once: 1.4 ms a MB; of 1024 bytes 3.2, of 16384 0.7 */
};

static struct http_sockets *home_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

static void die(struct http_socket *w)
{
	w->dead = true;
	lws_set_timeout(w->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static void pipe_send(void *ctx, const uint8_t *p, size_t n)
{
	struct http_socket *w = ctx;
	struct frame *f;

	if (w->dead)
		return;
	if (w->queued + n > IO_OUT_MAX) {
		die(w);
		return;
	}
	f = xmalloc(sizeof(*f) + LWS_PRE + n);
	f->next = NULL;
	f->n = n;
	memcpy(f->bytes + LWS_PRE, p, n);
	*w->tail = f;
	w->tail = &f->next;
	w->queued += n;
	lws_callback_on_writable(w->wsi);
}

static void pipe_close(void *ctx)
{
	struct http_socket *w = ctx;

	w->c = NULL;
	if (!w->head)
		die(w);
	else
		lws_callback_on_writable(w->wsi); /* the last frames first */
}

static void pipe_pause(void *ctx, bool yes)
{
	struct http_socket *w = ctx;

	if (!w->dead)
		lws_rx_flow_control(w->wsi, !yes);
}

static bool is_path(struct lws *wsi)
{
	static const char *const paths[] = {"/apiws", "/apiws_test", "/apiws_premium", "/apiws_test_premium"};
	char uri[HTTP_PATH_MAX], path[HTTP_PATH_MAX];

	if (lws_hdr_copy(wsi, uri, sizeof(uri), WSI_TOKEN_GET_URI) <= 0 || http_path_of(uri, path) < 0)
		return false;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(path, paths[i]) == 0)
			return true;
	return false;
}

static void begin(struct http_socket *w, struct lws *wsi)
{
	struct io_pipe pipe = {w, pipe_send, pipe_close, pipe_pause};
	const struct http_ops *ops = &home_of(wsi)->server->ops;
	char ip[46];

	*w = (struct http_socket){.wsi = wsi};
	w->tail = &w->head;
	if (!lws_get_peer_simple(wsi, ip, sizeof(ip)))
		ip[0] = '\0';
	COUNT(ops->counters, http_requests_total);
	w->c = io_conn_new_pipe(home_of(wsi)->io, &pipe, ip);
	ops->stream(ops->ctx, w->c);
}

static int write_one(struct http_socket *w)
{
	struct frame *f = w->head;
	int k;

	if (w->dead)
		return -1;
	if (f) {
		k = lws_write(w->wsi, f->bytes + LWS_PRE, f->n, LWS_WRITE_BINARY);
		w->head = f->next;
		if (!w->head)
			w->tail = &w->head;
		w->queued -= f->n;
		free(f);
		if (k < 0)
			return -1;
	}
	if (w->head)
		lws_callback_on_writable(w->wsi);
	else if (!w->c)
		return -1;
	return 0;
}

static void end(struct http_socket *w)
{
	struct io_conn *c = w->c;
	struct frame *f;

	w->c = NULL;
	w->dead = true;
	while ((f = w->head) != NULL) {
		w->head = f->next;
		free(f);
	}
	w->tail = &w->head;
	if (c)
		io_conn_pipe_closed(c);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	struct http_socket *w = user;

	switch (why) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return is_path(wsi) ? 0 : 1;
	case LWS_CALLBACK_ESTABLISHED:
		begin(w, wsi);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		if (!lws_frame_is_binary(wsi))
			return -1;
		if (w->c)
			io_conn_pipe_bytes(w->c, in, len);
		return w->dead ? -1 : 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return write_one(w);
	case LWS_CALLBACK_CLOSED:
		end(w);
		return 0;
	default:
		return 0;
	}
}

/* What asks for no subprotocol, or for no WebSocket at all. */
static int on_other(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	return why == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION ? 1 : why == LWS_CALLBACK_HTTP ? -1 : 0;
}

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = on_other}, /* the first is what a connection gets that asked for none */
	{.name = "binary",
         .callback = on_event,
         .per_session_data_size = sizeof(struct http_socket),
         .rx_buffer_size = SOCKET_BUFFER},
	{0}};

static void on_log(int level, const char *line)
{
	log_event(LOG_DEBUG, "lws", "level=%d text=\"%.*s\"", level, (int)strcspn(line, "\n"), line);
}

int http_sockets_open(struct http_sockets *h)
{
	void *foreign[1] = {io_loop_uv(h->io)};
	struct lws_context_creation_info ci = {.foreign_loops = foreign,
	                                       .user = h,
	                                       .port = CONTEXT_PORT_NO_LISTEN,
	                                       .gid = (gid_t)-1,
	                                       .uid = (uid_t)-1,
	                                       .pt_serv_buf_size = SERVICE_BUFFER,
	                                       .timeout_secs = TIMEOUT_SECONDS,
	                                       .options = LWS_SERVER_OPTION_LIBUV |
	                                                  LWS_SERVER_OPTION_EXPLICIT_VHOSTS};
	struct lws_context_creation_info vi = {.port = CONTEXT_PORT_NO_LISTEN_SERVER,
	                                       .vhost_name = "chapar",
	                                       .protocols = protocols,
	                                       .timeout_secs = TIMEOUT_SECONDS,
	                                       .keepalive_timeout = 300};

	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	h->cx = lws_create_context(&ci);
	h->vhost = h->cx ? lws_create_vhost(h->cx, &vi) : NULL;
	return h->vhost ? 0 : -ERR_UNSUPPORTED;
}

void http_sockets_take(struct http_sockets *h, int fd)
{
	lws_adopt_socket_vhost(h->vhost, fd); /* on failure it has closed the socket */
}

void http_sockets_close(struct http_sockets *h)
{
	if (h->cx)
		lws_context_destroy(h->cx);
	h->cx = NULL;
}
