/* test_chat_ranks.c - the words beside names in basic groups: who sets whose, where they are shown, what becomes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "group.h"
#include "room.h"

static struct tl_obj *rank_q(struct four *s, struct person who, int64_t chat, struct person whom,
                             const char *rank)
{
	struct tl_messages_editChatParticipantRank *q = Q(s, messages_editChatParticipantRank);

	q->peer = group_peer(s, chat);
	q->participant = who.id == whom.id ? &Q(s, inputPeerSelf)->o : world_peer(s->w, who, whom.id);
	q->rank = slice_str(rank);
	return &q->o;
}

static struct slice rank_in_list(struct four *s, int64_t chat, struct person whom)
{
	const struct tl_chatFull *f = group_full(s, s->c, chat);
	struct tl_vec all = TL_AS(chatParticipants, f->participants)->participants;

	for (uint32_t i = 0; i < all.n; i++) {
		const struct tl_chatParticipant *m = TL_AS(chatParticipant, all.v[i]);

		if (m && m->user_id == whom.id)
			return m->rank;
	}
	return (struct slice){0};
}

static void test_shown(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s);
	const struct tl_updateChatParticipantRank *u;
	const struct tl_message *m;

	world_pushes(s->w, s->c.key);
	u = TL_AS(updateChatParticipantRank,
	          talk_update(talk_call(s->w, s->a, rank_q(s, s->a, chat, s->b, "Cook")),
	                      TL_updateChatParticipantRank));
	assert_true(u && u->chat_id == chat && u->user_id == s->b.id && slice_eq(u->rank, SLICE_LIT("Cook")));
	assert_int_equal(u->version,
	                 group_full(s, s->a, chat)->participants
	                         ? TL_AS(chatParticipants, group_full(s, s->a, chat)->participants)->version
	                         : 0);
	u = TL_AS(updateChatParticipantRank,
	          world_update(world_pushes(s->w, s->c.key), TL_updateChatParticipantRank));
	assert_true(u && u->user_id == s->b.id && slice_eq(u->rank, SLICE_LIT("Cook")));
	assert_true(slice_eq(rank_in_list(s, chat, s->b), SLICE_LIT("Cook")));
	assert_true(slice_eq(group_say(s, s->b, chat, "dinner", 0)->from_rank, SLICE_LIT("Cook")));
	m = group_top(s, s->c, chat);
	assert_true(slice_eq(m->from_rank, SLICE_LIT("Cook")));
	assert_int_equal(group_say(s, s->c, chat, "thanks", 0)->from_rank.n, 0);
	/* It is taken away again, and nobody shows it any more. */
	talk_call(s->w, s->b, rank_q(s, s->b, chat, s->b, ""));
	assert_int_equal(rank_in_list(s, chat, s->b).n, 0);
	assert_int_equal(group_say(s, s->b, chat, "tea?", 0)->from_rank.n, 0);
}

static void test_who_may(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s);
	struct tl_messages_editChatDefaultBannedRights *forbid = Q(s, messages_editChatDefaultBannedRights);
	struct tl_messages_editChatAdmin *admin = Q(s, messages_editChatAdmin);
	struct tl_chatBannedRights *rights = Q(s, chatBannedRights);

	talk_refused(s->w, s->c, rank_q(s, s->c, chat, s->b, "x"), "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->d, rank_q(s, s->d, chat, s->b, "x"), "400 CHAT_ID_INVALID");
	talk_refused(s->w, s->a, rank_q(s, s->a, chat, s->d, "x"), "400 USER_NOT_PARTICIPANT");
	talk_refused(s->w, s->a, rank_q(s, s->a, chat, s->b, "seventeen letters"), "400 ADMIN_RANK_INVALID");
	talk_refused(s->w, s->a, rank_q(s, s->a, chat, s->b, ""), "400 CHAT_NOT_MODIFIED");
	talk_call(s->w, s->b, rank_q(s, s->b, chat, s->b, "mine"));
	admin->chat_id = chat;
	admin->user_id = world_user(s->w, s->a, s->b.id);
	admin->is_admin = true;
	talk_call(s->w, s->a, &admin->o);
	talk_call(s->w, s->b, rank_q(s, s->b, chat, s->c, "by an admin"));
	talk_refused(s->w, s->b, rank_q(s, s->b, chat, s->a, "x"), "400 CHAT_ADMIN_REQUIRED");
	rights->edit_rank = true;
	forbid->peer = group_peer(s, chat);
	forbid->banned_rights = &rights->o;
	talk_call(s->w, s->a, &forbid->o);
	talk_refused(s->w, s->c, rank_q(s, s->c, chat, s->c, "mine"), "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->b, rank_q(s, s->b, chat, s->b, "still mine"));
}

/* A group that becomes a supergroup takes them along. */
static void test_migrated(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s), room;
	struct tl_messages_migrateChat *q = Q(s, messages_migrateChat);
	struct tl_updates *o;

	talk_call(s->w, s->a, rank_q(s, s->a, chat, s->a, "Host"));
	q->chat_id = chat;
	o = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	room = 0;
	for (uint32_t i = 0; i < o->chats.n; i++)
		if (TL_IS(channel, o->chats.v[i]))
			room = TL_AS(channel, o->chats.v[i])->id;
	assert_true(room != 0);
	assert_true(slice_eq(TL_AS(channelParticipantCreator, room_participant(s->w, s->a, room, s->a))->rank,
	                     SLICE_LIT("Host")));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, group_setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_shown), T(test_who_may), T(test_migrated)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
