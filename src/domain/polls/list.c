/* list.c - messages.getPollResults and getPollVotes: what a poll says now, and who chose what where voters are seen. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/messages/offset.h"
#include "domain/messages/place.h"
#include "domain/polls/private.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/peer.h"

int messages_getPollResults(struct rpc_call *c, const struct tl_messages_getPollResults *q)
{
	struct tl_updates *o = TL_NEW(&c->arena, updates);
	struct store_msg row;
	struct poll_body p;
	struct peer peer;
	struct view v;
	int r;

	if ((r = poll_find(c, q->peer, q->msg_id, &peer, &row, &p)) < 0)
		return r;
	view_init(&v, c);
	o->updates = tl_vec_new(&c->arena, 1);
	o->date = (int32_t)c->now;
	if ((r = poll_update_view(&v, &row, &o->updates.v[0])) < 0)
		return r;
	o->updates.n = o->updates.v[0] != NULL;
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

/* Where the page begins: what the last one ended with. False: nobody said so. */
static bool vote_at(struct rpc_call *c, const struct poll_body *p, struct slice text,
                    struct store_poll_vote *ret)
{
	struct offset o;

	if (!offset_of(text, &o))
		return false;
	offset_hide(c, 0, p->row.id, &o);
	*ret = (struct store_poll_vote){.date = o.date, .user = o.whose, .option = o.n};
	return true;
}

static struct slice text_of(struct rpc_call *c, const struct poll_body *p, const struct store_poll_vote *x)
{
	struct offset o = {x->date, x->user, x->option};

	offset_hide(c, 0, p->row.id, &o);
	return offset_text(&c->arena, &o);
}

static struct tl_obj *vote_view(struct view *v, const struct poll_body *p, const struct store_poll_vote *x,
                                bool named)
{
	struct tl_messagePeerVote *o = TL_NEW(&v->c->arena, messagePeerVote);
	struct tl_messagePeerVoteInputOption *known = TL_NEW(&v->c->arena, messagePeerVoteInputOption);

	view_peer(v, poll_voter(x));
	o->peer = known->peer = peer_to_tl(&v->c->arena, poll_voter(x));
	o->date = known->date = (int32_t)x->date;
	o->option = poll_option_bytes(p, x->option);
	return named ? &known->o : &o->o;
}

/* Of one who chose several: his options together. */
static struct tl_obj *votes_view(struct view *v, const struct poll_body *p, const struct store_poll_vote *x,
                                 size_t n)
{
	struct tl_messagePeerVoteMultiple *o;
	struct slice *options;

	if (n == 1)
		return vote_view(v, p, x, false);
	o = TL_NEW(&v->c->arena, messagePeerVoteMultiple);
	o->peer = peer_to_tl(&v->c->arena, poll_voter(x));
	o->date = (int32_t)x->date;
	options = ARENA_ARRAY(&v->c->arena, struct slice, n);
	for (size_t i = 0; i < n; i++) /* from the highest number down, as they are read */
		options[n - 1 - i] = poll_option_bytes(p, x[i].option);
	o->options = (struct tl_vec_str){options, (uint32_t)n};
	view_peer(v, poll_voter(x));
	return &o->o;
}

static int answer(struct view *v, const struct poll_body *p, int32_t option, int32_t count,
                  const struct store_poll_vote *rows, size_t n, uint32_t limit)
{
	struct tl_messages_votesList *o = TL_NEW(&v->c->arena, messages_votesList);
	size_t i = 0, k;
	int r;

	o->count = count;
	o->votes = tl_vec_new(&v->c->arena, limit);
	for (o->votes.n = 0; i < n && o->votes.n < limit; i = k) {
		for (k = i + 1; option < 0 && k < n && rows[k].user == rows[i].user;)
			k++;
		o->votes.v[o->votes.n++] = option >= 0 ? vote_view(v, p, &rows[i], true)
		                                       : votes_view(v, p, &rows[i], k - i);
	}
	if (i < n)
		o->next_offset = text_of(v->c, p, &rows[i - 1]);
	if ((r = view_mentioned(v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(v->c, &o->o);
}

int messages_getPollVotes(struct rpc_call *c, const struct tl_messages_getPollVotes *q)
{
	uint32_t limit = q->limit < 1 || q->limit > LIMIT_POLL_VOTERS_PAGE ? LIMIT_POLL_VOTERS_PAGE
	                                                                   : (uint32_t)q->limit;
	int32_t counts[STORE_POLL_OPTIONS], option = -1;
	struct store_poll_vote after, *rows;
	struct store_msg row;
	struct poll_body p;
	struct peer peer;
	struct view v;
	uint32_t mine;
	size_t n;
	int r;

	if ((r = poll_find(c, q->peer, q->id, &peer, &row, &p)) < 0)
		return r;
	if (!p.poll->public_voters)
		return rpc_fail(c, 403, "BROADCAST_FORBIDDEN");
	if (q->option.p && (option = poll_option(&p, q->option)) < 0)
		return rpc_fail(c, 400, "OPTION_INVALID");
	if ((r = store_poll_choice(c->db, p.row.id, c->user_id, &mine)) < 0 ||
	    (r = store_poll_counts(c->db, p.row.id, counts, STORE_POLL_OPTIONS)) < 0)
		return r;
	if (!mine && !poll_is_over(c, &p) && p.row.creator != c->user_id)
		return rpc_fail(c, 403, "POLL_VOTE_REQUIRED");
	/* One more than is shown says whether there is more; of each voter there may be a row an option. */
	r = store_poll_walk(c->db, p.row.id, option, vote_at(c, &p, q->offset, &after) ? &after : NULL,
	                    option >= 0 ? limit + 1 : (limit + 1) * p.poll->answers.n, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	view_init(&v, c);
	return answer(&v, &p, option, option >= 0 ? counts[option] : p.row.voters, rows, n, limit);
}
