/*
 * channel.h - the area's door: who is what in a channel or supergroup, what he may do there, and what it looks like to him.
 * Threads: lanes, with c->db.
 */
#ifndef DOMAIN_CHANNELS_CHANNEL_H
#define DOMAIN_CHANNELS_CHANNEL_H

#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "store/channel.h"
#include "store/chat.h"

/* A channel and the caller in it. Both in the call's arena. */
struct channel {
	struct store_channel row;
	struct store_channel_member me; /* role LEFT with date 0: never was there */
	bool open;  /* public, or it discusses the posts of a public channel, which has not thrown him out */
	bool guest; /* the caller is in the channel whose posts it discusses, not in it */
};

/* Acts, each a row of rights.def: what is asked of the caller for it. */
enum channel_act {
#define RIGHT(name, ...) CHANNEL_##name,
#include "domain/channels/rights.def"
#undef RIGHT
	CHANNEL_ACTS
};

/* InputChannel or InputPeer, by hash or by the message that it stands in: 400 CHANNEL_INVALID, 400 CHANNEL_PRIVATE (also for what never was). */
int channel_resolve(struct rpc_call *c, const struct tl_obj *input, struct channel *ret);
/* -ERR_NOTFOUND. A restriction whose time is over is not there. */
int channel_load(struct rpc_call *c, int64_t id, struct channel *ret);
/* 0: a channel that is not closed has this id; -ERR_NOTFOUND. Its name stays its own for a while after. */
int channel_is_there(struct rpc_call *c, int64_t id);
/* A restriction of this row whose time is over counts no more. */
void channel_lift_over(struct store_channel_member *m, unixtime_t now);
bool channel_is_in(const struct channel *ch);    /* the caller: member, admin or creator */
bool channel_is_admin(const struct channel *ch); /* admin or creator */
bool channel_may_see(const struct channel *ch);
/* 0, or the protocol's error for this act, which changed nothing. */
int channel_may(struct rpc_call *c, const struct channel *ch, enum channel_act act);
/* May he be sent to with this kind of content (banned rights bits of api.md 6.3); slow mode; join to send. */
int channel_may_send(struct rpc_call *c, const struct channel *ch, int64_t needs);

/* The error that clients know for the first of these forbidden bits: 403 CHAT_SEND_*_FORBIDDEN, CHAT_WRITE_FORBIDDEN. */
int channel_refuse_send(struct rpc_call *c, int64_t bits);

/* Chat objects: channel or channelForbidden as v->viewer gets it; min for crowds. */
int channel_view(struct view *v, int64_t id, bool min, struct tl_obj **ret);
/* updatePendingJoinRequests of a channel's key; NULL: it is gone. */
int channel_requests_view(struct view *v, int64_t peer, struct tl_obj **ret);
/* Unread posts of somebody, from the head and his marks: read_in, and how many own posts lie above it. */
int channel_unread(struct rpc_call *c, int64_t channel, int32_t read_in, int32_t own, int32_t *ret);

/* Write lane: setHistoryTTL of a channel, with the answer. */
int channel_edit_ttl(struct rpc_call *c, struct channel *ch, int32_t period);

/* Write lane: the caller brings somebody into a supergroup, with the word of it; nothing, if he is in it. Errors as of inviteToChannel. */
int channel_invite(struct rpc_call *c, struct channel *ch, int64_t user);
/* messages.invitedUsers with the call's own events, for rpc_reply_after; missing: Vector<MissingInvitee>, in the arena. */
int channel_reply_invited(struct rpc_call *c, struct tl_vec *missing);
struct store_link;
/* How somebody came, for statistics and for bots, who hear of it. */
struct member_way {
	const struct store_link *link; /* NULL: by none */
	bool let_in;                   /* he asked, and the caller let him */
};
/* ExportedChatInvite of it for a bot, v's viewer: of another's link it gets half. NULL: he came by none. */
struct tl_obj *channel_way_view(struct view *v, const struct member_way *way);
/* Vector<ReadParticipantDate> of a message of the caller's: 400 PEER_ID_INVALID, MSG_ID_INVALID, CHAT_TOO_BIG, MSG_TOO_OLD. */
int channel_readers(struct rpc_call *c, const struct channel *ch, int32_t id);
/* Words that may stand beside a name: 400 ADMIN_RANK_INVALID, ADMIN_RANK_EMOJI_NOT_ALLOWED. */
int channel_may_rank(struct rpc_call *c, struct slice rank);
/* Write lane: a bot that lets people in hears that the caller asks (hash: by which link, or empty). */
int channel_tell_bot_asked(struct rpc_call *c, int64_t bot, int64_t peer, struct slice hash);
/* For admins of a group or channel of this key: the caller's permanent link (NULL: none), how many wait to be let in, and the newest. */
int channel_links_view(struct view *v, int64_t peer, struct tl_obj **ret_link, int32_t *ret_waiting,
                       struct tl_vec_long *ret_recent);

/* Write lane: the supergroup that a basic group of the caller's becomes, with himself as its creator and its first message. */
int channel_from_chat(struct rpc_call *c, const struct store_chat *from, struct channel *ret);
/* Write lane: a member of that group comes along, as what he was. Once more is no harm. */
int channel_adopt(struct rpc_call *c, struct channel *ch, const struct store_chat_member *from);

/*
 * Write lane: what happens to a channel beside its messages (those: messages/message.h). All of it goes the way of its posts, in
 * their order, so that nobody who was kicked hears the next post.
 * Changed: something without pts (title, rights, photo, settings); who is online hears updateChannel, the others find it in chats[].
 */
int channel_changed(struct rpc_call *c, int64_t channel);
/* The user is in it, or no more, from here on: his devices are told by an updateChannel of his own. Rows are the caller's. */
int channel_came(struct rpc_call *c, int64_t channel, int64_t user);
int channel_left(struct rpc_call *c, int64_t channel, int64_t user);

#endif
