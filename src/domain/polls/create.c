/*
 * create.c - a poll is made of inputMediaPoll. Until 223 clients named the options' bytes; since then they give texts alone, and the bytes
 * are ours: the option's number.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "domain/messages/text.h"
#include "domain/polls/private.h"
#include "jobs/jobs.h"
#include "rpc_methods.h"

/* Something is left when it is trimmed, and not too much. */
static bool is_text(const struct tl_obj *in, uint32_t max)
{
	const struct tl_textWithEntities *t = TL_AS(textWithEntities, in);
	struct slice trimmed;

	if (!t || !utf8_valid(t->text))
		return false;
	trimmed = utf8_trim(t->text);
	return trimmed.n && utf8_utf16_len(trimmed) <= max;
}

/* Trimmed; of its entities custom emoji alone, and those only if nothing was cut off in front of them. */
static int text(struct rpc_call *c, const struct tl_obj *in, struct tl_obj **ret)
{
	const struct tl_textWithEntities *t = TL_AS(textWithEntities, in);
	struct tl_textWithEntities *o = TL_NEW(&c->arena, textWithEntities);
	struct slice trimmed = utf8_trim(t->text);
	struct tl_vec all;
	int r;

	o->text = trimmed;
	o->entities = tl_vec_new(&c->arena, t->entities.n);
	o->entities.n = 0;
	if (trimmed.n == t->text.n && t->entities.n) {
		if ((r = text_prepare(c, t->text, &t->entities, TEXT_DRAFT, &trimmed, &all)) < 0)
			return r;
		for (uint32_t i = 0; i < all.n; i++)
			if (TL_IS(messageEntityCustomEmoji, all.v[i]))
				o->entities.v[o->entities.n++] = all.v[i];
	}
	*ret = &o->o;
	return 0;
}

static int answer(struct rpc_call *c, const struct tl_obj *in, uint32_t number, struct tl_pollAnswer *ret)
{
	const struct tl_inputPollAnswer *fresh = TL_AS(inputPollAnswer, in);
	const struct tl_pollAnswer *named = TL_AS(pollAnswer, in);
	const struct tl_obj *words;
	uint8_t byte = (uint8_t)number;

	if (!fresh && !named)
		return rpc_fail(c, 400, "POLL_ANSWERS_INVALID");
	if (fresh ? fresh->media != NULL : named->media != NULL)
		return rpc_fail(c, 400, "MEDIA_INVALID");
	ret->option = named ? named->option : arena_slice(&c->arena, slice_of(&byte, 1));
	if (!ret->option.n || ret->option.n > LIMIT_POLL_OPTION_BYTES)
		return rpc_fail(c, 400, "POLL_OPTION_INVALID");
	words = fresh ? fresh->text : named->text;
	if (!is_text(words, LIMIT_POLL_ANSWER))
		return rpc_fail(c, 400, "POLL_ANSWER_INVALID");
	return text(c, words, &ret->text);
}

static int answers(struct rpc_call *c, const struct tl_vec *in, struct tl_vec *ret)
{
	int r;

	if (in->n < 1 || in->n > LIMIT_POLL_ANSWERS)
		return rpc_fail(c, 400, "POLL_ANSWERS_INVALID");
	*ret = tl_vec_new(&c->arena, in->n);
	for (uint32_t i = 0; i < in->n; i++) {
		struct tl_pollAnswer *a = TL_NEW(&c->arena, pollAnswer);

		if ((r = answer(c, in->v[i], i, a)) < 0)
			return r;
		for (uint32_t k = 0; k < i; k++)
			if (slice_eq(TL_AS(pollAnswer, ret->v[k])->option, a->option))
				return rpc_fail(c, 400, "POLL_OPTION_DUPLICATE");
		ret->v[i] = &a->o;
	}
	return 0;
}

