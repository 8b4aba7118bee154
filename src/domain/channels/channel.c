/*
 * channel.c - a channel with the caller in it, and what he may do there, by rights.def. What he may not see answers as what never
 * was: 400 CHANNEL_PRIVATE.
 */
#include "domain/channels/channel.h"

#include "base/err.h"
#include "domain/channels/rights.h"
#include "rpc_methods.h"
#include "updates/heads.h"
#include "updates/peer.h"

enum { BAN_READER = BAN_VIEW, BAN_NOBODY = 0 };

struct right {
	int64_t admin, ban;
	bool owner;
};

static const struct right rights[CHANNEL_ACTS] = {
#define RIGHT(name, admin, ban, owner) [CHANNEL_##name] = {admin, ban, owner},
#include "domain/channels/rights.def"
#undef RIGHT
};

/*
 * A group is as open as the channel whose posts it discusses: to everybody where that is public, else to who is in it, its guests; to
 * nobody whom it threw out.
 */
static int is_open(struct rpc_call *c, struct channel *ch)
{
	struct channel there = {0};
	int r;

	ch->open = ch->row.username.n > 0;
	if (ch->open || !ch->row.linked || !(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return 0;
	r = store_channel_get(c->db, ch->row.linked, &c->arena, &there.row);
	if (r < 0 || (there.row.flags & STORE_CHANNEL_CLOSED))
		return r == -ERR_NOTFOUND ? 0 : r;
	ch->open = there.row.username.n > 0;
	if (channel_is_in(ch))
		return 0;
	r = store_channel_member_get(c->db, ch->row.linked, c->user_id, &c->arena, &there.me);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	channel_lift_over(&there.me, c->now);
	ch->open = ch->open && there.me.role != STORE_CHANNEL_KICKED;
	ch->guest = channel_is_in(&there);
	return 0;
}

int channel_load(struct rpc_call *c, int64_t id, struct channel *ret)
{
	int r;

	*ret = (struct channel){0};
	r = store_channel_get(c->db, id, &c->arena, &ret->row);
	if (r < 0)
		return r;
	r = store_channel_member_get(c->db, id, c->user_id, &c->arena, &ret->me);
	if (r == -ERR_NOTFOUND)
		ret->me = (struct store_channel_member){.channel = id, .user = c->user_id};
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	channel_lift_over(&ret->me, c->now);
	return is_open(c, ret);
}

int channel_is_there(struct rpc_call *c, int64_t id)
{
	struct store_channel row;
	int r = store_channel_get(c->db, id, &c->arena, &row);

	return r == 0 && (row.flags & STORE_CHANNEL_CLOSED) ? -ERR_NOTFOUND : r;
}

bool channel_is_in(const struct channel *ch)
{
	return ch->me.role == STORE_CHANNEL_MEMBER || ch->me.role == STORE_CHANNEL_ADMIN ||
	       ch->me.role == STORE_CHANNEL_CREATOR;
}

bool channel_is_admin(const struct channel *ch)
{
	return ch->me.role == STORE_CHANNEL_ADMIN || ch->me.role == STORE_CHANNEL_CREATOR;
}

/* Members, and everybody where it is public; of a discussion who may see its channel. */
bool channel_may_see(const struct channel *ch)
{
	if ((ch->row.flags & STORE_CHANNEL_CLOSED) || ch->me.role == STORE_CHANNEL_KICKED)
		return false;
	return channel_is_in(ch) || ch->open || ch->guest;
}

/* Its id, if the caller may name it. */
static int named(struct rpc_call *c, const struct tl_obj *p, int64_t *ret_id)
{
	const struct tl_inputChannelFromMessage *in = TL_AS(inputChannelFromMessage, p);
	const struct tl_inputPeerChannelFromMessage *peer = TL_AS(inputPeerChannelFromMessage, p);
	int64_t hash;

	if (in || peer) {
		*ret_id = in ? in->channel_id : peer->channel_id;
		return peer_in_message(c, in ? in->peer : peer->peer, in ? in->msg_id : peer->msg_id,
		                       peer_channel(*ret_id));
	}
	if (TL_IS(inputChannel, p)) {
		*ret_id = TL_AS(inputChannel, p)->channel_id;
		hash = TL_AS(inputChannel, p)->access_hash;
	} else if (TL_IS(inputPeerChannel, p)) {
		*ret_id = TL_AS(inputPeerChannel, p)->channel_id;
		hash = TL_AS(inputPeerChannel, p)->access_hash;
	} else {
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	}
	if (*ret_id <= 0 ||
	    (hash != access_hash(c->app, c->user_id, ACCESS_CHANNEL, *ret_id) && !(c->is_bot && hash == 0)))
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	return 0;
}

int channel_resolve(struct rpc_call *c, const struct tl_obj *input, struct channel *ret)
{
	int64_t id = 0;
	int r;

	if ((r = named(c, input, &id)) < 0)
		return r;
	r = channel_load(c, id, ret);
	if (r == -ERR_NOTFOUND || (r == 0 && !channel_may_see(ret)))
		return rpc_fail(c, 400, "CHANNEL_PRIVATE");
	return r;
}

/* What of `bits` a member is forbidden: by default, or himself. */
static int64_t forbidden(const struct channel *ch, int64_t bits)
{
	return (ch->row.banned | ch->me.banned) & bits;
}

int channel_may(struct rpc_call *c, const struct channel *ch, enum channel_act act)
{
	const struct right *r = &rights[act];

	if (ch->me.role == STORE_CHANNEL_CREATOR)
		return 0;
	if (r->owner || !channel_is_in(ch))
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	if (ch->me.role == STORE_CHANNEL_ADMIN && (r->admin == 0 || (ch->me.rights & r->admin)))
		return 0;
	if (r->ban == BAN_NOBODY || ((ch->row.flags & STORE_CHANNEL_BROADCAST) && r->ban != BAN_READER))
		return rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED");
	return forbidden(ch, r->ban) ? rpc_fail(c, 400, "CHAT_ADMIN_REQUIRED") : 0;
}

static int may_write(struct rpc_call *c, const struct channel *ch)
{
	if (ch->row.flags & STORE_CHANNEL_BROADCAST) {
		if (ch->me.role == STORE_CHANNEL_CREATOR ||
		    (ch->me.role == STORE_CHANNEL_ADMIN && (ch->me.rights & ADMIN_POST)))
			return 0;
		return rpc_fail(c, 403, "CHAT_WRITE_FORBIDDEN");
	}
	if (channel_is_in(ch))
		return 0;
	/* Guests of a discussion write without joining, unless that is asked for. */
	if (ch->row.linked && !(ch->row.flags & STORE_CHANNEL_JOIN_TO_SEND))
		return 0;
	return rpc_fail(c, 403, "CHAT_GUEST_SEND_FORBIDDEN");
}

static int slow_mode(struct rpc_call *c, const struct channel *ch)
{
	unixtime_t wait = ch->me.last_sent + ch->row.slowmode - c->now;

	if (!ch->row.slowmode || channel_is_admin(ch) || wait <= 0)
		return 0;
	return rpc_fail(c, 420, "SLOWMODE_WAIT_%d", (int)wait);
}

/* The first of what is needed and forbidden, as the error that clients know for it. */
int channel_refuse_send(struct rpc_call *c, int64_t bits)
{
	static const struct {
		int64_t bit;
		const char *text;
	} errors[] = {
		{BAN_SEND, "CHAT_WRITE_FORBIDDEN"},
		{BAN_PLAIN, "CHAT_SEND_PLAIN_FORBIDDEN"},
		{BAN_PHOTOS, "CHAT_SEND_PHOTOS_FORBIDDEN"},
		{BAN_VIDEOS, "CHAT_SEND_VIDEOS_FORBIDDEN"},
		{BAN_ROUND, "CHAT_SEND_ROUNDVIDEOS_FORBIDDEN"},
		{BAN_AUDIOS, "CHAT_SEND_AUDIOS_FORBIDDEN"},
		{BAN_VOICES, "CHAT_SEND_VOICES_FORBIDDEN"},
		{BAN_DOCS, "CHAT_SEND_DOCS_FORBIDDEN"},
		{BAN_STICKERS, "CHAT_SEND_STICKERS_FORBIDDEN"},
		{BAN_GIFS, "CHAT_SEND_GIFS_FORBIDDEN"},
		{BAN_GAMES, "CHAT_SEND_GAME_FORBIDDEN"},
		{BAN_INLINE, "CHAT_SEND_INLINE_FORBIDDEN"},
		{BAN_POLLS, "CHAT_SEND_POLL_FORBIDDEN"},
		{BAN_MEDIA, "CHAT_SEND_MEDIA_FORBIDDEN"},
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (bits & errors[i].bit)
			return rpc_fail_text(c, 403, errors[i].text);
	return rpc_fail(c, 403, "CHAT_WRITE_FORBIDDEN");
}

int channel_may_send(struct rpc_call *c, const struct channel *ch, int64_t needs)
{
	int r;

	if ((r = may_write(c, ch)) < 0)
		return r;
	if (channel_is_admin(ch))
		return 0;
	if ((r = slow_mode(c, ch)) < 0)
		return r;
	return forbidden(ch, needs | BAN_SEND) ? channel_refuse_send(c, forbidden(ch, needs | BAN_SEND)) : 0;
}

int channel_unread(struct rpc_call *c, int64_t channel, int32_t read_in, int32_t own, int32_t *ret)
{
	struct upd_head head;
	int32_t gone;
	int r;

	*ret = 0;
	r = rpc_head(c, peer_channel(channel), &head);
	if (r < 0 || head.top_id <= read_in)
		return r < 0 ? r : 0;
	r = store_channel_gaps(c->db, channel, read_in, head.top_id, &gone);
	*ret = head.top_id - read_in - gone - own;
	if (*ret < 0)
		*ret = 0;
	return r;
}
