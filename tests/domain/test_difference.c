/* test_difference.c - getState and getDifference, as every client uses them: one event, some, all, too many, none. */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rpc/server.h"
#include "store/dialog.h"
#include "store/state.h"
#include "talk.h"
#include "updates/event.h"

struct s {
	struct world *w;
	struct person a, b;
	int32_t kept; /* the pts at which a backup was made */
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	*state = s;
	return 0;
}

struct diff {
	struct tl_vec new_messages, other, users;
	const struct tl_updates_state *state; /* NULL: nothing at all */
	bool is_slice;
};

static struct tl_updates_getDifference *query(struct s *s, int32_t pts, int32_t date)
{
	struct tl_updates_getDifference *q = Q(s, updates_getDifference);

	q->pts = pts;
	q->date = date;
	q->qts = 1;
	return q;
}

static struct diff ask(struct s *s, struct person who, const struct tl_updates_getDifference *q)
{
	struct tl_obj *o = talk_call(s->w, who, &q->o);
	const struct tl_updates_differenceSlice *part = TL_AS(updates_differenceSlice, o);
	const struct tl_updates_difference *all = TL_AS(updates_difference, o);

	if (TL_IS(updates_differenceEmpty, o))
		return (struct diff){0};
	assert_true(part || all); /* never differenceTooLong */
	return part ? (struct diff){part->new_messages, part->other_updates, part->users,
	                            TL_AS(updates_state, part->intermediate_state), true}
	            : (struct diff){all->new_messages, all->other_updates, all->users,
	                            TL_AS(updates_state, all->state), false};
}

static uint32_t count(struct tl_vec v, uint16_t name)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < v.n; i++)
		n += v.v[i]->name == name;
	return n;
}

static void test_errors(void **state)
{
	struct s *s = *state;
	struct tl_updates_getDifference *q = query(s, 0, 1);
	const struct tl_updates_state *st;
	struct tl_obj *o;

	o = talk_call(s->w, s->a, &Q(s, updates_getState)->o);
	st = TL_AS(updates_state, o);
	assert_int_equal(st->pts, 1); /* never 0 */
	assert_int_equal(st->qts, 1);
	assert_int_equal(st->seq, 0);
	assert_int_equal(st->unread_count, 0);
	talk_refused(s->w, s->a, &q->o, "400 PERSISTENT_TIMESTAMP_EMPTY");
	q->pts = -5;
	talk_refused(s->w, s->a, &q->o, "400 PERSISTENT_TIMESTAMP_EMPTY");
	q->pts = 2;
	talk_refused(s->w, s->a, &q->o, "400 PERSISTENT_TIMESTAMP_INVALID");
	q->pts = 1;
	assert_null(ask(s, s->a, q).state);
	assert_null(world_call_as(s->w, (struct person){0}, 5, TL_LAYER_MAX, &q->o));
	assert_string_equal(world_error(s->w), "401 AUTH_KEY_UNREGISTERED");
	talk_say(s->w, s->b, s->a, "hi");
	talk_say(s->w, s->b, s->a, "there");
	o = talk_call(s->w, s->a, &Q(s, updates_getState)->o);
	assert_int_equal(TL_AS(updates_state, o)->pts, 3);
	assert_int_equal(TL_AS(updates_state, o)->unread_count, 2);
}

