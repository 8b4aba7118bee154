/* test_polls.c - polls and quizzes: made, voted in, taken back, forwarded, closed; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "domain/polls/poll.h"
#include "jobs/jobs.h"
#include "polling.h"
#include "room.h"
#include "sql/sql.h"
#include "store/poll.h"

static void test_private(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	int32_t id = polling_send(s, s->a, ab, polling_tea(s)), his = talk_top(s->w, s->b, s->a);
	const struct tl_updateMessagePoll *u = polling_results(s, s->b, ba, his);
	const struct tl_poll *p = TL_AS(poll, u->poll);

	assert_true(slice_eq(TL_AS(textWithEntities, p->question)->text, SLICE_LIT("Tea?")));
	assert_int_equal(p->answers.n, 3);
	assert_false(p->creator);
	assert_true(TL_AS(poll, polling_results(s, s->a, ab, id)->poll)->creator);
	polling_is(u->results, "0/0/0 of 0");
	world_pushes(s->w, s->a.key);
	polling_is(polling_told(talk_call(s->w, s->b, polling_vote_q(s, ba, his, 1, -1)))->results,
	           "0/1+/0 of 1");
	u = polling_pushed(s, s->a);
	assert_non_null(u);
	polling_is(u->results, "0/1/0 of 1");
	assert_int_equal(u->msg_id, id);
	polling_is(polling_told(talk_call(s->w, s->a, polling_vote_q(s, ab, id, 1, -1)))->results,
	           "0/2+/0 of 2");
	polling_is(polling_told(talk_call(s->w, s->b, polling_vote_q(s, ba, his, 2, -1)))->results,
	           "0/1/1+ of 2");
	polling_is(polling_told(talk_call(s->w, s->b, polling_vote_q(s, ba, his, -1, -1)))->results,
	           "0/1/0 of 1");
	polling_is(polling_results(s, s->a, ab, id)->results, "0/1+/0 of 1");
}

static void test_refused(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	struct tl_inputMediaPoll *m = polling_tea(s);
	struct tl_vec_int right;
	int32_t one = 1, nine = 9, two[] = {0, 1}, id;
	char longest[300];

	memset(longest, 'x', sizeof(longest));
	longest[299] = 0;
	polling_asked(m)->question = polling_text(s, "  ");
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 POLL_QUESTION_INVALID");
	polling_asked(m)->question = polling_text(s, longest);
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 POLL_QUESTION_INVALID");
	m = polling_tea(s);
	polling_asked(m)->answers.n = 0;
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 POLL_ANSWERS_INVALID");
	m = polling_tea(s);
	TL_AS(inputPollAnswer, polling_asked(m)->answers.v[1])->text = polling_text(s, "");
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 POLL_ANSWER_INVALID");
	m = polling_tea(s);
	for (uint32_t i = 0; i < 3; i++) {
		struct tl_pollAnswer *a = Q(s, pollAnswer);

		a->text = polling_text(s, "same");
		a->option = SLICE_LIT("s");
		polling_asked(m)->answers.v[i] = &a->o;
	}
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 POLL_OPTION_DUPLICATE");
	m = polling_tea(s);
	polling_asked(m)->quiz = true;
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 QUIZ_CORRECT_ANSWERS_EMPTY");
	right = (struct tl_vec_int){&nine, 1};
	m->correct_answers = right;
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 QUIZ_CORRECT_ANSWER_INVALID");
	m->correct_answers = (struct tl_vec_int){two, 2};
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 QUIZ_CORRECT_ANSWERS_TOO_MUCH");
	m->correct_answers = (struct tl_vec_int){&one, 1};
	polling_asked(m)->multiple_choice = true;
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 QUIZ_MULTIPLE_INVALID");
	m = polling_tea(s);
	polling_asked(m)->has_close_period = true;
	polling_asked(m)->close_period = 1;
	talk_refused(s->w, s->a, polling_send_q(s, ab, m), "400 SCHEDULE_DATE_INVALID");

	id = polling_send(s, s->a, ab, polling_tea(s));
	talk_refused(s->w, s->a, polling_vote_q(s, ab, id, 3, -1), "400 OPTION_INVALID");
	talk_refused(s->w, s->a, polling_vote_q(s, ab, id, 0, 1), "400 OPTIONS_TOO_MUCH");
	talk_refused(s->w, s->a, polling_vote_q(s, ab, id, -1, -1), "400 MESSAGE_NOT_MODIFIED");
	talk_refused(s->w, s->a, polling_vote_q(s, ab, id + 9, 0, -1), "400 MESSAGE_ID_INVALID");
	talk_refused(s->w, s->a, polling_vote_q(s, ab, talk_say(s->w, s->a, s->b, "text"), 0, -1),
	             "400 MESSAGE_ID_INVALID");
}

static void test_quiz(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	struct tl_inputMediaPoll *m = polling_tea(s);
	const struct tl_updateMessagePoll *u;
	int32_t right = 2, id, his;

	polling_asked(m)->quiz = true;
	m->correct_answers = (struct tl_vec_int){&right, 1};
	m->solution = SLICE_LIT("It is late.");
	m->solution_entities = tl_vec_new(world_arena(s->w), 0);
	id = polling_send(s, s->a, ab, m);
	his = talk_top(s->w, s->b, s->a);
	u = polling_results(s, s->b, ba, his);
	polling_is(u->results, "0/0/0 of 0"); /* nobody is told what is right */
	assert_int_equal(TL_AS(pollResults, u->results)->solution.n, 0);
	u = polling_told(talk_call(s->w, s->b, polling_vote_q(s, ba, his, 0, -1)));
	polling_is(u->results, "1+/0/0! of 1");
	assert_true(slice_eq(TL_AS(pollResults, u->results)->solution, SLICE_LIT("It is late.")));
	polling_is(polling_results(s, s->a, ab, id)->results, "1/0/0 of 1");
	talk_refused(s->w, s->b, polling_vote_q(s, ba, his, 2, -1), "400 REVOTE_NOT_ALLOWED");
	talk_refused(s->w, s->b, polling_vote_q(s, ba, his, -1, -1), "400 REVOTE_NOT_ALLOWED");
}

