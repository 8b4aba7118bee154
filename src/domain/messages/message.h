/*
 * message.h - the door of the area: messages as rows of boxes, and as a viewer sees them.
 *
 * Content is stored as TL: a boxed message or messageService of the newest layer at the time, with only what is the
 * same for everybody (text, entities, media, fwd_from, action, reply_markup, via_bot_id, grouped_id, edit_date ...);
 * id, peer, from, date, flags and the reply's id are the row's. Nothing per viewer, no access hashes inside.
 */
#ifndef DOMAIN_MESSAGES_MESSAGE_H
#define DOMAIN_MESSAGES_MESSAGE_H

#include "domain/media/media.h"
#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "rpc/call.h"

struct store_msg;
struct upd_event;

/* A message about to be born in its sender's box and, unless it is to himself, in the other's; or in a channel's. */
struct message_draft {
	int64_t from; /* whose it is shown to be: a user; in a channel's box also a channel (posts, anonymous admins) */
	int64_t peer;           /* whom to, as the sender names him */
	struct tl_obj *content; /* tl_message or tl_messageService as said above */
	struct tl_obj *theirs;  /* in a private chat: what the other sees instead; NULL: the same */
	int32_t reply_to;       /* id in the sender's box, 0: none */
	int64_t random_id;      /* 0: made by the server */
	bool silent, noforwards;
	const struct media_ready *media; /* what content->media is; NULL: none */
	int32_t ttl;                     /* set by message_deliver: the chat's time; 0: it stays */
	int64_t grouped_id;              /* of an album; 0: none */
	bool only_sender, only_receiver; /* pm_oneside and notices that one side alone sees */
	unixtime_t later;                /* when it is to be sent (messages/later.h); 0: now */
	int32_t repeat;                  /* then again after so many seconds each; 0: once */
	int64_t source;                  /* the channel whose post it passes on, which counts that; 0: none */
	int32_t source_id;
	int64_t except_key; /* authorisation whose answer carries it; 0: none */
	/* In a channel's box: */
	int64_t origin_owner; /* the channel whose post this is the copy of; 0: it is its own */
	int32_t origin_id;
	bool pinned;
};

/*
 * Write lane: both boxes' rows, dialogs, log, events. Two idempotent steps inside (sender, receiver), fused in one
 * transaction here. ret_id: the id in the sender's box (or the receiver's, if only_receiver).
 */
int message_deliver(struct rpc_call *c, const struct message_draft *m, int32_t *ret_id);

struct channel;
/*
 * Write lane: a post or message in a channel's box: one row and one pts, whatever the number of members. c->user_id wrote it;
 * m->from says as whom, m->peer, only_* and ttl are not looked at. Told to the audience, and to the caller by
 * rpc_reply_after(c, message_reply_updates, NULL). The channel's row and member `ch->me` are the caller's, checked by channel_may_send().
 */
int message_post(struct rpc_call *c, struct channel *ch, const struct message_draft *m, int32_t *ret_id);
/* The same of a MessageAction: by the caller, or by the channel where it is its posts' or he is an anonymous admin. */
int message_post_service(struct rpc_call *c, struct channel *ch, struct tl_obj *action, int32_t *ret_id);
/* Whose such a message is shown to be. */
int64_t message_service_from(struct rpc_call *c, const struct channel *ch);

/* One row as v->viewer (its owner, or who may read the channel) sees it: tl_message or tl_messageService; mentioned peers are noted in v. */
int message_view(struct view *v, const struct store_msg *row, struct tl_obj **ret);

/* Text of the newest message that a client may still see in this row, for quotes; absent if it has none. */
struct slice message_text(struct arena *a, const struct store_msg *row);
/* By what a search finds it: the text, and what its file is called. */
struct slice message_searched(struct arena *a, const struct store_msg *row);
/* It has an address in it that a click opens. */
bool message_has_link(struct arena *a, const struct store_msg *row);

/* Does the id at this place of a call's list stand before it, too? Lists are short: LIMIT_MESSAGES_PER_CALL. */
bool message_ids_repeat(const struct tl_vec_int *ids, uint32_t at);
/* messages.affectedMessages of a call that took n events in a box up to this pts; its pts as it is if it took none. */
int message_reply_affected(struct rpc_call *c, int64_t box, int32_t pts, uint32_t n);

/* rpc_reply_after's function for calls whose answer is Updates: the call's own events, composed (sync/compose.h). */
int message_reply_updates(struct rpc_call *c, void *unused);

#endif
