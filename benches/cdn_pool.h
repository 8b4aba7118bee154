/*
 * cdn_pool.h - connections of honest clients to CDN DCs, as TDLib keeps them: by what help.getConfig and help.getCdnConfig
 * say, the node's address first (tcpo_only), another one when that is dead or silent. Nobody is signed in there. One thread, the
 * bench's loop.
 */
#ifndef BENCH_CDN_POOL_H
#define BENCH_CDN_POOL_H

#include "benches/bench.h"

struct cdn_pool;

/* r: 0 and the boxed answer; -ERR_RPC and its text; -ERR_CLOSED: no answer came; ask once more, but not within the callback. Borrowed for the callback. */
struct cdn_answer {
	int r;
	struct slice body, text;
};
typedef void cdn_answer_fn(void *arg, const struct cdn_answer *a);

/* `core`: signed in; it is asked for the addresses and keys, at first and whenever a DC cannot be reached. */
struct cdn_pool *cdn_pool_new(struct bench *b, struct client *core, unsigned a_dc);
void cdn_pool_free(struct cdn_pool *p); /* what waits is not answered; NULL is allowed */
/* upload.getCdnFile. fn comes once, later. */
void cdn_pool_get(struct cdn_pool *p, int32_t dc, struct slice token, uint64_t off, uint32_t limit,
                  cdn_answer_fn *fn, void *arg);
/* Now and then: who is silent is left, who is gone is dialled again. */
void cdn_pool_turn(struct cdn_pool *p);
/* The configuration has changed (updateConfig). */
void cdn_pool_reload(struct cdn_pool *p);

#endif