/* What TDLib asks when one is missing: exactly that one, whatever kind it is. */
static void test_one(void **state)
{
	struct s *s = *state;
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	struct tl_messages_readHistory *read = Q(s, messages_readHistory);
	struct tl_messages_updatePinnedMessage *pin = Q(s, messages_updatePinnedMessage);
	int32_t first = talk_say(s->w, s->a, s->b, "one"), last;
	static const uint16_t kinds[] = {TL_updateEditMessage, TL_updateReadHistoryOutbox,
	                                 TL_updatePinnedMessages, 0};

	edit->peer = pin->peer = world_peer(s->w, s->a, s->b.id);
	edit->id = pin->id = first;
	edit->message = SLICE_LIT("two");
	talk_call(s->w, s->a, &edit->o);
	read->peer = world_peer(s->w, s->b, s->a.id);
	talk_call(s->w, s->b, &read->o);
	talk_call(s->w, s->a, &pin->o); /* the pin and the word about it */
	last = talk_pts(s->w, s->a);
	assert_int_equal(last, first + 4);
	for (int32_t pts = first - 1; pts < last; pts++) {
		struct tl_updates_getDifference *q = query(s, pts, INT32_MAX);
		struct diff d;

		q->has_pts_limit = q->has_qts_limit = true;
		q->pts_limit = 1;
		d = ask(s, s->a, q);
		assert_int_equal(d.new_messages.n, pts == first - 1 || pts == last - 1);
		/* The sender's own client still waits for the id. */
		assert_int_equal(d.other.n, pts == last - 1 ? 0 : 1);
		assert_int_equal(d.state->pts, pts + 1);
		assert_int_equal(d.is_slice, pts + 1 < last);
		assert_true(d.state->date <= clock_unix());
		if (pts >= first && pts < last - 1)
			assert_int_equal(d.other.v[0]->name, kinds[pts - first]);
	}
}

static void test_ranges(void **state)
{
	struct s *s = *state;
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	int32_t id[4], *gone = ARENA_ARRAY(world_arena(s->w), int32_t, 2), pts;
	int64_t second = s->a.key + 1;
	struct tl_obj *o;
	struct diff d;

	talk_say(s->w, s->a, s->b, "before");
	pts = talk_pts(s->w, s->a);
	for (int i = 0; i < 4; i++)
		id[i] = talk_say(s->w, s->a, s->b, "text");
	edit->peer = world_peer(s->w, s->a, s->b.id);
	edit->id = id[1];
	edit->message = SLICE_LIT("changed");
	talk_call(s->w, s->a, &edit->o);
	gone[0] = id[0];
	gone[1] = id[2];
	del->revoke = true;
	del->id = (struct tl_vec_int){gone, 2};
	o = talk_call(s->w, s->a, &del->o);
	assert_int_equal(TL_AS(messages_affectedMessages, o)->pts, talk_pts(s->w, s->a));
	assert_int_equal(TL_AS(messages_affectedMessages, o)->pts_count, 2);

	d = ask(s, s->a, query(s, pts, (int32_t)clock_unix()));
	assert_false(d.is_slice);
	assert_int_equal(d.state->pts, pts + 4 + 1 + 2);
	assert_int_equal(d.new_messages.n, 2); /* those that are left, ascending, as they are now */
	assert_int_equal(TL_AS(message, d.new_messages.v[0])->id, id[1]);
	assert_true(slice_eq(TL_AS(message, d.new_messages.v[0])->message, SLICE_LIT("changed")));
	assert_int_equal(TL_AS(message, d.new_messages.v[1])->id, id[3]);
	assert_int_equal(count(d.other, TL_updateMessageID), 2);
	assert_int_equal(count(d.other, TL_updateEditMessage), 0);
	assert_int_equal(count(d.other, TL_updateDeleteMessages), 1);
	assert_non_null(world_find_user(d.users, s->b.id));
	/* Another device of the same account has no random_ids waiting. */
	world_connect(s->w, s->a, second, TL_LAYER_MAX);
	o = world_call_as(s->w, s->a, second, TL_LAYER_MAX, &query(s, pts, (int32_t)clock_unix())->o);
	assert_int_equal(count(TL_AS(updates_difference, o)->other_updates, TL_updateMessageID), 0);
	/* From behind the births on, the edit is told. */
	d = ask(s, s->a, query(s, id[3], (int32_t)clock_unix()));
	assert_int_equal(d.new_messages.n, 0);
	assert_int_equal(count(d.other, TL_updateEditMessage), 1);
	/* Bob has his own ids and the same story. */
	d = ask(s, s->b, query(s, 1, (int32_t)clock_unix()));
	assert_int_equal(d.new_messages.n, 3);
	assert_int_equal(count(d.other, TL_updateMessageID), 0);
}

