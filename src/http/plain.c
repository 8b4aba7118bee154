/*
 * plain.c - HTTP without an upgrade, by libmicrohttpd: what the operator asks (GET), and MTProto by POST (mtproto.md 1.8): the
 * body is one packet, the answer is one packet or a transport error as a status with the same four bytes as its body (TDLib
 * demands one). Requests that a client sends ahead stay in the socket until theirs is answered. (libwebsockets would do all
 * of HTTP, but spins for ever on a POST that another one follows before it is answered.)
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/counters.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/http_private.h"
#include "io/address.h"
#include "io/conn.h"

enum { IDLE_SECONDS = 75, CONNECTIONS_MAX = 100000, MEMORY_A_CONNECTION = 16384 };

enum step { STEP_BODY, STEP_WAIT, STEP_READY, STEP_DROP };

struct request {
	struct http_plain *h;
	struct MHD_Connection *mc;
	enum step step;
	bool suspended, cors;
	struct io_conn *c; /* a POST that is being answered */
	struct buf in;
	struct http_reply reply;
	struct request *next, **prev; /* of those suspended */
	uv_poll_t *left;              /* while suspended: MHD does not see then that the client has gone */
};

static void wake(struct http_plain *h);

/* --- the answer */

static enum MHD_Result respond(struct request *q)
{
	static const char *const cors[][2] = {{"Access-Control-Allow-Origin", "*"},
	                                      {"Access-Control-Allow-Methods", "POST, OPTIONS"},
	                                      {"Access-Control-Allow-Headers", "origin, content-type"},
	                                      {"Access-Control-Max-Age", "1728000"}};
	struct buf *b = &q->reply.body;
	struct MHD_Response *r = MHD_create_response_from_buffer(
		b->n, b->n ? b->p : NULL, b->n ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	enum MHD_Result ok;

	if (!r)
		return MHD_NO;
	if (b->n)
		*b = (struct buf){0};
	MHD_add_response_header(r, "Content-Type", q->reply.type);
	MHD_add_response_header(r, "Cache-Control", "no-store");
	MHD_add_response_header(r, "Pragma", "no-cache");
	for (size_t i = 0; q->cors && i < sizeof(cors) / sizeof(cors[0]); i++)
		MHD_add_response_header(r, cors[i][0], cors[i][1]);
	ok = MHD_queue_response(q->mc, (unsigned)q->reply.status, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result refuse(struct request *q, int status)
{
	static const char text[] = "not here\n";

	q->reply.status = status;
	q->reply.type = "text/plain";
	buf_put(&q->reply.body, text, sizeof(text) - 1);
	return respond(q);
}

static void free_handle(uv_handle_t *h)
{
	free(h);
}

static void resume(struct request *q)
{
	if (!q->suspended)
		return;
	q->suspended = false;
	uv_close((uv_handle_t *)q->left,
	         free_handle); /* leaves the loop's set at once, before MHD closes the socket */
	q->left = NULL;
	*q->prev = q->next;
	if (q->next)
		q->next->prev = q->prev;
	MHD_resume_connection(q->mc);
	wake(q->h);
}

/* --- a POST as a connection of MTProto */

static void pipe_send(void *ctx, const uint8_t *p, size_t n)
{
	struct request *q = ctx;
	struct io_conn *c = q->c;
	int32_t code;

	if (q->step != STEP_WAIT)
		return;
	q->reply.status = 200;
	q->reply.type = "application/octet-stream";
	if (n == 4) {
		memcpy(&code, p, 4);
		if (code <= -400 && code > -600)
			q->reply.status = -code;
	}
	buf_put(&q->reply.body, p, n);
	q->step = STEP_READY;
	q->c = NULL;
	io_conn_pipe_closed(c);
	resume(q);
}

static void pipe_close(void *ctx)
{
	struct request *q = ctx;

	q->c = NULL;
	if (q->step == STEP_WAIT) {
		q->step = STEP_DROP;
		resume(q);
	}
}

static void peer(struct MHD_Connection *mc, char ip[IO_IP_TEXT])
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (!i || !io_ip_text(i->client_addr, ip, IO_IP_TEXT))
		ip[0] = '\0';
}

/* The client has hung up, or says that he will say no more: nobody waits for the answer, and it is not to be lost on him. */
static void on_left(uv_poll_t *p, int status, int events)
{
	struct request *q = p->data;
	struct io_conn *c = q->c;

	q->c = NULL;
	q->step = STEP_DROP;
	resume(q);
	if (c)
		io_conn_pipe_closed(c);
}

static void suspend(struct request *q)
{
	const union MHD_ConnectionInfo *i = MHD_get_connection_info(q->mc, MHD_CONNECTION_INFO_CONNECTION_FD);

	q->left = xcalloc(1, sizeof(*q->left));
	q->left->data = q;
	uv_poll_init(io_loop_uv(q->h->io), q->left, i->connect_fd);
	uv_poll_start(q->left, UV_DISCONNECT, on_left);
	q->suspended = true;
	q->next = q->h->waiting;
	q->prev = &q->h->waiting;
	if (q->next)
		q->next->prev = &q->next;
	q->h->waiting = q;
	MHD_suspend_connection(q->mc);
}

static enum MHD_Result give_post(struct request *q)
{
	const struct http_ops *ops = &q->h->server->ops;
	struct io_pipe pipe = {.ctx = q, .send = pipe_send, .close = pipe_close};
	struct io_conn *c;
	char ip[IO_IP_TEXT];

	q->step = STEP_WAIT;
	peer(q->mc, ip);
	c = q->c = io_conn_new_pipe(q->h->io, &pipe, ip);
	ops->post(ops->ctx, c);
	io_conn_pipe_bytes(c, q->in.p, q->in.n); /* c lives until the loop's next turn at least */
	buf_fini(&q->in);
	if (q->step == STEP_READY)
		return respond(q);
	if (q->step == STEP_DROP)
		return MHD_NO;
	suspend(q);
	return MHD_YES;
}

/* --- requests */

static enum MHD_Result begin_post(struct request *q, const char *path)
{
	const char *text = MHD_lookup_connection_value(q->mc, MHD_HEADER_KIND, "Content-Length");

	if (strncmp(path, "/api", 4) != 0)
		return refuse(q, 404);
	return text && strtoull(text, NULL, 10) > HTTP_BODY_MAX ? refuse(q, 413) : MHD_YES;
}

static enum MHD_Result begin_options(struct request *q, const char *path)
{
	if (strncmp(path, "/api", 4) != 0)
		return refuse(q, 404);
	q->cors = true;
	q->reply = (struct http_reply){.status = 200, .type = "text/plain"};
	q->step = STEP_READY;
	return MHD_YES;
}

static enum MHD_Result begin_get(struct request *q, const char *path)
{
	const struct http_ops *ops = &q->h->server->ops;

	q->reply = (struct http_reply){.status = 404, .type = "text/plain"};
	if (q->h->operator_side)
		ops->get(ops->ctx, path, &q->reply);
	if (q->reply.status == 404)
		return refuse(q, 404);
	q->step =
		STEP_READY; /* answered at the second call: at the first, MHD closes the connection behind it */
	return MHD_YES;
}

static enum MHD_Result begin(struct http_plain *h, struct MHD_Connection *mc, const char *url,
                             const char *method, void **own)
{
	static const struct {
		const char *method;
		enum MHD_Result (*f)(struct request *q, const char *path);
	} methods[] = {
		{"POST", begin_post}, {"GET", begin_get}, {"HEAD", begin_get}, {"OPTIONS", begin_options}};
	struct request *q = xcalloc(1, sizeof(*q));
	char path[HTTP_PATH_MAX];

	*own = q;
	q->h = h;
	q->mc = mc;
	COUNT(h->server->ops.counters, http_requests_total);
	if (http_path_of(url, path) < 0)
		return refuse(q, 400);
	q->cors = strncmp(path, "/apiw", 5) == 0;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(method, methods[i].method) == 0)
			return methods[i].f(q, path);
	return refuse(q, 405);
}

/* Called first with the headers, then with each piece of the body, then until there is an answer. */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *mc, const char *url, const char *method,
                                  const char *version, const char *data, size_t *n, void **own)
{
	struct request *q = *own;

	if (!q)
		return begin(ctx, mc, url, method, own);
	if (*n) {
		if (q->in.n + *n > HTTP_BODY_MAX)
			return MHD_NO;
		buf_put(&q->in, data, *n);
		*n = 0;
		return MHD_YES;
	}
	switch (q->step) {
	case STEP_BODY:
		return q->in.n ? give_post(q) : refuse(q, 400);
	case STEP_READY:
		return respond(q);
	case STEP_DROP:
		return MHD_NO;
	case STEP_WAIT:
		break;
	}
	return MHD_YES;
}

