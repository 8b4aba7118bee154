/* test_sql.c - the door itself: parameters, transactions, the log, migrations, backups. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "sql/checkpoint.h"
#include "sql/migrate.h"
#include "sql/sql.h"

static char folder[64], path[96];
static struct sql_db *db;

static int set_up(void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/chapar-sql-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/t.db", folder);
	if (sql_open(path, SQL_WRITER, &db) < 0)
		return -1;
	return sql_exec(db, "CREATE TABLE t (k BIGINT PRIMARY KEY, v BYTEA) WITHOUT ROWID");
}

static int tear_down(void **state)
{
	char command[128];

	sql_close(db);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static int put(struct sql_db *d, int64_t k, struct slice v)
{
	struct sql_stmt *s = sql_prepare(d, "INSERT INTO t (k, v) VALUES ($1, $2)");

	sql_bind_int(s, 1, k);
	sql_bind_bytes(s, 2, v);
	return sql_run(s);
}

static int64_t count(struct sql_db *d)
{
	struct sql_stmt *s = sql_prepare(d, "SELECT count(*) FROM t");
	int64_t n;

	assert_int_equal(sql_step(s), 1);
	n = sql_int(s, 0);
	sql_done(s);
	return n;
}

/* SQLite numbers named parameters by first appearance; $n must mean n all the same. */
static void test_parameters(void **state)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT $3, $1, $2, $1");

	SQL_BIND_INTS(s, 11, 22, 33);
	assert_int_equal(sql_step(s), 1);
	assert_int_equal(sql_int(s, 0), 33);
	assert_int_equal(sql_int(s, 1), 11);
	assert_int_equal(sql_int(s, 2), 22);
	assert_int_equal(sql_int(s, 3), 11);
	assert_int_equal(sql_step(s), 0);
	sql_done(s);
}

static void test_bytes(void **state)
{
	static const uint8_t odd[] = {0, 1, 0, 255};
	struct sql_stmt *s;
	struct arena a;
	struct slice v;

	arena_init(&a, 0);
	assert_int_equal(put(db, 1, (struct slice){0}), 0);
	assert_int_equal(put(db, 2, slice_of("", 0)), 0);
	assert_int_equal(put(db, 3, slice_of(odd, sizeof(odd))), 0);
	assert_int_equal(put(db, 3, slice_of(odd, sizeof(odd))), -ERR_EXISTS);
	s = sql_prepare(db, "SELECT v FROM t ORDER BY k");
	assert_int_equal(sql_step(s), 1);
	assert_true(sql_is_null(s, 0));
	assert_null(sql_bytes(s, 0).p); /* absent stays absent */
	assert_int_equal(sql_step(s), 1);
	assert_non_null(sql_bytes(s, 0).p); /* empty stays empty */
	assert_int_equal(sql_bytes(s, 0).n, 0);
	assert_int_equal(sql_step(s), 1);
	v = sql_copy(s, 0, &a);
	assert_int_equal(sql_step(s), 0);
	sql_done(s);
	assert_true(slice_eq(v, slice_of(odd, sizeof(odd))));
	arena_fini(&a);
}

