/*
 * test_crash.c - a process that writes batches is killed in the middle, many times: what it had acknowledged is there, each
 * batch whole or not at all, and the database is sound. (That the disk keeps what fsync promised is the disk's part.)
 */
#include "store/test_store.h"

#include <signal.h>
#include <sys/wait.h>

#include "sql/checkpoint.h"
#include "store/test_send.h"

enum { ROUNDS = 10, BATCH = 7, ALICE = 5, BOB = 6 };

/* Never returns: batches of BATCH sends, each batch said through `fd` once its commit returned. */
static void write_for_ever(int fd, bool checkpoint)
{
	static const uint8_t body[600];
	struct sql_checkpointer *c;
	struct sql_db *db;
	int32_t a, b;

	if (sql_open(t.path, SQL_WRITER, &db) < 0 || (checkpoint && sql_checkpointer_start(t.path, &c) < 0) ||
	    store_upd_max(db, ALICE, &a) < 0 || store_upd_max(db, BOB, &b) < 0)
		_exit(1);
	a = a ? a : 1;
	b = b ? b : 1;
	for (int n = 0;; n++) {
		if (sql_begin(db) < 0)
			_exit(2);
		for (int i = 0; i < BATCH; i++)
			if (sql_savepoint(db) < 0 ||
			    send_private(db, ALICE, BOB, &a, &b, a, NOW, slice_of(body, test_random(600))) <
			            0 ||
			    sql_release(db) < 0)
				_exit(3);
		if (sql_commit(db) < 0 || write(fd, &a, sizeof(a)) != sizeof(a))
			_exit(4);
		if (n % 16 == 15)
			sql_wal_restart(db);
	}
}

static int64_t number(struct sql_db *db, const char *text)
{
	struct sql_stmt *s = sql_prepare(db, text);
	int64_t n = sql_step(s) == 1 ? sql_int(s, 0) : -1;

	sql_done(s);
	return n;
}

static void check(int32_t acknowledged)
{
	struct store_dialog d;
	struct sql_db *db;
	int32_t a, b;

	assert_int_equal(sql_open(t.path, SQL_WRITER, &db), 0);
	assert_int_equal(store_migrate(db), 0);
	assert_int_equal(
		number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
	assert_int_equal(store_upd_max(db, ALICE, &a), 0);
	assert_int_equal(store_upd_max(db, BOB, &b), 0);
	assert_true(a >= acknowledged);         /* all that was acknowledged */
	assert_true(a <= acknowledged + BATCH); /* at most the batch on its way besides */
	assert_int_equal(a, b);
	assert_int_equal((a - 1) % BATCH, 0); /* whole batches */
	assert_int_equal(number(db, "SELECT count(*) FROM msg"), 2 * (a - 1));
	assert_int_equal(number(db, "SELECT count(*) FROM upd"), 2 * (a - 1));
	assert_int_equal(number(db, "SELECT count(*) FROM rid"), a - 1);
	assert_int_equal(store_dialog_get(db, BOB, ALICE, &t.a, &d), 1);
	assert_int_equal(d.unread, b - 1);
	assert_int_equal(d.count, b - 1);
	sql_close(db);
}

static void test_kill(void **state)
{
	int32_t acknowledged = 1, id;
	int fds[2], status;
	pid_t pid;

	for (int round = 0; round < ROUNDS; round++) {
		fflush(stdout);
		assert_int_equal(pipe(fds), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(fds[0]);
			write_for_ever(fds[1], round % 2);
		}
		close(fds[1]);
		/* At least one batch, then at any moment. */
		assert_int_equal(read(fds[0], &id, sizeof(id)), sizeof(id));
		acknowledged = id;
		usleep(test_random(40000));
		kill(pid, SIGKILL);
		while (read(fds[0], &id, sizeof(id)) == sizeof(id))
			acknowledged = id;
		close(fds[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status)); /* and not an error of its own */
		check(acknowledged);
	}
	print_message("# %d sends acknowledged, %d kills\n", acknowledged - 1, ROUNDS);
}

/* The parent has no connection of its own while a child writes. */
static int open_closed(void **state)
{
	int r = test_open(state);

	sql_close(t.db);
	t.db = NULL;
	return r;
}

static int close_closed(void **state)
{
	return sql_open(t.path, SQL_READER, &t.db) < 0 ? -1 : test_close(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kill, open_closed, close_closed)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
