/* test_ttl.c - chats whose messages go by themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "three.h"

static int setup(void **state)
{
	int r = three_setup(state);
	struct s *s = *state;

	world_start_jobs(s->w);
	return r;
}

static struct tl_obj *set(struct s *s, struct tl_obj *peer, int32_t period)
{
	struct tl_messages_setHistoryTTL *q = Q(s, messages_setHistoryTTL);

	q->peer = peer ? peer : world_peer(s->w, s->a, s->b.id);
	q->period = period;
	return &q->o;
}

static struct tl_message *get(struct s *s, struct person who, int32_t id)
{
	struct tl_messages_getMessages *q = Q(s, messages_getMessages);
	struct tl_inputMessageID *i = Q(s, inputMessageID);
	int32_t count;

	i->id = id;
	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = &i->o;
	return TL_AS(message, talk_messages(talk_call(s->w, who, &q->o), &count).v[0]);
}

static void until_gone(struct s *s, struct person who, int32_t id)
{
	for (int i = 0; i < 1000 && get(s, who, id); i++)
		usleep(10000);
	assert_null(get(s, who, id));
}

static void test_period(void **state)
{
	struct s *s = *state;
	struct tl_messages_forwardMessages *f = Q(s, messages_forwardMessages);
	int32_t before = talk_say(s->w, s->a, s->b, "before"), id, copy;
	const struct tl_messageActionSetMessagesTTL *action;
	const struct tl_updatePeerHistoryTTL *u;
	int64_t random_id = 77;
	struct tl_vec pushes;
	struct tl_obj *o;

	world_pushes(s->w, s->b.key);
	o = talk_call(s->w, s->a, set(s, NULL, 2));
	action = TL_AS(
		messageActionSetMessagesTTL,
		TL_AS(messageService, TL_AS(updateNewMessage, talk_update(o, TL_updateNewMessage))->message)
			->action);
	assert_int_equal(action->period, 2);
	assert_non_null(talk_update(o, TL_updatePeerHistoryTTL));
	pushes = world_pushes(s->w, s->b.key);
	assert_non_null(world_update(pushes, TL_updateNewMessage));
	u = (void *)world_update(pushes, TL_updatePeerHistoryTTL);
	assert_true(u && u->ttl_period == 2 && TL_AS(peerUser, u->peer)->user_id == s->a.id);
	talk_refused(s->w, s->a, set(s, NULL, 2), "400 CHAT_NOT_MODIFIED");
	talk_refused(s->w, s->a, set(s, NULL, -1), "400 TTL_PERIOD_INVALID");
	talk_refused(s->w, s->a, set(s, &Q(s, inputPeerSelf)->o, 2), "400 PEER_ID_INVALID");
	assert_int_equal(talk_dialog(s->w, s->b, s->a)->ttl_period, 2);

	/* What either side writes now goes on both; what was there stays. */
	id = talk_say(s->w, s->b, s->a, "for a while");
	copy = talk_top(s->w, s->a, s->b);
	assert_int_equal(get(s, s->a, copy)->ttl_period, 2);
	assert_false(get(s, s->a, before)->has_ttl_period);
	/* A copy elsewhere has the time of its own chat: none. */
	f->from_peer = world_peer(s->w, s->a, s->b.id);
	f->to_peer = world_peer(s->w, s->a, s->c.id);
	f->id = (struct tl_vec_int){&copy, 1};
	f->random_id = (struct tl_vec_long){&random_id, 1};
	talk_call(s->w, s->a, &f->o);
	assert_false(get(s, s->a, talk_top(s->w, s->a, s->c))->has_ttl_period);
	world_pushes(s->w, s->a.key);
	until_gone(s, s->b, id);
	until_gone(s, s->a, copy);
	assert_non_null(world_update(world_pushes(s->w, s->a.key), TL_updateDeleteMessages));
	assert_non_null(get(s, s->a, before));
	assert_non_null(get(s, s->a, talk_top(s->w, s->a, s->c)));
	talk_call(s->w, s->a, set(s, NULL, 0));
	id = talk_say(s->w, s->a, s->b, "for good");
	assert_false(get(s, s->a, id)->has_ttl_period);
	assert_false(talk_dialog(s->w, s->a, s->b)->has_ttl_period);
}

/* A wish for all new chats: in those that one begins, from the first message on; not in those that are there. */
static void test_default(void **state)
{
	struct s *s = *state;
	struct tl_messages_setDefaultHistoryTTL *q = Q(s, messages_setDefaultHistoryTTL);
	struct tl_obj *o, *get_default = &Q(s, messages_getDefaultHistoryTTL)->o;
	int32_t id;

	talk_say(s->w, s->b, s->a, "an old chat");
	o = talk_call(s->w, s->a, get_default);
	assert_int_equal(TL_AS(defaultHistoryTTL, o)->period, 0);
	q->period = 3;
	talk_call(s->w, s->a, &q->o);
	o = talk_call(s->w, s->a, get_default);
	assert_int_equal(TL_AS(defaultHistoryTTL, o)->period, 3);
	id = talk_say(s->w, s->a, s->b, "goes on");
	assert_false(get(s, s->a, id)->has_ttl_period);
	id = talk_say(s->w, s->a, s->c, "begins");
	assert_int_equal(get(s, s->a, id)->ttl_period, 3);
	assert_int_equal(talk_dialog(s->w, s->c, s->a)->ttl_period, 3);
	until_gone(s, s->a, id);
	/* Who says no for this chat is not asked again. */
	talk_call(s->w, s->a, set(s, world_peer(s->w, s->a, s->c.id), 0));
	id = talk_say(s->w, s->a, s->c, "stays");
	assert_false(get(s, s->a, id)->has_ttl_period);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_period), T(test_default)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
