/* test_server.c - what belongs to the whole server: values, jobs, numbers, and coming back from a backup. */
#include "store/test_store.h"

#include "store/channel.h"
#include "store/dialog.h"
#include "store/epoch.h"
#include "store/job.h"
#include "store/meta.h"
#include "store/state.h"
#include "store/stats.h"
#include "store/test_send.h"
#include "store/user.h"

static void test_meta(void **state)
{
	struct slice v;
	int64_t n;

	assert_int_equal(store_meta_get(t.db, "k", &t.a, &v), -ERR_NOTFOUND);
	assert_int_equal(store_meta_put(t.db, "k", SLICE_LIT("\0\1")), 0);
	assert_int_equal(store_meta_put(t.db, "k", SLICE_LIT("\0\2\0")), 0);
	assert_int_equal(store_meta_get(t.db, "k", &t.a, &v), 0);
	assert_true(slice_eq(v, SLICE_LIT("\0\2\0")));
	assert_int_equal(store_meta_next(t.db, "n", 100, &n), 0);
	assert_int_equal(n, 100);
	assert_int_equal(store_meta_next(t.db, "n", 100, &n), 0);
	assert_int_equal(n, 101);
}

static void test_job(void **state)
{
	struct store_job *v;
	int64_t id[4], again, count;
	unixtime_t due;
	size_t n;

	assert_int_equal(store_job_next_due(t.db, &due), -ERR_NOTFOUND);
	for (int i = 0; i < 4; i++)
		assert_int_equal(store_job_add(t.db, NOW + 10 * (4 - i), SLICE_LIT("mail"), i % 2,
		                               SLICE_LIT("p"), &id[i]),
		                 0);
	assert_int_equal(store_job_next_due(t.db, &due), 0);
	assert_int_equal(due, NOW + 10);
	assert_int_equal(store_job_take(t.db, NOW, NOW + 60, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(store_job_take(t.db, NOW + 25, NOW + 60, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].id, id[3]); /* the longest waiting */
	assert_int_equal(v[1].id, id[2]);
	assert_slice(v[0].kind, "mail");
	assert_slice(v[0].payload, "p");
	assert_int_equal(v[0].owner, 1);
	assert_int_equal(v[0].tries, 1);
	assert_int_equal(store_job_take(t.db, NOW + 25, NOW + 60, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0); /* they are taken */

	assert_int_equal(store_job_done(t.db, id[3]), 0);
	assert_int_equal(store_job_done(t.db, id[3]), -ERR_NOTFOUND);
	assert_int_equal(store_job_put_off(t.db, id[3], NOW), -ERR_NOTFOUND);
	/* Whoever took the other one died: it comes again. */
	assert_int_equal(store_job_take(t.db, NOW + 60, NOW + 90, 1, &t.a, &v, &n), 0);
	assert_int_equal(v[0].id, id[1]);
	assert_int_equal(store_job_take(t.db, NOW + 60, NOW + 90, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(v[1].id, id[2]);
	assert_int_equal(v[1].tries, 2);
	assert_int_equal(store_job_put_off(t.db, id[2], NOW + 61), 0);
	assert_int_equal(store_job_take(t.db, NOW + 61, NOW + 90, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(v[0].tries, 3);
	assert_int_equal(store_job_go_on(t.db, id[2], NOW + 62, SLICE_LIT("next")), 0);
	assert_int_equal(store_job_take(t.db, NOW + 62, NOW + 90, 10, &t.a, &v, &n), 0);
	assert_int_equal(v[0].tries, 1);
	assert_slice(v[0].payload, "next");

	/* A new process: what was taken is due at once, what is for later stays. */
	assert_int_equal(store_job_add(t.db, NOW + 70, SLICE_LIT("later"), 3, (struct slice){0}, &again), 0);
	assert_int_equal(store_job_release(t.db, NOW + 62, NOW + 80), 0); /* leased until NOW + 90 */
	assert_int_equal(store_job_release(t.db, NOW + 62, NOW + 90), 3);
	assert_int_equal(store_job_take(t.db, NOW + 62, NOW + 90, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(store_job_has(t.db, SLICE_LIT("later"), 3), 1);
	assert_int_equal(store_job_has(t.db, SLICE_LIT("later"), 2), 0);
	assert_int_equal(store_job_drop(t.db, SLICE_LIT("later"), 3), 1);

	assert_int_equal(store_job_count(t.db, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(store_job_drop(t.db, SLICE_LIT("other"), 0), 0);
	assert_int_equal(store_job_drop(t.db, SLICE_LIT("mail"), 0), 2);
	assert_int_equal(store_job_drop(t.db, SLICE_LIT("mail"), 1), 1);
	assert_int_equal(store_job_add(t.db, NOW, SLICE_LIT("mail"), 0, (struct slice){0}, &again), 0);
	assert_true(again > id[3]); /* a number is never used again */
}

static void make_user(int64_t id, int flags, unixtime_t seen)
{
	struct store_user u = {.id = id, .flags = flags, .created = NOW, .seen = seen};

	assert_int_equal(store_user_insert(t.db, &u), 0);
}

static void test_stats(void **state)
{
	int32_t a = 1, b = 1;
	struct store_stats s;

	assert_int_equal(store_stats_read(t.db, NOW, &s), 0);
	assert_int_equal(s.users, 0);
	assert_int_equal(s.messages, 0);
	make_user(5, 0, NOW);
	make_user(6, 0, NOW - 90000);
	make_user(7, STORE_USER_DELETED, NOW - 90000);
	assert_int_equal(send_private(t.db, 5, 6, &a, &b, 1, NOW, SLICE_LIT("x")), 0);
	assert_int_equal(send_private(t.db, 5, 6, &a, &b, 2, NOW, SLICE_LIT("x")), 0);
	assert_int_equal(store_stats_read(t.db, NOW, &s), 0);
	assert_int_equal(s.users, 2);
	assert_int_equal(s.deleted, 1);
	assert_int_equal(s.active_day, 1);
	assert_int_equal(s.dialogs, 2);
	assert_int_equal(s.messages, 4);
	assert_true(s.bytes > 4096);
	assert_true(s.log_bytes > 0);
}

/* A client was at pts 9 when the disk died; the backup knows 3. After the lift he must be behind, not ahead. */
static void test_epoch(void **state)
{
	char copy[128];
	int32_t a = 1, b = 1, max;
	struct store_dialog dlg;
	struct store_state *st;
	struct store_upd *u;
	struct sql_db *r, *d;
	struct store_channel ch = {
		.creator = 5, .title = SLICE_LIT("posts"), .date = NOW, .flags = STORE_CHANNEL_MEGAGROUP};
	struct store_upd post = {.pts = 2, .count = 1, .kind = STORE_UPD_NEW, .id = 1, .date = NOW};
	int64_t boxes, id;
	size_t n;

	make_user(5, 0, NOW);
	make_user(6, 0, NOW);
	make_user(7, 0, NOW); /* his box is empty in the backup; perhaps it was not, later */
	assert_int_equal(store_meta_next(t.db, "next_user", 7, &id), 0);
	assert_int_equal(store_state_put(t.db, 5, 64, 6, NOW, SLICE_LIT("draft")), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(send_private(t.db, 5, 6, &a, &b, i, NOW, SLICE_LIT("x")), 0);
	assert_int_equal(store_channel_insert(t.db, &ch), 0);
	assert_int_equal(
		store_dialog_put(t.db, &(struct store_dialog){.owner = 5, .peer = STORE_CHANNEL_KEY(ch.id)}),
		0);
	post.owner = STORE_CHANNEL_KEY(ch.id);
	assert_int_equal(store_upd_append(t.db, &post), 0);
	snprintf(copy, sizeof(copy), "%s/copy.db", t.folder);
	assert_int_equal(sql_open(t.path, SQL_READER, &r), 0);
	assert_int_equal(sql_backup(r, copy, NULL, NULL), 0);
	sql_close(r);
	for (int i = 2; i < 8; i++)
		assert_int_equal(send_private(t.db, 5, 6, &a, &b, i, NOW, SLICE_LIT("lost")), 0);
	assert_int_equal(b, 9);

	assert_int_equal(sql_open(copy, SQL_WRITER, &d), 0);
	assert_int_equal(store_migrate(d), 0);
	assert_int_equal(store_epoch_lift(d, 0, NOW, &boxes), -ERR_INVALID);
	assert_int_equal(store_epoch_lift(d, STORE_EPOCH_LIFT, NOW + 50, &boxes), 0);
	assert_int_equal(boxes, 4);
	/* Of the channel, whose ids are no pts: as many ids are passed over, and none of them counts as unread. */
	assert_int_equal(store_channel_last_id(d, ch.id, &max), 0);
	assert_int_equal(max, 1 + STORE_EPOCH_LIFT);
	assert_int_equal(store_channel_gaps(d, ch.id, 1, max, &max), 0);
	assert_int_equal(max, STORE_EPOCH_LIFT);
	assert_int_equal(store_channel_insert(d, &ch), 0);
	assert_int_equal(ch.id, 2 + STORE_EPOCH_LIFT); /* 2 may have been one */
	assert_int_equal(store_upd_max(d, 6, &max), 0);
	assert_int_equal(max, 3 + STORE_EPOCH_LIFT);
	assert_int_equal(store_upd_max(d, 7, &max), 0);
	assert_int_equal(max, 1 + STORE_EPOCH_LIFT);
	assert_int_equal(store_upd_range(d, 6, 9, 10, &t.a, &u, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(u[0].kind, STORE_UPD_EPOCH);
	assert_int_equal(u[0].count, STORE_EPOCH_LIFT);
	assert_int_equal(u[0].date, NOW + 50);
	/* Read by both as far as any client can have read; that something was unread is still told. */
	assert_int_equal(store_dialog_get(d, 6, 5, &t.a, &dlg), 1);
	assert_int_equal(dlg.read_in, 3 + STORE_EPOCH_LIFT);
	assert_int_equal(dlg.unread, 0);
	assert_true(dlg.unread_mark);
	assert_int_equal(store_dialog_get(d, 5, 6, &t.a, &dlg), 1);
	assert_int_equal(dlg.read_out, 3 + STORE_EPOCH_LIFT);
	assert_false(dlg.unread_mark);
	assert_int_equal(store_dialog_get(d, 5, STORE_CHANNEL_KEY(1), &t.a, &dlg), 1);
	assert_int_equal(dlg.read_in, 1 + STORE_EPOCH_LIFT);
	assert_int_equal(store_channel_read_of_others(d, 1, 5, &max), 0);
	assert_int_equal(max, 1 + STORE_EPOCH_LIFT);
	assert_int_equal(store_state_since(d, 5, NOW + 50, &t.a, &st, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_meta_next(d, "next_user", 7, &id), 0);
	assert_int_equal(id, 8 + STORE_EPOCH_LIFT); /* 8 may have been somebody */

	/* As often as there is room, and then not at all. */
	assert_int_equal(store_epoch_lift(d, INT32_MAX - 3 - STORE_EPOCH_LIFT, NOW, &boxes), 0);
	assert_int_equal(store_epoch_lift(d, STORE_EPOCH_LIFT, NOW, &boxes), -ERR_FULL);
	assert_int_equal(store_upd_max(d, 5, &max), 0);
	assert_int_equal(max, INT32_MAX);
	assert_int_equal(store_upd_max(d, 7, &max), 0);
	assert_int_equal(max, INT32_MAX - 2);
	sql_close(d);
}

/* A database that a newer program made stays closed, and one whose steps were edited. */
static void test_versions(void **state)
{
	assert_int_equal(store_migrate(t.db), 0);
	assert_int_equal(sql_exec(t.db, "INSERT INTO schema_step (n, checksum) VALUES (1000, 1)"), 0);
	assert_int_equal(store_migrate(t.db), -ERR_UNSUPPORTED);
	assert_int_equal(sql_exec(t.db, "DELETE FROM schema_step WHERE n = 1000"), 0);
	assert_int_equal(sql_exec(t.db, "UPDATE schema_step SET checksum = 1 WHERE n = 1"), 0);
	assert_int_equal(store_migrate(t.db), -ERR_INVALID);
}

int main(void)
{
	/* store_stats_read says so in its header; the lift touches everything by its nature. */
	static const char *const may_scan[] = {"SELECT count(*)", "SELECT sum(count)",
	                                       "SELECT due FROM job" /* one entry of an index */, NULL};
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_meta),  STORE_TEST(test_job),      STORE_TEST(test_stats),
		STORE_TEST(test_epoch), STORE_TEST(test_versions),
	};

	t.may_scan = may_scan;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
