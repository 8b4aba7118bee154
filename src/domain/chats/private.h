/* private.h - what the files of the area share. Write lane, but for what only reads. */
#ifndef DOMAIN_CHATS_PRIVATE_H
#define DOMAIN_CHATS_PRIVATE_H

#include "domain/chats/chat.h"
#include "store/chat_out.h"
#include "updates/event.h"

struct member_way; /* domain/channels/channel.h */

/* --- out.c: acts on their way to the members */

enum act_kind {                 /* stored: numbers stay */
	        ACT_NEW = 1,    /* payload: struct birth */
	        ACT_EDIT = 2,   /* date: the version; payload: media that changed, or nothing */
	        ACT_DELETE = 3, /* payload: pairs of owner, id */
	        ACT_PIN = 4,    /* payload: 0 or 1, pairs of owner, id */
	        ACT_EVENT = 5,  /* id: enum upd_kind; payload: the event's */
};

/* To all members but the one who did it (his box has it already; 0: nobody): 16 of them at once, the others by the job. */
int out_tell(struct rpc_call *c, int64_t chat, int64_t by, struct store_out *act);
/* It reaches one member's box; act.c. */
int act_apply(struct rpc_call *c, int64_t user, const struct store_out *act);
/* An event without pts in each member's box; `answered`: the caller's own is carried by his answer. */
int out_event(struct rpc_call *c, int64_t chat, enum upd_kind kind, struct slice payload, bool answered);

/* --- say.c: what happened, as service messages and updates */

int chat_say(struct rpc_call *c, int64_t chat, struct tl_obj *action);
int chat_say_with(struct rpc_call *c, int64_t chat, struct tl_obj *action, const struct media_ready *media);
/* The row with its next version, which goes with each change of members. */
int chat_put_next(struct rpc_call *c, struct store_chat *row);
enum member_change {
	MEMBER_ADDED = 0,
	MEMBER_REMOVED = 1,
	MEMBER_ADMIN = 2,
	MEMBER_NO_ADMIN = 3,
	MEMBER_RANK = 4
};
int chat_say_member(struct rpc_call *c, const struct chat *ch, const struct store_chat_member *m,
                    enum member_change what, bool answered);
/* The answer: the call's own events as Updates. */
int chat_reply(struct rpc_call *c);

/* --- create.c */

/* He is a member from now on, with copies of so many of the caller's last messages. 400 USERS_TOO_MUCH. Not said in the chat yet. */
int chat_come(struct rpc_call *c, struct chat *ch, int64_t user, int64_t inviter,
              const struct member_way *way, uint32_t copies);

/* --- members.c: some of what he has of it goes: 1; 0: nothing is left */
int chat_clear(struct rpc_call *c, int64_t chat, int64_t user);

/* --- bots.c: bots of the group hear what somebody was (NULL: not there) and is, once it is written; the caller asks to be let in */
int chat_tell_bots(struct rpc_call *c, int64_t chat, const struct store_chat_member *had,
                   const struct store_chat_member *m, const struct member_way *way);
int chat_tell_bots_asked(struct rpc_call *c, int64_t chat, struct slice hash);

/* --- full.c */
struct tl_obj *chat_participant_view(struct view *v, const struct store_chat_member *m);
int chat_participants_view(struct view *v, const struct chat *ch, struct tl_obj **ret);

#endif
