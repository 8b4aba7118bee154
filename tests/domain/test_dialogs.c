/* test_dialogs.c - the list of chats: its pages, pins, archive, marks and folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "talk.h"

enum { N = 14 };

struct s {
	struct world *w;
	struct person a, b[N];
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));
	char phone[16];

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	for (int i = 0; i < N; i++) {
		snprintf(phone, sizeof(phone), "155501%02d", i);
		s->b[i] = world_person(s->w, phone, "Friend", "");
		talk_say(s->w, s->b[i], s->a, "hello"); /* the last one stands first */
	}
	*state = s;
	return 0;
}

static struct tl_obj *dialog_peer(struct s *s, int i)
{
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);

	p->peer = world_peer(s->w, s->a, s->b[i].id);
	return &p->o;
}

static struct tl_obj *pin_call(struct s *s, int i, bool pinned)
{
	struct tl_messages_toggleDialogPin *q = Q(s, messages_toggleDialogPin);

	q->peer = dialog_peer(s, i);
	q->pinned = pinned;
	return &q->o;
}

static void archive(struct s *s, int i, bool archived)
{
	struct tl_folders_editPeerFolders *q = Q(s, folders_editPeerFolders);
	struct tl_inputFolderPeer *p = Q(s, inputFolderPeer);

	p->peer = world_peer(s->w, s->a, s->b[i].id);
	p->folder_id = archived;
	q->folder_peers = tl_vec_new(world_arena(s->w), 1);
	q->folder_peers.v[0] = &p->o;
	talk_call(s->w, s->a, &q->o);
}

struct got {
	struct tl_vec dialogs, messages;
	int32_t count; /* -1: all of them */
};

static struct got list(struct s *s, const struct tl_messages_getDialogs *q)
{
	struct tl_obj *o = talk_call(s->w, s->a, &q->o);
	const struct tl_messages_dialogsSlice *some = TL_AS(messages_dialogsSlice, o);
	const struct tl_messages_dialogs *all = TL_AS(messages_dialogs, o);

	assert_true(all || some);
	return all ? (struct got){all->dialogs, all->messages, -1}
	           : (struct got){some->dialogs, some->messages, some->count};
}

static int who(const struct s *s, const struct tl_obj *dialog)
{
	int64_t id = TL_AS(peerUser, TL_AS(dialog, dialog)->peer)->user_id;

	for (int i = 0; i < N; i++)
		if (s->b[i].id == id)
			return i;
	fail();
	return 0;
}

static struct tl_messages_getDialogs *query(struct s *s, int folder, bool exclude_pinned, int limit)
{
	struct tl_messages_getDialogs *q = Q(s, messages_getDialogs);

	q->has_folder_id = folder >= 0;
	q->folder_id = folder;
	q->exclude_pinned = exclude_pinned;
	q->offset_peer = &Q(s, inputPeerEmpty)->o;
	q->limit = limit;
	return q;
}

/* Page by page to the end: who stood where, as a text of letters; each page must advance and carry its top messages. */
static const char *walk(struct s *s, int folder, bool exclude_pinned, int limit)
{
	static char order[4 * N];
	struct tl_messages_getDialogs *q = query(s, folder, exclude_pinned, limit);
	int n = 0, before;
	struct got g;

	do {
		before = n;
		g = list(s, q);
		assert_int_equal(g.dialogs.n, g.messages.n);
		for (uint32_t i = 0; i < g.dialogs.n; i++) {
			const struct tl_message *m = TL_AS(message, g.messages.v[i]);

			assert_int_equal(TL_AS(dialog, g.dialogs.v[i])->top_message, m->id);
			assert_true(n < (int)sizeof(order) - 1);
			order[n++] = (char)('a' + who(s, g.dialogs.v[i]));
			q->offset_date = m->date;
			q->offset_id = m->id;
			q->offset_peer = world_peer(s->w, s->a, s->b[who(s, g.dialogs.v[i])].id);
		}
		assert_true(g.count == -1 || g.count >= (int)g.dialogs.n);
	} while (g.count >= 0 && n > before);
	order[n] = '\0';
	return order;
}

