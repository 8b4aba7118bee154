/* test_poll_voters.c - who voted: lists of voters, and who votes as a group or a channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "domain/polls/poll.h"
#include "polling.h"
#include "room.h"
#include "sql/sql.h"
#include "updates/peer.h"

static void test_public(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), news = room_create(s->w, s->a, true);
	struct tl_inputMediaPoll *m = polling_tea(s);
	const struct tl_updateMessagePoll *u;
	struct tl_messages_votesList *o;
	struct tl_obj *pa, *pb, *pc, *q;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	pa = world_channel_peer(s->w, s->a, room);
	pb = world_channel_peer(s->w, s->b, room);
	pc = world_channel_peer(s->w, s->c, room);
	polling_asked(m)->public_voters = true;
	polling_asked(m)->multiple_choice = true;
	talk_refused(s->w, s->a, polling_send_q(s, world_channel_peer(s->w, s->a, news), m),
	             "400 BROADCAST_PUBLIC_VOTERS_FORBIDDEN");
	id = polling_send(s, s->a, pa, m);
	world_pushes(s->w, s->c.key);
	talk_refused(s->w, s->b, polling_votes_q(s, pb, id, -1, 10), "403 POLL_VOTE_REQUIRED");
	polling_is(polling_told(talk_call(s->w, s->b, polling_vote_q(s, pb, id, 0, 2)))->results,
	           "1+/0/1+ of 1");
	u = polling_pushed(s, s->c);
	assert_non_null(u);
	assert_true(TL_AS(pollResults, u->results)->min);
	polling_is(u->results, "1/0/1 of 1");
	assert_int_equal(TL_AS(pollResults, u->results)->recent_voters.n, 1);
	talk_call(s->w, s->c, polling_vote_q(s, pc, id, 2, -1));
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, polling_votes_q(s, pb, id, 2, 1)));
	assert_int_equal(o->count, 2);
	assert_int_equal(o->votes.n, 1);
	assert_true(TL_IS(messagePeerVoteInputOption, o->votes.v[0]));
	q = polling_votes_q(s, pb, id, 2, 1);
	TL_AS(messages_getPollVotes, q)->offset = o->next_offset;
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, q));
	assert_int_equal(o->votes.n, 1);
	assert_int_equal(o->next_offset.n, 0);
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, polling_votes_q(s, pb, id, -1, 10)));
	assert_int_equal(o->count, 2);
	assert_int_equal(o->votes.n, 2);
	assert_true(TL_IS(messagePeerVote, o->votes.v[0]) != TL_IS(messagePeerVote, o->votes.v[1]));

	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->b, BAN_POLLS, 0));
	talk_refused(s->w, s->b, polling_send_q(s, pb, polling_tea(s)), "403 CHAT_SEND_POLL_FORBIDDEN");
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
	struct tl_inputMediaPoll *m = polling_tea(s);
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
	polling_asked(m)->public_voters = true;
	id = polling_send(s, bot, world_channel_peer(s->w, bot, room), m);
	world_pushes(s->w, bot.key);
	u = polling_told(talk_call(s->w, s->c, polling_vote_q(s, pc, id, 0, -1)));
	polling_is(u->results, "1+/0/0 of 1");
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
	u = polling_told(talk_call(s->w, s->b, polling_vote_q(s, pb, id, 0, -1)));
	polling_is(u->results, "2+/0/0 of 2");
	assert_null(world_update(world_pushes(s->w, bot.key), TL_updateMessagePollVote));
	yes = TL_AS(pollAnswerVoters, TL_AS(pollResults, u->results)->results.v[0]);
	assert_int_equal(yes->recent_voters.n, 2);

	talk_call(s->w, s->a, polling_vote_q(s, pa, id, 1, -1));
	o = TL_AS(messages_votesList, talk_call(s->w, s->a, polling_votes_q(s, pa, id, 0, 1)));
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
	q = polling_votes_q(s, pa, id, 0, 1);
	TL_AS(messages_getPollVotes, q)->offset = o->next_offset;
	o = TL_AS(messages_votesList, talk_call(s->w, s->a, q));
	assert_int_equal(o->votes.n, 1);
	assert_int_equal(o->next_offset.n, 0);

	/* As himself again: the same vote, shown so. */
	as->peer = pb;
	as->send_as = &Q(s, inputPeerSelf)->o;
	talk_call(s->w, s->b, &as->o);
	polling_is(polling_told(talk_call(s->w, s->b, polling_vote_q(s, pb, id, 2, -1)))->results,
	           "1/1/1+ of 3");
	o = TL_AS(messages_votesList, talk_call(s->w, s->b, polling_votes_q(s, pb, id, 2, 10)));
	assert_int_equal(TL_AS(peerUser, TL_AS(messagePeerVoteInputOption, o->votes.v[0])->peer)->user_id,
	                 s->b.id);
}

/* Two who speak for the group are one recent voter, and two votes. */
static void test_two_for_group(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_inputMediaPoll *m = polling_tea(s);
	const struct tl_updateMessagePoll *u;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->b, ADMIN_DELETE | ADMIN_ANONYMOUS));
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->c, ADMIN_DELETE | ADMIN_ANONYMOUS));
	polling_asked(m)->public_voters = true;
	id = polling_send(s, s->a, world_channel_peer(s->w, s->a, room), m);
	talk_call(s->w, s->b, polling_vote_q(s, world_channel_peer(s->w, s->b, room), id, 0, -1));
	u = polling_told(
		talk_call(s->w, s->c, polling_vote_q(s, world_channel_peer(s->w, s->c, room), id, 0, -1)));
	polling_is(u->results, "2+/0/0 of 2");
	assert_int_equal(TL_AS(pollResults, u->results)->recent_voters.n, 1);
	assert_int_equal(first_voter(u->results)->channel_id, room);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_public),
		T(test_as_group),
		T(test_two_for_group),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
