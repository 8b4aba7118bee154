/*
 * place.h - where the messages of a dialog lie: (owner, peer) of their rows. The caller's own box for users and basic groups, the
 * channel itself for channels. Reading, editing, deleting, pinning and searching take a place and know no kinds of peers
 * beyond what it says. Rights are asked of the peer's area. Threads: lanes.
 */
#ifndef DOMAIN_MESSAGES_PLACE_H
#define DOMAIN_MESSAGES_PLACE_H

#include "domain/users/peer.h"

struct store_msg;

struct place {
	int64_t owner, peer;
	int32_t first_id; /* lowest id that the caller may see there (hidden history); 0: all */
};

/* The caller's place for a resolved peer. (peer_resolve has let through only what he may see.) */
int place_of(struct rpc_call *c, const struct peer *peer, struct place *ret);
/* Both steps: an InputPeer to a peer and its place. */
int place_resolve(struct rpc_call *c, const struct tl_obj *input_peer, struct peer *ret_peer,
                  struct place *ret);
/* The same of an InputChannel. */
int place_resolve_channel(struct rpc_call *c, const struct tl_obj *input_channel, struct channel *ret_channel,
                          struct place *ret);
/* How many messages the caller may see there. */
int place_count(struct rpc_call *c, const struct place *p, uint32_t *ret);
/* One message of it that the caller may see. -ERR_NOTFOUND. */
int place_message(struct rpc_call *c, const struct place *p, int32_t id, struct store_msg *ret);

#endif
