/*
 * view.c - a poll as a viewer sees it. Everybody is told the counts; what is right, and why, who has voted or when it is over; and what
 * he chose himself he alone, so for a crowd the results are min.
 */
#include "base/err.h"
#include "domain/polls/private.h"
#include "domain/users/peer.h"
#include "store/msg.h"
#include "updates/peer.h"

enum { RECENT = 3 };

int64_t poll_voter(const struct store_poll_vote *x)
{
	return x->as ? x->as : x->user;
}

int poll_load(struct rpc_call *c, int64_t id, struct poll_body *ret)
{
	struct tl_messageMediaPoll *m;
	struct tl_obj *o;
	struct rd in;
	int r = store_poll_get(c->db, id, &c->arena, &ret->row);

	if (r < 0)
		return r;
	in = rd_of(ret->row.body.p, ret->row.body.n);
	if (tl_decode(&in, &c->arena, &o) < 0 || !(m = TL_AS(messageMediaPoll, o)))
		return -ERR_CORRUPT;
	ret->poll = TL_AS(poll, m->poll);
	ret->key = TL_AS(pollResults, m->results);
	return ret->poll && ret->key ? 0 : -ERR_CORRUPT;
}

bool poll_is_over(const struct rpc_call *c, const struct poll_body *p)
{
	return p->row.closed || (p->row.close_date && p->row.close_date <= c->now);
}

struct slice poll_option_bytes(const struct poll_body *p, int32_t option)
{
	if (option < 0 || option >= (int32_t)p->poll->answers.n)
		return SLICE_LIT("");
	return TL_AS(pollAnswer, p->poll->answers.v[option])->option;
}

int poll_option(const struct poll_body *p, struct slice bytes)
{
	for (int32_t i = 0; i < (int32_t)p->poll->answers.n; i++)
		if (slice_eq(poll_option_bytes(p, i), bytes))
			return i;
	return -1;
}

/* The newest voters of one option (< 0: of all), each once: several may speak for one group. */
static int recent(struct view *v, const struct poll_body *p, int32_t option, struct tl_vec *ret)
{
	uint32_t most = option < 0 ? RECENT * STORE_POLL_OPTIONS : RECENT;
	struct store_poll_vote *votes;
	int64_t said[RECENT];
	uint32_t k = 0;
	size_t n;
	int r;

	r = store_poll_walk(v->c->db, p->row.id, option, NULL, most, &v->c->arena, &votes, &n);
	if (r < 0 || !n)
		return r;
	*ret = tl_vec_new(&v->c->arena, RECENT);
	for (size_t i = 0; i < n && k < RECENT; i++) {
		int64_t who = poll_voter(&votes[i]);
		uint32_t known = 0;

		while (known < k && said[known] != who)
			known++;
		if (known < k)
			continue;
		said[k] = who;
		ret->v[k++] = peer_to_tl(&v->c->arena, who);
		view_peer(v, who);
	}
	ret->n = k;
	return 0;
}

static bool is_right(const struct poll_body *p, struct slice option)
{
	for (uint32_t i = 0; i < p->key->results.n; i++)
		if (slice_eq(TL_AS(pollAnswerVoters, p->key->results.v[i])->option, option))
			return true;
	return false;
}

int poll_objects(struct view *v, struct poll_body *p, struct tl_obj **ret_poll, struct tl_obj **ret_results)
{
	struct tl_pollResults *o = TL_NEW(&v->c->arena, pollResults);
	bool over = poll_is_over(v->c, p), hidden = p->poll->hide_results_until_close && !over, knows;
	int32_t counts[STORE_POLL_OPTIONS];
	uint32_t n = p->poll->answers.n, chosen = 0;
	int r;

	if (n > STORE_POLL_OPTIONS)
		return -ERR_CORRUPT;
	if ((r = store_poll_counts(v->c->db, p->row.id, counts, n)) < 0 ||
	    (v->viewer && (r = store_poll_choice(v->c->db, p->row.id, v->viewer, &chosen)) < 0))
		return r;
	knows = over || (chosen && !v->crowd);
	p->poll->closed = over;
	p->poll->has_close_period = p->poll->has_close_period &&
	                            p->poll->has_close_date; /* clients want both or none */
	p->poll->creator = v->viewer && v->viewer == p->row.creator;
	o->min = v->crowd;
	o->has_total_voters = true;
	o->total_voters = p->row.voters;
	o->results = tl_vec_new(&v->c->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		struct tl_pollAnswerVoters *a = TL_NEW(&v->c->arena, pollAnswerVoters);

		a->option = poll_option_bytes(p, (int32_t)i);
		a->chosen = (chosen & 1u << i) != 0;
		a->correct = knows && is_right(p, a->option);
		a->has_voters = !hidden;
		a->voters = hidden ? 0 : counts[i];
		if (a->voters && p->poll->public_voters &&
		    (r = recent(v, p, (int32_t)i, &a->recent_voters)) < 0)
			return r;
		o->results.v[i] = &a->o;
	}
	if (knows && p->key->solution.p) {
		o->solution = p->key->solution;
		o->solution_entities = p->key->solution_entities;
		for (uint32_t i = 0; i < o->solution_entities.n; i++)
			if (TL_IS(messageEntityMentionName, o->solution_entities.v[i]))
				view_peer(v,
				          peer_user(TL_AS(messageEntityMentionName, o->solution_entities.v[i])
				                            ->user_id));
	}
	if (p->poll->public_voters && !hidden && (r = recent(v, p, -1, &o->recent_voters)) < 0)
		return r;
	*ret_poll = &p->poll->o;
	*ret_results = &o->o;
	return 0;
}

int poll_view(struct view *v, struct tl_obj *media)
{
	struct tl_messageMediaPoll *m = TL_AS(messageMediaPoll, media);
	struct poll_body p;
	int r;

	if (!m)
		return 0;
	r = poll_load(v->c, poll_of(media), &p);
	return r < 0 ? r : poll_objects(v, &p, &m->poll, &m->results);
}

int poll_update_view(struct view *v, const struct store_msg *row, struct tl_obj **ret)
{
	struct tl_updateMessagePoll *u = TL_NEW(&v->c->arena, updateMessagePoll);
	struct rd in = rd_of(row->body.p, row->body.n);
	const struct tl_message *m;
	struct poll_body p;
	struct tl_obj *o;
	int r;

	*ret = NULL;
	if (tl_decode(&in, &v->c->arena, &o) < 0)
		return -ERR_CORRUPT;
	m = TL_AS(message, o);
	if (!m || !(u->poll_id = poll_of(m->media)))
		return 0;
	r = poll_load(v->c, u->poll_id, &p);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->peer = peer_to_tl(&v->c->arena, row->peer);
	u->has_msg_id = true;
	u->msg_id = row->id;
	view_peer(v, row->peer);
	*ret = &u->o;
	return poll_objects(v, &p, &u->poll, &u->results);
}
