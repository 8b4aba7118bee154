/* test_react_choice.c - which reactions one may choose: how many, what a chat allows, the recent ones and the default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "react.h"
#include "room.h"

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
		q->reaction.v[i] = react_emoji(s, offered[i % 3]);
	talk_refused(s->w, s->a, &q->o, "400 REACTIONS_COUNT_INVALID");
	q->reaction.n--;
	assert_int_equal(react_told(talk_call(s->w, s->a, &q->o))->results.n, max);
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
	id = react_room_say(s, s->a, room, "look");
	some->reactions = tl_vec_new(world_arena(s->w), 1);
	some->reactions.v[0] = react_emoji(s, HEART "\xef\xb8\x8f");
	talk_refused(s->w, s->b, react_set_q(s, pb, &some->o), "400 CHAT_ADMIN_REQUIRED");
	assert_non_null(talk_update(talk_call(s->w, s->a, react_set_q(s, peer, &some->o)), TL_updateChannel));
	talk_refused(s->w, s->a, react_set_q(s, peer, &some->o), "400 CHAT_NOT_MODIFIED");
	assert_true(TL_IS(chatReactionsSome, room_full(s->w, s->b, room)->available_reactions));
	talk_refused(s->w, s->b, react_q(s, pb, id, UP, NULL), "400 REACTION_INVALID");
	react_is(react_told(talk_call(s->w, s->b, react_q(s, pb, id, HEART, NULL))), HEART "1*");
	talk_call(s->w, s->a, react_set_q(s, peer, &Q(s, chatReactionsNone)->o));
	talk_refused(s->w, s->a, react_q(s, peer, id, HEART, NULL), "400 REACTION_INVALID");
	react_is(react_told(talk_call(s->w, s->b, react_q(s, pb, id, NULL, NULL))),
	         ""); /* one may always take it back */
	talk_call(s->w, s->a, react_set_q(s, peer, &Q(s, chatReactionsAll)->o));
	react_is(react_told(talk_call(s->w, s->b, react_q(s, pb, id, UP, NULL))), UP "1*");
	some->reactions.v[0] = react_emoji(s, "x");
	talk_refused(s->w, s->a, react_set_q(s, peer, &some->o), "400 REACTION_INVALID");
	talk_refused(s->w, s->a, react_set_q(s, world_peer(s->w, s->a, s->b.id), &some->o),
	             "400 PEER_ID_INVALID");
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

/* What a double tap means is kept, and told by the configuration. */
static void test_default(void **state)
{
	struct s *s = *state;
	struct tl_messages_setDefaultReaction *q = Q(s, messages_setDefaultReaction);
	struct tl_messages_reportReaction *report = Q(s, messages_reportReaction);
	struct tl_reactionCustomEmoji *custom = Q(s, reactionCustomEmoji);
	struct tl_obj *config = &Q(s, help_getConfig)->o, *o;

	assert_null(TL_AS(config, talk_call(s->w, s->a, config))->reactions_default);
	q->reaction = react_emoji(s, FIRE);
	talk_call(s->w, s->a, &q->o);
	o = TL_AS(config, talk_call(s->w, s->a, config))->reactions_default;
	assert_true(slice_eq(TL_AS(reactionEmoji, o)->emoticon, slice_str(FIRE)));
	assert_null(TL_AS(config, talk_call(s->w, s->b, config))->reactions_default);
	q->reaction = react_emoji(s, "x");
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
#define T(f) cmocka_unit_test_setup_teardown(f, react_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_default),
		T(test_as_told),
		T(test_allowed),
		T(test_recent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
