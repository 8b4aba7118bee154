/* private.h - what the files of the area share. Write lane, but for what only reads. */
#ifndef DOMAIN_CHANNELS_PRIVATE_H
#define DOMAIN_CHANNELS_PRIVATE_H

#include "domain/channels/channel.h"
#include "domain/channels/log.h"
#include "domain/channels/rights.h"
#include "domain/chats/chat.h"
#include "store/link.h"

/* --- member.c: rows of members, and who hears of what */

bool member_is_in(const struct store_channel_member *m);
/* Somebody's row as it counts now; role LEFT and date 0 if he never was there. */
int member_load(struct rpc_call *c, const struct channel *ch, int64_t user, struct store_channel_member *ret);
/*
 * The row as it is from now on, with the list of his channels, the counters, the audience of posts and a word to himself. Who
 * comes has read everything so far, and sees what was before only if the channel shows it.
 */
int member_put(struct rpc_call *c, struct channel *ch, struct store_channel_member *m);
/* The same of one who comes: how. */
int member_put_by(struct rpc_call *c, struct channel *ch, struct store_channel_member *m,
                  const struct member_way *way);
/* There is room for one more in the channel and in his list: 400 USERS_TOO_MUCH, CHANNELS_TOO_MUCH or, for another, 403 USER_CHANNELS_TOO_MUCH. */
int member_has_room(struct rpc_call *c, const struct channel *ch, int64_t user);
/* What one who comes would be: a member since now. */
void member_comes(struct rpc_call *c, struct store_channel_member *m, int64_t by);

/* This person hears that the channel, or what he is in it, has changed. The caller's own answer carries his. */
int channel_tell(struct rpc_call *c, const struct channel *ch, int64_t user);
/* A service message, in the queue of the posts. */
int channel_say(struct rpc_call *c, struct channel *ch, struct tl_obj *action);
/* messageActionChatAddUser, messageActionChatDeleteUser. */
int channel_say_added(struct rpc_call *c, struct channel *ch, const int64_t *users, uint32_t n);
int channel_say_removed(struct rpc_call *c, struct channel *ch, int64_t user);
/* Of another than the caller: he came in because the caller let him. m: his row as it is now. */
int channel_say_of(struct rpc_call *c, struct channel *ch, const struct store_channel_member *m,
                   struct tl_obj *action);
/* The answer: the call's own events as Updates. */
int channel_reply(struct rpc_call *c);
/* The same inside messages.chatInviteJoinResultOk. */
int channel_reply_joined(struct rpc_call *c);

/* --- join.c: he is brought in by the caller (m, not written yet): 1; he is there: 0; or whatever stands against it. */
int channel_bring(struct rpc_call *c, struct channel *ch, int64_t user, struct store_channel_member *ret);

/* --- discussion.c: whom this one is tied to is let go */
int channel_untie(struct rpc_call *c, const struct store_channel *row);

/* --- stickers.c: a supergroup's set; 0: none */
int64_t channel_stickers(const struct store_channel *row);

/* --- bots.c: its bots hear what somebody was and is (had, m: his row, written already), by whom (0: nobody); the calling one asks to be let in */
int channel_tell_bots(struct rpc_call *c, const struct channel *ch, int64_t actor,
                      const struct store_channel_member *had, const struct store_channel_member *m,
                      const struct member_way *way);
int channel_tell_bots_asked(struct rpc_call *c, const struct channel *ch, struct slice hash);

/* --- participant.c */

/* ChannelParticipant of a row, as v's viewer (`as`: what he is there) gets it. */
struct tl_obj *participant_view(struct view *v, const struct store_channel_member *as,
                                const struct store_channel_member *m);

/* --- link_view.c, requests.c */

/* Whose links they are: a channel, or a basic group, with the caller in it. */
struct link_host {
	int64_t key, creator;
	struct channel *channel; /* one of the two */
	struct chat *chat;
};
/* InputPeer, where the caller may manage links: 400 PEER_ID_INVALID and those of channel_may(), chat_may(). */
int link_host(struct rpc_call *c, const struct tl_obj *input_peer, struct link_host *ret);

/* ExportedChatInvite. */
struct tl_obj *link_view(struct view *v, const struct store_link *l);
/* The caller's permanent one as ExportedChatInvite; NULL: he has none. */
int link_permanent_view(struct view *v, int64_t peer, struct tl_obj **ret);
/* What follows the '+' or the last '/' of a link. */
struct slice link_hash(struct slice link);
/* Admins see their own links, the creator everybody's: else 400 CHAT_ADMIN_REQUIRED. */
int link_may_see(struct rpc_call *c, const struct link_host *h, int64_t admin);
/* InputUser, whose links the caller may see: 400 as there. */
int link_admin_resolve(struct rpc_call *c, const struct link_host *h, const struct tl_obj *input,
                       int64_t *ret);
/* One of its links by what a client calls it: 400 INVITE_HASH_EXPIRED and those of link_may_see(). */
int link_named(struct rpc_call *c, const struct link_host *h, struct slice link, struct store_link *ret);
/* Vector<ChatInviteImporter>, those whose names have the words of q; absent: all. */
int importers_view(struct view *v, const struct store_link_user *rows, size_t n, bool requested,
                   struct slice q, struct tl_vec *ret);
/* Newest few who wait. */
int requests_recent(struct rpc_call *c, int64_t peer, struct tl_vec_long *ret);
/* Asks to be let in (hash: by which link, or empty) and tells the admins: the answer is 400 INVITE_REQUEST_SENT. */
int request_join(struct rpc_call *c, struct channel *ch, struct slice hash);
/* A request of his, if there is one, is settled. */
int request_settle(struct rpc_call *c, struct channel *ch, int64_t user);

#endif
