/* test_react.c - reactions to messages: in private chats, supergroups and channels, as each viewer sees them, told and kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "react.h"
#include "room.h"
#include "sql/sql.h"
#include "store/msg_reaction.h"

static int count_rows(struct rpc_call *c, void *ret)
{
	struct sql_stmt *st = sql_prepare(
		c->db, "SELECT (SELECT count(*) FROM msg_reaction_count) * 100 + (SELECT count(*) FROM"
		       " msg_reaction) + 1000 * (SELECT count(*) FROM unseen)");

	return sql_value(st, ret) < 0 ? -1 : 0;
}

static int sweep(struct rpc_call *c, void *unused)
{
	int r;

	while ((r = store_msg_reactions_sweep(c->db, 100)) == 1)
		;
	return r;
}

static void test_private(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello"), his = talk_top(s->w, s->b, s->a);
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	const struct tl_messageReactions *o;
	const struct tl_messagePeerReaction *p;

	assert_null(react_shown(s, s->a, ab, id));
	world_pushes(s->w, s->a.key);
	react_is(react_told(talk_call(s->w, s->b, react_q(s, ba, his, UP, NULL))), UP "1*");
	o = react_pushed(s, s->a);
	react_is(o, UP "1");
	assert_true(o->can_see_list);
	assert_false(o->min);
	p = TL_AS(messagePeerReaction, o->recent_reactions.v[0]);
	assert_true(p->unread);
	assert_int_equal(TL_AS(peerUser, p->peer_id)->user_id, s->b.id);
	react_is(react_shown(s, s->a, ab, id), UP "1");
	react_is(react_shown(s, s->b, ba, his), UP "1*");
	assert_int_equal(react_unread(s, s->a, ab), 1);
	assert_int_equal(react_unread(s, s->b, ba), 0);

	react_is(react_told(talk_call(s->w, s->a, react_q(s, ab, id, UP, NULL))), UP "2*");
	react_is(react_told(talk_call(s->w, s->b, react_q(s, ba, his, FIRE, NULL))), UP "1 " FIRE "1*");
	react_is(react_told(talk_call(s->w, s->b, react_q(s, ba, his, NULL, NULL))), UP "1");
	react_is(react_told(talk_call(s->w, s->a, react_q(s, ab, id, NULL, NULL))), "");
	assert_null(react_shown(s, s->b, ba, his));
	assert_int_equal(react_unread(s, s->a, ab), 0); /* nothing is left to look at */
}

static void test_refused(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello");
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	struct tl_messages_sendReaction *q;

	talk_refused(s->w, s->a, react_q(s, ab, id + 7, UP, NULL), "400 MESSAGE_ID_INVALID");
	talk_refused(s->w, s->a, react_q(s, ab, id, "x", NULL), "400 REACTION_INVALID");
	talk_refused(s->w, s->a, react_q(s, ab, id, "", NULL), "400 REACTION_INVALID");
	talk_refused(s->w, s->a, react_q(s, ab, id, NULL, NULL), "400 MESSAGE_NOT_MODIFIED");
	react_is(react_told(talk_call(s->w, s->a, react_q(s, ab, id, HEART "\xef\xb8\x8f", NULL))),
	         HEART "1*");
	talk_refused(s->w, s->a, react_q(s, ab, id, HEART, NULL), "400 MESSAGE_NOT_MODIFIED");
	q = Q(s, messages_sendReaction);
	q->peer = ab;
	q->msg_id = id;
	q->reaction = tl_vec_new(world_arena(s->w), 1);
	q->reaction.v[0] = &Q(s, reactionCustomEmoji)->o;
	talk_refused(s->w, s->a, &q->o, "400 DOCUMENT_INVALID");
	q->reaction.v[0] = &Q(s, reactionPaid)->o;
	talk_refused(s->w, s->a, &q->o, "400 REACTION_INVALID");
}

