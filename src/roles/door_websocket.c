/* door_websocket.c - see door.h: bytes to binary frames and back, by libwebsockets on a loop of its own. */
#include <libwebsockets.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "roles/door.h"

enum { PIECE = 16384, TURN_MS = 5 };

struct carrier {
	struct door_end *e;
	struct lws *wsi;
	struct buf out; /* LWS_PRE free bytes, then what is to be said */
	bool open, over;
};

static void fail(struct carrier *c, const char *why, size_t n)
{
	snprintf(c->e->error, sizeof(c->e->error), "no WebSocket at /apiws: %.*s", (int)n, why);
	c->over = true;
}

/* The client's socket is local and large enough for an answer; one that is not read is nobody's. */
static void hear(struct carrier *c, const void *p, size_t n)
{
	if (send(c->e->fd, p, n, MSG_NOSIGNAL) != (ssize_t)n)
		c->over = true;
}

static int write_all(struct carrier *c, struct lws *wsi)
{
	int r = 0;

	if (c->out.n > LWS_PRE)
		r = lws_write(wsi, c->out.p + LWS_PRE, c->out.n - LWS_PRE, LWS_WRITE_BINARY);
	c->out.n = LWS_PRE;
	return r < 0 ? -1 : 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
	struct carrier *c = lws_context_user(lws_get_context(wsi));

	switch (why) {
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		fail(c, in ? in : "refused", in ? len : 7);
		return 0;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		c->open = true;
		return 0;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		hear(c, in, len);
		return 0;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return write_all(c, wsi);
	case LWS_CALLBACK_CLIENT_CLOSED:
		c->over = true;
		return 0;
	default:
		return 0;
	}
}

/* What the client says, as far as it has said something. */
static void listen_to_client(struct carrier *c)
{
	struct pollfd p = {.fd = c->e->fd, .events = c->open ? POLLIN : 0};
	ssize_t n;

	if (poll(&p, 1, TURN_MS) <= 0 || !(p.revents & (POLLIN | POLLHUP)))
		return;
	n = recv(c->e->fd, buf_reserve(&c->out, PIECE), PIECE, MSG_DONTWAIT);
	if (n <= 0) {
		c->over = true;
		return;
	}
	c->out.n += (size_t)n;
	lws_callback_on_writable(c->wsi);
}

static bool dial(struct carrier *c, struct lws_context *cx)
{
	char host[256];
	const char *colon = strrchr(c->e->host_port, ':');
	bool brackets = c->e->host_port[0] == '[';
	struct lws_client_connect_info ci = {.context = cx,
	                                     .address = host,
	                                     .port = atoi(colon + 1),
	                                     .path = "/apiws",
	                                     .host = c->e->host_port,
	                                     .origin = c->e->host_port,
	                                     .protocol = "binary",
	                                     .pwsi = &c->wsi};

	snprintf(host, sizeof(host), "%.*s", (int)(colon - c->e->host_port) - 2 * brackets,
	         c->e->host_port + brackets);
	return lws_client_connect_via_info(&ci) != NULL;
}

void door_carry_websocket(struct door_end *e)
{
	static const struct lws_protocols protocols[] = {{.name = "binary", .callback = on_event}, {0}};
	struct carrier c = {.e = e};
	struct lws_context_creation_info info = {.port = CONTEXT_PORT_NO_LISTEN,
	                                         .protocols = protocols,
	                                         .user = &c,
	                                         .gid = (gid_t)-1,
	                                         .uid = (uid_t)-1};
	struct lws_context *cx;

	lws_set_log_level(0, NULL);
	buf_reserve(&c.out, LWS_PRE);
	c.out.n = LWS_PRE;
	cx = lws_create_context(&info);
	if (!cx || (!dial(&c, cx) && !c.over))
		fail(&c, "no connection", 13);
	while (!c.over && !*e->closing) {
		lws_service(cx, -1);
		if (!c.over)
			listen_to_client(&c);
	}
	if (cx)
		lws_context_destroy(cx);
	buf_fini(&c.out);
}
