/* test_private.c - private chats as clients of others found them wanting: what each side has, what is told, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "three.h"

/* The newest message of a chat, as `who` has it. */
static struct tl_obj *newest(struct s *s, struct person who, struct person with)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	int32_t count;

	q->peer = world_peer(s->w, who, with.id);
	q->limit = 1;
	return talk_messages(talk_call(s->w, who, &q->o), &count).v[0];
}

static struct tl_message *forward(struct s *s, struct person who, struct person from, struct person to)
{
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int32_t *id = arena_alloc(world_arena(s->w), sizeof(*id));
	int64_t *random_id = arena_alloc(world_arena(s->w), sizeof(*random_id));

	*id = talk_top(s->w, who, from);
	*random_id = ++s->random_id;
	q->from_peer = world_peer(s->w, who, from.id);
	q->to_peer = world_peer(s->w, who, to.id);
	q->id = (struct tl_vec_int){id, 1};
	q->random_id = (struct tl_vec_long){random_id, 1};
	talk_call(s->w, who, &q->o);
	return TL_AS(message, newest(s, who, to));
}

static void delete_mine(struct s *s, struct person who, int32_t id)
{
	struct tl_messages_deleteMessages *q = Q(s, messages_deleteMessages);
	int32_t *ids = arena_alloc(world_arena(s->w), sizeof(*ids));

	*ids = id;
	q->id = (struct tl_vec_int){ids, 1};
	talk_call(s->w, who, &q->o);
}

/* An answer to what the other side has deleted for itself: there is nothing there that it could point at, nor quote. */
static void test_reply_to_what_is_gone(void **state)
{
	struct s *s = *state;

	for (int k = 0; k < 2; k++) { /* to his own, to mine */
		struct person from = k ? s->a : s->b, to = k ? s->b : s->a;
		struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);
		struct tl_inputReplyToMessage *reply = Q(s, inputReplyToMessage);
		const struct tl_message *m;

		talk_say(s->w, from, to, "said and gone");
		delete_mine(s, s->b, talk_top(s->w, s->b, s->a));
		reply->reply_to_msg_id = talk_top(s->w, s->a, s->b);
		reply->quote_text = SLICE_LIT("gone");
		q->peer = world_peer(s->w, s->a, s->b.id);
		q->message = SLICE_LIT("an answer");
		q->random_id = ++s->random_id;
		q->reply_to = &reply->o;
		talk_call(s->w, s->a, &q->o);
		m = TL_AS(message, newest(s, s->a, s->b));
		assert_int_equal(TL_AS(messageReplyHeader, m->reply_to)->reply_to_msg_id,
		                 reply->reply_to_msg_id);
		m = TL_AS(message, newest(s, s->b, s->a));
		assert_null(m->reply_to);
	}
}

static void test_notes_and_what_was_brought(void **state)
{
	struct s *s = *state;
	const struct tl_messageFwdHeader *f;
	struct tl_message *m;

	talk_say(s->w, s->a, s->a, "a note");
	m = forward(s, s->a, s->a, s->b);
	assert_null(m->fwd_from);
	talk_say(s->w, s->c, s->b, "from Cat");
	forward(s, s->b, s->c, s->a);
	m = forward(s, s->a, s->b, s->a); /* into Ann's Saved Messages */
	f = TL_AS(messageFwdHeader, m->fwd_from);
	assert_int_equal(TL_AS(peerUser, f->from_id)->user_id, s->c.id);
	assert_int_equal(TL_AS(peerUser, f->saved_from_peer)->user_id, s->b.id);
	assert_int_equal(TL_AS(peerUser, f->saved_from_id)->user_id, s->b.id);
	assert_true(f->has_saved_date && !f->saved_out);
	m = forward(s, s->a, s->a, s->c); /* and out again: nobody's business where it was */
	f = TL_AS(messageFwdHeader, m->fwd_from);
	assert_int_equal(TL_AS(peerUser, f->from_id)->user_id, s->c.id);
	assert_true(!f->saved_from_peer && !f->saved_from_id && !f->has_saved_date && !f->saved_out);
}

