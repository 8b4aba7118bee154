/* test_saved.c - Saved Messages by whom they came from: lists, history, pins, search, deletion; and histories deleted in part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sql/sql.h"
#include "talk.h"

enum { N = 4 };

struct s {
	struct world *w;
	struct person a, b[N];
	int64_t random_id;
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
	}
	*state = s;
	return 0;
}

static struct tl_obj *peer(struct s *s, int i)
{
	return i < 0 ? &Q(s, inputPeerSelf)->o : world_peer(s->w, s->a, s->b[i].id);
}

/* Ann keeps what a friend wrote: its id in Saved Messages. */
static int32_t keep(struct s *s, int i, const char *text)
{
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int32_t *id = arena_alloc(world_arena(s->w), sizeof(*id));
	int64_t *random_id = arena_alloc(world_arena(s->w), sizeof(*random_id));
	const struct tl_message *m;
	struct tl_obj *o;

	talk_say(s->w, s->b[i], s->a, text);
	*id = talk_top(s->w, s->a, s->b[i]);
	*random_id = ++s->random_id;
	q->from_peer = peer(s, i);
	q->to_peer = peer(s, -1);
	q->id = (struct tl_vec_int){id, 1};
	q->random_id = (struct tl_vec_long){random_id, 1};
	o = talk_update(talk_call(s->w, s->a, &q->o), TL_updateNewMessage);
	m = TL_AS(message, TL_AS(updateNewMessage, o)->message);
	assert_false(m->out);
	assert_int_equal(TL_AS(peerUser, m->saved_peer_id)->user_id, s->b[i].id);
	assert_int_equal(TL_AS(messageFwdHeader, m->fwd_from)->saved_from_msg_id, *id);
	return m->id;
}

static int32_t note(struct s *s, const char *text)
{
	return talk_say(s->w, s->a, s->a, text);
}

static char name_of(const struct s *s, const struct tl_obj *p)
{
	int64_t id = TL_AS(peerUser, p)->user_id;

	for (int i = 0; i < N; i++)
		if (s->b[i].id == id)
			return (char)('a' + i);
	assert_int_equal(id, s->a.id);
	return '-';
}

/* A list as letters, capital if pinned; the tops must be there. ret_last: id of the last top; ret_total: -1 if these are all. */
static const char *read_list(const struct s *s, const struct tl_obj *o, int32_t *ret_last, int32_t *ret_total)
{
	const struct tl_messages_savedDialogsSlice *part = TL_AS(messages_savedDialogsSlice, o);
	const struct tl_messages_savedDialogs *all = TL_AS(messages_savedDialogs, o);
	struct tl_vec v, messages;
	static char text[16];

	assert_true(part || all);
	v = part ? part->dialogs : all->dialogs;
	messages = part ? part->messages : all->messages;
	assert_int_equal(v.n, messages.n);
	for (uint32_t i = 0; i < v.n; i++) {
		const struct tl_savedDialog *d = TL_AS(savedDialog, v.v[i]);

		assert_int_equal(d->top_message, TL_AS(message, messages.v[i])->id);
		text[i] = name_of(s, d->peer);
		if (d->pinned)
			text[i] = text[i] == '-' ? '+' : (char)(text[i] - 32);
		*ret_last = d->top_message;
	}
	text[v.n] = '\0';
	*ret_total = part ? part->count : -1;
	return text;
}

static const char *list(struct s *s, int32_t offset_id, int limit, bool exclude_pinned, int32_t *ret_last,
                        int32_t *ret_total)
{
	struct tl_messages_getSavedDialogs *q = Q(s, messages_getSavedDialogs);

	q->offset_peer = &Q(s, inputPeerEmpty)->o;
	q->offset_id = offset_id;
	q->limit = limit;
	q->exclude_pinned = exclude_pinned;
	return read_list(s, talk_call(s->w, s->a, &q->o), ret_last, ret_total);
}

static struct tl_obj *dialog_peer(struct s *s, int i)
{
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);

	p->peer = peer(s, i);
	return &p->o;
}

static void pin(struct s *s, int i, bool pinned)
{
	struct tl_messages_toggleSavedDialogPin *q = Q(s, messages_toggleSavedDialogPin);

	q->peer = dialog_peer(s, i);
	q->pinned = pinned;
	talk_call(s->w, s->a, &q->o);
}

static unsigned history(struct s *s, int i, int32_t offset_id, int add, int limit, int32_t *ret_first)
{
	struct tl_messages_getSavedHistory *q = Q(s, messages_getSavedHistory);
	struct tl_vec v;
	int32_t count;

	q->peer = peer(s, i);
	q->offset_id = offset_id;
	q->add_offset = add;
	q->limit = limit;
	v = talk_messages(talk_call(s->w, s->a, &q->o), &count);
	*ret_first = v.n ? TL_AS(message, v.v[0])->id : 0;
	return v.n;
}