/* Far more than one answer holds: slices that join, an end that equals getState; a limit on the total changes nothing. */
static void test_slices(void **state)
{
	struct s *s = *state;
	int32_t pts = 1, last_id = 0, date = (int32_t)clock_unix() - 1000;
	uint32_t messages = 0, slices = 0;
	struct tl_messages_saveDraft *draft = Q(s, messages_saveDraft);
	struct diff d;

	for (int i = 0; i < 1150; i++)
		talk_say(s->w, i % 2 ? s->a : s->b, i % 2 ? s->b : s->a, "text");
	draft->peer = world_peer(s->w, s->a, s->b.id);
	draft->message = SLICE_LIT("draft");
	talk_call(s->w, s->a, &draft->o);
	do {
		struct tl_updates_getDifference *q = query(s, pts, date);

		q->has_pts_total_limit = true;
		q->pts_total_limit = 1000000;
		d = ask(s, s->a, q);
		assert_non_null(d.state);
		assert_true(d.state->pts > pts);
		assert_true(d.new_messages.n <= 500);
		for (uint32_t i = 0; i < d.new_messages.n; i++) {
			assert_true(TL_AS(message, d.new_messages.v[i])->id > last_id);
			last_id = TL_AS(message, d.new_messages.v[i])->id;
		}
		messages += d.new_messages.n;
		slices++;
		if (d.is_slice) /* what has no pts comes with the last one, so the date must wait for it */
			assert_int_equal(d.state->date, date);
		assert_int_equal(count(d.other, TL_updateDraftMessage), !d.is_slice);
		pts = d.state->pts;
		date = d.state->date;
	} while (d.is_slice);
	assert_int_equal(messages, 1150);
	assert_int_equal(slices, 3);
	assert_int_equal(pts, talk_pts(s->w, s->a));
	assert_null(ask(s, s->a, query(s, pts, date + 2)).state);
}

static int lift(struct rpc_call *c, void *arg)
{
	struct s *s = arg;
	struct upd_event ev = {.owner = s->a.id, .kind = UPD_EPOCH, .pts_count = 1000};
	struct store_dialog d;
	int r = rpc_log_event(c, &ev);

	if (r < 0 || (r = store_dialog_get(c->db, s->a.id, s->b.id, &c->arena, &d)) < 0)
		return r;
	d.read_in = d.read_out = ev.pts;
	d.unread = 0;
	d.unread_mark = true;
	return store_dialog_put(c->db, &d);
}

/* A backup that ends at pts 4 was restored: who has seen more is told that those messages are gone, who has not is not. */
static void test_epoch(void **state)
{
	struct s *s = *state;
	const struct tl_updateDeleteMessages *gone;
	const struct tl_updateReadHistoryInbox *read;
	int32_t end, date = (int32_t)clock_unix();
	struct diff d;

	talk_say(s->w, s->b, s->a, "kept, and not read");
	for (int i = 0; i < 2; i++)
		talk_say(s->w, s->a, s->b, "kept");
	s->kept = talk_pts(s->w, s->a);
	assert_int_equal(world_write(s->w, lift, s), 0);
	end = s->kept + 1000;
	d = ask(s, s->a, query(s, s->kept + 7, date));
	assert_int_equal(d.state->pts, end);
	assert_int_equal(d.new_messages.n, 0);
	assert_int_equal(count(d.other, TL_updateDeleteMessages), 1);
	gone = TL_AS(updateDeleteMessages, d.other.v[0]);
	assert_int_equal(gone->messages.n, 7);
	assert_int_equal(gone->messages.v[0], s->kept + 1);
	assert_int_equal(gone->messages.v[6], s->kept + 7);
	assert_int_equal(gone->pts, end);
	assert_int_equal(gone->pts_count, 1000);
	assert_int_equal(d.other.n, 4);
	read = TL_AS(updateReadHistoryInbox, d.other.v[1]);
	assert_int_equal(read->max_id, end);
	assert_int_equal(read->still_unread_count, 0);
	assert_int_equal(TL_AS(updateReadHistoryOutbox, d.other.v[2])->max_id, end);
	assert_true(TL_AS(updateDialogUnreadMark, d.other.v[3])->unread);
	for (int32_t pts = s->kept - 1; pts <= s->kept; pts++) {
		d = ask(s, s->a, query(s, pts, date));
		assert_int_equal(d.new_messages.n, s->kept - pts);
		assert_int_equal(count(d.other, TL_updateDeleteMessages), 0);
		assert_int_equal(d.state->pts, end);
	}
	assert_true(talk_say(s->w, s->b, s->a, "afterwards") > 0);
	d = ask(s, s->a, query(s, s->kept + 1, date));
	assert_int_equal(d.new_messages.n, 1);
	assert_int_equal(count(d.other, TL_updateDeleteMessages), 1);
	assert_int_equal(d.state->pts, end + 1);
	assert_null(ask(s, s->a, query(s, end + 1, date)).state);
}