static void test_pin_of_a_note(void **state)
{
	struct s *s = *state;
	struct tl_messages_updatePinnedMessage *q = Q(s, messages_updatePinnedMessage);
	const struct tl_messageService *m;

	q->id = talk_say(s->w, s->a, s->a, "a note");
	q->peer = &Q(s, inputPeerSelf)->o;
	talk_call(s->w, s->a, &q->o);
	m = TL_AS(messageService, newest(s, s->a, s->a));
	assert_non_null(m);
	assert_int_equal(TL_AS(peerUser, m->saved_peer_id)->user_id, s->a.id);
}

/* The word of a silent pin makes no sound, but it is there; among one's own notes there is none, nor of a pin for oneself. */
static void test_silent_pin(void **state)
{
	struct s *s = *state;
	struct tl_messages_updatePinnedMessage *q = Q(s, messages_updatePinnedMessage);
	const struct tl_messageService *m;

	q->silent = true;
	q->id = talk_say(s->w, s->a, s->a, "a note");
	q->peer = &Q(s, inputPeerSelf)->o;
	talk_call(s->w, s->a, &q->o);
	assert_true(TL_IS(message, newest(s, s->a, s->a)));
	q->id = talk_say(s->w, s->a, s->b, "to both");
	q->peer = world_peer(s->w, s->a, s->b.id);
	talk_call(s->w, s->a, &q->o);
	m = TL_AS(messageService, newest(s, s->b, s->a));
	assert_non_null(m);
	assert_true(m->silent && TL_IS(messageActionPinMessage, m->action));
	q->id = talk_say(s->w, s->a, s->b, "to oneself");
	q->pm_oneside = true;
	talk_call(s->w, s->a, &q->o);
	assert_true(TL_IS(message, newest(s, s->b, s->a)));
}

static void test_no_command_without_a_bot(void **state)
{
	struct s *s = *state;
	const struct tl_message *m;

	talk_say(s->w, s->a, s->b, "/start #tag");
	m = TL_AS(message, newest(s, s->b, s->a));
	assert_int_equal(m->entities.n, 1);
	assert_true(TL_IS(messageEntityHashtag, m->entities.v[0]));
}

static void archive(struct s *s, struct person whom)
{
	struct tl_folders_editPeerFolders *q = Q(s, folders_editPeerFolders);
	struct tl_inputFolderPeer *p = Q(s, inputFolderPeer);

	p->peer = world_peer(s->w, s->a, whom.id);
	p->folder_id = 1;
	q->folder_peers = tl_vec_new(world_arena(s->w), 1);
	q->folder_peers.v[0] = &p->o;
	talk_call(s->w, s->a, &q->o);
}

static void pin_chat(struct s *s, struct person whom)
{
	struct tl_messages_toggleDialogPin *q = Q(s, messages_toggleDialogPin);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);

	p->peer = world_peer(s->w, s->a, whom.id);
	q->peer = &p->o;
	q->pinned = true;
	talk_call(s->w, s->a, &q->o);
}

static const struct tl_updates_difference *difference(struct s *s, int32_t pts)
{
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);

	q->pts = pts;
	q->qts = 1;
	q->date = 1;
	return TL_AS(updates_difference, talk_call(s->w, s->a, &q->o));
}

static struct tl_obj *other(const struct tl_updates_difference *d, uint16_t name)
{
	for (uint32_t i = 0; i < d->other_updates.n; i++)
		if (d->other_updates.v[i]->name == name)
			return d->other_updates.v[i];
	return NULL;
}