static void test_pages(void **state)
{
	struct s *s = *state;

	for (int limit = 1; limit <= N + 1; limit++)
		assert_string_equal(walk(s, 0, false, limit), "nmlkjihgfedcba");
	assert_int_equal(list(s, query(s, 0, false, N)).count, -1);
	assert_int_equal(list(s, query(s, 0, false, N - 1)).count, N);
	assert_int_equal(list(s, query(s, 1, false, 10)).count, -1);
	talk_refused(s->w, s->a, &query(s, 2, false, 10)->o, "400 FOLDER_ID_INVALID");
	{
		struct tl_messages_getDialogs *q = query(s, 0, false, 10);

		q->folder_id = -1;
		talk_refused(s->w, s->a, &q->o, "400 FOLDER_ID_INVALID");
	}
	/* The five oldest are pinned, in an order of their own: they stand first, once, and hide nobody however small the page. */
	for (int i = 0; i < 5; i++)
		assert_non_null(talk_call(s->w, s->a, pin_call(s, i, true)));
	talk_refused(s->w, s->a, pin_call(s, 5, true), "400 PINNED_DIALOGS_TOO_MUCH");
	for (int limit = 1; limit <= N; limit++) {
		assert_string_equal(walk(s, 0, false, limit), "edcbanmlkjihgf");
		assert_string_equal(walk(s, 0, true, limit), "nmlkjihgf");
		assert_string_equal(walk(s, -1, false, limit), "edcbanmlkjihgf");
	}
	assert_int_equal(list(s, query(s, 0, true, 3)).count, N - 5);
	/* The archive has its own; all folders together are in order of time, but for the pins of the main list. */
	archive(s, 13, true);
	archive(s, 7, true);
	archive(s, 0, true); /* which ends its pin */
	for (int limit = 1; limit <= N; limit++) {
		assert_string_equal(walk(s, 0, false, limit), "edcbmlkjigf");
		assert_string_equal(walk(s, 1, false, limit), "nha");
		assert_string_equal(walk(s, -1, false, limit), "edcbnmlkjihgfa");
		assert_string_equal(walk(s, -1, true, limit), "nmlkjihgfa");
	}
	assert_non_null(talk_call(s->w, s->a, pin_call(s, 7, true)));
	assert_string_equal(walk(s, 1, false, 1), "hna");
	assert_string_equal(walk(s, 1, true, 1), "na");
	assert_string_equal(walk(s, -1, false, 2), "edcbnmlkjihgfa");
}

static const char *pinned(struct s *s)
{
	static char order[N + 1];
	struct tl_messages_peerDialogs *o;

	o = TL_AS(messages_peerDialogs, talk_call(s->w, s->a, &Q(s, messages_getPinnedDialogs)->o));
	assert_int_equal(o->dialogs.n, o->messages.n);
	assert_true(TL_AS(updates_state, o->state)->pts > 1);
	for (uint32_t i = 0; i < o->dialogs.n; i++)
		order[i] = (char)('a' + who(s, o->dialogs.v[i]));
	order[o->dialogs.n] = '\0';
	return order;
}

static struct tl_obj *reorder(struct s *s, const char *order, bool force)
{
	struct tl_messages_reorderPinnedDialogs *q = Q(s, messages_reorderPinnedDialogs);
	uint32_t n = (uint32_t)strlen(order);

	q->force = force;
	q->order = tl_vec_new(world_arena(s->w), n);
	for (uint32_t i = 0; i < n; i++)
		q->order.v[i] = dialog_peer(s, order[i] - 'a');
	return &q->o;
}

static void test_pins(void **state)
{
	struct s *s = *state;
	struct tl_messages_deleteHistory *del = Q(s, messages_deleteHistory);
	struct tl_updatePinnedDialogs *u;
	int64_t second = s->a.key + 1;

	world_connect(s->w, s->a, second, TL_LAYER_MAX);
	for (int i = 0; i < 4; i++)
		assert_non_null(talk_call(s->w, s->a, pin_call(s, i, true)));
	assert_string_equal(pinned(s), "dcba");
	assert_non_null(world_update(world_pushes(s->w, second), TL_updateDialogPinned));
	assert_non_null(talk_call(s->w, s->a, reorder(s, "ab", false)));
	assert_string_equal(pinned(s), "abdc");
	u = (void *)world_update(world_pushes(s->w, second), TL_updatePinnedDialogs);
	assert_non_null(u);
	assert_int_equal(u->order.n, 4);
	/* Not more than may be, by no way; and then nothing has changed. */
	talk_refused(s->w, s->a, reorder(s, "ef", false), "400 PINNED_DIALOGS_TOO_MUCH");
	talk_refused(s->w, s->a, reorder(s, "abcdef", true), "400 PINNED_DIALOGS_TOO_MUCH");
	assert_string_equal(pinned(s), "abdc");
	assert_non_null(talk_call(s->w, s->a, reorder(s, "efe", true)));
	assert_string_equal(pinned(s), "ef");
	/* A chat that is cleared keeps its place for the next message; one that is deleted does not. */
	del->peer = world_peer(s->w, s->a, s->b[4].id);
	del->just_clear = true;
	assert_non_null(talk_call(s->w, s->a, &del->o));
	assert_string_equal(pinned(s), "f");
	talk_say(s->w, s->b[4], s->a, "again");
	assert_string_equal(pinned(s), "ef");
	del->just_clear = false;
	world_pushes(s->w, second);
	assert_non_null(talk_call(s->w, s->a, &del->o));
	assert_non_null(world_update(world_pushes(s->w, second), TL_updateDialogPinned));
	talk_say(s->w, s->b[4], s->a, "and again");
	assert_string_equal(pinned(s), "f");
	assert_string_equal(walk(s, 0, false, 3), "fenmlkjihgdcba");
}

static void mute(struct s *s, int i, int32_t until)
{
	struct tl_account_updateNotifySettings *q = Q(s, account_updateNotifySettings);
	struct tl_inputPeerNotifySettings *n = Q(s, inputPeerNotifySettings);
	struct tl_inputNotifyPeer *p = Q(s, inputNotifyPeer);

	p->peer = world_peer(s->w, s->a, s->b[i].id);
	q->peer = i < 0 ? &Q(s, inputNotifyUsers)->o : &p->o;
	n->has_mute_until = true;
	n->mute_until = until;
	q->settings = &n->o;
	talk_call(s->w, s->a, &q->o);
}

