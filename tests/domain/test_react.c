/* test_react.c - reactions to messages: in private chats, supergroups and channels, as each viewer sees them, told and kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "room.h"
#include "sql/sql.h"
#include "store/msg_reaction.h"
#include "three.h"

#define UP    "\xf0\x9f\x91\x8d"
#define FIRE  "\xf0\x9f\x94\xa5"
#define HEART "\xe2\x9d\xa4"

/* What is offered, without the pictures. */
static int offer(struct rpc_call *c, void *unused)
{
	return sql_exec(c->db, "INSERT INTO reaction (place, emoji, title, icon, appear, pick, activate, "
	                       "effect, around, center) VALUES"
	                       " (0, '" UP "', 'Up', 0, 0, 0, 0, 0, 0, 0), (1, '" FIRE
	                       "', 'Fire', 0, 0, 0, 0, 0, 0, 0),"
	                       " (2, '" HEART "', 'Heart', 0, 0, 0, 0, 0, 0, 0);");
}

static int setup(void **state)
{
	int r = three_setup(state);
	struct s *s = *state;

	assert_int_equal(world_write(s->w, offer, NULL), 0);
	return r;
}

static struct tl_obj *emoji(struct s *s, const char *text)
{
	struct tl_reactionEmoji *e = Q(s, reactionEmoji);

	e->emoticon = slice_str(text);
	return &e->o;
}

/* NULL: takes it back. */
static struct tl_obj *react_q(struct s *s, struct tl_obj *peer, int32_t id, const char *first,
                              const char *second)
{
	struct tl_messages_sendReaction *q = Q(s, messages_sendReaction);

	q->peer = peer;
	q->msg_id = id;
	q->reaction = tl_vec_new(world_arena(s->w), 2);
	q->reaction.n = 0;
	if (first)
		q->reaction.v[q->reaction.n++] = emoji(s, first);
	if (second)
		q->reaction.v[q->reaction.n++] = emoji(s, second);
	return &q->o;
}

static const struct tl_messageReactions *told(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateMessageReactions);

	assert_non_null(u);
	return TL_AS(messageReactions, TL_AS(updateMessageReactions, u)->reactions);
}

static const struct tl_messageReactions *pushed(struct s *s, struct person who)
{
	struct tl_obj *u = world_update(world_pushes(s->w, who.key), TL_updateMessageReactions);

	return u ? TL_AS(messageReactions, TL_AS(updateMessageReactions, u)->reactions) : NULL;
}

/* "👍2* 🔥1": results, with a star where it is his own. */
static void is(const struct tl_messageReactions *o, const char *expected)
{
	char text[200] = "";
	size_t n = 0;

	assert_non_null(o);
	for (uint32_t i = 0; i < o->results.n; i++) {
		const struct tl_reactionCount *c = TL_AS(reactionCount, o->results.v[i]);
		const struct tl_reactionEmoji *e = TL_AS(reactionEmoji, c->reaction);

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s%d%s", i ? " " : "",
		                      (int)e->emoticon.n, (const char *)e->emoticon.p, c->count,
		                      c->has_chosen_order ? "*" : "");
	}
	assert_string_equal(text, expected);
}

static const struct tl_message *message(struct s *s, struct person who, struct tl_obj *peer, int32_t id)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	struct tl_obj *o;
	struct tl_vec all;

	q->peer = peer;
	q->limit = 100;
	o = talk_call(s->w, who, &q->o);
	all = TL_IS(messages_channelMessages, o) ? TL_AS(messages_channelMessages, o)->messages
	      : TL_IS(messages_messages, o)      ? TL_AS(messages_messages, o)->messages
	                                         : TL_AS(messages_messagesSlice, o)->messages;
	for (uint32_t i = 0; i < all.n; i++)
		if (TL_IS(message, all.v[i]) && TL_AS(message, all.v[i])->id == id)
			return TL_AS(message, all.v[i]);
	return NULL;
}

static const struct tl_messageReactions *shown(struct s *s, struct person who, struct tl_obj *peer,
                                               int32_t id)
{
	const struct tl_message *m = message(s, who, peer, id);

	assert_non_null(m);
	return TL_AS(messageReactions, m->reactions);
}