static int many_states(struct rpc_call *c, void *arg)
{
	struct s *s = arg;
	int r = 0;

	/* 5,000 chats marked and unmarked in ten seconds, some time ago. */
	for (int i = 0; r == 0 && i < 5000; i++)
		r = store_state_put(c->db, s->a.id, UPD_UNREAD_MARK, 2000000 + i, c->now - 1000 + i / 500,
		                    SLICE_LIT(""));
	return r;
}

static void test_states(void **state)
{
	struct s *s = *state;
	int32_t date = (int32_t)clock_unix() - 2000;
	uint32_t seen = 0, slices = 0;
	struct diff d;

	assert_int_equal(world_write(s->w, many_states, s), 0);
	do {
		d = ask(s, s->a, query(s, 1, date));
		assert_non_null(d.state);
		seen += d.other.n;
		assert_true(!d.is_slice || d.state->date > date);
		date = d.state->date;
		assert_true(++slices < 10);
	} while (d.is_slice);
	assert_true(seen >= 5000 && slices > 1);
	/* All of one second cannot be told apart: they come at once. */
	d = ask(s, s->a, query(s, 1, (int32_t)clock_unix() - 1));
	assert_null(d.state);
}

struct slow {
	struct s *s;
	sem_t begun, go;
};

/* A change without pts, in a batch that takes ten seconds. */
static int slow_state(struct rpc_call *c, void *arg)
{
	struct slow *w = arg;
	int r = store_state_put(c->db, w->s->a.id, UPD_DRAFT, w->s->b.id, c->now, SLICE_LIT(""));

	clock_set_test(10000000);
	sem_post(&w->begun);
	sem_wait(&w->go);
	return r;
}

/* The date of an answer hides nothing that was being written meanwhile. */
static void test_slow_commit(void **state)
{
	struct s *s = *state;
	struct slow w = {.s = s};
	const struct tl_updates_state *st;
	struct diff d;

	sem_init(&w.begun, 0, 0);
	sem_init(&w.go, 0, 0);
	assert_int_equal(rpc_write(world_app(s->w)->rpc, slow_state, NULL, &w), 0);
	sem_wait(&w.begun);
	st = TL_AS(updates_state, talk_call(s->w, s->a, &Q(s, updates_getState)->o));
	d = ask(s, s->a, query(s, 1, st->date));
	assert_null(d.state);
	sem_post(&w.go);
	world_pushes(s->w, s->a.key); /* until it is done */
	d = ask(s, s->a, query(s, 1, st->date));
	assert_int_equal(count(d.other, TL_updateDraftMessage), 1);
	assert_true(d.state->date >= st->date + 10);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_errors), T(test_one),    T(test_ranges),     T(test_slices),
	                                   T(test_epoch),  T(test_states), T(test_slow_commit)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
