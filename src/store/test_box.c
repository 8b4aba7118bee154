/* test_box.c - messages, the log and dialogs of a box, against plain arrays that do the same. */
#include "store/test_store.h"

#include "store/saved.h"
#include "store/state.h"
#include "store/test_send.h"

enum { ALICE = 101, BOB = 202, CAROL = 303 };

static int32_t pts[3] = {1, 1, 1};

static void reset(void)
{
	pts[0] = pts[1] = pts[2] = 1;
}

static void test_send_and_read(void **state)
{
	struct store_dialog d;
	struct store_msg m, other;
	struct store_upd *u;
	int32_t id, max;
	int64_t peer;
	size_t n;

	reset();
	assert_int_equal(store_upd_max(t.db, ALICE, &max), 0);
	assert_int_equal(max, 0);
	assert_int_equal(send_private(t.db, ALICE, BOB, &pts[0], &pts[1], 777, NOW, SLICE_LIT("one")), 0);
	assert_int_equal(send_private(t.db, CAROL, BOB, &pts[2], &pts[1], 777, NOW + 1, SLICE_LIT("two")), 0);
	assert_int_equal(send_private(t.db, ALICE, BOB, &pts[0], &pts[1], 777, NOW + 2, SLICE_LIT("one")),
	                 -ERR_EXISTS);
	assert_int_equal(store_upd_max(t.db, BOB, &max), 0);
	assert_int_equal(max, 3);

	assert_int_equal(store_upd_peer_of(t.db, BOB, 3, &peer), 0);
	assert_int_equal(peer, CAROL);
	assert_int_equal(store_upd_peer_of(t.db, BOB, 4, &peer), -ERR_NOTFOUND);
	assert_int_equal(store_msg_find(t.db, BOB, 3, &t.a, &m), 0);
	assert_slice(m.body, "two");
	assert_int_equal(m.from_id, CAROL);
	assert_int_equal(m.date, NOW + 1);
	assert_int_equal(m.flags, 0);
	assert_int_equal(store_msg_find(t.db, ALICE, 3, &t.a, &m), -ERR_NOTFOUND);
	assert_int_equal(store_msg_get(t.db, BOB, ALICE, 3, &t.a, &m), -ERR_NOTFOUND); /* another dialog */

	/* The same send in both boxes, by its origin. */
	assert_int_equal(store_msg_by_origin(t.db, BOB, ALICE, 2, &t.a, &m), 0);
	assert_slice(m.body, "one");
	assert_int_equal(store_msg_by_origin(t.db, ALICE, ALICE, 2, &t.a, &other), 0);
	assert_int_equal(other.flags, STORE_MSG_OUT);
	assert_int_equal(other.origin_owner, m.origin_owner);
	assert_int_equal(other.origin_id, m.origin_id);
	assert_int_equal(store_msg_by_origin(t.db, CAROL, ALICE, 2, &t.a, &m), -ERR_NOTFOUND);

	assert_int_equal(store_upd_range(t.db, BOB, 1, 10, &t.a, &u, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(u[0].pts, 2);
	assert_int_equal(u[1].pts, 3);
	assert_int_equal(u[1].peer, CAROL);
	assert_int_equal(store_upd_range(t.db, BOB, 1, 1, &t.a, &u, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_upd_range(t.db, BOB, 3, 10, &t.a, &u, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_upd_range(t.db, ALICE, 1, 10, &t.a, &u, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(u[0].random_id, 777);

	assert_int_equal(store_dialog_get(t.db, BOB, ALICE, &t.a, &d), 1);
	assert_int_equal(d.unread, 1);
	assert_int_equal(d.count, 1);
	assert_int_equal(d.top_id, 2);
	assert_int_equal(store_dialog_get(t.db, ALICE, BOB, &t.a, &d), 1);
	assert_int_equal(d.unread, 0);
	assert_int_equal(store_dialog_get(t.db, ALICE, CAROL, &t.a, &d), 0);
	assert_int_equal(d.peer, CAROL);
	assert_int_equal(d.top_id, 0);

	/* random_ids belong to their owner, and last a day and more. */
	assert_int_equal(store_rid_find(t.db, CAROL, 777, NOW + 86400, &id), 0);
	assert_int_equal(id, 2);
	assert_int_equal(store_rid_find(t.db, BOB, 777, NOW, &id), -ERR_NOTFOUND);
}

static void test_rid(void **state)
{
	int32_t id;

	/* The last second of a day: found for all of the next, gone after it. */
	assert_int_equal(store_rid_put(t.db, ALICE, -5, 86400 * 100 - 1, 11), 0);
	assert_int_equal(store_rid_put(t.db, ALICE, -6, 86400 * 100, 12), 0);
	assert_int_equal(store_rid_find(t.db, ALICE, -5, 86400 * 101 - 1, &id), 0);
	assert_int_equal(id, 11);
	assert_int_equal(store_rid_prune(t.db, 86400 * 101 - 1, 100), 0);
	assert_int_equal(store_rid_prune(t.db, 86400 * 101, 100), 1);
	assert_int_equal(store_rid_find(t.db, ALICE, -5, 86400 * 101 - 1, &id), -ERR_NOTFOUND);
	assert_int_equal(store_rid_find(t.db, ALICE, -6, 86400 * 101, &id), 0);
	assert_int_equal(id, 12);
	for (int i = 0; i < 50; i++)
		assert_int_equal(store_rid_put(t.db, ALICE, i, 86400 * 90, i), 0);
	assert_int_equal(store_rid_prune(t.db, 86400 * 101, 20), 20);
	assert_int_equal(store_rid_prune(t.db, 86400 * 101, 100), 30);
}

static void test_change(void **state)
{
	struct store_msg m;

	reset();
	assert_int_equal(send_private(t.db, ALICE, BOB, &pts[0], &pts[1], 1, NOW, SLICE_LIT("one")), 0);
	assert_int_equal(store_msg_set_body(t.db, BOB, ALICE, 2, SLICE_LIT("edited"), NOW + 5), 0);
	assert_int_equal(store_msg_set_flags(t.db, BOB, ALICE, 2, STORE_MSG_PINNED | STORE_MSG_SILENT), 0);
	assert_int_equal(store_msg_get(t.db, BOB, ALICE, 2, &t.a, &m), 0);
	assert_slice(m.body, "edited");
	assert_int_equal(m.edit_date, NOW + 5);
	assert_int_equal(m.flags, STORE_MSG_PINNED | STORE_MSG_SILENT);
	assert_int_equal(store_msg_get(t.db, ALICE, BOB, 2, &t.a, &m), 0);
	assert_slice(m.body, "one"); /* the other's box is the other's */
	assert_int_equal(store_msg_delete(t.db, BOB, ALICE, 2), 0);
	assert_int_equal(store_msg_delete(t.db, BOB, ALICE, 2), -ERR_NOTFOUND);
	assert_int_equal(store_msg_by_origin(t.db, BOB, ALICE, 2, &t.a, &m), -ERR_NOTFOUND);
	assert_int_equal(store_msg_get(t.db, ALICE, BOB, 2, &t.a, &m), 0);
}

/* Every field comes back as it went. */
static void test_fields(void **state)
{
	struct store_msg in = {.owner = ALICE,
	                       .peer = -1000000000777,
	                       .id = 5,
	                       .date = NOW,
	                       .from_id = -4,
	                       .flags = 255,
	                       .edit_date = NOW + 1,
	                       .origin_owner = BOB,
	                       .origin_id = 6,
	                       .reply_to = 3,
	                       .grouped_id = INT64_MIN,
	                       .ttl = 60,
	                       .body = SLICE_LIT("a\0b")},
			 out = {0};
	struct store_upd u = {ALICE, 9, 3, 3, -7, 8, NOW, INT64_MAX, SLICE_LIT("ids")}, *v;
	struct store_dialog d = {ALICE, -7, 9, NOW, 4, 5, 6, true, 7, 8, 1, 16, SLICE_LIT("draft"), NOW + 2},
			    e;
	size_t n;

	assert_int_equal(store_msg_insert(t.db, &in), 0);
	assert_int_equal(store_msg_get(t.db, ALICE, in.peer, 5, &t.a, &out), 0);
	assert_true(slice_eq(in.body, out.body));
	assert_true(in.owner == out.owner && in.peer == out.peer && in.id == out.id && in.date == out.date &&
	            in.from_id == out.from_id && in.flags == out.flags && in.edit_date == out.edit_date &&
	            in.origin_owner == out.origin_owner && in.origin_id == out.origin_id &&
	            in.reply_to == out.reply_to && in.grouped_id == out.grouped_id && in.ttl == out.ttl);

	assert_int_equal(store_upd_append(t.db, &u), 0);
	assert_int_equal(store_upd_append(t.db, &u), -ERR_EXISTS);
	assert_int_equal(store_upd_range(t.db, ALICE, 0, 5, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].count, 3);
	assert_int_equal(v[0].kind, 3);
	assert_int_equal(v[0].peer, -7);
	assert_int_equal(v[0].id, 8);
	assert_int_equal(v[0].date, NOW);
	assert_true(v[0].random_id == INT64_MAX);
	assert_slice(v[0].payload, "ids");

	assert_int_equal(store_dialog_put(t.db, &d), 0);
	assert_int_equal(store_dialog_get(t.db, ALICE, -7, &t.a, &e), 1);
	assert_slice(e.draft, "draft");
	assert_int_equal(e.top_id, 9);
	assert_int_equal(e.top_date, NOW);
	assert_int_equal(e.read_in, 4);
	assert_int_equal(e.read_out, 5);
	assert_int_equal(e.unread, 6);
	assert_true(e.unread_mark);
	assert_int_equal(e.count, 7);
	assert_int_equal(e.pin_order, 8);
	assert_int_equal(e.folder, 1);
	assert_int_equal(e.flags, 16);
	assert_int_equal(e.draft_date, NOW + 2);
}

enum { LONG = 600 };

static struct {
	int32_t id;
	unixtime_t date;
	int flags;
} all[LONG];

/* A dialog with holes, some messages pinned, and its neighbours in the tree. */
static void make_dialog(void)
{
	struct store_msg m = {.owner = ALICE, .from_id = BOB, .origin_owner = ALICE};
	unixtime_t date = NOW;
	int32_t id = 1;

	assert_int_equal(sql_begin(t.db), 0);
	for (int i = 0; i < LONG; i++) {
		id += 1 + (int32_t)test_random(5);
		date += test_random(4) ? test_random(100) : 0; /* often the same second */
		all[i].id = m.id = m.origin_id = id;
		all[i].date = m.date = date;
		all[i].flags = m.flags = (test_random(3) ? 0 : STORE_MSG_OUT) |
		                         (test_random(20) ? 0 : STORE_MSG_PINNED);
		for (m.peer = BOB - 1; m.peer <= BOB + 1; m.peer++)
			assert_int_equal(store_msg_insert(t.db, &m), 0);
	}
	assert_int_equal(sql_commit(t.db), 0);
}

static void check_walk(int32_t from, bool up, bool pinned, uint32_t skip, uint32_t limit)
{
	struct store_msg *v;
	size_t n, k = 0;
	int r;

	r = pinned ? store_msg_walk_pinned(t.db, ALICE, BOB, from, up, limit, &t.a, &v, &n)
	           : store_msg_walk(t.db, ALICE, BOB, from, up, skip, limit, &t.a, &v, &n);
	assert_int_equal(r, 0);
	for (int i = up ? 0 : LONG - 1; i >= 0 && i < LONG && k < limit; i += up ? 1 : -1) {
		if ((up ? all[i].id < from : all[i].id >= from) ||
		    (pinned && !(all[i].flags & STORE_MSG_PINNED)))
			continue;
		if (!pinned && skip) {
			skip--;
			continue;
		}
		assert_true(k < n);
		assert_int_equal(v[k].id, all[i].id);
		k++;
	}
	assert_int_equal(n, k);
}

static void test_walk(void **state)
{
	make_dialog();
	for (int i = 0; i < 300; i++)
		check_walk((int32_t)test_random(2000), test_random(2), test_random(2), test_random(90),
		           test_random(60));
	check_walk(INT32_MAX, false, false, 0, 100);
	check_walk(INT32_MAX, false, false, LONG, 100);
	check_walk(0, true, false, 0, 1000);
	check_walk(0, false, false, 0, 10);
	check_walk(INT32_MAX, true, true, 0, 10);
}

static void test_saved(void **state)
{
	struct store_msg m = {.owner = ALICE,
	                      .peer = ALICE,
	                      .from_id = ALICE,
	                      .body = SLICE_LIT("x"),
	                      .origin_owner = ALICE},
			 *rows;
	struct store_saved *v;
	uint32_t count;
	int64_t peer;
	size_t n;

	for (m.id = 1; m.id <= 30; m.id++) {
		m.origin_id = m.id;
		assert_int_equal(store_msg_insert(t.db, &m), 0);
		assert_int_equal(store_saved_put(t.db, ALICE, m.id % 3 ? BOB : ALICE, m.id), 0);
		assert_int_equal(store_saved_put(t.db, BOB, BOB, m.id), 0);
	}
	assert_int_equal(store_saved_peers(t.db, ALICE, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[ALICE < BOB ? 0 : 1].top_id, 30);
	assert_int_equal(v[ALICE < BOB ? 1 : 0].top_id, 29);
	assert_int_equal(store_saved_count(t.db, ALICE, ALICE, &count), 0);
	assert_int_equal(count, 10);
	assert_int_equal(store_saved_walk(t.db, ALICE, ALICE, 28, false, 1, 3, &t.a, &rows, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].id, 24);
	assert_int_equal(store_saved_walk(t.db, ALICE, BOB, 5, true, 0, 2, &t.a, &rows, &n), 0);
	assert_int_equal(rows[1].id, 7);
	assert_int_equal(store_saved_peer_of(t.db, ALICE, 6, &peer), 0);
	assert_int_equal(peer, ALICE);
	assert_int_equal(store_saved_delete(t.db, ALICE, 6), 0);
	assert_int_equal(store_saved_peer_of(t.db, ALICE, 6, &peer), -ERR_NOTFOUND);
}

static void test_look(void **state)
{
	struct store_msg m;
	uint32_t count, limit;
	int32_t id, want;
	unixtime_t date;
	bool own;
	int r, k;

	make_dialog();
	for (int i = 0; i < 400; i++) {
		date = NOW - 50 + (int32_t)test_random(LONG * 45);
		if (i % 4 == 0)
			date = all[test_random(LONG)].date; /* exactly */
		for (want = 0, k = 0; k < LONG; k++)
			want = all[k].date < date ? all[k].id : want;
		assert_int_equal(store_msg_before_date(t.db, ALICE, BOB, date, &id), 0);
		assert_int_equal(id, want);

		id = (int32_t)test_random(2000);
		limit = test_random(500);
		for (count = 0, k = 0; k < LONG; k++)
			count += all[k].id > id && !(all[k].flags & STORE_MSG_OUT) && count < limit;
		want = (int32_t)count;
		assert_int_equal(store_msg_count_unread(t.db, ALICE, BOB, id, limit, &count), 0);
		assert_int_equal(count, want);

		own = test_random(2);
		for (want = 0, k = 0; k < LONG; k++)
			if (all[k].id <= id && !!(all[k].flags & STORE_MSG_OUT) == own)
				want = all[k].id;
		r = store_msg_last(t.db, ALICE, BOB, id, own, &t.a, &m);
		assert_int_equal(r, want ? 0 : -ERR_NOTFOUND);
		if (want)
			assert_int_equal(m.id, want);
	}
	assert_int_equal(store_msg_before_date(t.db, ALICE, 9999, NOW, &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(store_msg_before_date(t.db, ALICE, BOB, INT64_MAX, &id), 0);
	assert_int_equal(id, all[LONG - 1].id);
}

enum { MANY = 300 };

static struct store_dialog dialogs[MANY];

static int newer(const void *x, const void *y)
{
	const struct store_dialog *a = x, *b = y;

	if (a->top_date != b->top_date)
		return a->top_date < b->top_date ? 1 : -1;
	if (a->top_id != b->top_id)
		return a->top_id < b->top_id ? 1 : -1;
	return a->peer < b->peer ? 1 : -1;
}

/* Pages of any size put together are the whole list in its order, each dialog once. */
static void check_pages(int folder, uint32_t limit)
{
	unixtime_t date = 0;
	struct store_dialog *v;
	int32_t id = 0;
	int64_t peer = 0;
	int k = 0;
	size_t n;

	do {
		assert_int_equal(store_dialog_page(t.db, ALICE, folder, date, id, peer, limit, &t.a, &v, &n),
		                 0);
		assert_true(n <= limit);
		for (size_t i = 0; i < n; i++, k++) {
			while (k < MANY &&
			       (!dialogs[k].top_id || (folder >= 0 && dialogs[k].folder != folder)))
				k++;
			assert_true(k < MANY);
			assert_int_equal(v[i].peer, dialogs[k].peer);
			assert_int_equal(v[i].count, dialogs[k].count);
			date = v[i].top_date;
			id = v[i].top_id;
			peer = v[i].peer;
		}
	} while (n == limit);
	while (k < MANY && (!dialogs[k].top_id || (folder >= 0 && dialogs[k].folder != folder)))
		k++;
	assert_int_equal(k, MANY);
}

static void test_dialog_pages(void **state)
{
	uint32_t count, want[2] = {0};
	struct store_dialog *v, other;
	size_t n;

	assert_int_equal(sql_begin(t.db), 0);
	for (int i = 0; i < MANY; i++) {
		dialogs[i] = (struct store_dialog){.owner = ALICE,
		                                   .peer = (i % 3 ? 1 : -1) * (1000 + i),
		                                   .top_id = i % 17 ? 10 + i / 4 : 0,
		                                   .top_date = NOW - (int32_t)test_random(12) * 7200,
		                                   .folder = i % 5 == 0,
		                                   .count = i};
		assert_int_equal(store_dialog_put(t.db, &dialogs[i]), 0);
		other = dialogs[i];
		other.owner = BOB;
		assert_int_equal(store_dialog_put(t.db, &other), 0);
		want[dialogs[i].folder] += dialogs[i].top_id != 0;
	}
	assert_int_equal(sql_commit(t.db), 0);
	qsort(dialogs, MANY, sizeof(dialogs[0]), newer);
	for (uint32_t limit = 1; limit <= 400; limit = limit * 2 + 1)
		for (int folder = -1; folder <= 1; folder++)
			check_pages(folder, limit);
	assert_int_equal(store_dialog_count(t.db, ALICE, 0, &count), 0);
	assert_int_equal(count, want[0]);
	assert_int_equal(store_dialog_count(t.db, ALICE, -1, &count), 0);
	assert_int_equal(count, want[0] + want[1]);
	assert_int_equal(store_dialog_page(t.db, CAROL, -1, 0, 0, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
}

static void test_dialog_bump(void **state)
{
	struct store_dialog d, *v;
	size_t n;
	int folder = -1;

	assert_int_equal(store_dialog_bump(t.db, ALICE, BOB, 2, NOW, true, &folder), 1);
	assert_int_equal(store_dialog_bump(t.db, ALICE, BOB, 3, NOW + 1, true, &folder),
	                 0); /* the same day */
	assert_int_equal(store_dialog_bump(t.db, ALICE, BOB, 4, NOW + 86400, false, &folder),
	                 0); /* another */
	assert_int_equal(store_dialog_bump(t.db, ALICE, CAROL, 5, NOW + 100, true, &folder), 1);
	assert_int_equal(store_dialog_get(t.db, ALICE, BOB, &t.a, &d), 1);
	assert_int_equal(d.count, 3);
	assert_int_equal(d.unread, 2);
	assert_int_equal(d.top_id, 4);
	assert_int_equal(d.top_date, NOW + 86400);
	assert_int_equal(store_dialog_page(t.db, ALICE, 0, 0, 0, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].peer, BOB);

	/* Emptied, it leaves the list with its draft kept; the next message brings it back. */
	d.top_id = 0;
	d.top_date = 0;
	d.count = d.unread = 0;
	d.draft = SLICE_LIT("later");
	assert_int_equal(store_dialog_put(t.db, &d), 0);
	assert_int_equal(store_dialog_page(t.db, ALICE, 0, 0, 0, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].peer, CAROL);
	assert_int_equal(store_dialog_drafts(t.db, ALICE, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_dialog_bump(t.db, ALICE, BOB, 6, NOW + 86500, true, &folder), 1);
	assert_int_equal(store_dialog_page(t.db, ALICE, 0, 0, 0, 0, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].peer, BOB);
	assert_slice(v[0].draft, "later");
	assert_int_equal(v[0].count, 1);
}

static void test_dialog_marks(void **state)
{
	int folder;
	struct store_dialog d, *v;
	size_t n;

	for (int i = 1; i <= 5; i++) {
		assert_int_equal(store_dialog_bump(t.db, ALICE, i, 10 + i, NOW, true, &folder), 1);
		assert_int_equal(store_dialog_get(t.db, ALICE, i, &t.a, &d), 1);
		d.pin_order = i % 2 ? i : 0;
		d.unread_mark = i == 4;
		assert_int_equal(store_dialog_put(t.db, &d), 0);
	}
	assert_int_equal(store_dialog_pinned(t.db, ALICE, 0, &t.a, &v, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(v[0].peer, 5);
	assert_int_equal(v[1].peer, 3);
	assert_int_equal(v[2].peer, 1);
	assert_int_equal(store_dialog_pinned(t.db, ALICE, 1, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_dialog_marked(t.db, ALICE, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].peer, 4);
}

static void test_state(void **state)
{
	struct store_state *v;
	size_t n;

	assert_int_equal(store_state_put(t.db, ALICE, 64, BOB, NOW, SLICE_LIT("a")), 0);
	assert_int_equal(store_state_put(t.db, ALICE, 64, CAROL, NOW + 2, (struct slice){0}), 0);
	assert_int_equal(store_state_put(t.db, BOB, 64, CAROL, NOW + 2, (struct slice){0}), 0);
	assert_int_equal(store_state_since(t.db, ALICE, NOW, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].key, BOB);
	assert_slice(v[0].payload, "a");
	assert_null(v[1].payload.p);
	assert_int_equal(store_state_put(t.db, ALICE, 64, BOB, NOW + 9, SLICE_LIT("b")),
	                 0); /* one row a key */
	assert_int_equal(store_state_since(t.db, ALICE, NOW + 2, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].key, CAROL);
	assert_int_equal(v[1].key, BOB);
	assert_slice(v[1].payload, "b");
	assert_int_equal(store_state_since(t.db, ALICE, NOW + 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_send_and_read), STORE_TEST(test_rid),          STORE_TEST(test_change),
		STORE_TEST(test_fields),        STORE_TEST(test_walk),         STORE_TEST(test_look),
		STORE_TEST(test_saved),         STORE_TEST(test_dialog_pages), STORE_TEST(test_state),
		STORE_TEST(test_dialog_bump),   STORE_TEST(test_dialog_marks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
