/* polling.c - see polling.h. */
#include "polling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct tl_obj *polling_text(struct s *s, const char *t)
{
	struct tl_textWithEntities *o = Q(s, textWithEntities);

	o->text = slice_str(t);
	o->entities = tl_vec_new(world_arena(s->w), 0);
	return &o->o;
}

struct tl_inputMediaPoll *polling_tea(struct s *s)
{
	static const char *const answers[] = {"yes", "no", "late"};
	struct tl_inputMediaPoll *m = Q(s, inputMediaPoll);
	struct tl_poll *p = Q(s, poll);

	p->question = polling_text(s, "Tea?");
	p->answers = tl_vec_new(world_arena(s->w), 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct tl_inputPollAnswer *a = Q(s, inputPollAnswer);

		a->text = polling_text(s, answers[i]);
		p->answers.v[i] = &a->o;
	}
	m->poll = &p->o;
	return m;
}

struct tl_poll *polling_asked(struct tl_inputMediaPoll *m)
{
	return TL_AS(poll, m->poll);
}

struct tl_obj *polling_send_q(struct s *s, struct tl_obj *peer, struct tl_inputMediaPoll *m)
{
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);

	q->peer = peer;
	q->media = &m->o;
	q->message = SLICE_LIT("");
	q->random_id = ++s->random_id + 5000;
	return &q->o;
}

int32_t polling_send(struct s *s, struct person who, struct tl_obj *peer, struct tl_inputMediaPoll *m)
{
	struct tl_obj *u = talk_update(talk_call(s->w, who, polling_send_q(s, peer, m)), TL_updateMessageID);

	assert_non_null(u);
	return TL_AS(updateMessageID, u)->id;
}

struct tl_obj *polling_vote_q(struct s *s, struct tl_obj *peer, int32_t id, int first, int second)
{
	static const uint8_t bytes[] = {0, 1, 2, 3};
	struct tl_messages_sendVote *q = Q(s, messages_sendVote);
	struct slice *v = ARENA_ARRAY(world_arena(s->w), struct slice, 2);
	uint32_t n = 0;

	if (first >= 0)
		v[n++] = slice_of(&bytes[first], 1);
	if (second >= 0)
		v[n++] = slice_of(&bytes[second], 1);
	q->peer = peer;
	q->msg_id = id;
	q->options = (struct tl_vec_str){v, n};
	return &q->o;
}

void polling_is(const struct tl_obj *results, const char *expected)
{
	const struct tl_pollResults *o = TL_AS(pollResults, results);
	char t[100] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < o->results.n; i++) {
		const struct tl_pollAnswerVoters *a = TL_AS(pollAnswerVoters, o->results.v[i]);

		n += (size_t)snprintf(t + n, sizeof(t) - n, "%s%d%s%s", i ? "/" : "", a->voters,
		                      a->chosen ? "+" : "", a->correct ? "!" : "");
	}
	snprintf(t + n, sizeof(t) - n, " of %d", o->total_voters);
	assert_string_equal(t, expected);
}

const struct tl_updateMessagePoll *polling_told(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateMessagePoll);

	assert_non_null(u);
	return TL_AS(updateMessagePoll, u);
}

const struct tl_updateMessagePoll *polling_pushed(struct s *s, struct person who)
{
	struct tl_obj *u = world_update(world_pushes(s->w, who.key), TL_updateMessagePoll);

	return u ? TL_AS(updateMessagePoll, u) : NULL;
}

const struct tl_updateMessagePoll *polling_results(struct s *s, struct person who, struct tl_obj *peer,
                                                   int32_t id)
{
	struct tl_messages_getPollResults *q = Q(s, messages_getPollResults);

	q->peer = peer;
	q->msg_id = id;
	return polling_told(talk_call(s->w, who, &q->o));
}

struct tl_obj *polling_votes_q(struct s *s, struct tl_obj *peer, int32_t id, int option, int32_t limit)
{
	static const uint8_t bytes[] = {0, 1, 2};
	struct tl_messages_getPollVotes *q = Q(s, messages_getPollVotes);

	q->peer = peer;
	q->id = id;
	q->limit = limit;
	if (option >= 0)
		q->option = slice_of(&bytes[option], 1);
	return &q->o;
}