/* TDLib takes a chat out of the archive where a reading does not say that it is there, and counts no folders in a difference. */
static void test_archive(void **state)
{
	struct s *s = *state;
	struct tl_messages_readHistory *q = Q(s, messages_readHistory);
	const struct tl_updateReadHistoryInbox *u;
	const struct tl_updates_difference *d;
	int32_t pts;

	talk_say(s->w, s->b, s->a, "hello");
	archive(s, s->b);
	talk_say(s->w, s->b, s->a, "to the archive");
	archive(s, s->b); /* wherever it stands now */
	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	world_pushes(s->w, s->a.key + 1);
	pts = talk_pts(s->w, s->a);
	q->peer = world_peer(s->w, s->a, s->b.id);
	talk_call(s->w, s->a, &q->o);
	u = TL_AS(updateReadHistoryInbox,
	          world_update(world_pushes(s->w, s->a.key + 1), TL_updateReadHistoryInbox));
	assert_true(u && u->has_folder_id && u->folder_id == 1);
	d = difference(s, pts);
	u = TL_AS(updateReadHistoryInbox, other(d, TL_updateReadHistoryInbox));
	assert_true(u && u->has_folder_id && u->folder_id == 1);
	d = difference(s, 1);
	assert_int_equal(TL_AS(updateFolderPeers, other(d, TL_updateFolderPeers))->pts_count, 0);
}

/* Rows of one second have no order, and clients pin on top as it comes: a difference tells the order itself. */
static void test_pins_in_order(void **state)
{
	struct s *s = *state;
	const struct person pinned[] = {s->b, s->c, s->a};
	const struct tl_updatePinnedDialogs *u;
	const struct tl_updates_difference *d;

	for (int i = 0; i < 3; i++)
		talk_say(s->w, s->a, pinned[i], "hello");
	for (int i = 0; i < 3; i++)
		pin_chat(s, pinned[i]);
	d = difference(s, 1);
	assert_null(other(d, TL_updateDialogPinned));
	u = TL_AS(updatePinnedDialogs, other(d, TL_updatePinnedDialogs));
	assert_int_equal(u->order.n, 3);
	for (int i = 0; i < 3; i++) {
		const struct tl_dialogPeer *p = TL_AS(dialogPeer, u->order.v[i]);

		assert_int_equal(TL_AS(peerUser, p->peer)->user_id, pinned[2 - i].id);
	}
}

static const struct tl_peerSettings *bar(struct s *s)
{
	struct tl_messages_getPeerSettings *q = Q(s, messages_getPeerSettings);

	q->peer = world_peer(s->w, s->a, s->b.id);
	return TL_AS(peerSettings, TL_AS(messages_peerSettings, talk_call(s->w, s->a, &q->o))->settings);
}

/* TDLib: reporting and blocking are offered together or not at all. */
static void test_bar_above_a_stranger(void **state)
{
	struct s *s = *state;
	const struct tl_peerSettings *p;

	talk_say(s->w, s->b, s->a, "hello");
	p = bar(s);
	assert_true(p->add_contact && p->report_spam && p->block_contact);
	talk_say(s->w, s->a, s->b, "oh, it is you");
	p = bar(s);
	assert_true(p->add_contact && !p->report_spam && !p->block_contact);
}

/* Whoever has a chat with somebody hears of his new name, contact or not. */
static void test_new_name(void **state)
{
	struct s *s = *state;
	struct tl_account_updateProfile *q = Q(s, account_updateProfile);
	const struct tl_updateUserName *u;

	talk_say(s->w, s->b, s->a, "hello");
	world_pushes(s->w, s->a.key);
	q->first_name = SLICE_LIT("Robert");
	talk_call(s->w, s->b, &q->o);
	u = TL_AS(updateUserName, world_update(world_pushes(s->w, s->a.key), TL_updateUserName));
	assert_true(u && u->user_id == s->b.id && slice_eq(u->first_name, q->first_name));
	assert_null(world_update(world_pushes(s->w, s->c.key), TL_updateUserName));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_reply_to_what_is_gone),
		TEST(test_notes_and_what_was_brought),
		TEST(test_pin_of_a_note),
		TEST(test_silent_pin),
		TEST(test_no_command_without_a_bot),
		TEST(test_archive),
		TEST(test_pins_in_order),
		TEST(test_bar_above_a_stranger),
		TEST(test_new_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
