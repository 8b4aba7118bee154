/* join.c - channels.joinChannel, leaveChannel, inviteToChannel. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/private.h"
#include "domain/sync/compose.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/user.h"
#include "updates/peer.h"

int channels_joinChannel(struct rpc_call *c, const struct tl_channels_joinChannel *q)
{
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (channel_is_in(&ch))
		return rpc_fail(c, 400, "USER_ALREADY_PARTICIPANT");
	if ((r = member_has_room(c, &ch, c->user_id)) < 0)
		return r;
	if ((ch.row.flags & STORE_CHANNEL_JOIN_REQUEST) && (ch.row.flags & STORE_CHANNEL_MEGAGROUP))
		return request_join(c, &ch, SLICE_LIT(""));
	member_comes(c, &ch.me, 0);
	if ((r = member_put(c, &ch, &ch.me)) < 0 || (r = request_settle(c, &ch, c->user_id)) < 0)
		return r;
	if ((ch.row.flags & STORE_CHANNEL_MEGAGROUP) && (r = channel_say_added(c, &ch, &c->user_id, 1)) < 0)
		return r;
	r = channel_log(c, ch.row.id, CHANNEL_LOG_JOIN,
	                &TL_NEW(&c->arena, channelAdminLogEventActionParticipantJoin)->o);
	return r < 0 ? r : channel_reply_joined(c);
}

int channels_leaveChannel(struct rpc_call *c, const struct tl_channels_leaveChannel *q)
{
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	if (!channel_is_in(&ch))
		return rpc_fail(c, 400, "USER_NOT_PARTICIPANT");
	if (ch.me.role == STORE_CHANNEL_CREATOR)
		return rpc_fail(c, 400, "USER_CREATOR");
	ch.me.role = STORE_CHANNEL_LEFT;
	ch.me.rights = 0;
	/* Out of the audience before it is said: he is not told by it. */
	if ((r = member_put(c, &ch, &ch.me)) < 0 ||
	    ((ch.row.flags & STORE_CHANNEL_MEGAGROUP) && (r = channel_say_removed(c, &ch, c->user_id)) < 0))
		return r;
	r = channel_log(c, ch.row.id, CHANNEL_LOG_LEAVE,
	                &TL_NEW(&c->arena, channelAdminLogEventActionParticipantLeave)->o);
	return r < 0 ? r : channel_reply(c);
}

enum verdict { MAY_COME, MAY_NOT, IS_IN };

/* Whether the caller may bring him. What the call as a whole fails for is an error. */
static int may_bring(struct rpc_call *c, const struct channel *ch, int64_t user,
                     struct store_channel_member *m, enum verdict *ret)
{
	struct store_user u;
	int r;

	*ret = MAY_NOT;
	r = store_user_load(c->db, user, &c->arena, &u);
	if (r == -ERR_NOTFOUND || (r == 0 && (u.flags & STORE_USER_DELETED)))
		return rpc_fail(c, 400, "INPUT_USER_DEACTIVATED");
	if (r < 0)
		return r;
	if ((r = bot_may_join(c, user)) < 0 || (r = member_load(c, ch, user, m)) < 0)
		return r;
	if (member_is_in(m)) {
		*ret = IS_IN;
		return 0;
	}
	if (m->role == STORE_CHANNEL_KICKED) {
		if (!channel_is_admin(ch) ||
		    (ch->me.role == STORE_CHANNEL_ADMIN && !(ch->me.rights & ADMIN_BAN)))
			return rpc_fail(c, 400, "USER_KICKED");
		m->banned = 0; /* who may ban brings him back */
		m->until = 0;
	}
	if ((r = privacy_may_be_added(c, user)) <= 0)
		return r;
	*ret = MAY_COME;
	return 0;
}

int channel_bring(struct rpc_call *c, struct channel *ch, int64_t user, struct store_channel_member *ret)
{
	enum verdict v;
	int r;

	if ((r = may_bring(c, ch, user, ret, &v)) < 0)
		return r;
	if (v == IS_IN)
		return 0;
	if (v == MAY_NOT)
		return rpc_fail(c, 403, "USER_PRIVACY_RESTRICTED");
	if ((r = member_has_room(c, ch, user)) < 0)
		return r;
	member_comes(c, ret, c->user_id);
	return 1;
}

