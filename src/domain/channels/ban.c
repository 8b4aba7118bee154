/*
 * ban.c - channels.editBanned: kicks, restrictions for a time or for ever, and their end; messages.editChatDefaultBannedRights: what
 * no member may. A restriction with an end is lifted by a job, so that counters and lists follow.
 */
#include "base/err.h"
#include "domain/channels/jobs.h"
#include "domain/channels/private.h"
#include "domain/chats/chat.h"
#include "jobs/jobs.h"
#include "rpc_methods.h"
#include "updates/peer.h"

enum { SHORTEST = 30, LONGEST = 366 * 86400 }; /* api.md 6.3: else for ever */

static int32_t until_of(const struct rpc_call *c, int32_t asked)
{
	int64_t left = (int64_t)asked - c->now;

	return asked == 0 || left < SHORTEST || left > LONGEST ? INT32_MAX : asked;
}

static int may_ban(struct rpc_call *c, const struct channel *ch, const struct store_channel_member *m)
{
	int r;

	if ((r = channel_may(c, ch, CHANNEL_BAN)) < 0)
		return r;
	if (m->user == c->user_id || m->role == STORE_CHANNEL_CREATOR)
		return rpc_fail(c, 400, "USER_ADMIN_INVALID");
	if (m->role == STORE_CHANNEL_ADMIN && ch->me.role != STORE_CHANNEL_CREATOR && m->by != c->user_id)
		return rpc_fail(c, 400, "USER_ADMIN_INVALID");
	return 0;
}

/* The row as the bits make it. */
static void restrict_row(struct rpc_call *c, struct store_channel_member *m, int64_t bits, int32_t until)
{
	m->banned = bits;
	m->until = bits ? until_of(c, until) : 0;
	if (bits) {
		m->by = c->user_id;
		m->rights = 0;
		m->rank = (struct slice){0};
	}
	if (bits & BAN_VIEW)
		m->role = STORE_CHANNEL_KICKED;
	else if (m->role == STORE_CHANNEL_KICKED)
		m->role = STORE_CHANNEL_LEFT;
	else if (bits && m->role == STORE_CHANNEL_ADMIN)
		m->role = STORE_CHANNEL_MEMBER;
	if (m->role == STORE_CHANNEL_KICKED || !m->date)
		m->date = c->now;
}

static int note(struct rpc_call *c, struct channel *ch, const struct store_channel_member *had,
                const struct store_channel_member *m)
{
	struct tl_channelAdminLogEventActionParticipantToggleBan *a = TL_NEW(
		&c->arena, channelAdminLogEventActionParticipantToggleBan);
	bool out = m->role == STORE_CHANNEL_KICKED, was_out = had->role == STORE_CHANNEL_KICKED;
	enum channel_log_kind kind = out         ? CHANNEL_LOG_KICK
	                             : was_out   ? CHANNEL_LOG_UNKICK
	                             : m->banned ? CHANNEL_LOG_BAN
	                                         : CHANNEL_LOG_UNBAN;
	struct view v;

	view_init(&v, c);
	a->prev_participant = participant_view(&v, &ch->me, had);
	a->new_participant = participant_view(&v, &ch->me, m);
	return channel_log(c, ch->row.id, kind, &a->o);
}

/* Looked at again when its time is over. */
static int lift_later(struct rpc_call *c, const struct store_channel_member *m)
{
	if (!m->until || m->until == INT32_MAX)
		return 0;
	return jobs_add(c, CHANNEL_UNBAN_JOB, peer_channel(m->channel), m->until,
	                arena_printf(&c->arena, "%lld", (long long)m->user));
}