static int32_t unread(struct s *s, struct person who, struct tl_obj *peer)
{
	struct tl_messages_getPeerDialogs *q = Q(s, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);
	struct tl_messages_peerDialogs *o;

	p->peer = peer;
	q->peers = tl_vec_new(world_arena(s->w), 1);
	q->peers.v[0] = &p->o;
	o = TL_AS(messages_peerDialogs, talk_call(s->w, who, &q->o));
	return TL_AS(dialog, o->dialogs.v[0])->unread_reactions_count;
}

static void test_private(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello"), his = talk_top(s->w, s->b, s->a);
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	const struct tl_messageReactions *o;
	const struct tl_messagePeerReaction *p;

	assert_null(shown(s, s->a, ab, id));
	world_pushes(s->w, s->a.key);
	is(told(talk_call(s->w, s->b, react_q(s, ba, his, UP, NULL))), UP "1*");
	o = pushed(s, s->a);
	is(o, UP "1");
	assert_true(o->can_see_list);
	assert_false(o->min);
	p = TL_AS(messagePeerReaction, o->recent_reactions.v[0]);
	assert_true(p->unread);
	assert_int_equal(TL_AS(peerUser, p->peer_id)->user_id, s->b.id);
	is(shown(s, s->a, ab, id), UP "1");
	is(shown(s, s->b, ba, his), UP "1*");
	assert_int_equal(unread(s, s->a, ab), 1);
	assert_int_equal(unread(s, s->b, ba), 0);

	is(told(talk_call(s->w, s->a, react_q(s, ab, id, UP, NULL))), UP "2*");
	is(told(talk_call(s->w, s->b, react_q(s, ba, his, FIRE, NULL))), UP "1 " FIRE "1*");
	is(told(talk_call(s->w, s->b, react_q(s, ba, his, NULL, NULL))), UP "1");
	is(told(talk_call(s->w, s->a, react_q(s, ab, id, NULL, NULL))), "");
	assert_null(shown(s, s->b, ba, his));
	assert_int_equal(unread(s, s->a, ab), 0); /* nothing is left to look at */
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
	is(told(talk_call(s->w, s->a, react_q(s, ab, id, HEART "\xef\xb8\x8f", NULL))), HEART "1*");
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

/* A number of help.getAppConfig. */
static int told_limit(struct s *s, const char *name)
{
	const struct tl_help_appConfig *f = TL_AS(help_appConfig,
	                                          talk_call(s->w, s->a, &Q(s, help_getAppConfig)->o));
	const struct tl_jsonObject *o = TL_AS(jsonObject, f->config);

	for (uint32_t i = 0; i < o->value.n; i++) {
		const struct tl_jsonObjectValue *v = TL_AS(jsonObjectValue, o->value.v[i]);

		if (slice_eq(v->key, slice_str(name)))
			return (int)TL_AS(jsonNumber, v->value)->value;
	}
	return 0;
}

/* Clients are told how many one may choose, for either kind of account: so many are taken, and no more. */
static void test_as_told(void **state)
{
	static const char *const offered[] = {UP, FIRE, HEART};
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello");
	struct tl_messages_sendReaction *q = Q(s, messages_sendReaction);
	int max = told_limit(s, "reactions_user_max_default");

	assert_int_equal(max, told_limit(s, "reactions_user_max_premium"));
	assert_in_range(max, 1, 3);
	q->peer = world_peer(s->w, s->a, s->b.id);
	q->msg_id = id;
	q->reaction = tl_vec_new(world_arena(s->w), (uint32_t)max + 1);
	for (int i = 0; i <= max; i++)
		q->reaction.v[i] = emoji(s, offered[i % 3]);
	talk_refused(s->w, s->a, &q->o, "400 REACTIONS_COUNT_INVALID");
	q->reaction.n--;
	assert_int_equal(told(talk_call(s->w, s->a, &q->o))->results.n, max);
}

static void test_several(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello");
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id);
	const struct tl_messageReactions *o;

	talk_refused(s->w, s->a, react_q(s, ab, id, UP, UP), "400 REACTION_INVALID");
	o = told(talk_call(s->w, s->a, react_q(s, ab, id, FIRE, UP)));
	assert_int_equal(o->results.n, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct tl_reactionCount *c = TL_AS(reactionCount, o->results.v[i]);

		assert_int_equal(c->chosen_order,
		                 slice_eq(TL_AS(reactionEmoji, c->reaction)->emoticon, slice_str(UP)));
	}
	is(told(talk_call(s->w, s->a, react_q(s, ab, id, UP, NULL))), UP "1*");
}

