/*
 * cdn_core.h - the core's end of a node's link, for tests and benches of a node alone: dials, greets, fills. Blocking, one thread.
 * What is wrong with the link comes back as -ERR_*.
 */
#ifndef TESTS_CDN_CORE_H
#define TESTS_CDN_CORE_H

#include "cdnwire/frame.h"
#include "cdnwire/pipe.h"
#include "crypto/rsa.h"

struct cdn_core {
	struct cdn_pipe *pipe;
	struct buf in;
	struct cdn_epoch epoch;
	uint8_t lease_key[32];
	uint8_t boot[16];    /* as WELCOME said */
	struct rsa_key *rsa; /* the node's, public part */
};

/* Draws an epoch and a lease key. Nothing is dialled yet. */
void cdn_core_init(struct cdn_core *c, int32_t dc);
void cdn_core_fini(struct cdn_core *c);
/* Dials; HELLO, WELCOME. The connection before it, if any, is closed. */
int cdn_core_greet(struct cdn_core *c, const char *link, const uint8_t secret[CDN_SECRET_SIZE],
                   enum cdn_state state, uint32_t lease);
void cdn_core_hang_up(struct cdn_core *c);
int cdn_core_lease(struct cdn_core *c, enum cdn_state state, uint32_t lease, struct cdn_report *ret);
/* A chunk of a content of this size, waiting for FILLED. -ERR_DENIED: refused. */
int cdn_core_fill(struct cdn_core *c, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk, uint64_t size,
                  const uint8_t *bytes);
int cdn_core_drop(struct cdn_core *c, const uint8_t object[CDN_OBJECT_SIZE]);
int cdn_core_wipe(struct cdn_core *c);
/* Any bytes on the link. */
int cdn_core_say(struct cdn_core *c, const void *p, size_t n);

#endif