static int reply_invited(struct rpc_call *c, void *missing)
{
	struct tl_messages_invitedUsers *o = TL_NEW(&c->arena, messages_invitedUsers);
	const struct upd_event *ev;
	struct tl_updates *none;
	size_t n;
	int r;

	o->missing_invitees = *(struct tl_vec *)missing;
	ev = rpc_own_events(c, &n);
	if ((r = sync_compose(c, ev, n, &o->updates)) < 0)
		return r;
	if (!o->updates) {
		none = TL_NEW(&c->arena, updates);
		none->updates = none->users = none->chats = tl_vec_new(&c->arena, 0);
		none->date = (int32_t)c->now;
		o->updates = &none->o;
	}
	return rpc_reply(c, &o->o);
}

int channel_reply_invited(struct rpc_call *c, struct tl_vec *missing)
{
	return rpc_reply_after(c, reply_invited, missing);
}

static int note_invite(struct rpc_call *c, struct channel *ch, const struct store_channel_member *m)
{
	struct tl_channelAdminLogEventActionParticipantInvite *a = TL_NEW(
		&c->arena, channelAdminLogEventActionParticipantInvite);
	struct view v;

	view_init(&v, c);
	a->participant = participant_view(&v, &ch->me, m);
	return channel_log(c, ch->row.id, CHANNEL_LOG_INVITE, &a->o);
}

static int bring(struct rpc_call *c, struct channel *ch, struct store_channel_member *m)
{
	int r;

	if ((r = member_has_room(c, ch, m->user)) < 0)
		return r;
	member_comes(c, m, c->user_id);
	if ((r = member_put(c, ch, m)) < 0 || (r = request_settle(c, ch, m->user)) < 0)
		return r;
	return note_invite(c, ch, m);
}

int channel_invite(struct rpc_call *c, struct channel *ch, int64_t user)
{
	struct store_channel_member m;
	enum verdict v;
	int r;

	if ((r = may_bring(c, ch, user, &m, &v)) < 0 || v == IS_IN)
		return r;
	if ((r = channel_may(c, ch, CHANNEL_INVITE)) < 0)
		return r;
	if (v == MAY_NOT)
		return rpc_fail(c, 403, "USER_PRIVACY_RESTRICTED");
	if ((r = bring(c, ch, &m)) < 0 || (r = channel_say_added(c, ch, &user, 1)) < 0)
		return r;
	return channel_tell(c, ch, c->user_id);
}

int channels_inviteToChannel(struct rpc_call *c, const struct tl_channels_inviteToChannel *q)
{
	struct tl_vec *missing = ARENA_NEW(&c->arena, struct tl_vec);
	struct channel ch;
	int64_t *came;
	uint32_t n = 0;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = channel_may(c, &ch, CHANNEL_INVITE)) < 0)
		return r;
	if (q->users.n > LIMIT_USERS_PER_CALL)
		return rpc_fail(c, 400, "USERS_TOO_MUCH");
	came = ARENA_ARRAY(&c->arena, int64_t, q->users.n + 1);
	*missing = tl_vec_new(&c->arena, q->users.n);
	missing->n = 0;
	for (uint32_t i = 0; i < q->users.n; i++) {
		struct store_channel_member m;
		struct tl_missingInvitee *x;
		enum verdict verdict;
		int64_t user;

		if ((r = user_resolve(c, q->users.v[i], &user)) < 0)
			return r;
		if (peer_is_bot(user) && (ch.row.flags & STORE_CHANNEL_BROADCAST))
			return rpc_fail(c, 400, "USER_BOT"); /* in a channel they are admins or nothing */
		if ((r = may_bring(c, &ch, user, &m, &verdict)) < 0)
			return r;
		if (verdict == MAY_NOT) {
			x = TL_NEW(&c->arena, missingInvitee);
			x->user_id = user;
			missing->v[missing->n++] = &x->o;
		} else if (verdict == MAY_COME) {
			if ((r = bring(c, &ch, &m)) < 0)
				return r;
			came[n++] = user;
		} else if (q->users.n == 1) {
			return rpc_fail(c, 400, "USER_ALREADY_PARTICIPANT");
		}
	}
	if (n && (ch.row.flags & STORE_CHANNEL_MEGAGROUP) && (r = channel_say_added(c, &ch, came, n)) < 0)
		return r;
	if (n && (r = channel_tell(c, &ch, c->user_id)) < 0)
		return r;
	return channel_reply_invited(c, missing);
}
