/* list.c - messages.getMessagesReactions: what is true now of messages that a client shows; and getMessageReactionsList: who. */
#include "base/err.h"
#include "domain/messages/offset.h"
#include "domain/reactions/private.h"
#include "rpc_methods.h"
#include "store/unseen.h"

int messages_getMessagesReactions(struct rpc_call *c, const struct tl_messages_getMessagesReactions *q)
{
	struct tl_updates *o = TL_NEW(&c->arena, updates);
	struct store_msg row;
	struct place place;
	struct peer peer;
	struct view v;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0)
		return r;
	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	view_init(&v, c);
	o->updates = tl_vec_new(&c->arena, q->id.n);
	o->updates.n = 0;
	o->date = (int32_t)c->now;
	for (uint32_t i = 0; i < q->id.n; i++) {
		r = place_message(c, &place, q->id.v[i], &row);
		if (r == -ERR_NOTFOUND || (r == 0 && row.flags & STORE_MSG_SERVICE))
			continue;
		if (r < 0 || (r = reactions_update_view(&v, &row, &o->updates.v[o->updates.n++])) < 0)
			return r;
	}
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

/* Where the page begins: what the last one ended with. False: nobody said so. */
static bool reaction_at(struct rpc_call *c, const struct subject *s, struct slice text,
                        struct store_msg_reaction *ret)
{
	struct offset o;

	if (!offset_of(text, &o))
		return false;
	offset_hide(c, s->owner, s->id, &o);
	*ret = (struct store_msg_reaction){.date = o.date, .user = o.whose, .place = o.n};
	return true;
}

static struct slice text_of(struct rpc_call *c, const struct subject *s, const struct store_msg_reaction *x)
{
	struct offset o = {x->date, x->user, x->place};

	offset_hide(c, s->owner, s->id, &o);
	return offset_text(&c->arena, &o);
}

static int32_t count_of(const struct store_msg_reaction_count *v, size_t n, struct slice what)
{
	int32_t all = 0;

	for (size_t i = 0; i < n; i++)
		if (!what.p || slice_eq(v[i].what, what))
			all += v[i].count;
	return all;
}

int messages_getMessageReactionsList(struct rpc_call *c, const struct tl_messages_getMessageReactionsList *q)
{
	struct tl_messages_messageReactionsList *o = TL_NEW(&c->arena, messages_messageReactionsList);
	uint32_t limit = q->limit < 1 || q->limit > LIMIT_REACTIONS_PAGE ? LIMIT_REACTIONS_PAGE
	                                                                 : (uint32_t)q->limit;
	struct store_msg_reaction after, *rows;
	struct store_msg_reaction_count *counts;
	struct slice what = {0};
	struct store_msg row;
	struct subject s;
	struct place place;
	struct peer peer;
	struct view v;
	size_t n, n_counts;
	bool post;
	int r;

	if ((r = reacted_message(c, q->peer, q->id, &peer, &place, &row)) < 0 ||
	    (r = is_post(c, &row, &post)) < 0)
		return r;
	if (post)
		return rpc_fail(c, 403, "BROADCAST_FORBIDDEN");
	/* mtcute asks for all of them by reactionEmpty. */
	if (q->reaction && !TL_IS(reactionEmpty, q->reaction) &&
	    (r = reaction_text(c, q->reaction, &what)) < 0)
		return r;
	s = subject_of(&row);
	if ((r = store_msg_reaction_counts(c->db, s.owner, s.id, &c->arena, &counts, &n_counts)) < 0 ||
	    (r = store_msg_reaction_walk(c->db, s.owner, s.id, what,
	                                 reaction_at(c, &s, q->offset, &after) ? &after : NULL, limit + 1,
	                                 &c->arena, &rows, &n)) < 0)
		return r;
	view_init(&v, c);
	o->count = count_of(counts, n_counts, what);
	if (n > limit) {
		n = limit;
		o->next_offset = text_of(c, &s, &rows[n - 1]);
	}
	if ((r = reactions_listed(&v, &row, rows, n, &o->reactions)) < 0 ||
	    (r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
