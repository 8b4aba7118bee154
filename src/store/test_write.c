/*
 * test_write.c - what a private send writes and what reading one message looks up, on a database that has grown: the figures
 * on which the layout of the tables rests.
 */
#include "store/test_store.h"

#include "store/channel.h"
#include "store/test_send.h"

enum { USERS = 1500, FRIENDS = 3, PRELOADED = 30000, MEASURED = 400, PAGES_MAX = 9 };

static int32_t pts[USERS];

static int some_send(int64_t random_id, unixtime_t now, int *ret_from, int *ret_to)
{
	static const uint8_t body[160];
	int from = (int)test_random(USERS), to = (from + 1 + (int)test_random(FRIENDS)) % USERS;

	*ret_from = from;
	*ret_to = to;
	return send_private(t.db, 1000 + from, 1000 + to, &pts[from], &pts[to], random_id, now,
	                    slice_of(body, 40 + test_random(sizeof(body) - 40)));
}

/* random_ids are random, so that they fall anywhere in their table. */
static int64_t random_id(void)
{
	return (int64_t)((uint64_t)test_random(UINT32_MAX) << 32 | test_random(UINT32_MAX));
}

static void grow(void)
{
	int from, to;

	for (int i = 0; i < USERS; i++)
		pts[i] = 1;
	for (int i = 0; i < PRELOADED;) {
		assert_int_equal(sql_begin(t.db), 0);
		for (int k = 0; k < 1000; k++, i++)
			assert_int_equal(some_send(random_id(), NOW, &from, &to), 0);
		assert_int_equal(sql_commit(t.db), 0);
	}
}

static int smaller(const void *x, const void *y)
{
	return *(const int *)x - *(const int *)y;
}

static void measure(int pages[MEASURED], unixtime_t now)
{
	int from, to;

	for (int i = 0; i < MEASURED; i++) {
		assert_int_equal(sql_begin(t.db), 0);
		assert_int_equal(some_send(random_id(), now, &from, &to), 0);
		assert_int_equal(sql_commit(t.db), 0);
		pages[i] = sql_commit_pages(t.db);
	}
	qsort(pages, MEASURED, sizeof(pages[0]), smaller);
}

static void test_pages(void **state)
{
	int pages[MEASURED], all = 0;

	grow();
	measure(pages, NOW + 60);
	for (int i = 0; i < MEASURED; i++)
		all += pages[i];
	print_message("# pages a send: half %d, nine of ten %d, most %d, mean %.2f\n", pages[MEASURED / 2],
	              pages[MEASURED * 9 / 10], pages[MEASURED - 1], (double)all / MEASURED);
	assert_true(pages[MEASURED / 2] <= PAGES_MAX);
	assert_true(all <= PAGES_MAX * MEASURED);

	/* The first of a day moves two dialogs in their index, too. */
	measure(pages, NOW + 86400);
	print_message("# of another day: half %d, most %d\n", pages[MEASURED / 2], pages[MEASURED - 1]);
	assert_true(pages[MEASURED / 2] <= PAGES_MAX + 2);
}

/* A second message of the same two: nothing is added by the tenth message of a minute. */
static void test_busy(void **state)
{
	int32_t a = 1, b = 1;
	int most = 0;

	for (int i = 0; i < 50; i++) {
		assert_int_equal(sql_begin(t.db), 0);
		assert_int_equal(send_private(t.db, 5, 6, &a, &b, i, NOW, SLICE_LIT("hello")), 0);
		assert_int_equal(sql_commit(t.db), 0);
		if (sql_commit_pages(t.db) > most && i)
			most = sql_commit_pages(t.db);
	}
	assert_true(most <= PAGES_MAX);
}

struct plan {
	sqlite3 *raw;
	const char *table; /* of which statements */
	int statements, searches, others;
	char last[256]; /* SEARCH or SCAN */
};