static struct tl_obj *close_q(struct s *s, struct tl_obj *peer, int32_t id, bool closed)
{
	struct tl_messages_editMessage *q = Q(s, messages_editMessage);
	struct tl_inputMediaPoll *m = polling_tea(s);

	polling_asked(m)->closed = closed;
	q->peer = peer;
	q->id = id;
	q->media = &m->o;
	return &q->o;
}

static void test_closed(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	int32_t id = polling_send(s, s->a, ab, polling_tea(s)), his = talk_top(s->w, s->b, s->a);
	const struct tl_updateMessagePoll *u;

	talk_call(s->w, s->b, polling_vote_q(s, ba, his, 0, -1));
	talk_refused(s->w, s->b, close_q(s, ba, his, true), "403 MESSAGE_AUTHOR_REQUIRED");
	talk_refused(s->w, s->a, close_q(s, ab, id, false), "400 MESSAGE_NOT_MODIFIED");
	talk_refused(s->w, s->a, close_q(s, ab, talk_say(s->w, s->a, s->b, "text"), true),
	             "400 MEDIA_NEW_INVALID");
	world_pushes(s->w, s->b.key);
	u = polling_told(talk_call(s->w, s->a, close_q(s, ab, id, true)));
	assert_true(TL_AS(poll, u->poll)->closed);
	u = polling_pushed(s, s->b);
	assert_true(u && TL_AS(poll, u->poll)->closed);
	polling_is(u->results, "1+/0/0 of 1");
	talk_refused(s->w, s->b, polling_vote_q(s, ba, his, 1, -1), "400 MESSAGE_POLL_CLOSED");
	talk_refused(s->w, s->a, close_q(s, ab, id, true), "400 MESSAGE_NOT_MODIFIED");
}