/* Bits of what is right: by number, or by the options' bytes. */
static int correct(struct rpc_call *c, const struct tl_inputMediaPoll *in, const struct tl_poll *p,
                   uint32_t *ret)
{
	*ret = 0;
	for (uint32_t i = 0; i < in->correct_answers.n; i++) {
		int32_t at = in->correct_answers.v[i];

		if (at < 0 || at >= (int32_t)p->answers.n)
			return rpc_fail(c, 400, "QUIZ_CORRECT_ANSWER_INVALID");
		*ret |= 1u << at;
	}
	for (uint32_t i = 0; i < in->correct_answers_vector_bytes.n; i++) {
		uint32_t k = 0;

		while (k < p->answers.n && !slice_eq(TL_AS(pollAnswer, p->answers.v[k])->option,
		                                     in->correct_answers_vector_bytes.v[i]))
			k++;
		if (k == p->answers.n)
			return rpc_fail(c, 400, "QUIZ_CORRECT_ANSWER_INVALID");
		*ret |= 1u << k;
	}
	return 0;
}

static int quiz(struct rpc_call *c, const struct tl_inputMediaPoll *in, const struct tl_poll *p,
                struct tl_pollResults *key)
{
	uint32_t right;
	int r;

	if ((r = correct(c, in, p, &right)) < 0)
		return r;
	if (!p->quiz)
		return right || in->solution.n ? rpc_fail(c, 400, "QUIZ_CORRECT_ANSWERS_TOO_MUCH") : 0;
	if (!right)
		return rpc_fail(c, 400, "QUIZ_CORRECT_ANSWERS_EMPTY");
	if (p->multiple_choice)
		return rpc_fail(c, 400, "QUIZ_MULTIPLE_INVALID");
	if (right & (right - 1))
		return rpc_fail(c, 400, "QUIZ_CORRECT_ANSWERS_TOO_MUCH");
	key->results = tl_vec_new(&c->arena, 1);
	for (uint32_t i = 0; i < p->answers.n; i++) {
		struct tl_pollAnswerVoters *v = TL_NEW(&c->arena, pollAnswerVoters);

		if (!(right & 1u << i))
			continue;
		v->correct = true;
		v->option = TL_AS(pollAnswer, p->answers.v[i])->option;
		key->results.v[0] = &v->o;
	}
	if (!in->solution.n)
		return 0;
	if (!utf8_valid(in->solution) || utf8_utf16_len(in->solution) > LIMIT_POLL_SOLUTION)
		return rpc_fail(c, 400, "MESSAGE_TOO_LONG");
	if ((r = text_prepare(c, in->solution, &in->solution_entities, TEXT_CAPTION, &key->solution,
	                      &key->solution_entities)) < 0)
		return r;
	if (!key->solution_entities.v)
		key->solution_entities = tl_vec_new(&c->arena, 0);
	return 0;
}

/* Seconds from now, or a date; clients want both or none. */
static int ending(struct rpc_call *c, const struct tl_poll *in, struct tl_poll *p)
{
	int64_t period = in->has_close_period ? in->close_period
	                 : in->has_close_date ? in->close_date - c->now
	                                      : 0;

	if (!in->has_close_period && !in->has_close_date)
		return 0;
	if (period < LIMIT_POLL_PERIOD_MIN || period > LIMIT_POLL_PERIOD)
		return rpc_fail(c, 400, "SCHEDULE_DATE_INVALID");
	p->has_close_period = p->has_close_date = true;
	p->close_period = (int32_t)period;
	p->close_date = (int32_t)(c->now + period);
	return 0;
}

/* In the arena; absent: it cannot be encoded. */
static struct slice encoded(struct rpc_call *c, const struct tl_poll *p, const struct tl_pollResults *key)
{
	struct tl_messageMediaPoll *body = TL_NEW(&c->arena, messageMediaPoll);
	struct slice s = {0};
	struct buf b = {0};

	body->poll = (struct tl_obj *)&p->o;
	body->results = (struct tl_obj *)&key->o;
	if (tl_encode(&b, &body->o, TL_LAYER_MAX) >= 0)
		s = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	return s;
}

static int close_later(struct rpc_call *c, const struct tl_poll *p)
{
	return p->has_close_date
	               ? jobs_add(c, POLL_CLOSE_JOB, 0, p->close_date, slice_of(&p->id, sizeof(p->id)))
	               : 0;
}

static int store(struct rpc_call *c, struct tl_poll *p, struct tl_pollResults *key)
{
	struct store_poll row = {
		.id = p->id, .creator = c->user_id, .close_date = p->close_date, .closed = p->closed};
	int r;

	p->closed = false; /* the row says it */
	row.body = encoded(c, p, key);
	if (!row.body.n)
		return -ERR_INVALID;
	r = store_poll_insert(c->db, &row, c->now);
	return r < 0 ? r : close_later(c, p);
}

