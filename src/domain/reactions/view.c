/*
 * view.c - reactions as a viewer sees them: how many of each, which are his own, and where voices are few and known (groups, private
 * chats) whose the newest are. For a crowd nothing of it is anybody's own: min.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/reactions/private.h"
#include "store/unseen.h"
#include "updates/peer.h"

enum { RECENT = 10 };

struct subject subject_of(const struct store_msg *row)
{
	if (peer_is_channel(row->owner))
		return (struct subject){row->owner, row->id};
	return (struct subject){row->origin_owner, row->origin_id};
}

int is_post(struct rpc_call *c, const struct store_msg *row, bool *ret)
{
	struct store_channel ch;
	int r;

	*ret = false;
	if (!peer_is_channel(row->owner))
		return 0;
	r = store_channel_get(c->db, peer_channel_id(row->owner), &c->arena, &ch);
	*ret = r == 0 && (ch.flags & STORE_CHANNEL_BROADCAST);
	return r == -ERR_NOTFOUND ? 0 : r;
}

static int counts(struct view *v, const struct subject *s, struct tl_messageReactions *o)
{
	struct store_msg_reaction *own = NULL;
	struct store_msg_reaction_count *n;
	size_t n_own = 0, n_kinds;
	int r;

	if ((r = store_msg_reaction_counts(v->c->db, s->owner, s->id, &v->c->arena, &n, &n_kinds)) < 0 ||
	    (n_kinds && v->viewer &&
	     (r = store_msg_reactions_of(v->c->db, s->owner, s->id, v->viewer, &v->c->arena, &own, &n_own)) <
	             0))
		return r;
	o->results = tl_vec_new(&v->c->arena, (uint32_t)n_kinds);
	for (size_t i = 0; i < n_kinds; i++) {
		struct tl_reactionCount *x = TL_NEW(&v->c->arena, reactionCount);

		x->reaction = reaction_view(&v->c->arena, n[i].what);
		x->count = n[i].count;
		for (size_t k = 0; k < n_own; k++)
			if (slice_eq(own[k].what, n[i].what)) {
				x->has_chosen_order = true;
				x->chosen_order = own[k].place;
			}
		o->results.v[i] = &x->o;
	}
	return 0;
}

/* Which of them its writer, if he is who looks, has not seen: those since then; INT64_MAX: none. */
static int unread_since(struct view *v, const struct store_msg *row, const struct subject *s, unixtime_t *ret)
{
	int r;

	*ret = INT64_MAX;
	if (!v->viewer || row->origin_owner != v->viewer)
		return 0;
	r = store_unseen_is(v->c->db, v->viewer, row->peer, STORE_UNSEEN_REACTION, row->id);
	return r <= 0 ? r : store_msg_reactions_since(v->c->db, s->owner, s->id, ret);
}

int reactions_listed(struct view *v, const struct store_msg *row, const struct store_msg_reaction *x,
                     size_t n, struct tl_vec *ret)
{
	struct subject s = subject_of(row);
	unixtime_t since;
	int r = unread_since(v, row, &s, &since);

	if (r < 0)
		return r;
	*ret = tl_vec_new(&v->c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct tl_messagePeerReaction *p = TL_NEW(&v->c->arena, messagePeerReaction);

		p->big = x[i].big;
		p->my = v->viewer && x[i].user == v->viewer;
		p->unread = !p->my && x[i].date >= since;
		p->peer_id = peer_to_tl(&v->c->arena, x[i].as ? x[i].as : x[i].user);
		p->date = (int32_t)x[i].date;
		p->reaction = reaction_view(&v->c->arena, x[i].what);
		view_peer(v, x[i].as ? x[i].as : x[i].user);
		ret->v[i] = &p->o;
	}
	return 0;
}

static int recent(struct view *v, const struct store_msg *row, const struct subject *s,
                  struct tl_messageReactions *o)
{
	struct store_msg_reaction *x;
	size_t n;
	int r;

	r = store_msg_reaction_walk(v->c->db, s->owner, s->id, (struct slice){0}, NULL, RECENT, &v->c->arena,
	                            &x, &n);
	o->can_see_list = true;
	return r < 0 ? r : reactions_listed(v, row, x, n, &o->recent_reactions);
}

static int view(struct view *v, const struct store_msg *row, struct tl_messageReactions **ret)
{
	struct tl_messageReactions *o = TL_NEW(&v->c->arena, messageReactions);
	struct subject s = subject_of(row);
	bool post;
	int r;

	o->min = v->crowd;
	if ((r = counts(v, &s, o)) < 0 || (r = is_post(v->c, row, &post)) < 0)
		return r;
	if (o->results.n && !post && (r = recent(v, row, &s, o)) < 0)
		return r;
	*ret = o;
	return 0;
}

int reactions_view(struct view *v, const struct store_msg *row, struct tl_obj **ret)
{
	struct tl_messageReactions *o;
	int r;

	*ret = NULL;
	/* In basic groups there is no mark: it would be a write in every member's box. */
	if (!(row->flags & STORE_MSG_REACTIONS) && (peer_is_channel(row->peer) || peer_is_user(row->peer)))
		return 0;
	r = view(v, row, &o);
	if (r >= 0 && o->results.n)
		*ret = &o->o;
	return r;
}

int reactions_update_view(struct view *v, const struct store_msg *row, struct tl_obj **ret)
{
	struct tl_updateMessageReactions *u = TL_NEW(&v->c->arena, updateMessageReactions);
	struct tl_messageReactions *o;
	int r = view(v, row, &o);

	if (r < 0)
		return r;
	u->peer = peer_to_tl(&v->c->arena, row->peer);
	u->msg_id = row->id;
	u->reactions = &o->o;
	view_peer(v, row->peer);
	*ret = &u->o;
	return 0;
}
