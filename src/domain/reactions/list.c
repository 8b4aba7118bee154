/* list.c - messages.getMessagesReactions: what is true now of messages that a client shows; and getMessageReactionsList: who. */
#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"
#include "crypto/siphash.h"
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

/* An offset names nobody, for who reacts in a group's name is not to be known. */
static int64_t masked(struct rpc_call *c, const struct subject *s, const struct store_msg_reaction *x)
{
	int64_t in[4] = {s->owner, s->id, x->date, x->place};

	return x->user ^ (int64_t)siphash(c->app->access_secret, in, sizeof(in));
}

/* Where the page begins: what the last one ended with. False: nobody said so. */
static bool offset_of(struct rpc_call *c, const struct subject *subject, struct slice s,
                      struct store_msg_reaction *ret)
{
	char text[80];

	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	*ret = (struct store_msg_reaction){0};
	if (sscanf(text, "%" SCNd64 "_%" SCNd64 "_%" SCNd32, &ret->date, &ret->user, &ret->place) != 3)
		return false;
	ret->user = masked(c, subject, ret);
	return true;
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
	                                 offset_of(c, &s, q->offset, &after) ? &after : NULL, limit + 1,
	                                 &c->arena, &rows, &n)) < 0)
		return r;
	view_init(&v, c);
	o->count = count_of(counts, n_counts, what);
	if (n > limit) {
		n = limit;
		o->next_offset = arena_printf(&c->arena, "%" PRId64 "_%" PRId64 "_%d",
		                              (int64_t)rows[n - 1].date, masked(c, &s, &rows[n - 1]),
		                              (int)rows[n - 1].place);
	}
	if ((r = reactions_listed(&v, &row, rows, n, &o->reactions)) < 0 ||
	    (r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
