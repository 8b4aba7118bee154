/* test_channel_difference.c - what a channel's members are told of it later: differences, from which state on, and after a restore. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "room.h"
#include "thread.h"
#include "updates/event.h"
#include "updates/peer.h"

static struct tl_updates_channelDifference *difference(struct s *s, struct person who, int64_t channel,
                                                       int32_t pts)
{
	struct tl_updates_getChannelDifference *q = Q(s, updates_getChannelDifference);

	q->channel = world_channel(s->w, who, channel);
	q->filter = &Q(s, channelMessagesFilterEmpty)->o;
	q->pts = pts;
	q->limit = 100;
	return TL_AS(updates_channelDifference, talk_call(s->w, who, &q->o));
}

/* Is the channel named by a difference from this state? */
static bool is_named(struct s *s, struct person who, int64_t key, const struct tl_updates_state *from,
                     int64_t channel)
{
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);
	struct tl_updates_difference *d;

	q->pts = from->pts;
	q->date = from->date;
	d = TL_AS(updates_difference, world_call_as(s->w, who, key, TL_LAYER_MAX, &q->o));
	for (uint32_t i = 0; d && i < d->other_updates.n; i++) {
		struct tl_updateChannelTooLong *t = TL_AS(updateChannelTooLong, d->other_updates.v[i]);

		if (t && t->channel_id == channel)
			return true;
	}
	return false;
}

static struct tl_obj *find_update(const struct tl_updates_difference *d, uint16_t name)
{
	for (uint32_t i = 0; d && i < d->other_updates.n; i++)
		if (d->other_updates.v[i]->name == name)
			return d->other_updates.v[i];
	return NULL;
}

/* A date has seconds: what the state showed that he was told is no news, whatever it says; what came behind it is. */
static void test_told_already(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true);
	struct tl_updates_state *told;

	room_enter(s->w, s->b, id);
	world_connect(s->w, s->b, s->b.key + 1, TL_LAYER_MAX);
	thread_say(s, s->a, id, "two", 0, 0);
	told = TL_AS(updates_state, talk_call(s->w, s->b, &Q(s, updates_getState)->o));
	assert_false(is_named(s, s->b, s->b.key, told, id));
	assert_true(is_named(s, s->b, s->b.key + 1, told, id)); /* of what that one knows nobody knows */
	thread_say(s, s->a, id, "three", 0, 0);
	for (int i = 0; i < 3; i++) /* he may not have got the answer */
		assert_true(is_named(s, s->b, s->b.key, told, id));
	world_connect(s->w, s->b, s->b.key, 0);
	world_connect(s->w, s->b, s->b.key, TL_LAYER_MAX);
	assert_true(is_named(s, s->b, s->b.key, told, id));
	/* Connected again within the second: what he goes on from may be what he had before, though he was told more. */
	told = TL_AS(updates_state, talk_call(s->w, s->b, &Q(s, updates_getState)->o));
	assert_true(is_named(s, s->b, s->b.key, told, id));
	clock_set_test(2000000);
	thread_say(s, s->a, id, "four", 0, 0);
	told = TL_AS(updates_state, talk_call(s->w, s->b, &Q(s, updates_getState)->o));
	assert_false(is_named(s, s->b, s->b.key, told, id));
	clock_set_test(0);
}

/* Who knows nothing of a channel and asks for a little gets the chat as it is: what was read before is not unread. */
static void test_from_the_beginning(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_updates_getChannelDifference *q = Q(s, updates_getChannelDifference);
	struct tl_updates_channelDifferenceTooLong *d;

	thread_say(s, s->a, id, "two", 0, 0);
	room_enter(s->w, s->b, id);
	room_read(s->w, s->b, id, 0);
	thread_say(s, s->a, id, "three", 0, 0);
	q->channel = world_channel(s->w, s->b, id);
	q->filter = &Q(s, channelMessagesFilterEmpty)->o;
	q->pts = q->limit = 1;
	d = TL_AS(updates_channelDifferenceTooLong, talk_call(s->w, s->b, &q->o));
	assert_non_null(d);
	assert_int_equal(d->messages.n, 3);
	assert_int_equal(TL_AS(dialog, d->dialog)->pts, 4);
	assert_int_equal(TL_AS(dialog, d->dialog)->read_inbox_max_id, 2);
	assert_int_equal(TL_AS(dialog, d->dialog)->unread_count, 1);
	q->limit = 3; /* it fits: TDLib takes it for an error otherwise */
	assert_true(TL_IS(updates_channelDifference, talk_call(s->w, s->b, &q->o)));
}

