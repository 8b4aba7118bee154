/*
 * server.h - HTTP by libmicrohttpd and WebSockets by libwebsockets, both on our own loops. Knows no MTProto: what clients say
 * comes out as connections (io/conn.h, the pipe face), what the operator asks is answered by struct http_ops.
 *
 *   GET, HEAD   on the operator's side: ops.get; elsewhere 404
 *   /apiws...   WebSocket, subprotocol binary: ops.stream, one message a send
 *   POST /api.. one packet in, one packet out: ops.post; /apiw... with CORS; OPTIONS
 *
 * Threads: http_server_new before the loops start, http_server_take on the loop, http_server_stop from the main thread.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "io/listener.h"
#include "io/loop.h"

struct http_server;
struct io_conn;
struct counters;

#define HTTP_BODY_MAX (1024u * 1024 + 1024) /* of a POST: the largest packet of a client */

struct http_reply {
	int status;
	const char *type; /* static */
	struct buf body;  /* taken over */
};

struct http_ops {
	void *ctx;
	/* `ret` comes as 404 with no body. Thread: the loop; must not block. */
	void (*get)(void *ctx, const char *path, struct http_reply *ret);
	/* A WebSocket: bytes in pieces, always obfuscated inside. The connection is the callee's; it is not started yet. */
	void (*stream)(void *ctx, struct io_conn *c);
	/*
	 * One POST: its whole body comes as the first bytes, the first send is the answer and ends it. Four bytes are a
	 * transport error: status -code. A close without a send drops the client's connection.
	 */
	void (*post)(void *ctx, struct io_conn *c);
	struct counters *counters; /* may be NULL */
};

/* RLIMIT_NOFILE must have its last value. -ERR_UNSUPPORTED: a library cannot do it here (libwebsockets without libuv). */
int http_server_new(struct io_loop **loops, unsigned n, const struct http_ops *ops, struct http_server **ret);
/*
 * An accepted socket of which nothing was read. `first`: what a peek showed, http_first_need() bytes if the client said so
 * many. operator_side: it came to the --http address.
 */
void http_server_take(struct http_server *s, struct io_loop *l, int fd, struct slice first,
                      bool operator_side);
size_t http_first_need(void);
/* For a listener whose address is the operator's alone: everything that comes there is HTTP. */
struct io_accept_ops http_server_operator(struct http_server *s);
/* Closes every connection. Afterwards the loops may end. */
void http_server_stop(struct http_server *s, bool loops_run);
void http_server_free(struct http_server *s); /* NULL is allowed */

#endif
