/* http_private.h - what the files of http/ share. */
#ifndef HTTP_HTTP_PRIVATE_H
#define HTTP_HTTP_PRIVATE_H

#include <libwebsockets.h>
#include <microhttpd.h>
#include <semaphore.h>

#include "http/server.h"

enum { HTTP_PATH_MAX = 200 };

struct http_server;

/* One libmicrohttpd daemon on one loop: requests of one side without an upgrade (plain.c). */
struct http_plain {
	struct http_server *server;
	struct io_loop *io;
	bool operator_side;
	struct MHD_Daemon *d;
	uv_poll_t *poll;
	uv_timer_t *timer;
	struct request *waiting; /* suspended */
};

/* One lws context on one loop: WebSockets (websocket.c). */
struct http_sockets {
	struct http_server *server;
	struct io_loop *io;
	struct lws_context *cx;  /* whose user this is */
	struct lws_vhost *vhost; /* never listening */
};

struct http_loop {
	struct http_sockets sockets;
	struct http_plain clients, operators;
	struct io_msg stopping;
};

struct http_server {
	struct http_ops ops;
	sem_t *stopped;
	unsigned n;
	struct http_loop loops[];
};

/* The path of a request line: the query cut off, an absolute URI (through a proxy) cut to its path. -ERR_TOO_BIG, -ERR_INVALID. Pure. */
int http_path_of(const char *uri, char path[HTTP_PATH_MAX]);

/* open: -ERR_UNSUPPORTED, close still to be called. take: the socket is theirs. All on the loop, or while it does not run. */
int http_plain_open(struct http_plain *h);
void http_plain_take(struct http_plain *h, int fd);
void http_plain_close(struct http_plain *h);

int http_sockets_open(struct http_sockets *h);
void http_sockets_take(struct http_sockets *h, int fd);
void http_sockets_close(struct http_sockets *h);

#endif
