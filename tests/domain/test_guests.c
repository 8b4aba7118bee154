/*
 * test_guests.c - who may read the group in which a channel's posts are discussed: whoever may see the channel, and who is in the group;
 * nobody whom either threw out. To all others it is as absent as one that never was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "room.h"
#include "three.h"

/* What the caller is in the one and in the other. */
enum is { NOBODY, MEMBER, LEFT, KICKED };

static const struct row {
	const char *what;
	bool channel_public, group_public, untied;
	enum is in_channel, in_group;
	bool may;
} rows[] = {
	{"a stranger, both private", false, false, false, NOBODY, NOBODY, false},
	{"a subscriber of the private channel", false, false, false, MEMBER, NOBODY, true},
	{"who left the private channel", false, false, false, LEFT, NOBODY, false},
	{"whom the private channel threw out", false, false, false, KICKED, NOBODY, false},
	{"a subscriber whom the group threw out", false, false, false, MEMBER, KICKED, false},
	{"a subscriber who left the group", false, false, false, MEMBER, LEFT, true},
	{"a member of the group alone", false, false, false, NOBODY, MEMBER, true},
	{"who was thrown out of the channel, in the group", false, false, false, KICKED, MEMBER, true},
	{"a stranger, the channel public", true, false, false, NOBODY, NOBODY, true},
	{"who left the public channel", true, false, false, LEFT, NOBODY, true},
	{"whom the public channel threw out", true, false, false, KICKED, NOBODY, false},
	{"whom the group of a public channel threw out", true, false, false, NOBODY, KICKED, false},
	{"a stranger, the group public", false, true, false, NOBODY, NOBODY, true},
	{"whom the channel threw out, the group public", false, true, false, KICKED, NOBODY, true},
	{"whom the public group threw out", false, true, false, NOBODY, KICKED, false},
	{"a subscriber, no more tied", false, false, true, MEMBER, NOBODY, false},
	{"a stranger, no more tied to a public one", true, false, true, NOBODY, NOBODY, false},
};

static void become(struct s *s, struct person who, int64_t room, enum is what)
{
	if (what != NOBODY)
		room_invite(s->w, s->a, room, who);
	if (what == LEFT)
		talk_call(s->w, who, room_leave_q(s->w, who, room));
	if (what == KICKED)
		talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, who, BAN_VIEW, 0));
}

static void tie(struct s *s, int64_t channel, int64_t group)
{
	struct tl_channels_setDiscussionGroup *q = Q(s, channels_setDiscussionGroup);

	q->broadcast = world_channel(s->w, s->a, channel);
	q->group = group ? world_channel(s->w, s->a, group) : &Q(s, inputChannelEmpty)->o;
	talk_call(s->w, s->a, &q->o);
}

enum { WAYS = 7 };

/* By whatever reads it. */
static void ways(struct s *s, struct person who, int64_t group, struct tl_obj *ret[WAYS])
{
	struct tl_messages_getHistory *history = Q(s, messages_getHistory);
	struct tl_messages_getReplies *replies = Q(s, messages_getReplies);
	struct tl_messages_search *search = Q(s, messages_search);
	struct tl_channels_getMessages *ids = Q(s, channels_getMessages);
	struct tl_channels_getFullChannel *full = Q(s, channels_getFullChannel);
	struct tl_updates_getChannelDifference *difference = Q(s, updates_getChannelDifference);
	struct tl_inputMessageID *id = Q(s, inputMessageID);

	history->peer = replies->peer = search->peer = world_channel_peer(s->w, who, group);
	history->limit = replies->limit = search->limit = 10;
	replies->msg_id = id->id = 2; /* the copy of the post */
	search->q = SLICE_LIT("news");
	search->filter = &Q(s, inputMessagesFilterEmpty)->o;
	ids->channel = full->channel = difference->channel = world_channel(s->w, who, group);
	ids->id = tl_vec_new(world_arena(s->w), 1);
	ids->id.v[0] = &id->o;
	difference->filter = &Q(s, channelMessagesFilterEmpty)->o;
	difference->pts = 1;
	difference->limit = 10;
	ret[0] = &history->o;
	ret[1] = &replies->o;
	ret[2] = &search->o;
	ret[3] = &ids->o;
	ret[4] = &full->o;
	ret[5] = &difference->o;
	ret[6] = room_say_q(s->w, who, group, "may I?");
}

static void one(struct s *s, const struct row *row, struct person who)
{
	int64_t channel = room_create(s->w, s->a, true), group = room_create(s->w, s->a, false);
	struct tl_obj *q[WAYS], *o;

	tie(s, channel, group);
	if (row->channel_public)
		room_username(s->w, s->a, channel, "the_channel");
	if (row->group_public)
		room_username(s->w, s->a, group, "the_group");
	talk_call(s->w, s->a, room_say_q(s->w, s->a, channel, "news"));
	become(s, who, channel, row->in_channel);
	become(s, who, group, row->in_group);
	if (row->untied)
		tie(s, channel, 0);
	ways(s, who, group, q);
	for (int i = 0; i < WAYS; i++) {
		o = world_call(s->w, who, q[i]);
		if (!o == row->may)
			fail_msg("%s: %s is %s", row->what, tl_wire_name(q[i]->name),
			         o ? "answered" : world_error(s->w));
		if (!o)
			assert_string_equal(world_error(s->w), "400 CHANNEL_PRIVATE");
	}
	if (row->channel_public)
		room_username(s->w, s->a, channel, "");
	if (row->group_public)
		room_username(s->w, s->a, group, "");
}

static void test_table(void **state)
{
	struct s *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char phone[16];

		snprintf(phone, sizeof(phone), "155510%02d", (int)i);
		one(s, &rows[i], world_person(s->w, phone, "Guest", ""));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, three_setup, world_teardown)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("guests", tests, NULL, NULL);
}