static void on_end(void *ctx, struct MHD_Connection *mc, void **own, enum MHD_RequestTerminationCode why)
{
	struct request *q = *own;
	struct io_conn *c;

	if (!q)
		return;
	c = q->c;
	q->c = NULL;
	q->step = STEP_DROP;
	if (c)
		io_conn_pipe_closed(c);
	buf_fini(&q->in);
	buf_fini(&q->reply.body);
	free(q);
	*own = NULL;
}

/* --- the daemon on our loop */

static void run(struct http_plain *h);

static void on_timer(uv_timer_t *t)
{
	run(t->data);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	run(p->data);
}

static void run(struct http_plain *h)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(h->d);
	if (MHD_get_timeout(h->d, &ms) == MHD_YES)
		uv_timer_start(h->timer, on_timer, ms, 0);
	else
		uv_timer_stop(h->timer);
}

/* In the loop's next turn: whoever answers must not be called from within his answer. */
static void wake(struct http_plain *h)
{
	uv_timer_start(h->timer, on_timer, 0, 0);
}

static void on_log(void *ctx, const char *format, va_list args)
{
	char line[200];

	vsnprintf(line, sizeof(line), format, args);
	log_event(LOG_DEBUG, "http", "text=\"%.*s\"", (int)strcspn(line, "\r\n"), line);
}