static void test_anonymous(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	int32_t id = polling_send(s, s->a, ab, polling_tea(s));

	talk_call(s->w, s->a, polling_vote_q(s, ab, id, 0, -1));
	talk_refused(s->w, s->a, polling_votes_q(s, ab, id, -1, 10), "403 BROADCAST_FORBIDDEN");
	assert_int_equal(TL_AS(pollResults, polling_results(s, s->a, ab, id)->results)->recent_voters.n, 0);
}

/* Here and there it is one poll. */
static void test_forwarded(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ac = world_peer(s->w, s->a, s->c.id);
	int32_t id = polling_send(s, s->a, ab, polling_tea(s)), his;
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int64_t random_id = 77;

	q->from_peer = ab;
	q->to_peer = ac;
	q->id = (struct tl_vec_int){&id, 1};
	q->random_id = (struct tl_vec_long){&random_id, 1};
	talk_call(s->w, s->a, &q->o);
	his = talk_top(s->w, s->c, s->a);
	talk_call(s->w, s->c, polling_vote_q(s, world_peer(s->w, s->c, s->a.id), his, 2, -1));
	polling_is(polling_results(s, s->a, ab, id)->results, "0/0/1 of 1");
}

static void test_group(void **state)
{
	struct s *s = *state;
	struct tl_messages_createChat *q = Q(s, messages_createChat);
	struct tl_messages_getHistory *h = Q(s, messages_getHistory);
	struct tl_inputPeerChat *p = Q(s, inputPeerChat);
	const struct tl_updateMessagePoll *u;
	struct tl_updates *made;
	struct tl_vec all;
	int32_t id, n;

	q->title = SLICE_LIT("Group");
	q->users = tl_vec_new(world_arena(s->w), 2);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	q->users.v[1] = world_user(s->w, s->a, s->c.id);
	made = TL_AS(updates, TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &q->o))->updates);
	p->chat_id = TL_AS(chat, made->chats.v[0])->id;
	id = polling_send(s, s->a, &p->o, polling_tea(s));
	h->peer = &p->o;
	h->limit = 1;
	all = talk_messages(talk_call(s->w, s->b, &h->o), &n);
	world_pushes(s->w, s->c.key);
	polling_is(polling_told(talk_call(s->w, s->b,
	                                  polling_vote_q(s, &p->o, TL_AS(message, all.v[0])->id, 0, -1)))
	                   ->results,
	           "1+/0/0 of 1");
	u = polling_pushed(s, s->c);
	assert_non_null(u);
	polling_is(u->results, "1/0/0 of 1");
	assert_non_null(u->peer);
	talk_call(s->w, s->a, close_q(s, &p->o, id, true));
	talk_refused(s->w, s->b, polling_vote_q(s, &p->o, TL_AS(message, all.v[0])->id, 1, -1),
	             "400 MESSAGE_POLL_CLOSED");
}

/* A bot whose poll shows its voters hears each vote, in layers that named users, too. */
static void test_bot(void **state)
{
	struct s *s = *state;
	struct person bot = room_bot(s->w, s->a, "asking_bot", 0);
	int64_t room = room_create(s->w, s->a, false);
	struct tl_obj *pb = world_channel_peer(s->w, s->b, room);
	struct tl_inputMediaPoll *m = polling_tea(s);
	const struct tl_updateMessagePollVote *u;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, bot);
	polling_asked(m)->public_voters = true;
	id = polling_send(s, bot, world_channel_peer(s->w, bot, room), m);
	world_pushes(s->w, bot.key);
	talk_call(s->w, s->b, polling_vote_q(s, pb, id, 1, -1));
	u = TL_AS(updateMessagePollVote, world_update(world_pushes(s->w, bot.key), TL_updateMessagePollVote));
	assert_non_null(u);
	assert_true(TL_AS(peerUser, u->peer)->user_id == s->b.id && u->options.n == 1 &&
	            u->positions.v[0] == 1);
	world_connect(s->w, bot, bot.key, 140);
	world_pushes(s->w, bot.key);
	talk_call(s->w, s->b, polling_vote_q(s, pb, id, -1, -1));
	u = TL_AS(updateMessagePollVote, world_update(world_pushes(s->w, bot.key), TL_updateMessagePollVote));
	assert_true(u && u->user_id == s->b.id && !u->options.n);
}

