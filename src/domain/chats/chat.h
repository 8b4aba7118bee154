/*
 * chat.h - the area's door: basic groups. Threads: lanes, with c->db.
 */
#ifndef DOMAIN_CHATS_CHAT_H
#define DOMAIN_CHATS_CHAT_H

#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "store/chat.h"

struct chat {
	struct store_chat row;
	struct store_chat_member me; /* role MEMBER with date 0: not in it */
	bool in;
};

/* chat_id as a client says it: 400 CHAT_ID_INVALID, also for one that he never was in. */
int chat_resolve(struct rpc_call *c, int64_t id, struct chat *ret);
int chat_load(struct rpc_call *c, int64_t id, struct chat *ret);
/* May he write there: 400 CHAT_WRITE_FORBIDDEN (403), USER_NOT_PARTICIPANT ..., by the default banned rights. */
int chat_may_send(struct rpc_call *c, const struct chat *ch, int64_t needs);
/* chat or chatForbidden as v->viewer gets it. */
int chat_view(struct view *v, int64_t id, struct tl_obj **ret);
/* Write lane: a service message to every member. */
int chat_service(struct rpc_call *c, struct chat *ch, int64_t from, struct tl_obj *action, int32_t *ret_id);

#endif
