/*
 * send.c - messages.sendReaction: instead of what he had chosen for this message. The rows are the message's, so it is written once in
 * however many boxes it lies; who is online is told what is true now.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "domain/messages/touch.h"
#include "domain/messages/twin.h"
#include "domain/reactions/private.h"
#include "jobs/jobs.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/day.h"
#include "store/unseen.h"
#include "updates/peer.h"

int reacted_message(struct rpc_call *c, const struct tl_obj *input_peer, int32_t id, struct peer *ret_peer,
                    struct place *ret_place, struct store_msg *ret)
{
	int r = place_resolve(c, input_peer, ret_peer, ret_place);

	if (r < 0)
		return r;
	r = place_message(c, ret_place, id, ret);
	if (r == -ERR_NOTFOUND || (r == 0 && ret->flags & STORE_MSG_SERVICE))
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	return r;
}

static int in_channel(struct rpc_call *c, const struct channel *ch, struct slice *ret_set)
{
	int64_t banned = ch->row.banned | ch->me.banned;

	*ret_set = ch->row.reactions;
	if (channel_is_admin(ch))
		return 0;
	if (!channel_is_in(ch) && !(ch->row.linked && !(ch->row.flags & STORE_CHANNEL_JOIN_TO_SEND)))
		return rpc_fail(c, 403, "CHAT_GUEST_SEND_FORBIDDEN");
	return banned & BAN_REACTIONS ? rpc_fail(c, 403, "CHAT_WRITE_FORBIDDEN") : 0;
}

static int in_group(struct rpc_call *c, const struct chat *ch, struct slice *ret_set)
{
	*ret_set = ch->row.reactions;
	if (!ch->in || !chat_is_open(ch) || (!chat_is_admin(ch) && ch->row.banned & BAN_REACTIONS))
		return rpc_fail(c, 403, "CHAT_WRITE_FORBIDDEN");
	return 0;
}

/* May the caller react there at all, and with what? */
static int may_react(struct rpc_call *c, const struct peer *peer, struct slice *ret_set)
{
	int r;

	*ret_set = (struct slice){0};
	if (peer->channel)
		return in_channel(c, peer->channel, ret_set);
	if (peer->chat)
		return in_group(c, peer->chat, ret_set);
	r = store_blocked_is(c->db, peer->key, c->user_id);
	return r > 0 ? rpc_fail(c, 400, "USER_IS_BLOCKED") : r;
}

/* What was asked for, as texts, each once and allowed. */
static int chosen(struct rpc_call *c, const struct tl_messages_sendReaction *q, const struct peer *peer,
                  struct slice set, struct slice *ret, size_t *ret_n)
{
	size_t n = 0;
	int r;

	*ret_n = 0;
	if (q->reaction.n == 1 && TL_IS(reactionEmpty, q->reaction.v[0]))
		return 0;
	if (q->reaction.n > LIMIT_REACTIONS)
		return rpc_fail(c, 400, "REACTIONS_COUNT_INVALID");
	for (uint32_t i = 0; i < q->reaction.n; i++) {
		bool mine = peer_is_user(peer->key);

		if ((r = reaction_text(c, q->reaction.v[i], &ret[n])) < 0)
			return r;
		for (size_t k = 0; k < n; k++)
			if (slice_eq(ret[k], ret[n]))
				return rpc_fail(c, 400, "REACTION_INVALID");
		if ((r = reaction_allowed(c, set, mine, ret[n])) <= 0)
			return r < 0 ? r : rpc_fail(c, 400, "REACTION_INVALID");
		if (reaction_is_custom(ret[n]) && (r = reaction_is_document(c, ret[n])) <= 0)
			return r < 0 ? r : rpc_fail(c, 400, "DOCUMENT_INVALID");
		n++;
	}
	*ret_n = n;
	return 0;
}

/* Kinds that one message may have: a new one of his must find room. */
static int has_room(struct rpc_call *c, const struct subject *s, const struct slice *what, size_t n)
{
	struct store_msg_reaction_count *had;
	size_t n_had, all;
	int r = store_msg_reaction_counts(c->db, s->owner, s->id, &c->arena, &had, &n_had);

	all = n_had;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		size_t k = 0;

		while (k < n_had && !slice_eq(had[k].what, what[i]))
			k++;
		all += k == n_had;
	}
	if (r >= 0 && all > n_had && all > LIMIT_REACTION_KINDS)
		return rpc_fail(c, 400, "REACTIONS_TOO_MANY");
	return r;
}

static bool is_as_before(const struct store_msg_reaction *had, size_t n_had, const struct slice *what,
                         size_t n)
{
	for (size_t i = 0; n == n_had && i < n; i++)
		if (!slice_eq(had[i].what, what[i]))
			return false;
	return n == n_had;
}