static void test_several(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello");
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	const struct tl_messageReactions *o;

	talk_refused(s->w, s->a, react_q(s, ab, id, UP, UP), "400 REACTION_INVALID");
	o = react_told(talk_call(s->w, s->a, react_q(s, ab, id, FIRE, UP)));
	assert_int_equal(o->results.n, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct tl_reactionCount *c = TL_AS(reactionCount, o->results.v[i]);

		assert_int_equal(c->chosen_order,
		                 slice_eq(TL_AS(reactionEmoji, c->reaction)->emoticon, slice_str(UP)));
	}
	react_is(react_told(talk_call(s->w, s->a, react_q(s, ab, id, UP, NULL))), UP "1*");
}

static void test_supergroup(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_messages_readReactions *read = Q(s, messages_readReactions);
	struct tl_messages_getUnreadReactions *list = Q(s, messages_getUnreadReactions);
	const struct tl_messageReactions *o;
	struct tl_obj *peer[3];
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	peer[0] = world_channel_peer(s->w, s->a, room);
	peer[1] = world_channel_peer(s->w, s->b, room);
	peer[2] = world_channel_peer(s->w, s->c, room);
	id = react_room_say(s, s->a, room, "look");
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->c.key);
	react_is(react_told(talk_call(s->w, s->b, react_q(s, peer[1], id, UP, NULL))), UP "1*");
	o = react_pushed(s, s->c); /* a stranger to it: nothing in it is his own */
	react_is(o, UP "1");
	assert_true(o->min);
	o = react_pushed(s, s->a); /* the writer's is made for him */
	react_is(o, UP "1");
	assert_false(o->min);
	assert_true(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	react_is(react_told(talk_call(s->w, s->c, react_q(s, peer[2], id, UP, NULL))), UP "2*");
	react_is(react_shown(s, s->b, peer[1], id), UP "2*");
	assert_int_equal(react_unread(s, s->a, peer[0]), 1);

	list->peer = peer[0];
	list->limit = 10;
	assert_int_equal(TL_AS(messages_channelMessages, talk_call(s->w, s->a, &list->o))->messages.n, 1);
	read->peer = peer[0];
	assert_non_null(TL_AS(messages_affectedHistory, talk_call(s->w, s->a, &read->o)));
	assert_int_equal(react_unread(s, s->a, peer[0]), 0);
	o = react_shown(s, s->a, peer[0], id);
	assert_false(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	assert_int_equal(TL_AS(messages_channelMessages, talk_call(s->w, s->a, &list->o))->messages.n, 0);

	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->c, BAN_REACTIONS, 0));
	talk_refused(s->w, s->c, react_q(s, peer[2], id, FIRE, NULL), "403 CHAT_WRITE_FORBIDDEN");
	react_is(react_shown(s, s->c, peer[2], id), UP "2*");
}

