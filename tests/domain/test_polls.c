/* test_polls.c - polls and quizzes: made, voted in, taken back, forwarded, listed, closed; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "domain/polls/poll.h"
#include "jobs/jobs.h"
#include "room.h"
#include "sql/sql.h"
#include "store/poll.h"
#include "three.h"
#include "updates/peer.h"

static struct tl_obj *text(struct s *s, const char *t)
{
	struct tl_textWithEntities *o = Q(s, textWithEntities);

	o->text = slice_str(t);
	o->entities = tl_vec_new(world_arena(s->w), 0);
	return &o->o;
}

/* "Tea?" with the answers "yes", "no", "late", whose bytes are 0, 1, 2. */
static struct tl_inputMediaPoll *tea(struct s *s)
{
	static const char *const answers[] = {"yes", "no", "late"};
	struct tl_inputMediaPoll *m = Q(s, inputMediaPoll);
	struct tl_poll *p = Q(s, poll);

	p->question = text(s, "Tea?");
	p->answers = tl_vec_new(world_arena(s->w), 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct tl_inputPollAnswer *a = Q(s, inputPollAnswer);

		a->text = text(s, answers[i]);
		p->answers.v[i] = &a->o;
	}
	m->poll = &p->o;
	return m;
}

static struct tl_poll *asked(struct tl_inputMediaPoll *m)
{
	return TL_AS(poll, m->poll);
}

static struct tl_obj *send_q(struct s *s, struct tl_obj *peer, struct tl_inputMediaPoll *m)
{
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);

	q->peer = peer;
	q->media = &m->o;
	q->message = SLICE_LIT("");
	q->random_id = ++s->random_id + 5000;
	return &q->o;
}

static int32_t send_poll(struct s *s, struct person who, struct tl_obj *peer, struct tl_inputMediaPoll *m)
{
	struct tl_obj *u = talk_update(talk_call(s->w, who, send_q(s, peer, m)), TL_updateMessageID);

	assert_non_null(u);
	return TL_AS(updateMessageID, u)->id;
}

static struct tl_obj *vote_q(struct s *s, struct tl_obj *peer, int32_t id, int first, int second)
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

/* "1+/0/2 of 3": votes of each answer, a plus where he chose it, ! where it is right. */
static void is(const struct tl_obj *results, const char *expected)
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

static const struct tl_updateMessagePoll *told(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateMessagePoll);

	assert_non_null(u);
	return TL_AS(updateMessagePoll, u);
}

static const struct tl_updateMessagePoll *pushed(struct s *s, struct person who)
{
	struct tl_obj *u = world_update(world_pushes(s->w, who.key), TL_updateMessagePoll);

	return u ? TL_AS(updateMessagePoll, u) : NULL;
}

static const struct tl_updateMessagePoll *results(struct s *s, struct person who, struct tl_obj *peer,
                                                  int32_t id)
{
	struct tl_messages_getPollResults *q = Q(s, messages_getPollResults);

	q->peer = peer;
	q->msg_id = id;
	return told(talk_call(s->w, who, &q->o));
}

static void test_private(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	int32_t id = send_poll(s, s->a, ab, tea(s)), his = talk_top(s->w, s->b, s->a);
	const struct tl_updateMessagePoll *u = results(s, s->b, ba, his);
	const struct tl_poll *p = TL_AS(poll, u->poll);

	assert_true(slice_eq(TL_AS(textWithEntities, p->question)->text, SLICE_LIT("Tea?")));
	assert_int_equal(p->answers.n, 3);
	assert_false(p->creator);
	assert_true(TL_AS(poll, results(s, s->a, ab, id)->poll)->creator);
	is(u->results, "0/0/0 of 0");
	world_pushes(s->w, s->a.key);
	is(told(talk_call(s->w, s->b, vote_q(s, ba, his, 1, -1)))->results, "0/1+/0 of 1");
	u = pushed(s, s->a);
	assert_non_null(u);
	is(u->results, "0/1/0 of 1");
	assert_int_equal(u->msg_id, id);
	is(told(talk_call(s->w, s->a, vote_q(s, ab, id, 1, -1)))->results, "0/2+/0 of 2");
	is(told(talk_call(s->w, s->b, vote_q(s, ba, his, 2, -1)))->results, "0/1/1+ of 2");
	is(told(talk_call(s->w, s->b, vote_q(s, ba, his, -1, -1)))->results, "0/1/0 of 1");
	is(results(s, s->a, ab, id)->results, "0/1+/0 of 1");
}

