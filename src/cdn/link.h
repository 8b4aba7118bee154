/*
 * link.h - the node's end of the link as a protocol: bytes of the core in, bytes for it out, no I/O inside (docs/design/cdn.md).
 * Threads: one holder at a time.
 */
#ifndef CDN_LINK_H
#define CDN_LINK_H

#include "base/buf.h"

struct cdn_cache;
struct cdn_counts;
struct cdn_report;
struct cdn_term;

/* What a node has, whoever speaks with it; borrowed. */
struct cdn_link_config {
	struct cdn_term *term;
	struct cdn_cache *cache;
	struct cdn_counts *counts;
	struct slice pem;                                /* its RSA key, public part */
	void (*report)(void *ctx, struct cdn_report *r); /* fills what only its owner knows; may be NULL */
	void *ctx;
};

struct cdn_link {
	const struct cdn_link_config *cfg;
	bool greeted;
};

/* Takes the whole frames that `in` begins with, appends what they are answered. -ERR_INVALID: it is no core of ours; -ERR_DENIED: of another DC. */
int cdn_link_take(struct cdn_link *l, struct buf *in, struct buf *out);

#endif