static void test_difference(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true);
	struct tl_updates_channelDifference *d;
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);
	struct tl_messages_editMessage *e = Q(s, messages_editMessage);
	struct tl_updateChannelTooLong *t;
	struct tl_vec v = {0};

	room_enter(s->w, s->b, id);
	thread_say(s, s->a, id, "one", 0, 0);
	thread_say(s, s->a, id, "two", 0, 0);
	thread_remove(s, s->a, id, 2);
	e->peer = world_channel_peer(s->w, s->a, id);
	e->id = 3;
	e->message = SLICE_LIT("three");
	talk_call(s->w, s->a, &e->o);
	d = difference(s, s->b, id, 2);
	assert_int_equal(d->pts, 6);
	assert_true(d->final);
	assert_int_equal(d->new_messages.n, 1);
	assert_true(slice_eq(TL_AS(message, d->new_messages.v[0])->message, SLICE_LIT("three")));
	assert_int_equal(d->other_updates.n, 1);
	assert_true(TL_IS(updateDeleteChannelMessages, d->other_updates.v[0]));
	q->pts = talk_pts(s->w, s->b);
	q->date = (int32_t)clock_unix() - 100;
	v = TL_AS(updates_difference, talk_call(s->w, s->b, &q->o))->other_updates;
	for (uint32_t i = 0; i < v.n; i++)
		if ((t = TL_AS(updateChannelTooLong, v.v[i])) != NULL)
			assert_int_equal(t->pts, 6);
	assert_true(v.n > 0);
}

static int lift(struct rpc_call *c, void *arg)
{
	const int64_t *id = arg;
	struct upd_event ev = {
		.owner = peer_channel(*id), .kind = UPD_EPOCH, .pts_count = 1000, .id = 3 + 1000};

	return rpc_log_event(c, &ev);
}

/* A backup that ends at pts 4 with message 3 was restored: who has seen more hears what may be gone, who has not hears nothing. */
static void test_epoch(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true);
	struct tl_updates_channelDifference *d;
	struct tl_updateDeleteChannelMessages *gone;

	room_enter(s->w, s->b, id);
	thread_say(s, s->a, id, "one", 0, 0);
	thread_say(s, s->a, id, "two", 0, 0);
	assert_int_equal(world_write(s->w, lift, &id), 0);
	d = difference(s, s->b, id, 6);
	assert_int_equal(d->pts, 1004);
	assert_true(d->final);
	assert_int_equal(d->new_messages.n, 0);
	assert_int_equal(d->other_updates.n, 1);
	gone = TL_AS(updateDeleteChannelMessages, d->other_updates.v[0]);
	assert_int_equal(gone->messages.n, 2);
	assert_int_equal(gone->messages.v[0], 4);
	assert_int_equal(gone->messages.v[1], 5);
	assert_int_equal(gone->pts, 1004);
	assert_int_equal(gone->pts_count, 1000);
	d = difference(s, s->b, id, 3);
	assert_int_equal(d->pts, 1004);
	assert_int_equal(d->new_messages.n, 1);
	assert_int_equal(d->other_updates.n, 0);
}

/* What he had read where he is no more is no news: with its pts he would look for what he missed. */
static void test_kicked_reader(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);

	q->pts = 1;
	q->date = 1;
	room_enter(s->w, s->b, id);
	room_read(s->w, s->b, id, thread_say(s, s->a, id, "read this", 0, 0)->id);
	assert_non_null(find_update(TL_AS(updates_difference, talk_call(s->w, s->b, &q->o)),
	                            TL_updateReadChannelInbox));
	room_throw_out(s->w, s->b, id);
	assert_null(find_update(TL_AS(updates_difference, talk_call(s->w, s->b, &q->o)),
	                        TL_updateReadChannelInbox));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_from_the_beginning), T(test_told_already), T(test_difference), T(test_epoch),
		T(test_kicked_reader),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