static void test_refused(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	struct tl_inputMediaPoll *m = tea(s);
	struct tl_vec_int right;
	int32_t one = 1, nine = 9, two[] = {0, 1}, id;
	char longest[300];

	memset(longest, 'x', sizeof(longest));
	longest[299] = 0;
	asked(m)->question = text(s, "  ");
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 POLL_QUESTION_INVALID");
	asked(m)->question = text(s, longest);
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 POLL_QUESTION_INVALID");
	m = tea(s);
	asked(m)->answers.n = 0;
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 POLL_ANSWERS_INVALID");
	m = tea(s);
	TL_AS(inputPollAnswer, asked(m)->answers.v[1])->text = text(s, "");
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 POLL_ANSWER_INVALID");
	m = tea(s);
	for (uint32_t i = 0; i < 3; i++) {
		struct tl_pollAnswer *a = Q(s, pollAnswer);

		a->text = text(s, "same");
		a->option = SLICE_LIT("s");
		asked(m)->answers.v[i] = &a->o;
	}
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 POLL_OPTION_DUPLICATE");
	m = tea(s);
	asked(m)->quiz = true;
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 QUIZ_CORRECT_ANSWERS_EMPTY");
	right = (struct tl_vec_int){&nine, 1};
	m->correct_answers = right;
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 QUIZ_CORRECT_ANSWER_INVALID");
	m->correct_answers = (struct tl_vec_int){two, 2};
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 QUIZ_CORRECT_ANSWERS_TOO_MUCH");
	m->correct_answers = (struct tl_vec_int){&one, 1};
	asked(m)->multiple_choice = true;
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 QUIZ_MULTIPLE_INVALID");
	m = tea(s);
	asked(m)->has_close_period = true;
	asked(m)->close_period = 1;
	talk_refused(s->w, s->a, send_q(s, ab, m), "400 SCHEDULE_DATE_INVALID");

	id = send_poll(s, s->a, ab, tea(s));
	talk_refused(s->w, s->a, vote_q(s, ab, id, 3, -1), "400 OPTION_INVALID");
	talk_refused(s->w, s->a, vote_q(s, ab, id, 0, 1), "400 OPTIONS_TOO_MUCH");
	talk_refused(s->w, s->a, vote_q(s, ab, id, -1, -1), "400 MESSAGE_NOT_MODIFIED");
	talk_refused(s->w, s->a, vote_q(s, ab, id + 9, 0, -1), "400 MESSAGE_ID_INVALID");
	talk_refused(s->w, s->a, vote_q(s, ab, talk_say(s->w, s->a, s->b, "text"), 0, -1),
	             "400 MESSAGE_ID_INVALID");
}

static void test_quiz(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	struct tl_inputMediaPoll *m = tea(s);
	const struct tl_updateMessagePoll *u;
	int32_t right = 2, id, his;

	asked(m)->quiz = true;
	m->correct_answers = (struct tl_vec_int){&right, 1};
	m->solution = SLICE_LIT("It is late.");
	m->solution_entities = tl_vec_new(world_arena(s->w), 0);
	id = send_poll(s, s->a, ab, m);
	his = talk_top(s->w, s->b, s->a);
	u = results(s, s->b, ba, his);
	is(u->results, "0/0/0 of 0"); /* nobody is told what is right */
	assert_int_equal(TL_AS(pollResults, u->results)->solution.n, 0);
	u = told(talk_call(s->w, s->b, vote_q(s, ba, his, 0, -1)));
	is(u->results, "1+/0/0! of 1");
	assert_true(slice_eq(TL_AS(pollResults, u->results)->solution, SLICE_LIT("It is late.")));
	is(results(s, s->a, ab, id)->results, "1/0/0 of 1");
	talk_refused(s->w, s->b, vote_q(s, ba, his, 2, -1), "400 REVOTE_NOT_ALLOWED");
	talk_refused(s->w, s->b, vote_q(s, ba, his, -1, -1), "400 REVOTE_NOT_ALLOWED");
}

