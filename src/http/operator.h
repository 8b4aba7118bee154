/*
 * operator.h - what an operator asks each of our programs by HTTP: GET /metrics, in Prometheus' text format, and GET /healthz, 200 or 503.
 * Everything else stays as it comes: 404. Thread: the loop; must not block.
 */
#ifndef HTTP_OPERATOR_H
#define HTTP_OPERATOR_H

#include "http/server.h"

struct http_operator {
	void (*metrics)(void *ctx, struct buf *b);
	const char *(*ill)(void *ctx); /* what is wrong, one line, static; NULL: it is well */
};

/* As http_ops.get. */
void http_operator_get(const struct http_operator *o, void *ctx, const char *path, struct http_reply *ret);

#endif
