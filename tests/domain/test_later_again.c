/* test_later_again.c - what waits and is sent more than once, by its period; and polls that wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "scheduled.h"

/* As it is sent it waits again, by its period, until somebody takes it off the list or its period away. */
static void test_repeated(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = world_peer(s->w, s->a, s->b.id), *o;
	struct tl_messages_sendMessage *q = scheduled_say(s, peer, "again", scheduled_in(1));
	struct tl_messages_editMessage *e = Q(s, messages_editMessage);
	struct tl_message *m;
	struct tl_vec rows;
	int32_t date, id;

	q->has_schedule_repeat_period = true;
	q->schedule_repeat_period = 60;
	m = scheduled_listed(talk_call(s->w, s->a, &q->o));
	assert_int_equal(m->schedule_repeat_period, 60);
	id = m->id;
	for (int i = 0; i < 1000 && TL_AS(message, scheduled_history(s, s->a, peer).v[0])->id == id; i++)
		usleep(10000);
	rows = scheduled_history(s, s->a, peer);
	assert_int_equal(rows.n, 1);
	m = TL_AS(message, rows.v[0]);
	assert_true(m->id != id && m->schedule_repeat_period == 60);
	assert_int_equal(m->date, q->schedule_date + 60);
	id = talk_top(s->w, s->a, s->b);
	date = m->date;
	/* Now, not then: the next time is a period after its own. */
	o = talk_call(s->w, s->a, scheduled_send_q(s, peer, m->id));
	m = TL_AS(message, TL_AS(updateNewMessage, talk_update(o, TL_updateNewMessage))->message);
	assert_true(m->id > id && !m->has_schedule_repeat_period);
	rows = scheduled_history(s, s->a, peer);
	m = TL_AS(message, rows.v[0]);
	assert_true(rows.n == 1 && m->date == date + 60);
	e->peer = peer;
	e->id = m->id;
	e->has_schedule_date = true;
	e->schedule_date = m->date;
	m = scheduled_listed(talk_call(s->w, s->a, &e->o));
	assert_false(m->has_schedule_repeat_period);
	talk_call(s->w, s->a, scheduled_send_q(s, peer, m->id));
	assert_int_equal(scheduled_history(s, s->a, peer).n, 0);
}

/* "Tea?" for one's own notes, to be sent then. */
static struct tl_messages_sendMedia *tea(struct s *s, int32_t date)
{
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);
	struct tl_inputMediaPoll *in = Q(s, inputMediaPoll);
	struct tl_poll *poll = Q(s, poll);

	poll->question = &Q(s, textWithEntities)->o;
	TL_AS(textWithEntities, poll->question)->text = SLICE_LIT("Tea?");
	poll->answers = tl_vec_new(world_arena(s->w), 2);
	for (uint32_t i = 0; i < 2; i++) {
		struct tl_pollAnswer *a = Q(s, pollAnswer);

		a->text = &Q(s, textWithEntities)->o;
		TL_AS(textWithEntities, a->text)->text = i ? SLICE_LIT("no") : SLICE_LIT("yes");
		a->option = i ? SLICE_LIT("1") : SLICE_LIT("0");
		poll->answers.v[i] = &a->o;
	}
	in->poll = &poll->o;
	q->peer = &Q(s, inputPeerSelf)->o;
	q->media = &in->o;
	q->message = SLICE_LIT("");
	q->random_id = ++s->random_id;
	q->has_schedule_date = true;
	q->schedule_date = date;
	return q;
}

static struct tl_poll *asked(const struct tl_messages_sendMedia *q)
{
	return TL_AS(poll, TL_AS(inputMediaPoll, q->media)->poll);
}

static struct tl_poll *shown(const struct tl_message *m)
{
	assert_true(TL_IS(messageMediaPoll, m->media));
	return TL_AS(poll, TL_AS(messageMediaPoll, m->media)->poll);
}

/* What waits under this id is sent now: the message that it becomes. */
static struct tl_message *sent_now(struct s *s, struct tl_obj *peer, int32_t id)
{
	struct tl_obj *o = talk_call(s->w, s->a, scheduled_send_q(s, peer, id));

	return TL_AS(message, TL_AS(updateNewMessage, talk_update(o, TL_updateNewMessage))->message);
}

/* A poll that waits is there to be seen, and is lost with its last carrier alone. */
static void test_poll(void **state)
{
	struct s *s = *state;
	struct tl_messages_sendMedia *q = tea(s, scheduled_in(1000));
	const struct tl_poll *poll;
	struct tl_message *m;

	asked(q)->has_close_period = true; /* counts from when it is published */
	asked(q)->close_period = 600;
	m = scheduled_listed(talk_call(s->w, s->a, &q->o));
	poll = shown(m);
	assert_true(!poll->has_close_date && !poll->has_close_period);
	poll = shown(sent_now(s, q->peer, m->id));
	assert_true(poll->has_close_period && poll->close_period == 600);
	assert_in_range(poll->close_date, scheduled_in(598), scheduled_in(600));
}

/* Each time it is published it is another poll, and lasts as long: from then on, even if its end was a date. */
static void test_poll_repeated(void **state)
{
	struct s *s = *state;

	for (int dated = 0; dated < 2; dated++) {
		int32_t due = scheduled_in(200), end = scheduled_in(500);
		struct tl_messages_sendMedia *q = tea(s, due);
		struct tl_messages_sendVote *vote = Q(s, messages_sendVote);
		const struct tl_poll *first, *poll;
		const struct tl_pollResults *of;
		struct tl_message *m;
		struct slice yes;

		q->has_schedule_repeat_period = true;
		q->schedule_repeat_period = 60;
		asked(q)->has_close_date = dated;
		asked(q)->close_date = end;
		asked(q)->has_close_period = !dated;
		asked(q)->close_period = 300;
		m = scheduled_listed(talk_call(s->w, s->a, &q->o));
		m = sent_now(s, q->peer, m->id);
		first = shown(m);
		if (dated)
			assert_int_equal(first->close_date, end);
		else
			assert_in_range(first->close_date, scheduled_in(298), scheduled_in(300));
		vote->peer = q->peer;
		vote->msg_id = m->id;
		yes = TL_AS(pollAnswer, first->answers.v[0])->option;
		vote->options = (struct tl_vec_str){&yes, 1};
		talk_call(s->w, s->a, &vote->o);
		for (int i = 0; i < 2; i++) {
			m = TL_AS(message, scheduled_history(s, s->a, q->peer).v[0]);
			assert_true(m->schedule_repeat_period == 60);
			m = sent_now(s, q->peer, m->id);
			poll = shown(m);
			of = TL_AS(pollResults, TL_AS(messageMediaPoll, m->media)->results);
			assert_true(poll->id != first->id && !poll->closed && poll->answers.n == 2);
			assert_int_equal(of->total_voters, 0);
			assert_true(poll->has_close_period && poll->close_period == 300);
			assert_in_range(poll->close_date, scheduled_in(298), scheduled_in(300));
		}
		m = TL_AS(message, scheduled_history(s, s->a, q->peer).v[0]);
		talk_call(s->w, s->a, scheduled_delete_q(s, q->peer, m->id));
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scheduled_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_poll),
		T(test_repeated),
		T(test_poll_repeated),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