static struct tl_obj *close_q(struct s *s, struct tl_obj *peer, int32_t id, bool closed)
{
	struct tl_messages_editMessage *q = Q(s, messages_editMessage);
	struct tl_inputMediaPoll *m = tea(s);

	asked(m)->closed = closed;
	q->peer = peer;
	q->id = id;
	q->media = &m->o;
	return &q->o;
}

static void test_closed(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	int32_t id = send_poll(s, s->a, ab, tea(s)), his = talk_top(s->w, s->b, s->a);
	const struct tl_updateMessagePoll *u;

	talk_call(s->w, s->b, vote_q(s, ba, his, 0, -1));
	talk_refused(s->w, s->b, close_q(s, ba, his, true), "403 MESSAGE_AUTHOR_REQUIRED");
	talk_refused(s->w, s->a, close_q(s, ab, id, false), "400 MESSAGE_NOT_MODIFIED");
	talk_refused(s->w, s->a, close_q(s, ab, talk_say(s->w, s->a, s->b, "text"), true),
	             "400 MEDIA_NEW_INVALID");
	world_pushes(s->w, s->b.key);
	u = told(talk_call(s->w, s->a, close_q(s, ab, id, true)));
	assert_true(TL_AS(poll, u->poll)->closed);
	u = pushed(s, s->b);
	assert_true(u && TL_AS(poll, u->poll)->closed);
	is(u->results, "1+/0/0 of 1");
	talk_refused(s->w, s->b, vote_q(s, ba, his, 1, -1), "400 MESSAGE_POLL_CLOSED");
	talk_refused(s->w, s->a, close_q(s, ab, id, true), "400 MESSAGE_NOT_MODIFIED");
}

static struct tl_obj *votes_q(struct s *s, struct tl_obj *peer, int32_t id, int option, int32_t limit)
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

static void test_public(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), news = room_create(s->w, s->a, true);
	struct tl_inputMediaPoll *m = tea(s);
	const struct tl_updateMessagePoll *u;
	struct tl_messages_votesList *o;
	struct tl_obj *pa, *pb, *pc, *q;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	pa = world_channel_peer(s->w, s->a, room);
	pb = world_channel_peer(s->w, s->b, room);
	pc = world_channel_peer(s->w, s->c, room);
	asked(m)->public_voters = true;
	asked(m)->multiple_choice = true;
	talk_refused(s->w, s->a, send_q(s, world_channel_peer(s->w, s->a, news), m),
	             "400 BROADCAST_PUBLIC_VOTERS_FORBIDDEN");
	id = send_poll(s, s->a, pa, m);
	world_pushes(s->w, s->c.key);
	talk_refused(s->w, s->b, votes_q(s, pb, id, -1, 10), "403 POLL_VOTE_REQUIRED");
	is(told(talk_call(s->w, s->b, vote_q(s, pb, id, 0, 2)))->results, "1+/0/1+ of 1");
	u = pushed(s, s->c);
	assert_non_null(u);
	assert_true(TL_AS(pollResults, u->results)->min);
	is(u->results, "1/0/1 of 1");
	assert_int_equal(TL_AS(pollResults, u->results)->recent_voters.n, 1);
	talk_call(s->w, s->c, vote_q(s, pc, id, 2, -1));
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, votes_q(s, pb, id, 2, 1)));
	assert_int_equal(o->count, 2);
	assert_int_equal(o->votes.n, 1);
	assert_true(TL_IS(messagePeerVoteInputOption, o->votes.v[0]));
	q = votes_q(s, pb, id, 2, 1);
	TL_AS(messages_getPollVotes, q)->offset = o->next_offset;
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, q));
	assert_int_equal(o->votes.n, 1);
	assert_int_equal(o->next_offset.n, 0);
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, votes_q(s, pb, id, -1, 10)));
	assert_int_equal(o->count, 2);
	assert_int_equal(o->votes.n, 2);
	assert_true(TL_IS(messagePeerVote, o->votes.v[0]) != TL_IS(messagePeerVote, o->votes.v[1]));

	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->b, BAN_POLLS, 0));
	talk_refused(s->w, s->b, send_q(s, pb, tea(s)), "403 CHAT_SEND_POLL_FORBIDDEN");
}