static int32_t room_say(struct s *s, struct person who, int64_t room, const char *text)
{
	struct tl_obj *u = talk_update(talk_call(s->w, who, room_say_q(s->w, who, room, text)),
	                               TL_updateMessageID);

	assert_non_null(u);
	return TL_AS(updateMessageID, u)->id;
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
	id = room_say(s, s->a, room, "look");
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->c.key);
	is(told(talk_call(s->w, s->b, react_q(s, peer[1], id, UP, NULL))), UP "1*");
	o = pushed(s, s->c); /* a stranger to it: nothing in it is his own */
	is(o, UP "1");
	assert_true(o->min);
	o = pushed(s, s->a); /* the writer's is made for him */
	is(o, UP "1");
	assert_false(o->min);
	assert_true(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	is(told(talk_call(s->w, s->c, react_q(s, peer[2], id, UP, NULL))), UP "2*");
	is(shown(s, s->b, peer[1], id), UP "2*");
	assert_int_equal(unread(s, s->a, peer[0]), 1);

	list->peer = peer[0];
	list->limit = 10;
	assert_int_equal(TL_AS(messages_channelMessages, talk_call(s->w, s->a, &list->o))->messages.n, 1);
	read->peer = peer[0];
	assert_non_null(TL_AS(messages_affectedHistory, talk_call(s->w, s->a, &read->o)));
	assert_int_equal(unread(s, s->a, peer[0]), 0);
	o = shown(s, s->a, peer[0], id);
	assert_false(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	assert_int_equal(TL_AS(messages_channelMessages, talk_call(s->w, s->a, &list->o))->messages.n, 0);

	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->c, BAN_REACTIONS, 0));
	talk_refused(s->w, s->c, react_q(s, peer[2], id, FIRE, NULL), "403 CHAT_WRITE_FORBIDDEN");
	is(shown(s, s->c, peer[2], id), UP "2*");
}

static void test_looked_at(void **state)
{
	struct s *s = *state;
	int32_t id = talk_say(s->w, s->a, s->b, "hello"), his = talk_top(s->w, s->b, s->a);
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *ba = world_peer(s->w, s->b, s->a.id);
	struct tl_messages_readMessageContents *q = Q(s, messages_readMessageContents);
	const struct tl_messageReactions *o;

	talk_call(s->w, s->b, react_q(s, ba, his, UP, NULL));
	assert_int_equal(unread(s, s->a, ab), 1);
	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	q->id = (struct tl_vec_int){&id, 1};
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(unread(s, s->a, ab), 0);
	o = pushed(s, (struct person){s->a.id, s->a.key + 1}); /* his other device */
	is(o, UP "1");
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
	id = room_say(s, s->a, room, "news");
	o = told(talk_call(s->w, s->b, react_q(s, pb, id, FIRE, NULL)));
	is(o, FIRE "1*");
	assert_false(o->can_see_list);
	assert_int_equal(o->recent_reactions.n, 0);
	assert_int_equal(unread(s, s->a, peer), 0);
	list->peer = peer;
	list->id = id;
	list->limit = 10;
	talk_refused(s->w, s->a, &list->o, "403 BROADCAST_FORBIDDEN");
	talk_refused(s->w, s->c, react_q(s, world_channel_peer(s->w, s->c, room), id, UP, NULL),
	             "400 CHANNEL_PRIVATE");
}

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

/* Ann's basic group with Bob and Cid. */
static struct tl_obj *group(struct s *s)
{
	struct tl_messages_createChat *q = Q(s, messages_createChat);
	struct tl_inputPeerChat *p = Q(s, inputPeerChat);
	struct tl_updates *u;

	q->title = SLICE_LIT("Group");
	q->users = tl_vec_new(world_arena(s->w), 2);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	q->users.v[1] = world_user(s->w, s->a, s->c.id);
	u = TL_AS(updates, TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &q->o))->updates);
	p->chat_id = TL_AS(chat, u->chats.v[0])->id;
	return &p->o;
}

/* The id of the newest message there in his box. */
static int32_t newest(struct s *s, struct person who, struct tl_obj *peer)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	struct tl_vec all;
	int32_t n;

	q->peer = peer;
	q->limit = 1;
	all = talk_messages(talk_call(s->w, who, &q->o), &n);
	return TL_AS(message, all.v[0])->id;
}

