/*
 * cdn_web.h - what a CDN node says to its operator by HTTP: GET /metrics, and /healthz, which is 200 while the node has a lease. Its
 * address is for the operator alone.
 */
#ifndef ROLES_CDN_WEB_H
#define ROLES_CDN_WEB_H

#include <stdbool.h>

struct cdn_cache;
struct cdn_counts;
struct cdn_term;
struct cdn_web;
struct counters;
struct io_loop;

struct cdn_web_config { /* all borrowed */
	struct cdn_term *term;
	struct cdn_cache *cache;
	const struct cdn_counts *counts;
	struct counters *counters;
};

/* On the first loop, before it starts. Negative with one line for the operator on standard error. */
int cdn_web_start(const struct cdn_web_config *cfg, struct io_loop **loops, const char *address,
                  struct cdn_web **ret);
const char *cdn_web_name(const struct cdn_web *w); /* "HOST:PORT" as bound */
/* No new connections, and those there are closed. Before the loop ends. NULL is allowed. */
void cdn_web_stop(struct cdn_web *w, bool loops_run);
void cdn_web_free(struct cdn_web *w);

#endif