static void test_anonymous(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	int32_t id = send_poll(s, s->a, ab, tea(s));

	talk_call(s->w, s->a, vote_q(s, ab, id, 0, -1));
	talk_refused(s->w, s->a, votes_q(s, ab, id, -1, 10), "403 BROADCAST_FORBIDDEN");
	assert_int_equal(TL_AS(pollResults, results(s, s->a, ab, id)->results)->recent_voters.n, 0);
}

/* Here and there it is one poll. */
static void test_forwarded(void **state)
{
	struct s *s = *state;
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ac = world_peer(s->w, s->a, s->c.id);
	int32_t id = send_poll(s, s->a, ab, tea(s)), his;
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int64_t random_id = 77;

	q->from_peer = ab;
	q->to_peer = ac;
	q->id = (struct tl_vec_int){&id, 1};
	q->random_id = (struct tl_vec_long){&random_id, 1};
	talk_call(s->w, s->a, &q->o);
	his = talk_top(s->w, s->c, s->a);
	talk_call(s->w, s->c, vote_q(s, world_peer(s->w, s->c, s->a.id), his, 2, -1));
	is(results(s, s->a, ab, id)->results, "0/0/1 of 1");
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
	id = send_poll(s, s->a, &p->o, tea(s));
	h->peer = &p->o;
	h->limit = 1;
	all = talk_messages(talk_call(s->w, s->b, &h->o), &n);
	world_pushes(s->w, s->c.key);
	is(told(talk_call(s->w, s->b, vote_q(s, &p->o, TL_AS(message, all.v[0])->id, 0, -1)))->results,
	   "1+/0/0 of 1");
	u = pushed(s, s->c);
	assert_non_null(u);
	is(u->results, "1/0/0 of 1");
	assert_non_null(u->peer);
	talk_call(s->w, s->a, close_q(s, &p->o, id, true));
	talk_refused(s->w, s->b, vote_q(s, &p->o, TL_AS(message, all.v[0])->id, 1, -1),
	             "400 MESSAGE_POLL_CLOSED");
}

/* A bot whose poll shows its voters hears each vote, in layers that named users, too. */
static void test_bot(void **state)
{
	struct s *s = *state;
	struct person bot = room_bot(s->w, s->a, "asking_bot", 0);
	int64_t room = room_create(s->w, s->a, false);
	struct tl_obj *pb = world_channel_peer(s->w, s->b, room);
	struct tl_inputMediaPoll *m = tea(s);
	const struct tl_updateMessagePollVote *u;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, bot);
	asked(m)->public_voters = true;
	id = send_poll(s, bot, world_channel_peer(s->w, bot, room), m);
	world_pushes(s->w, bot.key);
	talk_call(s->w, s->b, vote_q(s, pb, id, 1, -1));
	u = TL_AS(updateMessagePollVote, world_update(world_pushes(s->w, bot.key), TL_updateMessagePollVote));
	assert_non_null(u);
	assert_true(TL_AS(peerUser, u->peer)->user_id == s->b.id && u->options.n == 1 &&
	            u->positions.v[0] == 1);
	world_connect(s->w, bot, bot.key, 140);
	world_pushes(s->w, bot.key);
	talk_call(s->w, s->b, vote_q(s, pb, id, -1, -1));
	u = TL_AS(updateMessagePollVote, world_update(world_pushes(s->w, bot.key), TL_updateMessagePollVote));
	assert_true(u && u->user_id == s->b.id && !u->options.n);
}