static void test_lists(void **state)
{
	struct s *s = *state;
	struct tl_messages_reorderPinnedSavedDialogs *order = Q(s, messages_reorderPinnedSavedDialogs);
	struct tl_messages_getSavedDialogsByID *by_id = Q(s, messages_getSavedDialogsByID);
	int64_t second = s->a.key + 1;
	int32_t last, total;

	assert_string_equal(list(s, 0, 10, false, &last, &total), "");
	note(s, "mine");
	for (int i = 0; i < N; i++)
		keep(s, i, "theirs");
	keep(s, 1, "theirs again");
	assert_string_equal(list(s, 0, 10, false, &last, &total), "bdca-");
	assert_int_equal(total, -1);
	assert_string_equal(list(s, 0, 2, false, &last, &total), "bd");
	assert_int_equal(total, 5);
	assert_string_equal(list(s, last, 2, false, &last, &total), "ca");
	assert_string_equal(list(s, last, 2, false, &last, &total), "-");
	world_connect(s->w, s->a, second, TL_LAYER_MAX);
	pin(s, 0, true);
	pin(s, -1, true);
	assert_non_null(world_update(world_pushes(s->w, second), TL_updateSavedDialogPinned));
	assert_string_equal(list(s, 0, 2, false, &last, &total), "+Abd");
	assert_string_equal(list(s, last, 2, false, &last, &total), "c");
	assert_string_equal(list(s, 0, 10, true, &last, &total), "bdc");
	assert_int_equal(total, -1);
	assert_string_equal(
		read_list(s, talk_call(s->w, s->a, &Q(s, messages_getPinnedSavedDialogs)->o), &last, &total),
		"+A");
	order->order = tl_vec_new(world_arena(s->w), 2);
	order->order.v[0] = dialog_peer(s, 3);
	order->order.v[1] = dialog_peer(s, 0);
	talk_call(s->w, s->a, &order->o);
	assert_non_null(world_update(world_pushes(s->w, second), TL_updatePinnedSavedDialogs));
	assert_string_equal(list(s, 0, 10, false, &last, &total), "DA+bc");
	order->force = true;
	talk_call(s->w, s->a, &order->o);
	assert_string_equal(list(s, 0, 10, false, &last, &total), "DAbc-");
	by_id->ids = tl_vec_new(world_arena(s->w), 2);
	by_id->ids.v[0] = peer(s, 2);
	by_id->ids.v[1] = peer(s, 0);
	assert_string_equal(read_list(s, talk_call(s->w, s->a, &by_id->o), &last, &total), "cA");
}

static void test_history(void **state)
{
	struct s *s = *state;
	struct tl_messages_deleteSavedHistory *del = Q(s, messages_deleteSavedHistory);
	struct tl_messages_search *q = Q(s, messages_search);
	int32_t id[6], first, last, total;
	struct tl_obj *o;

	for (int i = 0; i < 6; i++) {
		id[i] = keep(s, 0, i % 2 ? "needle" : "hay");
		keep(s, 1, "needle");
		note(s, "needle");
	}
	assert_int_equal(history(s, 0, 0, 0, 100, &first), 6);
	assert_int_equal(first, id[5]);
	assert_int_equal(history(s, 0, id[3], 0, 2, &first), 2);
	assert_int_equal(first, id[2]);
	assert_int_equal(history(s, 0, id[3], -2, 2, &first), 2);
	assert_int_equal(first, id[4]);
	assert_int_equal(history(s, -1, 0, 0, 4, &first), 4);
	assert_int_equal(history(s, 2, 0, 0, 4, &first), 0);
	/* Searched: all of it, or what one of them wrote. */
	q->peer = peer(s, -1);
	q->filter = &Q(s, inputMessagesFilterEmpty)->o;
	q->limit = 100;
	q->q = SLICE_LIT("needle");
	assert_int_equal(talk_messages(talk_call(s->w, s->a, &q->o), &total).n, 3 + 6 + 6);
	q->saved_peer_id = peer(s, 0);
	assert_int_equal(talk_messages(talk_call(s->w, s->a, &q->o), &total).n, 3);
	q->q = SLICE_LIT("");
	assert_int_equal(talk_messages(talk_call(s->w, s->a, &q->o), &total).n, 6);
	del->peer = peer(s, 0);
	del->max_id = id[4];
	o = talk_call(s->w, s->a, &del->o);
	assert_int_equal(TL_AS(messages_affectedHistory, o)->pts_count, 5);
	assert_int_equal(history(s, 0, 0, 0, 100, &first), 1);
	del->max_id = 0;
	talk_call(s->w, s->a, &del->o);
	assert_string_equal(list(s, 0, 10, false, &last, &total), "-b");
	assert_int_equal(history(s, 1, 0, 0, 100, &first), 6);
}

static int set_date(struct rpc_call *c, void *arg)
{
	struct sql_stmt *q = sql_prepare(c->db, "UPDATE msg SET date = 1700000000 + id WHERE owner = $1");

	sql_bind_int(q, 1, *(int64_t *)arg);
	return sql_run(q);
}

/* A part of a long history by its dates, in slices that end. */
static void test_delete_dated(void **state)
{
	struct s *s = *state;
	struct tl_messages_deleteHistory *q = Q(s, messages_deleteHistory);
	const struct tl_messages_affectedHistory *a;
	int32_t count, deleted = 0;
	struct tl_messages_getHistory *h = Q(s, messages_getHistory);

	for (int i = 0; i < 1100; i++)
		talk_say(s->w, i % 2 ? s->a : s->b[0], i % 2 ? s->b[0] : s->a, "x");
	assert_int_equal(world_write(s->w, set_date, &s->a.id), 0); /* ids are 2 .. 1101 */
	q->peer = peer(s, 0);
	q->has_min_date = q->has_max_date = true;
	q->min_date = 1700000000 + 301;
	q->max_date = 1700000000 + 1000;
	for (int calls = 0;; calls++) {
		assert_true(calls < 3);
		a = TL_AS(messages_affectedHistory, talk_call(s->w, s->a, &q->o));
		deleted += a->pts_count;
		if (!a->offset)
			break;
	}
	assert_int_equal(deleted, 700);
	h->peer = q->peer;
	h->limit = 100;
	assert_int_equal(talk_messages(talk_call(s->w, s->a, &h->o), &count).n, 100);
	assert_int_equal(count, 400);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_lists), T(test_history), T(test_delete_dated)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
