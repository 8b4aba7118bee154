/* settings.c - switches of channels and supergroups: each one row, a word to the audience, a line in the admin log. */
#include "base/err.h"
#include "domain/channels/private.h"
#include "domain/chats/chat.h"
#include "rpc_methods.h"
#include "updates/peer.h"

/* Written, logged, told; the answer. action: what stands in the admin log. */
static int done(struct rpc_call *c, struct channel *ch, const struct tl_obj *action)
{
	int r;

	if ((r = store_channel_put(c->db, &ch->row)) < 0 ||
	    (r = channel_log(c, ch->row.id, CHANNEL_LOG_SETTINGS, action)) < 0 ||
	    (r = channel_changed(c, ch->row.id)) < 0)
		return r;
	return channel_reply(c);
}

/* The channel, if the caller may set this of one of this kind. */
static int begin(struct rpc_call *c, const struct tl_obj *input, int kind, enum channel_act act,
                 struct channel *ret)
{
	int r = channel_resolve(c, input, ret);

	if (r < 0)
		return r;
	if (!(ret->row.flags & kind))
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	return channel_may(c, ret, act);
}

/* 1: it is another than before. */
static int set_flag(struct rpc_call *c, struct channel *ch, int flag, bool on)
{
	if (!(ch->row.flags & flag) == !on)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch->row.flags = on ? ch->row.flags | flag : ch->row.flags & ~flag;
	return 1;
}

int channels_toggleSlowMode(struct rpc_call *c, const struct tl_channels_toggleSlowMode *q)
{
	static const int32_t allowed[] = {0, 5, 10, 30, 60, 300, 900, 3600};
	struct tl_channelAdminLogEventActionToggleSlowMode *a = TL_NEW(
		&c->arena, channelAdminLogEventActionToggleSlowMode);
	struct channel ch;
	bool known = false;
	int r;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		known |= q->seconds == allowed[i];
	if (!known)
		return rpc_fail(c, 400, "SECONDS_INVALID");
	if ((r = begin(c, q->channel, STORE_CHANNEL_MEGAGROUP, CHANNEL_BAN, &ch)) < 0)
		return r;
	if (ch.row.slowmode == q->seconds)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	a->prev_value = ch.row.slowmode;
	a->new_value = ch.row.slowmode = q->seconds;
	return done(c, &ch, &a->o);
}

int channels_toggleSignatures(struct rpc_call *c, const struct tl_channels_toggleSignatures *q)
{
	struct tl_channelAdminLogEventActionToggleSignatures *a = TL_NEW(
		&c->arena, channelAdminLogEventActionToggleSignatures);
	int flags = (q->signatures_enabled ? STORE_CHANNEL_SIGNATURES : 0) |
	            (q->signatures_enabled && q->profiles_enabled ? STORE_CHANNEL_SIGNATURE_PROFILES : 0);
	int both = STORE_CHANNEL_SIGNATURES | STORE_CHANNEL_SIGNATURE_PROFILES;
	struct channel ch;
	int r;

	if ((r = begin(c, q->channel, STORE_CHANNEL_BROADCAST, CHANNEL_SETTINGS, &ch)) < 0)
		return r;
	if ((ch.row.flags & both) == flags)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	ch.row.flags = (ch.row.flags & ~both) | flags;
	a->new_value = q->signatures_enabled;
	return done(c, &ch, &a->o);
}

int channels_togglePreHistoryHidden(struct rpc_call *c, const struct tl_channels_togglePreHistoryHidden *q)
{
	struct tl_channelAdminLogEventActionTogglePreHistoryHidden *a = TL_NEW(
		&c->arena, channelAdminLogEventActionTogglePreHistoryHidden);
	struct channel ch;
	int r;

	if ((r = begin(c, q->channel, STORE_CHANNEL_MEGAGROUP, CHANNEL_SETTINGS, &ch)) < 0)
		return r;
	if (q->enabled && ch.row.linked)
		return rpc_fail(c, 400, "CHAT_LINK_EXISTS");
	if ((r = set_flag(c, &ch, STORE_CHANNEL_PREHISTORY_HIDDEN, q->enabled)) < 0)
		return r;
	a->new_value = q->enabled;
	return done(c, &ch, &a->o);
}

/* Nothing in the admin log says it. */
static int done_unlogged(struct rpc_call *c, struct channel *ch)
{
	int r = store_channel_put(c->db, &ch->row);

	return r < 0 || (r = channel_changed(c, ch->row.id)) < 0 ? r : channel_reply(c);
}