static const struct tl_peerChannel *first_voter(const struct tl_obj *results)
{
	return TL_AS(peerChannel, TL_AS(pollResults, results)->recent_voters.v[0]);
}

/* Whom his clients are told that he speaks as; 0: he has no choice. */
static int64_t default_as(struct s *s, struct person who, int64_t room)
{
	struct tl_channels_getFullChannel *q = Q(s, channels_getFullChannel);
	const struct tl_channelFull *f;

	q->channel = world_channel(s->w, who, room);
	f = TL_AS(channelFull, TL_AS(messages_chatFull, talk_call(s->w, who, &q->o))->full_chat);
	return f->default_send_as ? peer_key(f->default_send_as) : 0;
}

/*
 * Who speaks for the group, or for a channel of his own, votes as it: whoever asks, and the bot whose poll it is, hears of the peer
 * alone. Who speaks for it otherwise later has the same one vote.
 */
static void test_as_group(void **state)
{
	struct s *s = *state;
	struct person bot = room_bot(s->w, s->a, "asking_bot", 0);
	int64_t room = room_create(s->w, s->a, false), own = room_create(s->w, s->b, true);
	struct tl_messages_saveDefaultSendAs *as = Q(s, messages_saveDefaultSendAs);
	struct tl_obj *pa, *pb, *pc;
	struct tl_inputMediaPoll *m = tea(s);
	const struct tl_updateMessagePollVote *heard;
	const struct tl_updateMessagePoll *u;
	const struct tl_pollAnswerVoters *yes;
	struct tl_messages_votesList *o;
	struct tl_obj *q;
	char name[24];
	int32_t id;

	room_username(s->w, s->a, room, "open_room");
	room_username(s->w, s->b, own, "own_channel");
	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	room_invite(s->w, s->a, room, bot);
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->c, ADMIN_DELETE | ADMIN_ANONYMOUS));
	pa = world_channel_peer(s->w, s->a, room);
	pb = world_channel_peer(s->w, s->b, room);
	pc = world_channel_peer(s->w, s->c, room);
	asked(m)->public_voters = true;
	id = send_poll(s, bot, world_channel_peer(s->w, bot, room), m);
	world_pushes(s->w, bot.key);
	u = told(talk_call(s->w, s->c, vote_q(s, pc, id, 0, -1)));
	is(u->results, "1+/0/0 of 1");
	assert_int_equal(first_voter(u->results)->channel_id, room);
	heard = TL_AS(updateMessagePollVote,
	              world_update(world_pushes(s->w, bot.key), TL_updateMessagePollVote));
	assert_true(heard && TL_AS(peerChannel, heard->peer)->channel_id == room);
	world_connect(s->w, bot, bot.key, 140); /* there only users vote */
	world_pushes(s->w, bot.key);

	assert_int_equal(default_as(s, s->a, room), 0);
	assert_int_equal(default_as(s, s->b, room), s->b.id);
	as->peer = pb;
	as->send_as = world_channel_peer(s->w, s->b, own);
	talk_call(s->w, s->b, &as->o);
	assert_int_equal(default_as(s, s->b, room), peer_channel(own));
	u = told(talk_call(s->w, s->b, vote_q(s, pb, id, 0, -1)));
	is(u->results, "2+/0/0 of 2");
	assert_null(world_update(world_pushes(s->w, bot.key), TL_updateMessagePollVote));
	yes = TL_AS(pollAnswerVoters, TL_AS(pollResults, u->results)->results.v[0]);
	assert_int_equal(yes->recent_voters.n, 2);

	talk_call(s->w, s->a, vote_q(s, pa, id, 1, -1));
	o = TL_AS(messages_votesList, talk_call(s->w, s->a, votes_q(s, pa, id, 0, 1)));
	assert_int_equal(o->count, 2);
	assert_null(world_find_user(o->users, s->b.id));
	assert_null(world_find_user(o->users, s->c.id));
	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "_%lld_", (long long)(i ? s->b.id : s->c.id));
		assert_null(
			strstr((const char *)arena_printf(world_arena(s->w), "%.*s", (int)o->next_offset.n,
		                                          (const char *)o->next_offset.p)
		                       .p,
		               name));
	}
	q = votes_q(s, pa, id, 0, 1);
	TL_AS(messages_getPollVotes, q)->offset = o->next_offset;
	o = TL_AS(messages_votesList, talk_call(s->w, s->a, q));
	assert_int_equal(o->votes.n, 1);
	assert_int_equal(o->next_offset.n, 0);

	/* As himself again: the same vote, shown so. */
	as->peer = pb;
	as->send_as = &Q(s, inputPeerSelf)->o;
	talk_call(s->w, s->b, &as->o);
	is(told(talk_call(s->w, s->b, vote_q(s, pb, id, 2, -1)))->results, "1/1/1+ of 3");
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, votes_q(s, pb, id, 2, 10)));
	assert_int_equal(TL_AS(peerUser, TL_AS(messagePeerVoteInputOption, o->votes.v[0])->peer)->user_id,
	                 s->b.id);
}