int http_plain_open(struct http_plain *h)
{
	const union MHD_DaemonInfo *info;

	h->d = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
		NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_A_CONNECTION, MHD_OPTION_END);
	info = h->d ? MHD_get_daemon_info(h->d, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info)
		return -ERR_UNSUPPORTED;
	h->poll = xcalloc(1, sizeof(*h->poll));
	h->timer = xcalloc(1, sizeof(*h->timer));
	uv_poll_init(io_loop_uv(h->io), h->poll, info->epoll_fd);
	uv_timer_init(io_loop_uv(h->io), h->timer);
	h->poll->data = h->timer->data = h;
	uv_poll_start(h->poll, UV_READABLE, on_poll);
	return 0;
}

void http_plain_take(struct http_plain *h, int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);

	if (getpeername(fd, (struct sockaddr *)&a, &n) != 0) {
		close(fd);
		return;
	}
	MHD_add_connection(h->d, fd, (struct sockaddr *)&a, n); /* on failure it has closed fd */
	run(h);
}

void http_plain_close(struct http_plain *h)
{
	struct request *q;

	if (!h->d)
		return;
	while ((q = h->waiting) != NULL) {
		q->step = STEP_DROP;
		resume(q);
	}
	MHD_run(h->d);
	MHD_stop_daemon(h->d);
	h->d = NULL;
	uv_close((uv_handle_t *)h->poll, free_handle);
	uv_close((uv_handle_t *)h->timer, free_handle);
}