static int time_over(struct rpc_call *c, void *unused)
{
	struct sql_stmt *st = sql_prepare(c->db, "SELECT id FROM poll");
	struct jobs_next next = {0};
	int64_t id = 0;

	/* Called too early, it leaves the poll alone. */
	if (sql_value(st, &id) < 0 ||
	    poll_close_job(c, &(struct store_job){.payload = slice_of(&id, sizeof(id))}, &next) < 0 ||
	    sql_exec(c->db, "UPDATE poll SET close_date = 1 WHERE closed = 0;") < 0)
		return -1;
	return poll_close_job(c, &(struct store_job){.payload = slice_of(&id, sizeof(id))}, &next);
}

/* It ends by itself, and who is online hears the end. */
static void test_time(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_inputMediaPoll *m = polling_tea(s);
	const struct tl_updateMessagePoll *u;
	struct tl_obj *pa, *pb;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	pa = world_channel_peer(s->w, s->a, room);
	pb = world_channel_peer(s->w, s->b, room);
	polling_asked(m)->has_close_period = true;
	polling_asked(m)->close_period = 600;
	id = polling_send(s, s->a, pa, m);
	assert_int_equal(TL_AS(poll, polling_results(s, s->b, pb, id)->poll)->close_period, 600);
	talk_call(s->w, s->b, polling_vote_q(s, pb, id, 0, -1));
	world_pushes(s->w, s->b.key);
	assert_int_equal(world_write(s->w, time_over, NULL), 0);
	u = polling_pushed(s, s->b);
	assert_true(u && TL_AS(poll, u->poll)->closed);
	polling_is(u->results, "1/0/0 of 1");
	polling_is(polling_results(s, s->b, pb, id)->results, "1+/0/0 of 1");
	talk_refused(s->w, s->b, polling_vote_q(s, pb, id, 1, -1), "400 MESSAGE_POLL_CLOSED");
	assert_int_equal(world_write(s->w, time_over, NULL), 0); /* once more is no harm */
}

static int count_rows(struct rpc_call *c, void *ret)
{
	struct sql_stmt *st = sql_prepare(
		c->db, "SELECT (SELECT count(*) FROM poll) * 100 + (SELECT count(*) FROM poll_vote) * 10"
		       " + (SELECT count(*) FROM poll_count)");

	return sql_value(st, ret) < 0 ? -1 : 0;
}

static int sweep(struct rpc_call *c, void *unused)
{
	int r;

	while ((r = store_poll_sweep(c->db, c->now + 10, 100)) == 1)
		;
	return r;
}

static void test_gone(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	int32_t id = polling_send(s, s->a, ab, polling_tea(s));
	struct tl_messages_deleteMessages *q = Q(s, messages_deleteMessages);
	int64_t n;

	talk_call(s->w, s->a, polling_vote_q(s, ab, id, 0, -1));
	assert_int_equal(world_write(s->w, sweep, NULL), 0);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 111);
	q->id = (struct tl_vec_int){&id, 1};
	q->revoke = true;
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(world_write(s->w, sweep, NULL), 0);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 0);
}

/* What a layer before 179 sends and gets. */
static void test_old_layer(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	int32_t id = polling_send(s, s->a, ab, polling_tea(s));
	struct tl_messages_getPollResults *q = Q(s, messages_getPollResults);
	const struct tl_updateMessagePoll *u;

	q->peer = ab;
	q->msg_id = id;
	u = polling_told(world_call_as(s->w, s->a, s->a.key, 160, &q->o));
	assert_int_equal(TL_AS(poll, u->poll)->answers.n, 3);
	polling_is(u->results, "0/0/0 of 0");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_private), T(test_refused),   T(test_group),     T(test_time),
		T(test_quiz),    T(test_closed),    T(test_anonymous), T(test_forwarded),
		T(test_gone),    T(test_old_layer), T(test_bot),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
