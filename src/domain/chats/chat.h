/*
 * chat.h - the area's door: basic groups. Who is in one and may do what, how it looks, and how what is said and done there reaches
 * each member's own box (docs/design/channels.md). Threads: lanes, with c->db.
 */
#ifndef DOMAIN_CHATS_CHAT_H
#define DOMAIN_CHATS_CHAT_H

#include "domain/users/view.h"
#include "store/chat.h"

struct message_draft;
struct media_ready;
struct store_msg;
struct upd_event;

/* A group and the caller in it. In the call's arena. */
struct chat {
	struct store_chat row;
	struct store_chat_member me;
	bool in; /* he is a member; else `me` says nothing */
};

/* Acts, each a row of rights.def: what is asked of the caller for it. */
enum chat_act {
#define CHAT_RIGHT(name, ...) CHAT_##name,
#include "domain/chats/rights.def"
#undef CHAT_RIGHT
	CHAT_ACTS
};

/* -ERR_NOTFOUND. */
int chat_load(struct rpc_call *c, int64_t id, struct chat *ret);
/* By the id that a client sent: 400 CHAT_ID_INVALID, also for one that he never was in. */
int chat_resolve(struct rpc_call *c, int64_t id, struct chat *ret);
bool chat_is_admin(const struct chat *ch); /* admin or creator */
/* Write lane: the caller brings somebody in, with the word of it; nothing, if he is in. Errors as of addChatUser. */
int chat_invite(struct rpc_call *c, struct chat *ch, int64_t user);
/* 1: he was thrown out, 0: not. */
int chat_was_kicked(struct rpc_call *c, int64_t chat, int64_t user);
/* It goes on: nobody has closed it, and it did not become a supergroup. */
bool chat_is_open(const struct chat *ch);
/* 400 CHAT_ID_INVALID where he is not in it or it is over, CHAT_ADMIN_REQUIRED. */
int chat_may(struct rpc_call *c, const struct chat *ch, enum chat_act act);
/* May he write there, this kind of content (banned rights bits of api.md 6.3): 403 CHAT_WRITE_FORBIDDEN, CHAT_SEND_*_FORBIDDEN. */
int chat_may_send(struct rpc_call *c, const struct chat *ch, int64_t needs);

/* What a group, supergroup or channel may be called, trimmed: 400 CHAT_TITLE_EMPTY, CHAT_TITLE_TOO_LONG. */
int chat_title(struct rpc_call *c, struct slice in, struct slice *ret);
/* And what may be said about it: 400 CHAT_ABOUT_TOO_LONG. */
int chat_check_about(struct rpc_call *c, struct slice about);

/* chat or chatForbidden as v->viewer gets it. */
int chat_view(struct view *v, int64_t id, struct tl_obj **ret);

/*
 * Write lane. A message is born in the box of its sender (m->from, a member) and of 16 others; the rest gets it by a job, in slices,
 * in the order of the sends, the same in each box. For message_deliver().
 */
int chat_deliver(struct rpc_call *c, const struct message_draft *m, int32_t *ret_id);

/*
 * Write lane. What the caller did to messages in his own box, told to those of the others who have them, behind what waits for them.
 * Rows are the caller's. Edited: as it is now, with what it carries where that changed (else NULL). Deleted: before they go.
 */
int chat_edited(struct rpc_call *c, const struct chat *ch, const struct store_msg *row,
                const struct media_ready *media);
int chat_deleted(struct rpc_call *c, const struct chat *ch, const struct store_msg *rows, uint32_t n);
int chat_pinned(struct rpc_call *c, const struct chat *ch, const struct store_msg *rows, uint32_t n,
                bool pinned);
/* What waits for this member comes into his box now: before he does something there. */
int chat_catch_up(struct rpc_call *c, int64_t chat, int64_t user);

/* Write lane: the caller has read up to max_id (before: up to `had`): whoever wrote what lies between learns it. */
int chat_read(struct rpc_call *c, int64_t chat, int32_t had, int32_t max_id);
/* How many of its members are connected now; of one whom he is not in: none. */
int chat_online(struct rpc_call *c, const struct chat *ch, int32_t *ret);
/* Updates of a group that are no messages (UPD_CHAT*), as v->viewer gets them; NULL: nothing. For sync/state_view.c. */
int chat_update_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret);

/* Write lane: what methods that channels have, too, do to a group; each checks and answers. */
int chat_edit_about(struct rpc_call *c, struct chat *ch, struct slice about);
int chat_edit_rank(struct rpc_call *c, struct chat *ch, int64_t user, struct slice rank);
int chat_edit_permissions(struct rpc_call *c, struct chat *ch, const struct tl_obj *banned_rights);
int chat_edit_noforwards(struct rpc_call *c, struct chat *ch, bool on);
int chat_edit_ttl(struct rpc_call *c, struct chat *ch, int32_t period);
/* ChatReactions as the row keeps them; absent: all. */
int chat_edit_reactions(struct rpc_call *c, struct chat *ch, struct slice reactions);

struct store_link;
struct store_link_user;
/* messages.checkChatInvite: what it leads to, for who is in and who is not; the answer is given. */
int chat_invite_view(struct rpc_call *c, const struct chat *ch, const struct store_link *l);
/*
 * Write lane: the caller follows the link, checked: he is a member, or waits to be let in (400 INVITE_REQUEST_SENT is answered then).
 * 400 USER_ALREADY_PARTICIPANT, USERS_TOO_MUCH.
 */
int chat_invite_follow(struct rpc_call *c, struct chat *ch, struct store_link *l);
/* Write lane: an admin's word on somebody who waits. */
int chat_request_settle(struct rpc_call *c, struct chat *ch, const struct store_link_user *u, bool approved);
/* updatePendingJoinRequests of a group's key. */
int chat_requests_view(struct view *v, int64_t peer, struct tl_obj **ret);

/* To members who are online. */
int chat_typing(struct rpc_call *c, const struct chat *ch, const struct tl_obj *action);

#endif