static void keep(struct s *s, bool unmuted, bool folders)
{
	struct tl_account_setGlobalPrivacySettings *q = Q(s, account_setGlobalPrivacySettings);
	struct tl_globalPrivacySettings *g = Q(s, globalPrivacySettings);

	g->keep_archived_unmuted = unmuted;
	g->keep_archived_folders = folders;
	q->settings = &g->o;
	talk_call(s->w, s->a, &q->o);
}

/* The folder of chat i after its friend wrote. */
static int after_message(struct s *s, int i)
{
	archive(s, i, true);
	talk_say(s->w, s->b[i], s->a, "are you there?");
	return talk_dialog(s->w, s->a, s->b[i])->folder_id;
}

/* A chat leaves the archive with a message, unless it is muted or its owner wants it to stay. */
static void test_leaves_archive(void **state)
{
	struct s *s = *state;
	struct tl_updateFolderPeers *u;
	struct tl_messages_updateDialogFilter *f = Q(s, messages_updateDialogFilter);
	struct tl_dialogFilter *folder = Q(s, dialogFilter);
	struct tl_textWithEntities *title = Q(s, textWithEntities);

	archive(s, 0, true);
	talk_say(s->w, s->a, s->b[0], "my own words");
	assert_int_equal(talk_dialog(s->w, s->a, s->b[0])->folder_id, 1);
	talk_call(s->w, s->a, pin_call(s, 0, true));
	world_pushes(s->w, s->a.key);
	assert_int_equal(after_message(s, 0), 0);
	assert_false(talk_dialog(s->w, s->a, s->b[0])->pinned);
	u = (void *)world_update(world_pushes(s->w, s->a.key), TL_updateFolderPeers);
	assert_non_null(u);
	assert_int_equal(TL_AS(folderPeer, u->folder_peers.v[0])->folder_id, 0);
	assert_int_equal(u->pts, talk_pts(s->w, s->a));

	mute(s, 1, INT32_MAX);
	assert_int_equal(after_message(s, 1), 1);
	mute(s, 1, 1); /* long ago */
	assert_int_equal(after_message(s, 1), 0);
	mute(s, -1, INT32_MAX); /* all chats with people: its own settings say otherwise */
	assert_int_equal(after_message(s, 1), 0);
	assert_int_equal(after_message(s, 2), 1);
	mute(s, -1, 0);
	assert_int_equal(after_message(s, 2), 0);

	keep(s, true, false);
	assert_int_equal(after_message(s, 3), 1);
	keep(s, false, true);
	assert_int_equal(after_message(s, 3), 0);
	title->text = SLICE_LIT("Friends");
	title->entities = tl_vec_new(world_arena(s->w), 0);
	folder->id = f->id = 2;
	folder->title = &title->o;
	folder->pinned_peers = folder->exclude_peers = tl_vec_new(world_arena(s->w), 0);
	folder->include_peers = tl_vec_new(world_arena(s->w), 1);
	folder->include_peers.v[0] = world_peer(s->w, s->a, s->b[3].id);
	f->filter = &folder->o;
	talk_call(s->w, s->a, &f->o);
	assert_int_equal(after_message(s, 3), 1);
	assert_int_equal(after_message(s, 4), 0);
}

static struct tl_obj *read_call(struct s *s, int i)
{
	struct tl_messages_readHistory *q = Q(s, messages_readHistory);

	q->peer = world_peer(s->w, s->a, s->b[i].id);
	return &q->o;
}

static void test_marks(void **state)
{
	struct s *s = *state;
	struct tl_messages_markDialogUnread *q = Q(s, messages_markDialogUnread);
	struct tl_messages_affectedMessages *r;
	struct tl_updateDialogUnreadMark *u;
	int64_t second = s->a.key + 1;
	struct tl_obj *o;

	world_connect(s->w, s->a, second, TL_LAYER_MAX);
	talk_call(s->w, s->a, read_call(s, 3));
	q->peer = dialog_peer(s, 3);
	q->unread = true;
	assert_non_null(talk_call(s->w, s->a, &q->o));
	assert_true(talk_dialog(s->w, s->a, s->b[3])->unread_mark);
	o = talk_call(s->w, s->a, &Q(s, messages_getDialogUnreadMarks)->o);
	assert_int_equal(TL_AS(vector, o)->objs.n, 1);
	/* Reading takes it off although nothing was unread, and the other devices hear of it. */
	world_pushes(s->w, second);
	r = TL_AS(messages_affectedMessages, talk_call(s->w, s->a, read_call(s, 3)));
	assert_int_equal(r->pts_count, 0);
	assert_false(talk_dialog(s->w, s->a, s->b[3])->unread_mark);
	u = (void *)world_update(world_pushes(s->w, second), TL_updateDialogUnreadMark);
	assert_non_null(u);
	assert_false(u->unread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pages, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_pins, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_leaves_archive, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_marks, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
