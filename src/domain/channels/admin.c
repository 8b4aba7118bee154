/* admin.c - channels.editAdmin: nobody grants more than he has, nor changes whom others promoted (api.md 6.3). */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/private.h"
#include "rpc_methods.h"
#include "updates/peer.h"

enum { RANK = 16 };

/* What an admin can be of this kind of channel. */
static int64_t possible(const struct channel *ch)
{
	int64_t all = ADMIN_ALL | ADMIN_ANONYMOUS;

	if (ch->row.flags & STORE_CHANNEL_BROADCAST)
		return all & ~(ADMIN_PIN | ADMIN_ANONYMOUS | ADMIN_TOPICS | ADMIN_RANKS);
	return all & ~(ADMIN_POST | ADMIN_EDIT | ADMIN_DIRECT);
}

int channel_may_rank(struct rpc_call *c, struct slice rank)
{
	uint32_t len;

	if (!rank.n)
		return 0;
	if (!utf8_valid(rank) || utf8_len(rank) > RANK)
		return rpc_fail(c, 400, "ADMIN_RANK_INVALID");
	for (uint32_t at = 0; at < rank.n; at += len) {
		uint32_t ch = utf8_at(rank, at, &len);

		if (ch >= 0x1f000 || (ch >= 0x2600 && ch < 0x27c0) || ch == 0xfe0f)
			return rpc_fail(c, 400, "ADMIN_RANK_EMOJI_NOT_ALLOWED");
	}
	return 0;
}

/* The caller may make him what `rights` say. */
static int may_promote(struct rpc_call *c, const struct channel *ch, const struct store_channel_member *m,
                       int64_t rights)
{
	bool owner = ch->me.role == STORE_CHANNEL_CREATOR;
	int r;

	if (m->role == STORE_CHANNEL_CREATOR && !(owner && m->user == c->user_id))
		return rpc_fail(c, 400, "USER_CREATOR");
	if (m->user == c->user_id && m->role == STORE_CHANNEL_ADMIN && !rights)
		return 0; /* he gives it up */
	if ((r = channel_may(c, ch, CHANNEL_PROMOTE)) < 0)
		return r;
	if (owner)
		return 0;
	if (m->user == c->user_id || (m->role == STORE_CHANNEL_ADMIN && m->by != c->user_id))
		return rpc_fail(c, 400, "USER_ADMIN_INVALID");
	return rights & ~(ch->me.rights | ADMIN_OTHER) ? rpc_fail(c, 403, "RIGHT_FORBIDDEN") : 0;
}

/* He is in it, or is brought now: 1. */
static int come(struct rpc_call *c, struct channel *ch, struct store_channel_member *m)
{
	int r;

	if (member_is_in(m))
		return 0;
	if (channel_may(c, ch, CHANNEL_INVITE) < 0)
		return rpc_fail(c, 403, "CHAT_ADMIN_INVITE_REQUIRED");
	return (r = channel_bring(c, ch, m->user, m)) < 0 ? r : 1;
}

static int note(struct rpc_call *c, struct channel *ch, const struct store_channel_member *had,
                const struct store_channel_member *m)
{
	struct tl_channelAdminLogEventActionParticipantToggleAdmin *a = TL_NEW(
		&c->arena, channelAdminLogEventActionParticipantToggleAdmin);
	struct view v;

	view_init(&v, c);
	a->prev_participant = participant_view(&v, &ch->me, had);
	a->new_participant = participant_view(&v, &ch->me, m);
	return channel_log(c, ch->row.id,
	                   m->role == STORE_CHANNEL_ADMIN ? CHANNEL_LOG_PROMOTE : CHANNEL_LOG_DEMOTE, &a->o);
}

static int promote(struct rpc_call *c, struct channel *ch, struct store_channel_member *m, int64_t rights,
                   struct slice rank)
{
	struct store_channel_member had = *m;
	int r, came = 0;

	if (m->role != STORE_CHANNEL_ADMIN && rights && ch->row.admins >= LIMIT_CHANNEL_ADMINS)
		return rpc_fail(c, 400, "ADMINS_TOO_MUCH");
	if (rights && (came = come(c, ch, m)) < 0)
		return came;
	if (!rights && m->role != STORE_CHANNEL_ADMIN)
		return 0; /* he was none */
	if (rights) {
		m->role = STORE_CHANNEL_ADMIN;
		m->by = c->user_id;
		m->banned = 0; /* admins are not restricted */
		m->until = 0;
		m->rank = rank;
	} else {
		/* In a channel a bot is an admin or nothing. */
		m->role = peer_is_bot(m->user) && (ch->row.flags & STORE_CHANNEL_BROADCAST)
		                  ? STORE_CHANNEL_LEFT
		                  : STORE_CHANNEL_MEMBER;
		m->rank = (struct slice){0};
	}
	m->rights = rights;
	if ((r = note(c, ch, &had, m)) < 0 || (r = member_put(c, ch, m)) < 0)
		return r;
	return came && (ch->row.flags & STORE_CHANNEL_MEGAGROUP) ? channel_say_added(c, ch, &m->user, 1) : 0;
}

/* Of himself the creator changes how he is called, and whether he is seen. */
static int rename(struct rpc_call *c, struct channel *ch, int64_t rights, struct slice rank)
{
	struct store_channel_member m = ch->me;

	m.rights = (m.rights & ~(int64_t)ADMIN_ANONYMOUS) | (rights & ADMIN_ANONYMOUS & possible(ch));
	m.rank = rank;
	return member_put(c, ch, &m);
}

int channels_editAdmin(struct rpc_call *c, const struct tl_channels_editAdmin *q)
{
	int64_t rights = admin_rights_bits(q->admin_rights), user;
	struct store_channel_member m;
	struct channel ch;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0 || (r = user_resolve(c, q->user_id, &user)) < 0 ||
	    (r = member_load(c, &ch, user, &m)) < 0)
		return r;
	rights &= possible(&ch);
	if (rights) /* it says that he is an admin: TDLib complains of one without */
		rights |= ADMIN_OTHER;
	if ((r = may_promote(c, &ch, &m, rights)) < 0 || (r = channel_may_rank(c, q->rank)) < 0)
		return r;
	r = m.role == STORE_CHANNEL_CREATOR ? rename(c, &ch, rights, q->rank)
	                                    : promote(c, &ch, &m, rights, q->rank);
	if (r < 0 || (user != c->user_id && (r = channel_tell(c, &ch, c->user_id)) < 0))
		return r;
	return channel_reply(c);
}