static struct tl_obj *set_q(struct s *s, struct tl_obj *peer, struct tl_obj *set);

static void test_group(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = group(s);
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
	id = newest(s, s->a, peer);
	bobs = newest(s, s->b, peer);
	cids = newest(s, s->c, peer);
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->c.key);
	is(told(talk_call(s->w, s->b, react_q(s, peer, bobs, UP, NULL))), UP "1*");
	o = pushed(s, s->a);
	is(o, UP "1");
	assert_true(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	o = pushed(s, s->c);
	is(o, UP "1");
	assert_false(TL_AS(messagePeerReaction, o->recent_reactions.v[0])->unread);
	assert_int_equal(unread(s, s->a, peer), 1);
	assert_int_equal(unread(s, s->c, peer), 0);
	is(told(talk_call(s->w, s->c, react_q(s, peer, cids, UP, NULL))), UP "2*");
	is(shown(s, s->b, peer, bobs), UP "2*");
	list->peer = peer;
	list->id = id;
	list->limit = 10;
	assert_int_equal(TL_AS(messages_messageReactionsList, talk_call(s->w, s->a, &list->o))->reactions.n,
	                 2);
	talk_refused(s->w, s->b, set_q(s, peer, &Q(s, chatReactionsNone)->o), "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, set_q(s, peer, &Q(s, chatReactionsNone)->o));
	talk_refused(s->w, s->b, react_q(s, peer, bobs, FIRE, NULL), "400 REACTION_INVALID");

	del->id = (struct tl_vec_int){&id, 1};
	talk_call(s->w, s->a, &del->o);
	is(shown(s, s->b, peer, bobs), UP "2*"); /* Ann alone has none of it any more */
	del->id = (struct tl_vec_int){&bobs, 1};
	talk_call(s->w, s->b, &del->o);
	del->id = (struct tl_vec_int){&cids, 1};
	talk_call(s->w, s->c, &del->o);
	assert_int_equal(world_write(s->w, sweep, NULL), 0);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 0);
}

static struct tl_obj *set_q(struct s *s, struct tl_obj *peer, struct tl_obj *set)
{
	struct tl_messages_setChatAvailableReactions *q = Q(s, messages_setChatAvailableReactions);

	q->peer = peer;
	q->available_reactions = set;
	return &q->o;
}

static void test_allowed(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_chatReactionsSome *some = Q(s, chatReactionsSome);
	struct tl_obj *peer, *pb;
	int32_t id;

	room_invite(s->w, s->a, room, s->b);
	peer = world_channel_peer(s->w, s->a, room);
	pb = world_channel_peer(s->w, s->b, room);
	id = room_say(s, s->a, room, "look");
	some->reactions = tl_vec_new(world_arena(s->w), 1);
	some->reactions.v[0] = emoji(s, HEART "\xef\xb8\x8f");
	talk_refused(s->w, s->b, set_q(s, pb, &some->o), "400 CHAT_ADMIN_REQUIRED");
	assert_non_null(talk_update(talk_call(s->w, s->a, set_q(s, peer, &some->o)), TL_updateChannel));
	talk_refused(s->w, s->a, set_q(s, peer, &some->o), "400 CHAT_NOT_MODIFIED");
	assert_true(TL_IS(chatReactionsSome, room_full(s->w, s->b, room)->available_reactions));
	talk_refused(s->w, s->b, react_q(s, pb, id, UP, NULL), "400 REACTION_INVALID");
	is(told(talk_call(s->w, s->b, react_q(s, pb, id, HEART, NULL))), HEART "1*");
	talk_call(s->w, s->a, set_q(s, peer, &Q(s, chatReactionsNone)->o));
	talk_refused(s->w, s->a, react_q(s, peer, id, HEART, NULL), "400 REACTION_INVALID");
	is(told(talk_call(s->w, s->b, react_q(s, pb, id, NULL, NULL))), ""); /* one may always take it back */
	talk_call(s->w, s->a, set_q(s, peer, &Q(s, chatReactionsAll)->o));
	is(told(talk_call(s->w, s->b, react_q(s, pb, id, UP, NULL))), UP "1*");
	some->reactions.v[0] = emoji(s, "x");
	talk_refused(s->w, s->a, set_q(s, peer, &some->o), "400 REACTION_INVALID");
	talk_refused(s->w, s->a, set_q(s, world_peer(s->w, s->a, s->b.id), &some->o), "400 PEER_ID_INVALID");
}

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
	id = room_say(s, s->a, room, "look");
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
	q->reaction = emoji(s, FIRE);
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
	q->id = id = room_say(s, s->a, room, "look");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->c, ADMIN_DELETE | ADMIN_ANONYMOUS));
	seen = told(talk_call(s->w, s->c, react_q(s, world_channel_peer(s->w, s->c, room), id, UP, FIRE)));
	is(seen, UP "1* " FIRE "1*");
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
	seen = told(talk_call(s->w, s->b, react_q(s, as->peer, id, UP, NULL)));
	is(seen, UP "2* " FIRE "1");
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
	int32_t id = room_say(s, s->a, room, "look");

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
	id = room_say(s, s->a, news, "look");
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
		is(TL_AS(messageReactions, u->reactions), UP "1");
		found = true;
	}
	assert_true(found);
}

