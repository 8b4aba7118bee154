/* peer_settings.h - the bar above a chat with somebody new: add, block, report, share the number. Threads: lanes. */
#ifndef DOMAIN_USERS_PEER_SETTINGS_H
#define DOMAIN_USERS_PEER_SETTINGS_H

#include "rpc/call.h"

/* PeerSettings of `peer` for c->user_id; never NULL. */
int peer_settings_view(struct rpc_call *c, int64_t peer, struct tl_obj **ret);

#endif