static int set_end(struct rpc_call *c, struct poll_body *p, unixtime_t date)
{
	p->poll->has_close_date = date != 0;
	p->poll->close_date = (int32_t)date;
	p->row.close_date = date;
	p->row.body = encoded(c, p->poll, p->key);
	return p->row.body.n ? store_poll_set_end(c->db, &p->row) : -ERR_INVALID;
}

int poll_waits(struct rpc_call *c, const struct tl_inputMediaPoll *in, int64_t id)
{
	const struct tl_poll *q = TL_AS(poll, in->poll);
	struct poll_body p;
	int r;

	if (!q || !q->has_close_period)
		return 0;
	r = poll_load(c, id, &p);
	return r < 0 ? r : set_end(c, &p, 0);
}

int poll_published(struct rpc_call *c, int64_t id)
{
	struct poll_body p;
	int r = poll_load(c, id, &p);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (!p.poll->has_close_period || p.poll->has_close_date)
		return 0;
	r = set_end(c, &p, c->now + p.poll->close_period);
	return r < 0 ? r : close_later(c, p.poll);
}

/* What a message's content keeps of it. */
static struct tl_obj *named(struct rpc_call *c, int64_t id)
{
	struct tl_messageMediaPoll *m = TL_NEW(&c->arena, messageMediaPoll);
	struct tl_textWithEntities *nothing = TL_NEW(&c->arena, textWithEntities);
	struct tl_poll *p = TL_NEW(&c->arena, poll);

	nothing->text = SLICE_LIT("");
	nothing->entities = tl_vec_new(&c->arena, 0);
	p->id = id;
	p->question = &nothing->o;
	p->answers = tl_vec_new(&c->arena, 0);
	m->poll = &p->o;
	m->results = &TL_NEW(&c->arena, pollResults)->o;
	return &m->o;
}

/* A new one; what the message's content keeps of it. */
static int put(struct rpc_call *c, struct tl_poll *p, struct tl_pollResults *key, struct tl_obj **ret_media)
{
	struct tl_messageMediaPoll *m;
	int r;

	p->id = (int64_t)(rng_u64() >> 1) | 1;
	if ((r = store(c, p, key)) < 0)
		return r;
	*ret_media = named(c, p->id);
	m = TL_AS(messageMediaPoll, *ret_media);
	TL_AS(poll, m->poll)->public_voters = p->public_voters;
	return 0;
}

int poll_again(struct rpc_call *c, int64_t id, unixtime_t due, struct tl_obj **ret_media)
{
	struct poll_body p;
	int r = poll_load(c, id, &p);

	if (r < 0)
		return r;
	if (p.poll->has_close_date && p.poll->close_date > due)
		p.poll->close_period = (int32_t)(p.poll->close_date - due);
	p.poll->has_close_date = false;
	p.poll->close_date = 0;
	return put(c, p.poll, p.key, ret_media);
}

int poll_create(struct rpc_call *c, const struct tl_inputMediaPoll *in, struct tl_obj **ret_media)
{
	const struct tl_poll *q = TL_AS(poll, in->poll);
	struct tl_poll *p = TL_NEW(&c->arena, poll);
	struct tl_pollResults *key = TL_NEW(&c->arena, pollResults);
	int r;

	if (!q || in->attached_media || in->solution_media)
		return rpc_fail(c, 400, "MEDIA_INVALID");
	p->closed = q->closed;
	p->public_voters = q->public_voters;
	p->multiple_choice = q->multiple_choice;
	p->quiz = q->quiz;
	p->shuffle_answers = q->shuffle_answers;
	p->revoting_disabled = q->revoting_disabled;
	p->hide_results_until_close = q->hide_results_until_close;
	if (!is_text(q->question, LIMIT_POLL_QUESTION))
		return rpc_fail(c, 400, "POLL_QUESTION_INVALID");
	if ((r = text(c, q->question, &p->question)) < 0 || (r = answers(c, &q->answers, &p->answers)) < 0 ||
	    (r = quiz(c, in, p, key)) < 0 || (r = ending(c, q, p)) < 0)
		return r;
	return put(c, p, key, ret_media);
}
