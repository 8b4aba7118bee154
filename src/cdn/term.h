/*
 * term.h - for how long a node may serve, and by which keys: what the core's HELLO and LEASE said (docs/design/cdn.md). A term is over when its
 * lease is, by a clock that goes on while the machine sleeps; when the core says so; or with the process. Then its keys are wiped and the
 * cache with them. Time of day is the core's.
 * Threads: any.
 */
#ifndef CDN_TERM_H
#define CDN_TERM_H

#include "cdnwire/frame.h"

struct cdn_cache;
struct cdn_term;

/* Over, until a HELLO. The cache is the caller's and outlives it. */
struct cdn_term *cdn_term_new(int32_t dc, struct cdn_cache *cache);
void cdn_term_free(struct cdn_term *t); /* ends it; NULL is allowed */
/* Who hears, from now on, that it began (true), or that it is over and none follows. Before it begins; on threads that call here. */
void cdn_term_tell(struct cdn_term *t, void (*changed)(void *ctx, bool on), void *ctx);
/* Names this start of the node. */
const uint8_t *cdn_term_boot(const struct cdn_term *t);

/* The same epoch and lease key as before go on with the cache as it is, if the lease is not over. -ERR_DENIED: for another DC. */
int cdn_term_begin(struct cdn_term *t, const struct cdn_hello *h);
/* Nothing, once it is over. */
void cdn_term_extend(struct cdn_term *t, const struct cdn_lease *l);
void cdn_term_end(struct cdn_term *t);
/* Ends it if its time has come. To be called often: until then nothing is answered, but what is sealed is still there. */
void cdn_term_look(struct cdn_term *t);

/* Seconds until it is over, if nothing comes; 0: it is. */
int64_t cdn_term_left(struct cdn_term *t);
/* CDN_REVOKED: over, and nothing is returned. */
enum cdn_state cdn_term_now(struct cdn_term *t, struct cdn_node_keys *ret_keys, unixtime_t *ret_now);

#endif
