/*
 * bots.c - what bots hear of members: those that are admins of all, each of itself. Updates that are counted in qts
 * (domain/bots/told.c), beside what clients of people hear.
 */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/private.h"
#include "store/user.h"
#include "updates/peer.h"

enum { TOLD_MAX = 20 }; /* bots of one channel */

static bool is_same(const struct store_channel_member *a, const struct store_channel_member *b)
{
	return a->role == b->role && a->rights == b->rights && a->banned == b->banned &&
	       a->until == b->until && slice_eq(a->rank, b->rank);
}

/* ChannelParticipant; NULL for one who is not there, nor kept out. */
static struct tl_obj *shown(struct view *v, const struct store_channel_member *as,
                            const struct store_channel_member *m)
{
	return member_is_in(m) || m->banned ? participant_view(v, as, m) : NULL;
}

struct change {
	int64_t actor;
	const struct store_channel_member *had, *m;
	const struct member_way *way;
};

static int tell(struct rpc_call *c, const struct channel *ch, const struct store_channel_member *bot,
                const struct change *x)
{
	struct tl_updateChannelParticipant *u = TL_NEW(&c->arena, updateChannelParticipant);
	struct view v;

	view_init(&v, c);
	v.viewer = bot->user;
	u->channel_id = ch->row.id;
	u->date = (int32_t)c->now;
	u->actor_id = x->actor;
	u->user_id = x->m->user;
	u->prev_participant = shown(&v, bot, x->had);
	u->new_participant = shown(&v, bot, x->m);
	if (!u->prev_participant && !u->new_participant)
		return 0;
	u->invite = channel_way_view(&v, x->way);
	view_peer(&v, peer_channel(ch->row.id));
	view_peer(&v, x->actor);
	view_peer(&v, x->m->user);
	return bot_tell(&v, bot->user, &u->o);
}

int channel_tell_bots(struct rpc_call *c, const struct channel *ch, int64_t actor,
                      const struct store_channel_member *had, const struct store_channel_member *m,
                      const struct member_way *way)
{
	struct change x = {actor, had, m, way};
	struct store_channel_member *bots;
	size_t n;
	int r;

	if (!actor || is_same(had, m))
		return 0;
	r = store_channel_members(c->db, ch->row.id, STORE_CHANNEL_BOTS, 0, TOLD_MAX, &c->arena, &bots, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (bots[i].role == STORE_CHANNEL_ADMIN && bots[i].user != m->user)
			r = tell(c, ch, &bots[i], &x);
	if (r >= 0 && m->is_bot)
		r = tell(c, ch, m, &x);
	return r < 0 ? r : 0;
}

/* --- who asks to be let in */

int channel_tell_bot_asked(struct rpc_call *c, int64_t bot, int64_t peer, struct slice hash)
{
	struct tl_updateBotChatInviteRequester *u = TL_NEW(&c->arena, updateBotChatInviteRequester);
	struct member_way way = {.let_in = true};
	struct store_link l;
	struct store_user who;
	struct view v;
	int r = store_user_load(c->db, c->user_id, &c->arena, &who);

	if (r < 0)
		return r;
	view_init(&v, c);
	v.viewer = bot;
	if (hash.n) {
		if ((r = store_link_get(c->db, peer, hash, &c->arena, &l)) < 0)
			return r;
		way.link = &l;
	}
	u->invite = channel_way_view(&v, &way);
	u->peer = peer_to_tl(&c->arena, peer);
	u->date = (int32_t)c->now;
	u->user_id = c->user_id;
	u->about = who.about.n ? who.about : SLICE_LIT("");
	view_peer(&v, peer);
	view_peer(&v, c->user_id);
	return bot_tell(&v, bot, &u->o);
}

int channel_tell_bots_asked(struct rpc_call *c, const struct channel *ch, struct slice hash)
{
	struct store_channel_member *bots;
	size_t n;
	int r = store_channel_members(c->db, ch->row.id, STORE_CHANNEL_BOTS, 0, TOLD_MAX, &c->arena, &bots,
	                              &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (bots[i].role == STORE_CHANNEL_ADMIN && (bots[i].rights & ADMIN_INVITE))
			r = channel_tell_bot_asked(c, bots[i].user, peer_channel(ch->row.id), hash);
	return r < 0 ? r : 0;
}
