/* web.h - the HTTP side of the server: health and metrics for the operator, MTProto's doors by HTTP for clients. */
#ifndef ROLES_WEB_H
#define ROLES_WEB_H

#include <stdbool.h>

#include "base/slice.h"

struct web;
struct glue;
struct counters;
struct io_loop;

/*
 * `host_port` is [server] http: an address, or "none". Negative with one line for the operator on standard error.
 * Before the loops start.
 */
int web_start(struct glue *g, struct counters *counters, struct io_loop **loops, unsigned n,
              const char *host_port, struct web **ret);
/* "HOST:PORT" as bound, or "none". */
const char *web_name(const struct web *w);
/* How many bytes of an HTTP connection web_take wants to see. */
size_t web_first_need(void);
/* A connection to the MTProto port that begins with HTTP; `first`: what a peek showed. Thread: the loop. */
void web_take(struct web *w, struct io_loop *l, int fd, struct slice first);
/* Three steps of the end; NULL is allowed. close: no new connections. stop: all are closed. */
void web_close(struct web *w, bool loops_run);
void web_stop(struct web *w, bool loops_run);
void web_free(struct web *w);

#endif
