/* test_react_who.c - who reacted: the list, who does so as a group or a channel, and what bots are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "react.h"
#include "room.h"

static void test_list(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_messages_getMessageReactionsList *q = Q(s, messages_getMessageReactionsList);
	struct tl_messages_messageReactionsList *o;
	struct tl_obj *peer;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	peer = world_channel_peer(s->w, s->a, room);
	id = react_room_say(s, s->a, room, "look");
	talk_call(s->w, s->a, react_q(s, peer, id, UP, NULL));
	talk_call(s->w, s->b, react_q(s, world_channel_peer(s->w, s->b, room), id, FIRE, NULL));
	talk_call(s->w, s->c, react_q(s, world_channel_peer(s->w, s->c, room), id, UP, NULL));
	q->peer = peer;
	q->id = id;
	q->limit = 2;
	o = TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->count, 3);
	assert_int_equal(o->reactions.n, 2);
	assert_int_equal(o->users.n, 2);
	assert_true(o->next_offset.n > 0);
	q->offset = o->next_offset;
	o = TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->reactions.n, 1);
	assert_int_equal(o->next_offset.n, 0);
	q->offset = (struct slice){0};
	q->reaction = &Q(s, reactionEmpty)->o;
	assert_int_equal(TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &q->o))->count, 3);
	q->reaction = react_emoji(s, FIRE);
	o = TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->count, 1);
	assert_int_equal(o->reactions.n, 1);
	assert_int_equal(TL_AS(peerUser, TL_AS(messagePeerReaction, o->reactions.v[0])->peer_id)->user_id,
	                 s->b.id);
}

/* Who speaks for the group, or for a channel of his own, reacts as it; nobody learns who he is. */
static void test_as_group(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), own = room_create(s->w, s->b, true);
	struct tl_messages_getMessageReactionsList *q = Q(s, messages_getMessageReactionsList);
	struct tl_messages_saveDefaultSendAs *as = Q(s, messages_saveDefaultSendAs);
	const struct tl_messages_messageReactionsList *o;
	const struct tl_messageReactions *seen;
	const struct tl_messagePeerReaction *p;
	char name[24];
	int32_t id;

	room_username(s->w, s->a, room, "open_room");
	room_username(s->w, s->b, own, "own_channel");
	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	q->peer = world_channel_peer(s->w, s->a, room);
	q->id = id = react_room_say(s, s->a, room, "look");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->c, ADMIN_DELETE | ADMIN_ANONYMOUS));
	seen = react_told(
		talk_call(s->w, s->c, react_q(s, world_channel_peer(s->w, s->c, room), id, UP, FIRE)));
	react_is(seen, UP "1* " FIRE "1*");
	p = TL_AS(messagePeerReaction, seen->recent_reactions.v[0]);
	assert_true(p->my && TL_AS(peerChannel, p->peer_id)->channel_id == room);
	q->limit = 1;
	o = TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &q->o));
	p = TL_AS(messagePeerReaction, o->reactions.v[0]);
	assert_true(!p->my && TL_AS(peerChannel, p->peer_id)->channel_id == room);
	assert_null(world_find_user(o->users, s->c.id));
	snprintf(name, sizeof(name), "_%lld_", (long long)s->c.id);
	assert_null(strstr((const char *)arena_printf(world_arena(s->w), "%.*s", (int)o->next_offset.n,
	                                              (const char *)o->next_offset.p)
	                           .p,
	                   name));
	q->offset = o->next_offset;
	o = TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->reactions.n, 1);
	assert_int_equal(o->next_offset.n, 0);
	as->peer = world_channel_peer(s->w, s->b, room);
	as->send_as = world_channel_peer(s->w, s->b, own);
	talk_call(s->w, s->b, &as->o);
	seen = react_told(talk_call(s->w, s->b, react_q(s, as->peer, id, UP, NULL)));
	react_is(seen, UP "2* " FIRE "1");
	for (uint32_t i = 0; i < seen->recent_reactions.n; i++) {
		p = TL_AS(messagePeerReaction, seen->recent_reactions.v[i]);
		assert_int_equal(TL_AS(peerChannel, p->peer_id)->channel_id, p->my ? own : room);
	}
}

/* A bot that is an admin hears who chose what; of a channel, how many; one who talks to it in private, too. */
static void test_bots(void **state)
{
	struct s *s = *state;
	struct person bot = room_bot(s->w, s->a, "seeing_bot", 0);
	int64_t room = room_create(s->w, s->a, false), news = room_create(s->w, s->a, true);
	struct tl_messages_startBot *start = Q(s, messages_startBot);
	struct tl_obj *peer = world_channel_peer(s->w, s->b, room);
	const struct tl_updateBotMessageReactions *all;
	const struct tl_updateBotMessageReaction *u;
	int32_t id = react_room_say(s, s->a, room, "look");

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, bot);
	talk_call(s->w, s->b, react_q(s, peer, id, UP, NULL));
	assert_null(world_update(world_pushes(s->w, bot.key), TL_updateBotMessageReaction));
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, bot, ADMIN_DELETE));
	talk_call(s->w, s->b, react_q(s, peer, id, FIRE, NULL));
	u = TL_AS(updateBotMessageReaction,
	          world_update(world_pushes(s->w, bot.key), TL_updateBotMessageReaction));
	assert_non_null(u);
	assert_true(u->msg_id == id && TL_AS(peerUser, u->actor)->user_id == s->b.id);
	assert_true(slice_eq(TL_AS(reactionEmoji, u->old_reactions.v[0])->emoticon, slice_str(UP)));
	assert_true(slice_eq(TL_AS(reactionEmoji, u->new_reactions.v[0])->emoticon, slice_str(FIRE)));

	talk_call(s->w, s->a, room_admin_q(s->w, s->a, news, bot, ADMIN_POST));
	id = react_room_say(s, s->a, news, "look");
	world_pushes(s->w, bot.key);
	talk_call(s->w, s->a, react_q(s, world_channel_peer(s->w, s->a, news), id, UP, NULL));
	all = TL_AS(updateBotMessageReactions,
	            world_update(world_pushes(s->w, bot.key), TL_updateBotMessageReactions));
	assert_true(all && all->msg_id == id && TL_AS(reactionCount, all->reactions.v[0])->count == 1);

	start->bot = world_user(s->w, s->b, bot.id);
	start->peer = &Q(s, inputPeerEmpty)->o;
	start->random_id = 5;
	start->start_param = SLICE_LIT("");
	talk_call(s->w, s->b, &start->o);
	id = talk_say(s->w, bot, s->b, "hello");
	world_pushes(s->w, bot.key);
	talk_call(s->w, s->b,
	          react_q(s, world_peer(s->w, s->b, bot.id), talk_top(s->w, s->b, bot), UP, NULL));
	u = TL_AS(updateBotMessageReaction,
	          world_update(world_pushes(s->w, bot.key), TL_updateBotMessageReaction));
	assert_true(u && u->msg_id == id && TL_AS(peerUser, u->peer)->user_id == s->b.id);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, react_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_list),
		T(test_as_group),
		T(test_bots),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
