/*
 * bots.c - what bots hear of reactions: those that are admins where the message is, and one to whom somebody talks in private. Updates
 * that are counted in qts (domain/bots/told.c): who chose what, or of a channel's posts, whose choosers nobody knows, the counts.
 */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/reactions/private.h"
#include "store/channel.h"
#include "store/chat.h"
#include "updates/peer.h"

enum { TOLD_MAX = 20 }; /* bots of one channel */

static struct tl_vec objects(struct arena *a, const struct slice *what, size_t n)
{
	struct tl_vec v = tl_vec_new(a, (uint32_t)n);

	for (size_t i = 0; i < n; i++)
		v.v[i] = reaction_view(a, what[i]);
	return v;
}

static int tell_choice(struct rpc_call *c, int64_t bot, const struct reaction_change *x, int64_t peer,
                       int32_t id)
{
	struct tl_updateBotMessageReaction *u = TL_NEW(&c->arena, updateBotMessageReaction);
	int64_t actor = x->as ? x->as : c->user_id;
	struct view v;

	view_init(&v, c);
	u->peer = peer_to_tl(&c->arena, peer);
	u->msg_id = id;
	u->date = (int32_t)c->now;
	u->actor = peer_to_tl(&c->arena, actor);
	u->old_reactions = objects(&c->arena, x->had, x->n_had);
	u->new_reactions = objects(&c->arena, x->what, x->n);
	view_peer(&v, peer);
	view_peer(&v, actor);
	return bot_tell(&v, bot, &u->o);
}

static int tell_counts(struct rpc_call *c, int64_t bot, const struct store_msg *row)
{
	struct tl_updateBotMessageReactions *u = TL_NEW(&c->arena, updateBotMessageReactions);
	struct store_msg_reaction_count *n;
	struct view v;
	size_t kinds;
	int r = store_msg_reaction_counts(c->db, row->owner, row->id, &c->arena, &n, &kinds);

	if (r < 0)
		return r;
	view_init(&v, c);
	u->peer = peer_to_tl(&c->arena, row->owner);
	u->msg_id = row->id;
	u->date = (int32_t)c->now;
	u->reactions = tl_vec_new(&c->arena, (uint32_t)kinds);
	for (size_t i = 0; i < kinds; i++) {
		struct tl_reactionCount *one = TL_NEW(&c->arena, reactionCount);

		one->reaction = reaction_view(&c->arena, n[i].what);
		one->count = n[i].count;
		u->reactions.v[i] = &one->o;
	}
	view_peer(&v, row->owner);
	return bot_tell(&v, bot, &u->o);
}

static int in_channel(struct rpc_call *c, const struct store_msg *row, const struct reaction_change *x)
{
	struct store_channel_member *bots;
	bool post;
	size_t n;
	int r;

	r = store_channel_members(c->db, peer_channel_id(row->owner), STORE_CHANNEL_BOTS, 0, TOLD_MAX,
	                          &c->arena, &bots, &n);
	if (r < 0 || !n || (r = is_post(c, row, &post)) < 0)
		return r;
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (bots[i].role == STORE_CHANNEL_ADMIN)
			r = post ? tell_counts(c, bots[i].user, row)
			         : tell_choice(c, bots[i].user, x, row->owner, row->id);
	return r;
}

/* Where the bot has this message, if it has it. */
static int in_box(struct rpc_call *c, int64_t bot, const struct store_msg *row,
                  const struct reaction_change *x)
{
	struct store_msg his;
	int32_t id = row->origin_id;
	int r;

	if (row->origin_owner != bot) {
		r = store_msg_by_origin(c->db, bot, row->origin_owner, row->origin_id, &c->arena, &his);
		if (r < 0)
			return r == -ERR_NOTFOUND ? 0 : r;
		id = his.id;
	}
	return tell_choice(c, bot, x, peer_is_user(row->peer) ? c->user_id : row->peer, id);
}

static int in_group(struct rpc_call *c, const struct store_msg *row, const struct reaction_change *x)
{
	struct store_chat_member *all;
	size_t n;
	int r = store_chat_members(c->db, peer_chat_id(row->peer), &c->arena, &all, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (peer_is_bot(all[i].user) && all[i].role != STORE_CHAT_MEMBER)
			r = in_box(c, all[i].user, row, x);
	return r;
}

int reactions_tell_bots(struct rpc_call *c, const struct store_msg *row, const struct reaction_change *x)
{
	int r = peer_is_channel(row->owner) ? in_channel(c, row, x)
	        : peer_is_chat(row->peer)   ? in_group(c, row, x)
	        : peer_is_bot(row->peer)    ? in_box(c, row->peer, row, x)
	                                    : 0;

	return r < 0 ? r : 0;
}
