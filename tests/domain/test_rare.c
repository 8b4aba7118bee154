/* test_rare.c - what admins and readers of channels seldom do: similar channels, ranks, sets of stickers, names, channels that were left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "room.h"
#include "three.h"

static struct tl_vec similar(struct s *s, struct person who, int64_t room)
{
	struct tl_channels_getChannelRecommendations *q = Q(s, channels_getChannelRecommendations);

	q->channel = room ? world_channel(s->w, who, room) : NULL;
	return TL_AS(messages_chats, talk_call(s->w, who, &q->o))->chats;
}

/* Three who read both make one similar to the other; two do not, nor does a channel that has no name. */
static void test_similar(void **state)
{
	struct s *s = *state;
	struct person more[2] = {world_person(s->w, "15550011", "Dan", ""),
	                         world_person(s->w, "15550012", "Eve", "")};
	int64_t news = room_create(s->w, s->a, true), jokes = room_create(s->w, s->b, true),
		secret = room_create(s->w, s->b, true), group = room_create(s->w, s->a, false);
	struct tl_channels_getChannelRecommendations *q = Q(s, channels_getChannelRecommendations);
	struct tl_vec v;

	room_username(s->w, s->a, news, "somenews");
	room_username(s->w, s->b, jokes, "somejokes");
	for (int i = 0; i < 2; i++) {
		talk_call(s->w, more[i], room_join_q(s->w, more[i], news));
		talk_call(s->w, more[i], room_join_q(s->w, more[i], jokes));
		room_invite(s->w, s->b, secret, more[i]);
	}
	assert_int_equal(similar(s, s->a, news).n, 0);
	talk_call(s->w, s->b, room_join_q(s->w, s->b, news)); /* whose the other one is */
	v = similar(s, s->a, news);
	assert_int_equal(v.n, 1);
	assert_int_equal(TL_AS(channel, v.v[0])->id, jokes);
	v = similar(s, s->a, 0);
	assert_int_equal(v.n, 1);
	assert_int_equal(similar(s, more[0], news).n, 0); /* he reads it */
	assert_int_equal(similar(s, s->c, 0).n, 0);
	q->channel = world_channel(s->w, s->a, group);
	talk_refused(s->w, s->a, &q->o, "400 CHANNEL_INVALID");
}

static struct tl_obj *rank_q(struct s *s, struct person by, int64_t room, struct person whom,
                             const char *rank)
{
	struct tl_messages_editChatParticipantRank *q = Q(s, messages_editChatParticipantRank);

	q->peer = world_channel_peer(s->w, by, room);
	q->participant = world_peer(s->w, by, whom.id);
	q->rank = slice_str(rank);
	return &q->o;
}

static void test_rank(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false), channel = room_create(s->w, s->a, true);
	struct tl_messages_getHistory *history = Q(s, messages_getHistory);
	const struct tl_messages_channelMessages *page;
	struct tl_channelParticipant *p;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	talk_call(s->w, s->a, rank_q(s, s->a, room, s->b, "cook"));
	p = TL_AS(channelParticipant, room_participant(s->w, s->a, room, s->b));
	assert_true(slice_eq(p->rank, SLICE_LIT("cook")));
	talk_call(s->w, s->b, room_say_q(s->w, s->b, room, "soup?"));
	history->peer = world_channel_peer(s->w, s->c, room);
	history->limit = 1;
	page = TL_AS(messages_channelMessages, talk_call(s->w, s->c, &history->o));
	assert_true(slice_eq(TL_AS(message, page->messages.v[0])->from_rank, SLICE_LIT("cook")));
	talk_refused(s->w, s->a, rank_q(s, s->a, room, s->b, "cook"), "400 CHAT_NOT_MODIFIED");
	talk_refused(s->w, s->a, rank_q(s, s->a, room, s->b, "a cook, and a gardener"),
	             "400 ADMIN_RANK_INVALID");
	talk_refused(s->w, s->b, rank_q(s, s->b, room, s->c, "boy"), "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->b, rank_q(s, s->b, room, s->a, "boss"), "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->a, rank_q(s, s->a, channel, s->a, "boss"), "400 PEER_ID_INVALID");
	talk_call(s->w, s->b, rank_q(s, s->b, room, s->b, "chef"));
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->b, BAN_RANK, 0));
	talk_refused(s->w, s->b, rank_q(s, s->b, room, s->b, "king"), "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->c, ADMIN_RANKS));
	talk_call(s->w, s->c, rank_q(s, s->c, room, s->b, "maid"));
}

static void test_names(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	struct tl_channels_toggleUsername *t = Q(s, channels_toggleUsername);
	struct tl_channels_reorderUsernames *o = Q(s, channels_reorderUsernames);
	struct slice name = SLICE_LIT("thename");

	room_invite(s->w, s->a, room, s->b);
	t->channel = o->channel = world_channel(s->w, s->a, room);
	t->username = name;
	o->order = (struct tl_vec_str){&name, 1};
	talk_refused(s->w, s->a, &t->o, "400 USERNAME_INVALID");
	talk_refused(s->w, s->a, &o->o, "400 USERNAME_INVALID");
	room_username(s->w, s->a, room, "thename");
	talk_refused(s->w, s->a, &t->o, "400 USERNAME_NOT_MODIFIED");
	talk_call(s->w, s->a, &o->o);
	t->channel = o->channel = world_channel(s->w, s->b, room);
	talk_refused(s->w, s->b, &t->o, "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->b, &o->o, "400 CHAT_ADMIN_REQUIRED");
}

static void test_left(void **state)
{
	struct s *s = *state;
	struct tl_channels_getLeftChannels *q = Q(s, channels_getLeftChannels);
	int64_t room = room_create(s->w, s->a, true), stays = room_create(s->w, s->a, true);
	struct tl_vec v;

	room_username(s->w, s->a, room, "leaveme");
	room_invite(s->w, s->a, stays, s->b);
	talk_call(s->w, s->b, room_join_q(s->w, s->b, room));
	talk_call(s->w, s->b, room_leave_q(s->w, s->b, room));
	talk_refused(s->w, s->b, &q->o, "403 TAKEOUT_REQUIRED");
	v = TL_AS(messages_chats, world_call_takeout(s->w, s->b, &q->o))->chats;
	assert_int_equal(v.n, 1);
	assert_int_equal(TL_AS(channel, v.v[0])->id, room);
	assert_true(TL_AS(channel, v.v[0])->left);
	q->offset = 1;
	assert_int_equal(TL_AS(messages_chatsSlice, world_call_takeout(s->w, s->b, &q->o))->chats.n, 0);
}

static void test_stickers(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_channels_setStickers *q = Q(s, channels_setStickers);
	struct tl_inputStickerSetShortName *name = Q(s, inputStickerSetShortName);

	room_invite(s->w, s->a, room, s->b);
	assert_true(room_full(s->w, s->a, room)->can_set_stickers);
	assert_false(room_full(s->w, s->b, room)->can_set_stickers);
	name->short_name = SLICE_LIT("nosuchset");
	q->channel = world_channel(s->w, s->a, room);
	q->stickerset = &name->o;
	talk_refused(s->w, s->a, &q->o, "400 STICKERSET_INVALID");
	q->stickerset = &Q(s, inputStickerSetEmpty)->o;
	talk_refused(s->w, s->a, &q->o, "400 CHAT_NOT_MODIFIED");
	q->channel = world_channel(s->w, s->b, room);
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	assert_null(room_full(s->w, s->a, room)->stickerset);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_similar), T(test_rank), T(test_names), T(test_left),
	                                   T(test_stickers)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