static void add_plan(void *arg, const char *text)
{
	struct plan *p = arg;
	sqlite3_stmt *s;
	char *query;

	if (!strstr(text, p->table) || strncmp(text, "SELECT", 6) != 0)
		return;
	p->statements++;
	query = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", text);
	assert_int_equal(sqlite3_prepare_v2(p->raw, query, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(s, 3);

		if (strncmp(step, "USE ", 4) != 0)
			snprintf(p->last, sizeof(p->last), "%s", step);
		if (strncmp(step, "SEARCH ", 7) == 0)
			p->searches++;
		else
			p->others++;
	}
	sqlite3_finalize(s);
	sqlite3_free(query);
}

/* The plans of the statements that a fresh connection has used, those that name `table` or all of them (""). */
static struct plan plan_of(struct sql_db *db, const char *table)
{
	struct plan p = {.table = table};

	assert_int_equal(sqlite3_open(t.path, &p.raw), SQLITE_OK);
	sql_each_text(db, add_plan, &p);
	sqlite3_close(p.raw);
	return p;
}

static void test_look_ups(void **state)
{
	struct store_channel_member *members;
	struct store_dialog *dialogs;
	int32_t a = 1, b = 1, id;
	struct store_msg m, *rows;
	struct sql_db *r;
	struct plan p;
	size_t n;

	assert_int_equal(send_private(t.db, 5, 6, &a, &b, 1, NOW, SLICE_LIT("x")), 0);

	/* By (owner, id): the log for the peer, then the row. Each one search of a primary key, not an index and a table. */
	assert_int_equal(sql_open(t.path, SQL_READER, &r), 0);
	assert_int_equal(store_msg_find(r, 6, 2, &t.a, &m), 0);
	p = plan_of(r, " FROM ");
	assert_int_equal(p.statements, 2);
	assert_int_equal(p.searches, 2);
	assert_int_equal(p.others, 0);
	p = plan_of(r, " FROM upd ");
	assert_string_equal(p.last, "SEARCH upd USING PRIMARY KEY (owner=? AND pts=?)");
	p = plan_of(r, " FROM msg ");
	assert_string_equal(p.last, "SEARCH msg USING PRIMARY KEY (owner=? AND peer=? AND id=?)");
	sql_close(r);

	/* By origin: its index, then the row. */
	assert_int_equal(sql_open(t.path, SQL_READER, &r), 0);
	assert_int_equal(store_msg_by_origin(r, 6, 5, 2, &t.a, &m), 0);
	p = plan_of(r, " FROM msg ");
	assert_string_equal(p.last,
	                    "SEARCH msg USING INDEX msg_origin (owner=? AND origin_owner=? AND origin_id=?)");
	sql_close(r);

	/* Bots of a channel, for whom each post asks: by their ids, not through all members. */
	assert_int_equal(sql_open(t.path, SQL_READER, &r), 0);
	assert_int_equal(store_channel_members(r, 1, STORE_CHANNEL_BOTS, 0, 10, &t.a, &members, &n), 0);
	p = plan_of(r, " FROM chan_member ");
	assert_string_equal(p.last, "SEARCH chan_member USING PRIMARY KEY (channel=? AND user_id>?)");
	sql_close(r);

	/* And whoever is restricted there, without the others. */
	assert_int_equal(sql_open(t.path, SQL_READER, &r), 0);
	assert_int_equal(store_channel_members(r, 1, STORE_CHANNEL_RESTRICTEDS, 0, 10, &t.a, &members, &n),
	                 0);
	p = plan_of(r, " FROM chan_member ");
	assert_string_equal(p.last,
	                    "SEARCH chan_member USING INDEX chan_member_banned (channel=? AND banned>?)");
	sql_close(r);

	/* A page of history is one run along the primary key, without sorting; so is each look-up of a date. */
	assert_int_equal(sql_open(t.path, SQL_READER, &r), 0);
	assert_int_equal(store_msg_walk(r, 6, 5, INT32_MAX, false, 0, 10, &t.a, &rows, &n), 0);
	assert_int_equal(store_msg_walk(r, 6, 5, 0, true, 3, 10, &t.a, &rows, &n), 0);
	assert_int_equal(store_msg_before_date(r, 6, 5, NOW, &id), 0);
	p = plan_of(r, " FROM msg ");
	assert_int_equal(p.statements, 3);
	assert_int_equal(p.searches, 3);
	assert_int_equal(p.others, 0);
	sql_close(r);

	/* The list of dialogs comes by days, the pinned messages by their own index. */
	assert_int_equal(sql_open(t.path, SQL_READER, &r), 0);
	assert_int_equal(store_dialog_page(r, 6, 0, 0, 0, 0, 10, &t.a, &dialogs, &n), 0);
	assert_int_equal(n, 1);
	p = plan_of(r, " FROM dlg ");
	assert_non_null(strstr(p.last, "INDEX dlg_day (owner=? AND folder=? AND top_day"));
	assert_int_equal(p.others, 0);
	assert_int_equal(store_msg_walk_pinned(r, 6, 5, INT32_MAX, false, 10, &t.a, &rows, &n), 0);
	p = plan_of(r, " FROM msg ");
	assert_int_equal(p.others - p.searches,
	                 -1); /* both by primary keys, and one list of ids between them */
	sql_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {STORE_TEST(test_pages), STORE_TEST(test_busy),
	                                   STORE_TEST(test_look_ups)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
