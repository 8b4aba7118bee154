/* test_from_message.c - users and channels that are named by a message in which they stand, where their access hash is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "room.h"
#include "three.h"

static int32_t say(struct s *s, struct person who, int64_t room)
{
	struct tl_obj *o = talk_call(s->w, who, room_say_q(s->w, who, room, "hello"));

	return TL_AS(updateMessageID, talk_update(o, TL_updateMessageID))->id;
}

static struct tl_obj *user(struct s *s, struct person who, int64_t room, int32_t id, int64_t whom)
{
	struct tl_inputUserFromMessage *u = Q(s, inputUserFromMessage);

	u->peer = world_channel_peer(s->w, who, room);
	u->msg_id = id;
	u->user_id = whom;
	return &u->o;
}

static struct tl_obj *user_peer(struct s *s, struct tl_obj *there, int32_t id, int64_t whom)
{
	struct tl_inputPeerUserFromMessage *u = Q(s, inputPeerUserFromMessage);

	u->peer = there;
	u->msg_id = id;
	u->user_id = whom;
	return &u->o;
}

static struct tl_obj *users_q(struct s *s, struct tl_obj *whom)
{
	struct tl_users_getUsers *q = Q(s, users_getUsers);

	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = whom;
	return &q->o;
}

static struct tl_obj *say_q(struct s *s, struct tl_obj *to)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);

	q->peer = to;
	q->message = SLICE_LIT("I saw you there");
	q->random_id = 70000 + ++s->random_id;
	return &q->o;
}

/* Cat has never met Bob but in the group. */
static void test_user(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), other = room_create(s->w, s->a, false);
	struct person d = world_person(s->w, "15550009", "Dan", "");
	struct tl_obj *there = world_channel_peer(s->w, s->c, room);
	struct tl_vector *v;
	int32_t id, of_ann;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	id = say(s, s->b, room);
	of_ann = say(s, s->a, room);
	v = TL_AS(vector, talk_call(s->w, s->c, users_q(s, user(s, s->c, room, id, s->b.id))));
	assert_int_equal(v->objs.n, 1);
	assert_int_equal(TL_AS(user, v->objs.v[0])->id, s->b.id);
	talk_call(s->w, s->c, say_q(s, user_peer(s, there, id, s->b.id)));
	assert_true(talk_top(s->w, s->b, s->c) > 0);
	/* He does not stand in that one; there is no such message; he never was. */
	talk_refused(s->w, s->c, say_q(s, user_peer(s, there, of_ann, s->b.id)), "400 MSG_ID_INVALID");
	talk_refused(s->w, s->c, say_q(s, user_peer(s, there, id + 99, s->b.id)), "400 MSG_ID_INVALID");
	talk_refused(s->w, s->c, say_q(s, user_peer(s, there, id, 999999)), "400 MSG_ID_INVALID");
	/* Who may not see the message names nobody by it, nor by one that names the place. */
	talk_refused(s->w, d, say_q(s, user_peer(s, world_channel_peer(s->w, d, room), id, s->b.id)),
	             "400 CHANNEL_PRIVATE");
	talk_refused(s->w, s->c, say_q(s, user_peer(s, world_channel_peer(s->w, s->c, other), id, s->b.id)),
	             "400 CHANNEL_PRIVATE");
	talk_refused(s->w, s->c, say_q(s, user_peer(s, user_peer(s, there, id, s->b.id), id, s->b.id)),
	             "400 PEER_ID_INVALID");
}

static struct tl_obj *channel_peer(struct s *s, struct tl_obj *there, int32_t id, int64_t channel)
{
	struct tl_inputPeerChannelFromMessage *p = Q(s, inputPeerChannelFromMessage);

	p->peer = there;
	p->msg_id = id;
	p->channel_id = channel;
	return &p->o;
}

static int32_t pass_on(struct s *s, struct person who, int64_t from, int32_t id, int64_t to)
{
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int64_t random_id = 80000 + ++s->random_id;

	q->from_peer = world_channel_peer(s->w, who, from);
	q->to_peer = world_channel_peer(s->w, who, to);
	q->id = (struct tl_vec_int){&id, 1};
	q->random_id = (struct tl_vec_long){&random_id, 1};
	return TL_AS(updateMessageID, talk_update(talk_call(s->w, who, &q->o), TL_updateMessageID))->id;
}

/* A channel of which a post was passed on: one that everybody may see is read by it, another is as private as ever. */
static void test_channel(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), open = room_create(s->w, s->a, true),
		hidden = room_create(s->w, s->a, true);
	struct tl_obj *there = world_channel_peer(s->w, s->c, room);
	struct tl_channels_getFullChannel *full = Q(s, channels_getFullChannel);
	struct tl_inputChannelFromMessage *from = Q(s, inputChannelFromMessage);
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	int32_t of_open, of_hidden;

	room_username(s->w, s->a, open, "open_news");
	room_invite(s->w, s->a, room, s->c);
	of_open = pass_on(s, s->a, open, say(s, s->a, open), room);
	of_hidden = pass_on(s, s->a, hidden, say(s, s->a, hidden), room);
	q->peer = channel_peer(s, there, of_open, open);
	q->limit = 10;
	assert_true(TL_AS(messages_channelMessages, talk_call(s->w, s->c, &q->o))->messages.n >= 1);
	from->peer = there;
	from->msg_id = of_open;
	from->channel_id = open;
	full->channel = &from->o;
	assert_int_equal(
		TL_AS(channelFull, TL_AS(messages_chatFull, talk_call(s->w, s->c, &full->o))->full_chat)->id,
		open);
	q->peer = channel_peer(s, there, of_hidden, open);
	talk_refused(s->w, s->c, &q->o, "400 MSG_ID_INVALID");
	q->peer = channel_peer(s, there, of_hidden, hidden);
	talk_refused(s->w, s->c, &q->o, "400 CHANNEL_PRIVATE");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_user), T(test_channel)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