static void test_looked_at(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello"), his = talk_top(s->w, s->b, s->a);
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	struct tl_messages_readMessageContents *q = Q(s, messages_readMessageContents);
	const struct tl_messageReactions *o;

	talk_call(s->w, s->b, react_q(s, ba, his, UP, NULL));
	assert_int_equal(react_unread(s, s->a, ab), 1);
	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	q->id = (struct tl_vec_int){&id, 1};
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(react_unread(s, s->a, ab), 0);
	o = react_pushed(s, (struct person){s->a.id, s->a.key + 1}); /* his other device */
	react_is(o, UP "1");
	assert_false(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
}

static void test_channel(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	struct tl_messages_getMessageReactionsList *list = Q(s, messages_getMessageReactionsList);
	struct tl_obj *peer, *pb;
	const struct tl_messageReactions *o;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	peer = world_channel_peer(s->w, s->a, room);
	pb = world_channel_peer(s->w, s->b, room);
	id = react_room_say(s, s->a, room, "news");
	o = react_told(talk_call(s->w, s->b, react_q(s, pb, id, FIRE, NULL)));
	react_is(o, FIRE "1*");
	assert_false(o->can_see_list);
	assert_int_equal(o->recent_reactions.n, 0);
	assert_int_equal(react_unread(s, s->a, peer), 0);
	list->peer = peer;
	list->id = id;
	list->limit = 10;
	talk_refused(s->w, s->a, &list->o, "403 BROADCAST_FORBIDDEN");
	talk_refused(s->w, s->c, react_q(s, world_channel_peer(s->w, s->c, room), id, UP, NULL),
	             "400 CHANNEL_PRIVATE");
}

static void test_group(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = react_group(s);
	struct tl_messages_sendMessage *say = Q(s, messages_sendMessage);
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_messages_getMessageReactionsList *list = Q(s, messages_getMessageReactionsList);
	const struct tl_messageReactions *o;
	int32_t id, bobs, cids;
	int64_t n;

	say->peer = peer;
	say->message = SLICE_LIT("look");
	say->random_id = 4711;
	talk_call(s->w, s->a, &say->o);
	id = react_newest(s, s->a, peer);
	bobs = react_newest(s, s->b, peer);
	cids = react_newest(s, s->c, peer);
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->c.key);
	react_is(react_told(talk_call(s->w, s->b, react_q(s, peer, bobs, UP, NULL))), UP "1*");
	o = react_pushed(s, s->a);
	react_is(o, UP "1");
	assert_true(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	o = react_pushed(s, s->c);
	react_is(o, UP "1");
	assert_false(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	assert_int_equal(react_unread(s, s->a, peer), 1);
	assert_int_equal(react_unread(s, s->c, peer), 0);
	react_is(react_told(talk_call(s->w, s->c, react_q(s, peer, cids, UP, NULL))), UP "2*");
	react_is(react_shown(s, s->b, peer, bobs), UP "2*");
	list->peer = peer;
	list->id = id;
	list->limit = 10;
	assert_int_equal(TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &list->o))->reactions.n,
	                 2);
	talk_refused(s->w, s->b, react_set_q(s, peer, &Q(s, chatReactionsNone)->o),
	             "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, react_set_q(s, peer, &Q(s, chatReactionsNone)->o));
	talk_refused(s->w, s->b, react_q(s, peer, bobs, FIRE, NULL), "400 REACTION_INVALID");

	del->id = (struct tl_vec_int){&id, 1};
	talk_call(s->w, s->a, &del->o);
	react_is(react_shown(s, s->b, peer, bobs), UP "2*"); /* Ann alone has none of it any more */
	del->id = (struct tl_vec_int){&bobs, 1};
	talk_call(s->w, s->b, &del->o);
	del->id = (struct tl_vec_int){&cids, 1};
	talk_call(s->w, s->c, &del->o);
	assert_int_equal(world_write(s->w, sweep, NULL), 0);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 0);
}

static void test_difference(void **state)
{
	struct s *s = *state;
	int32_t his, pts;
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);
	struct tl_updates_difference *d;
	struct tl_obj *ba = world_peer(s->w, s->b, s->a.id);
	bool found = false;

	talk_say(s->w, s->a, s->b, "hello");
	his = talk_top(s->w, s->b, s->a);
	pts = talk_pts(s->w, s->a);
	talk_call(s->w, s->b, react_q(s, ba, his, UP, NULL));
	q->pts = pts;
	q->date = 1;
	q->qts = 1;
	d = TL_AS(updates_difference, talk_call(s->w, s->a, &q->o));
	assert_non_null(d);
	for (uint32_t i = 0; i < d->other_updates.n; i++) {
		const struct tl_updateMessageReactions *u = TL_AS(updateMessageReactions,
		                                                  d->other_updates.v[i]);

		if (!u)
			continue;
		react_is(TL_AS(messageReactions, u->reactions), UP "1");
		found = true;
	}
	assert_true(found);
}

static void test_gone(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello"), his = talk_top(s->w, s->b, s->a);
	struct tl_obj *ba = world_peer(s->w, s->b, s->a.id);
	struct tl_messages_deleteMessages *q = Q(s, messages_deleteMessages);
	int64_t n;

	talk_call(s->w, s->b, react_q(s, ba, his, UP, NULL));
	q->id = (struct tl_vec_int){&id, 1};
	talk_call(s->w, s->a, &q->o); /* his own alone: the other still has it */
	react_is(react_shown(s, s->b, ba, his), UP "1*");
	q->id = (struct tl_vec_int){&his, 1};
	talk_call(s->w, s->b, &q->o);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 1); /* the job has it still to do */
	assert_int_equal(world_write(s->w, sweep, NULL), 0);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, react_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_private),   T(test_refused), T(test_group),      T(test_several), T(test_supergroup),
		T(test_looked_at), T(test_channel), T(test_difference), T(test_gone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