static void test_savepoints(void **state)
{
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(put(db, 1, (struct slice){0}), 0);
	assert_int_equal(sql_release(db), 0);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(put(db, 2, (struct slice){0}), 0);
	sql_rollback_to(db);
	assert_int_equal(sql_savepoint(db), 0);
	assert_int_equal(put(db, 3, (struct slice){0}), 0);
	assert_int_equal(put(db, 3, (struct slice){0}), -ERR_EXISTS); /* ends the statement, not the call */
	assert_int_equal(sql_release(db), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_int_equal(count(db), 2);
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(put(db, 4, (struct slice){0}), 0);
	sql_rollback(db);
	sql_rollback(db); /* nothing to do is no fault */
	assert_int_equal(count(db), 2);
}

static void test_readers(void **state)
{
	struct sql_db *r;

	assert_int_equal(sql_open(path, SQL_READER, &r), 0);
	assert_int_equal(sql_begin(r), 0);
	assert_int_equal(count(r), 0);
	assert_int_equal(put(db, 1, (struct slice){0}), 0);
	assert_int_equal(count(r), 0); /* its snapshot */
	sql_rollback(r);
	assert_int_equal(count(r), 1);
	assert_true(put(r, 2, (struct slice){0}) < 0); /* may not write */
	assert_int_equal(count(db), 1);
	sql_close(r);
}

static void test_open(void **state)
{
	struct sql_db *d = NULL;
	char other[128];
	int fd;

	snprintf(other, sizeof(other), "%s/none.db", folder);
	assert_int_equal(sql_open(other, SQL_READER, &d), -ERR_NOTFOUND);
	snprintf(other, sizeof(other), "%s/no/such/folder.db", folder);
	assert_int_equal(sql_open(other, SQL_WRITER, &d), -ERR_NOTFOUND);
	snprintf(other, sizeof(other), "%s/text.db", folder);
	fd = open(other, O_WRONLY | O_CREAT, 0600);
	for (int i = 0; i < 200; i++)
		assert_int_equal(write(fd, "this is no database at all, but text\n", 37), 37);
	close(fd);
	assert_int_equal(sql_open(other, SQL_WRITER, &d), -ERR_CORRUPT);
	assert_null(d);
}

static void test_log(void **state)
{
	static const uint8_t big[3000];
	struct sql_db *r;
	int64_t before;

	assert_int_equal(put(db, 0, (struct slice){0}), 0);
	assert_int_equal(sql_commit_pages(db), 1);
	for (int i = 1; i < 200; i++)
		assert_int_equal(put(db, i, slice_of(big, sizeof(big))), 0);
	before = sql_wal_bytes(db);
	assert_true(before > 198 * 4096);

	assert_int_equal(sql_open(path, SQL_READER, &r), 0);
	assert_int_equal(sql_begin(r), 0);
	assert_int_equal(count(r), 200);
	assert_int_equal(put(db, 200, (struct slice){0}), 0);
	assert_int_equal(sql_wal_restart(db), -ERR_BUSY); /* the reader needs what is in it */
	assert_int_equal(sql_begin(db), 0);
	assert_int_equal(put(db, 201, (struct slice){0}), 0);
	assert_int_equal(sql_commit(db), 0);
	assert_true(sql_wal_bytes(db) > before);
	assert_int_equal(count(r), 200);
	sql_rollback(r);

	assert_int_equal(sql_wal_restart(db), 0);
	assert_int_equal(put(db, 202, (struct slice){0}), 0);
	assert_true(sql_wal_bytes(db) < 10 * 4200); /* begun anew */
	assert_int_equal(count(r), 203);
	sql_close(r);
}

/* 256 MB of commits: the log begins anew more than once, and never grows far beyond 128 MB. */
static void see_log_kept_small(struct sql_checkpointer *c)
{
	static uint8_t big[1 << 20];
	int64_t before = 0, most = 0;
	int anew = 0;

	for (int i = 0; i < 256; i++) {
		assert_int_equal(put(db, 10000 + i, slice_of(big, sizeof(big))), 0);
		if (sql_wal_bytes(db) > most)
			most = sql_wal_bytes(db);
		sql_checkpointer_keep_small(c, db);
		anew += sql_wal_bytes(db) < before;
		before = sql_wal_bytes(db);
	}
	assert_in_range(anew, 1, 4);
	assert_in_range(most, 64 << 20, 132 << 20);
}

static void test_checkpointer(void **state)
{
	static const uint8_t big[3000];
	struct sql_checkpointer *c;
	int64_t file = sql_file_bytes(db), size = 0;
	FILE *f;

	for (int i = 0; i < 1000; i++)
		assert_int_equal(put(db, i, slice_of(big, sizeof(big))), 0);
	assert_true(sql_file_bytes(db) > file);
	assert_int_equal(sql_checkpointer_start(path, &c), 0);
	for (int i = 0; i < 100 && size < 3000 * 1000; i++) {
		usleep(50000);
		f = fopen(path, "r");
		fseek(f, 0, SEEK_END);
		size = ftell(f);
		fclose(f);
	}
	assert_true(size >= 3000 * 1000); /* the rows are in the file itself now */
	see_log_kept_small(c);
	sql_checkpointer_stop(c);
	sql_checkpointer_stop(NULL);
	assert_int_equal(put(db, 5000, (struct slice){0}), 0);
	assert_true(sql_wal_bytes(db) < 100000); /* so the writer began the log anew by itself */
}

static bool go_on(void *arg, int64_t done, int64_t all)
{
	int *n = arg;

	assert_true(done >= 0 && done <= all && all > 0);
	/* Somebody writes all the time: the copy is of the moment when it began. */
	assert_int_equal(put(db, 100000 + *n, (struct slice){0}), 0);
	++*n;
	return true;
}

static bool give_up(void *arg, int64_t done, int64_t all)
{
	return false;
}

static void test_backup(void **state)
{
	static const uint8_t big[3000];
	struct sql_db *r, *b;
	char copy[128];
	int n = 0;

	snprintf(copy, sizeof(copy), "%s/copy.db", folder);
	for (int i = 0; i < 2000; i++)
		assert_int_equal(put(db, i, slice_of(big, sizeof(big))), 0);
	assert_int_equal(sql_open(path, SQL_READER, &r), 0);
	assert_int_equal(sql_backup(r, copy, give_up, NULL), -ERR_CLOSED);
	assert_int_equal(access(copy, F_OK), -1);
	assert_int_equal(sql_backup(r, copy, go_on, &n), 0);
	assert_true(n > 3);
	assert_int_equal(sql_backup(r, copy, NULL, NULL), -ERR_EXISTS);
	assert_int_equal(sql_backup(r, "/proc/none/copy.db", NULL, NULL), -ERR_NOTFOUND);
	assert_int_equal(count(r), 2000 + n);
	sql_close(r);
	assert_int_equal(sql_open(copy, SQL_WRITER, &b), 0);
	assert_int_equal(count(b), 2000);
	assert_int_equal(put(b, 5000, (struct slice){0}), 0);
	sql_close(b);
}

static void test_migrate(void **state)
{
	static const char *const one[] = {"CREATE TABLE a (x BIGINT)"};
	static const char *const two[] = {"CREATE TABLE a (x BIGINT)", "INSERT INTO a (x) VALUES (7)"};
	static const char *const edited[] = {"CREATE TABLE a (x BIGINT, y BIGINT)",
	                                     "INSERT INTO a (x) VALUES (7)"};
	static const char *const wrong[] = {"CREATE TABLE a (x BIGINT)", "INSERT INTO a (x) VALUES (7)",
	                                    "CREATE TABLE b (x BIGINT); INSERT INTO a (x) VALUES (8);"
	                                    "CREATE TABLE a (x BIGINT)"};
	struct sql_stmt *s;
	size_t n = 99;

	assert_int_equal(sql_migrated(db, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(sql_migrate(db, one, 1), 0);
	assert_int_equal(sql_migrate(db, one, 1), 0);
	assert_int_equal(sql_migrate(db, two, 2), 0);
	assert_int_equal(sql_migrate(db, two, 2), 0);
	assert_int_equal(sql_migrated(db, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(sql_migrate(db, one, 1), -ERR_UNSUPPORTED);
	assert_int_equal(sql_migrate(db, edited, 2), -ERR_INVALID);
	assert_true(sql_migrate(db, wrong, 3) < 0); /* all of a step or nothing */
	assert_int_equal(sql_migrated(db, &n), 0);
	assert_int_equal(n, 2);
	s = sql_prepare(db, "SELECT count(*), sum(x) FROM a");
	assert_int_equal(sql_step(s), 1);
	assert_int_equal(sql_int(s, 0), 1);
	assert_int_equal(sql_int(s, 1), 7);
	sql_done(s);
	s = sql_prepare(db, "SELECT count(*) FROM sqlite_master WHERE name = 'b'");
	assert_int_equal(sql_step(s), 1);
	assert_int_equal(sql_int(s, 0), 0);
	sql_done(s);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parameters), TEST(test_bytes),        TEST(test_savepoints),
		TEST(test_readers),    TEST(test_open),         TEST(test_log),
		TEST(test_backup),     TEST(test_checkpointer), TEST(test_migrate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