int channel_unban_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t user = 0, id = peer_channel_id(j->owner);
	static const struct member_way none = {0};
	struct store_channel_member m, had;
	struct channel ch;
	int r;

	for (uint32_t i = 0; i < j->payload.n; i++)
		user = user * 10 + (j->payload.p[i] - '0');
	r = channel_load(c, id, &ch);
	if (r == 0)
		r = store_channel_member_get(c->db, id, user, &c->arena, &m);
	if (r < 0 || !m.until || m.until > c->now) /* gone, or changed since: that has a job of its own */
		return r == -ERR_NOTFOUND ? 0 : r;
	had = m;
	channel_lift_over(&m, c->now);
	/* What ends is the act of whoever restricted him. */
	if ((r = store_channel_member_put(c->db, &ch.row, &m)) < 0 ||
	    (r = channel_tell_bots(c, &ch, had.by, &had, &m, &none)) < 0)
		return r;
	return channel_tell(c, &ch, user);
}

int channels_editBanned(struct rpc_call *c, const struct tl_channels_editBanned *q)
{
	struct store_channel_member m, had;
	struct channel ch;
	struct peer peer;
	int32_t until;
	int64_t bits = banned_rights_bits(q->banned_rights, &until);
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = peer_resolve(c, q->participant, &peer)) < 0)
		return r;
	if (!peer_is_user(peer.key))
		return rpc_fail(c, 400, "PARTICIPANT_ID_INVALID");
	if ((r = member_load(c, &ch, peer.key, &m)) < 0 || (r = may_ban(c, &ch, &m)) < 0)
		return r;
	if ((ch.row.flags & STORE_CHANNEL_BROADCAST) && bits && !(bits & BAN_VIEW))
		return rpc_fail(c, 400, "BANNED_RIGHTS_INVALID"); /* readers have nothing else to lose */
	had = m;
	restrict_row(c, &m, bits, until);
	if (!bits && !had.banned)
		return channel_tell(c, &ch, c->user_id) < 0 ? -ERR_IO : channel_reply(c);
	/* Out of the audience first: he does not hear what follows. */
	if ((r = member_put(c, &ch, &m)) < 0 || (r = lift_later(c, &m)) < 0 ||
	    (r = note(c, &ch, &had, &m)) < 0)
		return r;
	if (member_is_in(&had) && !member_is_in(&m) && (ch.row.flags & STORE_CHANNEL_MEGAGROUP) &&
	    (r = channel_say_removed(c, &ch, m.user)) < 0)
		return r;
	if (m.role == STORE_CHANNEL_KICKED && (r = request_settle(c, &ch, m.user)) < 0)
		return r;
	return (r = channel_tell(c, &ch, c->user_id)) < 0 ? r : channel_reply(c);
}

int messages_editChatDefaultBannedRights(struct rpc_call *c,
                                         const struct tl_messages_editChatDefaultBannedRights *q)
{
	struct tl_channelAdminLogEventActionDefaultBannedRights *a = TL_NEW(
		&c->arena, channelAdminLogEventActionDefaultBannedRights);
	struct peer peer;
	struct channel *ch;
	int32_t until;
	int64_t bits = banned_rights_bits(q->banned_rights, &until);
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (peer.chat)
		return chat_edit_permissions(c, peer.chat, q->banned_rights);
	if (!(ch = peer.channel) || !(ch->row.flags & STORE_CHANNEL_MEGAGROUP))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = channel_may(c, ch, CHANNEL_BAN)) < 0)
		return r;
	if ((bits & BAN_VIEW) || until)
		return rpc_fail(c, 400, "BANNED_RIGHTS_INVALID");
	if (bits == ch->row.banned)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	a->prev_banned_rights = banned_rights_view(&c->arena, ch->row.banned, INT32_MAX);
	a->new_banned_rights = banned_rights_view(&c->arena, bits, INT32_MAX);
	ch->row.banned = bits;
	if ((r = store_channel_put(c->db, &ch->row)) < 0 ||
	    (r = channel_log(c, ch->row.id, CHANNEL_LOG_SETTINGS, &a->o)) < 0 ||
	    (r = channel_changed(c, ch->row.id)) < 0)
		return r;
	return channel_reply(c);
}