/* Is there anything of others that the writer has not seen? */
static int is_news(struct rpc_call *c, const struct subject *s, int64_t writer)
{
	struct store_msg_reaction *x;
	unixtime_t since;
	size_t n;
	int r = store_msg_reactions_since(c->db, s->owner, s->id, &since);

	if (r >= 0)
		r = store_msg_reaction_walk(c->db, s->owner, s->id, (struct slice){0}, NULL,
		                            STORE_REACTIONS_OF_ONE + 1, &c->arena, &x, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (x[i].user != writer && x[i].date >= since)
			return 1;
	return r;
}

/* The writer has something to look at, or, if nothing is left of it, no more. */
static int note_writer(struct rpc_call *c, const struct store_msg *row, const struct subject *s, bool added)
{
	int64_t writer = row->origin_owner;
	struct store_msg his = *row;
	bool post;
	int r;

	if (!peer_is_user(writer))
		return 0;
	if ((r = is_post(c, row, &post)) < 0 || post)
		return r < 0 ? r : 0;
	if (!peer_is_channel(row->owner)) {
		r = store_msg_find(c->db, writer, row->origin_id, &c->arena, &his);
		if (r < 0)
			return r == -ERR_NOTFOUND ? 0 : r;
	}
	if (added && writer != c->user_id) {
		r = store_unseen_put(c->db, writer, his.peer, STORE_UNSEEN_REACTION, his.id);
		return r < 0 ? r : store_msg_reactions_set_since(c->db, s->owner, s->id, c->now);
	}
	if ((r = is_news(c, s, writer)) != 0)
		return r < 0 ? r : 0;
	r = store_unseen_delete(c->db, writer, his.peer, STORE_UNSEEN_REACTION, his.id);
	return r < 0 ? r : store_msg_reactions_set_since(c->db, s->owner, s->id, 0);
}

/* Rows of messages that have had reactions say so, in the few boxes where that is one write. */
static int mark(struct rpc_call *c, const struct store_msg *row)
{
	struct store_msg twin;
	int r;

	if (!peer_is_channel(row->owner) && !peer_is_user(row->peer))
		return 0;
	if (!(row->flags & STORE_MSG_REACTIONS) &&
	    (r = store_msg_set_flags(c->db, row->owner, row->peer, row->id,
	                             row->flags | STORE_MSG_REACTIONS)) < 0)
		return r;
	if (peer_is_channel(row->owner) || (r = message_twin(c, row, &twin)) < 0)
		return peer_is_channel(row->owner) || r == -ERR_NOTFOUND ? 0 : r;
	if (twin.flags & STORE_MSG_REACTIONS)
		return 0;
	return store_msg_set_flags(c->db, twin.owner, twin.peer, twin.id, twin.flags | STORE_MSG_REACTIONS);
}

int messages_sendReaction(struct rpc_call *c, const struct tl_messages_sendReaction *q)
{
	struct slice what[STORE_REACTIONS_OF_ONE], before[STORE_REACTIONS_OF_ONE], set;
	struct reaction_change change;
	struct store_msg_reaction *had;
	struct store_msg row;
	struct subject s;
	struct place place;
	struct peer peer;
	size_t n, n_had;
	int64_t as;
	int r;

	if ((r = reacted_message(c, q->peer, q->msg_id, &peer, &place, &row)) < 0 ||
	    (r = may_react(c, &peer, &set)) < 0 || (r = chosen(c, q, &peer, set, what, &n)) < 0)
		return r;
	s = subject_of(&row);
	if ((r = store_msg_reactions_of(c->db, s.owner, s.id, c->user_id, &c->arena, &had, &n_had)) < 0)
		return r;
	if (is_as_before(had, n_had, what, n))
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	if ((r = has_room(c, &s, what, n)) < 0 || (r = message_speaks_as(c, &peer, &as)) < 0 ||
	    (r = store_msg_reactions_set(c->db, s.owner, s.id, c->user_id, as, what, n, q->big, c->now)) <
	            0 ||
	    (r = mark(c, &row)) < 0 || (r = note_writer(c, &row, &s, n > 0)) < 0)
		return r;
	if (q->add_to_recent && (r = reaction_note_used(c, what, n)) < 0)
		return r;
	if (peer.channel && n > n_had &&
	    (r = store_day_add(c->db, peer.key, c->now, STORE_DAY_REACTIONS, (int64_t)(n - n_had))) < 0)
		return r;
	for (size_t i = 0; i < n_had; i++)
		before[i] = had[i].what;
	change = (struct reaction_change){as, before, what, n_had, n};
	if ((r = message_touched(c, &row, MESSAGE_REACTIONS)) < 0 ||
	    (r = reactions_tell_bots(c, &row, &change)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