/* Two who speak for the group are one recent voter, and two votes. */
static void test_two_for_group(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_inputMediaPoll *m = tea(s);
	const struct tl_updateMessagePoll *u;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->b, ADMIN_DELETE | ADMIN_ANONYMOUS));
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->c, ADMIN_DELETE | ADMIN_ANONYMOUS));
	asked(m)->public_voters = true;
	id = send_poll(s, s->a, world_channel_peer(s->w, s->a, room), m);
	talk_call(s->w, s->b, vote_q(s, world_channel_peer(s->w, s->b, room), id, 0, -1));
	u = told(talk_call(s->w, s->c, vote_q(s, world_channel_peer(s->w, s->c, room), id, 0, -1)));
	is(u->results, "2+/0/0 of 2");
	assert_int_equal(TL_AS(pollResults, u->results)->recent_voters.n, 1);
	assert_int_equal(first_voter(u->results)->channel_id, room);
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
	struct tl_inputMediaPoll *m = tea(s);
	const struct tl_updateMessagePoll *u;
	struct tl_obj *pa, *pb;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	pa = world_channel_peer(s->w, s->a, room);
	pb = world_channel_peer(s->w, s->b, room);
	asked(m)->has_close_period = true;
	asked(m)->close_period = 600;
	id = send_poll(s, s->a, pa, m);
	assert_int_equal(TL_AS(poll, results(s, s->b, pb, id)->poll)->close_period, 600);
	talk_call(s->w, s->b, vote_q(s, pb, id, 0, -1));
	world_pushes(s->w, s->b.key);
	assert_int_equal(world_write(s->w, time_over, NULL), 0);
	u = pushed(s, s->b);
	assert_true(u && TL_AS(poll, u->poll)->closed);
	is(u->results, "1/0/0 of 1");
	is(results(s, s->b, pb, id)->results, "1+/0/0 of 1");
	talk_refused(s->w, s->b, vote_q(s, pb, id, 1, -1), "400 MESSAGE_POLL_CLOSED");
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
	int32_t id = send_poll(s, s->a, ab, tea(s));
	struct tl_messages_deleteMessages *q = Q(s, messages_deleteMessages);
	int64_t n;

	talk_call(s->w, s->a, vote_q(s, ab, id, 0, -1));
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
	int32_t id = send_poll(s, s->a, ab, tea(s));
	struct tl_messages_getPollResults *q = Q(s, messages_getPollResults);
	const struct tl_updateMessagePoll *u;

	q->peer = ab;
	q->msg_id = id;
	u = told(world_call_as(s->w, s->a, s->a.key, 160, &q->o));
	assert_int_equal(TL_AS(poll, u->poll)->answers.n, 3);
	is(u->results, "0/0/0 of 0");
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, three_setup, three_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(private),   T(refused),   T(group), T(time),      T(quiz), T(closed),   T(public),
		T(anonymous), T(forwarded), T(gone),  T(old_layer), T(bot),  T(as_group), T(two_for_group),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