static void test_recent(void **state)
{
	struct s *s = *state;
	struct tl_messages_getRecentReactions *q = Q(s, messages_getRecentReactions);
	int32_t id = talk_say(s->w, s->a, s->b, "hello");
	struct tl_obj *ab = world_peer(s->w, s->a, s->b.id), *r;
	const char *const said[] = {UP, FIRE, UP};
	struct tl_messages_reactions *o;

	for (size_t i = 0; i < 3; i++) {
		r = react_q(s, ab, id, said[i], NULL);
		TL_AS(messages_sendReaction, r)->add_to_recent = true;
		talk_call(s->w, s->a, r);
	}
	q->limit = 10;
	o = TL_AS(messages_reactions, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->reactions.n, 2);
	assert_true(slice_eq(TL_AS(reactionEmoji, o->reactions.v[0])->emoticon, slice_str(UP)));
	q->hash = o->hash;
	assert_true(TL_IS(messages_reactionsNotModified, talk_call(s->w, s->a, &q->o)));
	talk_call(s->w, s->a, &Q(s, messages_clearRecentReactions)->o);
	q->hash = 0;
	assert_int_equal(TL_AS(messages_reactions, talk_call(s->w, s->a, &q->o))->reactions.n, 0);
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
	is(shown(s, s->b, ba, his), UP "1*");
	q->id = (struct tl_vec_int){&his, 1};
	talk_call(s->w, s->b, &q->o);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 1); /* the job has it still to do */
	assert_int_equal(world_write(s->w, sweep, NULL), 0);
	assert_int_equal(world_write(s->w, count_rows, &n), 0);
	assert_int_equal(n, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, three_teardown)

/* What a double tap means is kept, and told by the configuration. */
static void test_default(void **state)
{
	struct s *s = *state;
	struct tl_messages_setDefaultReaction *q = Q(s, messages_setDefaultReaction);
	struct tl_messages_reportReaction *report = Q(s, messages_reportReaction);
	struct tl_reactionCustomEmoji *custom = Q(s, reactionCustomEmoji);
	struct tl_obj *config = &Q(s, help_getConfig)->o, *o;

	assert_null(TL_AS(config, talk_call(s->w, s->a, config))->reactions_default);
	q->reaction = emoji(s, FIRE);
	talk_call(s->w, s->a, &q->o);
	o = TL_AS(config, talk_call(s->w, s->a, config))->reactions_default;
	assert_true(slice_eq(TL_AS(reactionEmoji, o)->emoticon, slice_str(FIRE)));
	assert_null(TL_AS(config, talk_call(s->w, s->b, config))->reactions_default);
	q->reaction = emoji(s, "x");
	talk_refused(s->w, s->a, &q->o, "400 REACTION_INVALID");
	custom->document_id = 5;
	q->reaction = &custom->o;
	talk_refused(s->w, s->a, &q->o, "400 REACTION_INVALID");
	report->peer = world_peer(s->w, s->a, s->b.id);
	report->reaction_peer = world_peer(s->w, s->a, s->b.id);
	report->id = talk_say(s->w, s->a, s->b, "hello");
	talk_call(s->w, s->a, &report->o);
	report->id++;
	talk_refused(s->w, s->a, &report->o, "400 MESSAGE_ID_INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(default),    T(private),   T(refused),  T(group),   T(as_told), T(several),
		T(supergroup), T(looked_at), T(channel),  T(allowed), T(list),    T(difference),
		T(recent),     T(gone),      T(as_group), T(bots),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
