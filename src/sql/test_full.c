/*
 * test_full.c - no room on the disk: the answer is -ERR_NOSPACE, what was acknowledged stays, what was not is not there, and
 * the same connection writes again once there is room. Once with a limit on the size of files, once with a real file system
 * of 3 MB (in a mount namespace of its own; skipped where that is not allowed).
 */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "sql/sql.h"

enum { BATCH = 8, ROUNDS = 400 };

static const uint8_t row[3000];

static int put(struct sql_db *d, int64_t k)
{
	struct sql_stmt *s = sql_prepare(d, "INSERT INTO t (k, v) VALUES ($1, $2)");

	sql_bind_int(s, 1, k);
	sql_bind_bytes(s, 2, slice_of(row, sizeof(row)));
	return sql_run(s);
}

static int64_t number(struct sql_db *d, const char *text)
{
	struct sql_stmt *s = sql_prepare(d, text);
	int64_t n = sql_step(s) == 1 ? sql_int(s, 0) : -1;

	sql_done(s);
	return n;
}

/* As the write lane does it: a savepoint a call. *ret_calls: what each call was told, the last error of them. */
static int batch(struct sql_db *d, int64_t from, int *ret_calls)
{
	int r, q;

	*ret_calls = 0;
	r = sql_begin(d);
	if (r < 0)
		return r;
	for (int i = 0; i < BATCH; i++) {
		q = sql_savepoint(d);
		if (q == 0) {
			q = put(d, from + i);
			if (q < 0)
				sql_rollback_to(d);
			else
				q = sql_release(d);
		}
		if (q < 0)
			*ret_calls = q;
	}
	return sql_commit(d);
}

/* Batches until the disk is full, and some more; returns how many rows were acknowledged. */
static int64_t fill(struct sql_db *d, int *ret_errors, bool *ret_within, bool *ret_other)
{
	int64_t acknowledged = 0;
	int r, calls;

	*ret_errors = 0;
	*ret_within = *ret_other = false;
	for (int i = 0; i < ROUNDS && *ret_errors < 5; i++) {
		r = batch(d, acknowledged, &calls);
		if (r == 0 && calls == 0)
			acknowledged += BATCH;
		else
			++*ret_errors;
		if (calls < 0)
			*ret_within = true; /* it failed before the end of the batch */
		if ((r < 0 && r != -ERR_NOSPACE) || (r == 0 && calls < 0))
			*ret_other = true; /* another error, or part of a batch was kept */
	}
	return acknowledged;
}

static struct sql_db *open_new(const char *path, int cache_kib)
{
	struct sql_db *d;

	assert_int_equal(sql_open(path, SQL_WRITER, &d), 0);
	assert_int_equal(sql_exec(d, "CREATE TABLE t (k BIGINT PRIMARY KEY, v BYTEA) WITHOUT ROWID"), 0);
	sql_set_cache(d, cache_kib);
	return d;
}

static void look(struct sql_db *d, int64_t acknowledged)
{
	int calls;

	assert_int_equal(number(d, "SELECT count(*) FROM t"), acknowledged);
	assert_int_equal(batch(d, acknowledged, &calls), 0);
	assert_int_equal(calls, 0);
	assert_int_equal(number(d, "SELECT count(*) FROM t"), acknowledged + BATCH);
	assert_int_equal(
		number(d, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

/* A small cache makes the engine write in the middle of a batch, and so fail there and not at its end. */
static void with_limit(int cache_kib)
{
	struct rlimit old, low;
	char folder[] = "/tmp/chapar-full-XXXXXX", path[64], command[64];
	int64_t acknowledged;
	bool within, other;
	struct sql_db *d;
	int errors;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/t.db", folder);
	d = open_new(path, cache_kib);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 2 * 1024 * 1024 + 777;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	acknowledged = fill(d, &errors, &within, &other);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(errors, 5);
	assert_false(other);
	assert_int_equal(within, cache_kib < 100);
	assert_true(acknowledged > BATCH);
	look(d, acknowledged);
	sql_close(d);
	assert_int_equal(sql_open(path, SQL_WRITER, &d), 0);
	assert_int_equal(number(d, "SELECT count(*) FROM t"), acknowledged + BATCH);
	sql_close(d);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

static void test_limit_at_commit(void **state)
{
	with_limit(8192);
}

static void test_limit_within(void **state)
{
	with_limit(16);
}

/* In a child with a mount namespace of its own. 0 good, 1 bad, 77 not allowed here. */
static int on_tmpfs(int cache_kib)
{
	char folder[] = "/tmp/chapar-full-XXXXXX", path[64];
	int64_t acknowledged;
	int errors, calls, r = 1;
	bool within, other;
	struct sql_db *d;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return 77;
	if (!mkdtemp(folder))
		return 1;
	if (mount("none", folder, "tmpfs", 0, "size=3m") != 0) {
		rmdir(folder);
		return 77;
	}
	snprintf(path, sizeof(path), "%s/t.db", folder);
	d = open_new(path, cache_kib);
	acknowledged = fill(d, &errors, &within, &other);
	if (errors == 5 && !other && within == (cache_kib < 100) && acknowledged > BATCH &&
	    number(d, "SELECT count(*) FROM t") == acknowledged &&
	    mount(NULL, folder, NULL, MS_REMOUNT, "size=16m") == 0 && batch(d, acknowledged, &calls) == 0 &&
	    !calls && number(d, "SELECT count(*) FROM t") == acknowledged + BATCH)
		r = 0;
	sql_close(d);
	umount(folder);
	rmdir(folder);
	return r;
}

static void in_child(int cache_kib)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(on_tmpfs(cache_kib));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_tmpfs_at_commit(void **state)
{
	in_child(8192);
}

static void test_tmpfs_within(void **state)
{
	in_child(16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit_at_commit),
		cmocka_unit_test(test_limit_within),
		cmocka_unit_test(test_tmpfs_at_commit),
		cmocka_unit_test(test_tmpfs_within),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
