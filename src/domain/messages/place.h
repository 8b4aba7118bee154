/*
 * place.h - where the messages of a dialog lie: (owner, peer) of their rows. The caller's own box for users and basic groups, the
 * channel itself for channels. Reading, editing, deleting, pinning and searching take a place and know no kinds of peers
 * beyond what it says. Rights are asked of the peer's area before.
 */
#ifndef DOMAIN_MESSAGES_PLACE_H
#define DOMAIN_MESSAGES_PLACE_H

#include "domain/users/peer.h"

struct place {
	int64_t owner, peer;
	int32_t first_id; /* lowest id that the caller may see there (hidden history); 0: all */
};

/*
 * The caller's place for a resolved peer, if he may read there: 400 CHANNEL_PRIVATE, CHAT_FORBIDDEN ... A public channel may be
 * read by anybody who is not banned from it.
 */
int place_of(struct rpc_call *c, const struct peer *peer, struct place *ret);

#endif