int channels_toggleParticipantsHidden(struct rpc_call *c,
                                      const struct tl_channels_toggleParticipantsHidden *q)
{
	struct channel ch;
	int r;

	if ((r = begin(c, q->channel, STORE_CHANNEL_MEGAGROUP, CHANNEL_BAN, &ch)) < 0 ||
	    (r = set_flag(c, &ch, STORE_CHANNEL_PARTICIPANTS_HIDDEN, q->enabled)) < 0)
		return r;
	return done_unlogged(c, &ch);
}

int channels_toggleJoinToSend(struct rpc_call *c, const struct tl_channels_toggleJoinToSend *q)
{
	struct channel ch;
	int r;

	if ((r = begin(c, q->channel, STORE_CHANNEL_MEGAGROUP, CHANNEL_BAN, &ch)) < 0 ||
	    (r = set_flag(c, &ch, STORE_CHANNEL_JOIN_TO_SEND, q->enabled)) < 0)
		return r;
	return done_unlogged(c, &ch);
}

int channels_toggleJoinRequest(struct rpc_call *c, const struct tl_channels_toggleJoinRequest *q)
{
	struct channel ch;
	int r;

	if ((r = begin(c, q->channel, STORE_CHANNEL_MEGAGROUP, CHANNEL_BAN, &ch)) < 0)
		return r;
	if (q->enabled && !ch.row.username.n && !ch.row.linked) /* who comes by a link is asked by the link */
		return rpc_fail(c, 400, "CHAT_PUBLIC_REQUIRED");
	if ((r = set_flag(c, &ch, STORE_CHANNEL_JOIN_REQUEST, q->enabled)) < 0)
		return r;
	return done_unlogged(c, &ch);
}

int messages_toggleNoForwards(struct rpc_call *c, const struct tl_messages_toggleNoForwards *q)
{
	struct tl_channelAdminLogEventActionToggleNoForwards *a = TL_NEW(
		&c->arena, channelAdminLogEventActionToggleNoForwards);
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (peer.chat)
		return chat_edit_noforwards(c, peer.chat, q->enabled);
	if (!peer.channel)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = channel_may(c, peer.channel, CHANNEL_CLOSE)) < 0 || /* the owner's alone */
	    (r = set_flag(c, peer.channel, STORE_CHANNEL_NOFORWARDS, q->enabled)) < 0)
		return r;
	a->new_value = q->enabled;
	return done(c, peer.channel, &a->o);
}

/* A supergroup without a limit of members, in which admins alone write. */
int channels_convertToGigagroup(struct rpc_call *c, const struct tl_channels_convertToGigagroup *q)
{
	struct channel ch;
	int r;

	if ((r = begin(c, q->channel, STORE_CHANNEL_MEGAGROUP, CHANNEL_CLOSE, &ch)) < 0)
		return r;
	if (ch.row.flags & STORE_CHANNEL_FORUM)
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	if (ch.row.members < LIMIT_GIGAGROUP_MIN)
		return rpc_fail(c, 400, "PARTICIPANTS_TOO_FEW");
	if ((r = set_flag(c, &ch, STORE_CHANNEL_GIGAGROUP, true)) < 0)
		return r;
	ch.row.slowmode = 0;
	ch.row.banned = BAN_SEND | BAN_MEDIA | BAN_PLAIN | BAN_STICKERS | BAN_GIFS | BAN_GAMES | BAN_INLINE |
	                BAN_LINKS | BAN_POLLS | BAN_CHANGE_INFO | BAN_INVITE | BAN_PIN | BAN_TOPICS |
	                BAN_PHOTOS | BAN_VIDEOS | BAN_ROUND | BAN_AUDIOS | BAN_VOICES | BAN_DOCS;
	return done_unlogged(c, &ch);
}

int channel_edit_ttl(struct rpc_call *c, struct channel *ch, int32_t period)
{
	struct tl_channelAdminLogEventActionChangeHistoryTTL *a = TL_NEW(
		&c->arena, channelAdminLogEventActionChangeHistoryTTL);
	struct tl_messageActionSetMessagesTTL *said = TL_NEW(&c->arena, messageActionSetMessagesTTL);
	int r;

	if ((r = channel_may(c, ch, CHANNEL_SETTINGS)) < 0)
		return r;
	if (ch->row.ttl == period)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	a->prev_value = ch->row.ttl;
	a->new_value = said->period = period;
	/* The word first: what is said of it is in force behind it. */
	if ((r = channel_say(c, ch, &said->o)) < 0)
		return r;
	ch->row.ttl = period;
	return done(c, ch, &a->o);
}
