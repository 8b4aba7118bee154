/* test_jobs.c - jobs over real lanes and a real store: done once, again, later, never lost. */
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "jobs/jobs.h"
#include "rpc/app.h"
#include "rpc/method.h"
#include "rpc/server.h"
#include "sql/sql.h"
#include "store/meta.h"
#include "store/schema.h"
#include "updates/online.h"

/* The server's tables of methods, for a server without one. */
const struct rpc_rate_row rpc_rates[] = {{.name = "none"}};
const struct rpc_method *rpc_method_find(uint16_t name)
{
	return NULL;
}

static struct {
	char dir[64], path[96];
	struct app app;
	struct rpc_server *rpc;
	struct jobs *jobs;
	pthread_mutex_t lock;
	pthread_cond_t came;
	/* what the kinds below saw; guarded by lock */
	int ran, outside_ran;
	int fail;  /* so many failures still to come */
	int again; /* so many slices more */
	unixtime_t again_due;
	int tries; /* of the last one */
	int64_t owner;
	char payload[64];
	_Atomic bool hold; /* the thing outside waits until the stop */
} t = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};

static void saw(const struct store_job *j)
{
	t.tries = j->tries;
	t.owner = j->owner;
	snprintf(t.payload, sizeof(t.payload), "%.*s", (int)j->payload.n, (const char *)j->payload.p);
}

static int slice(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t n;
	int r;

	r = store_meta_next(c->db, "slices", 1, &n); /* a row, to see that slice and note are one */
	assert_int_equal(r, 0);
	pthread_mutex_lock(&t.lock);
	saw(j);
	t.ran++;
	if (t.fail > 0) {
		t.fail--;
		r = -ERR_BUSY;
	} else if (t.again > 0) {
		t.again--;
		next->again = true;
		next->due = t.again_due;
		next->payload = arena_printf(&c->arena, "%s+", t.payload);
	}
	pthread_cond_broadcast(&t.came);
	pthread_mutex_unlock(&t.lock);
	return r;
}

static int outside(struct app *app, const struct store_job *j)
{
	int r;

	pthread_mutex_lock(&t.lock);
	saw(j);
	t.outside_ran++;
	r = t.fail > 0 ? -ERR_TIMEOUT : 0;
	if (t.fail > 0)
		t.fail--;
	pthread_cond_broadcast(&t.came);
	pthread_mutex_unlock(&t.lock);
	while (t.hold && !jobs_stopping(app))
		usleep(1000);
	return t.hold ? -ERR_CLOSED : r;
}

static const struct jobs_kind kinds[] = {
	{.name = "slice", .slice = slice},
	{.name = "twice", .slice = slice, .tries_max = 2},
	{.name = "out", .outside = outside, .outside_seconds = 30},
	{.name = "both", .outside = outside, .outside_seconds = 30, .slice = slice},
	{0},
};

static const struct jobs_kind kept_kinds[] = {{.name = "kept", .slice = slice, .every_s = 3600}, {0}};

static void no_reply(void *ctx, const struct rpc_origin *o, struct buf *body, bool bulk)
{
	fail_msg("nobody asked");
}

static void begin(const struct jobs_kind *k)
{
	struct rpc_server_config cfg = {
		.app = &t.app, .ops = {.reply = no_reply}, .db_path = t.path, .n_read = 1, .n_cpu = 1};

	t.app.online = upd_online_new();
	assert_int_equal(rpc_server_new(&cfg, &t.rpc), 0);
	assert_int_equal(jobs_start(&t.app, t.rpc, k, &t.jobs), 0);
}

static void end(void)
{
	jobs_stop(t.jobs);
	rpc_server_stop(t.rpc);
	rpc_server_free(t.rpc);
	jobs_free(t.jobs);
	t.app.jobs = t.jobs = NULL;
	upd_online_free(t.app.online);
}

static int setup(void **state)
{
	struct sql_db *db;

	log_set_level(LOG_ERROR);
	strcpy(t.dir, "/tmp/chapar-test-XXXXXX");
	if (!mkdtemp(t.dir))
		return -1;
	snprintf(t.path, sizeof(t.path), "%s/db", t.dir);
	assert_int_equal(sql_open(t.path, SQL_WRITER, &db), 0);
	assert_int_equal(store_migrate(db), 0);
	sql_close(db);
	t.ran = t.outside_ran = t.fail = t.again = t.tries = 0;
	t.again_due = t.owner = 0;
	t.hold = false;
	return 0;
}

static int teardown(void **state)
{
	static const char *const files[] = {"", "-wal", "-shm"};
	char path[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", t.path, files[i]);
		unlink(path);
	}
	rmdir(t.dir);
	return 0;
}

/* The wall clock never steps back within a process, so each test goes on from where the last one left it. */
static void advance(int64_t seconds)
{
	static int64_t ahead;

	ahead += seconds;
	clock_set_test(ahead * 1000000);
}

/* The store as it is on disk, between two servers or beside one. */
static struct sql_db *look(void)
{
	struct sql_db *db;

	assert_int_equal(sql_open(t.path, SQL_READER, &db), 0);
	return db;
}

static int64_t waiting(void)
{
	struct sql_db *db = look();
	int64_t n;

	assert_int_equal(store_job_count(db, &n), 0);
	sql_close(db);
	return n;
}

static unixtime_t next_due(void)
{
	struct sql_db *db = look();
	unixtime_t due = 0;

	assert_int_equal(store_job_next_due(db, &due), 0);
	sql_close(db);
	return due;
}

/* Until `*n` is `want`; fails after a minute. */
static void until(const int *n, int want)
{
	for (int i = 0; i < 60000; i++) {
		int now;

		pthread_mutex_lock(&t.lock);
		now = *n;
		pthread_mutex_unlock(&t.lock);
		if (now >= want) {
			assert_int_equal(now, want);
			return;
		}
		usleep(1000);
	}
	fail_msg("it never came to %d", want);
}

static void until_waiting(int64_t want)
{
	for (int i = 0; i < 60000 && waiting() != want; i++)
		usleep(1000);
	assert_int_equal(waiting(), want);
}

struct adding {
	const char *kind;
	unixtime_t due;
	const char *payload;
	bool fail;
	volatile int r, done;
};

static int add_run(struct rpc_call *c, void *arg)
{
	struct adding *a = arg;
	int r = jobs_add(c, a->kind, 7, a->due, slice_str(a->payload));

	return a->fail ? -ERR_BUSY : r;
}

static void add_done(struct app *app, void *arg, int r)
{
	struct adding *a = arg;

	a->r = r;
	pthread_mutex_lock(&t.lock);
	a->done = 1;
	pthread_mutex_unlock(&t.lock);
}

static void add(const char *kind, unixtime_t due, const char *payload)
{
	struct adding a = {.kind = kind, .due = due, .payload = payload};

	assert_int_equal(rpc_write(t.rpc, add_run, add_done, &a), 0);
	until((const int *)&a.done, 1);
	assert_int_equal(a.r, 0);
}

static void test_done(void **state)
{
	begin(kinds);
	add("slice", 0, "p");
	until(&t.ran, 1);
	until_waiting(0);
	assert_int_equal(t.owner, 7);
	assert_int_equal(t.tries, 1);
	assert_string_equal(t.payload, "p");
	for (int i = 0; i < 50; i++)
		add("slice", 0, "q");
	until(&t.ran, 51);
	until_waiting(0);
	end();
	assert_int_equal(t.ran, 51); /* each once */
}

static void test_not_yet(void **state)
{
	begin(kinds);
	add("slice", clock_unix() + 100, "p");
	add("slice", clock_unix() + 1, "sooner");
	until(&t.ran, 1);
	assert_string_equal(t.payload, "sooner");
	usleep(50000);
	assert_int_equal(t.ran, 1);
	advance(200);
	add("slice", 0, "wakes"); /* the other one is found due as well */
	until(&t.ran, 3);
	until_waiting(0);
	end();
}

static void test_rolled_back(void **state)
{
	struct adding a = {.kind = "slice", .payload = "p", .fail = true};

	begin(kinds);
	assert_int_equal(rpc_write(t.rpc, add_run, add_done, &a), 0);
	until((const int *)&a.done, 1);
	assert_int_equal(a.r, -ERR_BUSY);
	add("slice", 0, "q");
	until(&t.ran, 1);
	end();
	assert_int_equal(t.ran, 1);
	assert_int_equal(waiting(), 0);
}

static void test_again(void **state)
{
	t.again = 3;
	begin(kinds);
	add("slice", 0, "p");
	until(&t.ran, 4);
	until_waiting(0);
	assert_string_equal(t.payload, "p+++");
	assert_int_equal(t.tries, 1);
	t.again = 1;
	t.again_due = clock_unix() + 1000;
	add("slice", 0, "later");
	until(&t.ran, 5);
	for (int i = 0; i < 10000 && next_due() != t.again_due;
	     i++) /* the lease, until the slice's note is written */
		usleep(1000);
	assert_int_equal(next_due(), t.again_due);
	end();
	assert_int_equal(t.ran, 5);
}

/* Two long ones share the lane: neither waits for the other's end. */
static void test_fair(void **state)
{
	t.again = INT_MAX; /* it has no end of its own */
	begin(kinds);
	add("slice", 0, "a");
	add("out", 0, "b");
	until(&t.outside_ran, 1);
	end();
}

static void test_put_off(void **state)
{
	t.fail = 2;
	begin(kinds);
	add("slice", 0, "p");
	until(&t.ran, 1);
	for (int i = 0; i < 1000 && next_due() > clock_unix() + 10;
	     i++) /* the lease, until the failure is written */
		usleep(1000);
	assert_true(next_due() > clock_unix());
	until(&t.ran, 3); /* after 2 and 4 seconds */
	until_waiting(0);
	assert_int_equal(t.tries, 3);
	end();
	/* What the failed slices wrote went back. */
	{
		struct sql_db *db = look();
		struct arena a;
		struct slice v;

		arena_init(&a, 0);
		assert_int_equal(store_meta_get(db, "slices", &a, &v), 0);
		arena_fini(&a);
		sql_close(db);
		assert_int_equal(sql_open(t.path, SQL_WRITER, &db), 0);
		int64_t n;
		assert_int_equal(store_meta_next(db, "slices", 1, &n), 0);
		assert_int_equal(n, 2);
		sql_close(db);
	}
}

static void test_given_up(void **state)
{
	t.fail = 100;
	begin(kinds);
	add("twice", 0, "p");
	until(&t.ran, 2);
	until_waiting(0);
	assert_int_equal(t.tries, 2);
	end();
	assert_int_equal(t.ran, 2);
}

static void test_unknown(void **state)
{
	begin(kinds);
	add("of another version", 0, "p");
	add("slice", 0, "q");
	until(&t.ran, 1);
	until_waiting(1); /* kept for whoever knows it */
	end();
}

static void test_outside(void **state)
{
	begin(kinds);
	add("out", 0, "p");
	until(&t.outside_ran, 1);
	until_waiting(0);
	assert_string_equal(t.payload, "p");
	t.fail = 1;
	add("both", 0, "q");
	until(&t.outside_ran, 3); /* failed once, then the slice is written too */
	until(&t.ran, 1);
	until_waiting(0);
	end();
	assert_int_equal(t.outside_ran, 3);
}

/* Many at once: more than the threads, each done once; none is lost at the end of the server. */
static void test_outside_many(void **state)
{
	begin(kinds);
	for (int i = 0; i < 40; i++)
		add("out", 0, "p");
	until(&t.outside_ran, 40);
	until_waiting(0);
	t.hold = true;
	for (int i = 0; i < 6; i++)
		add("out", 0, "p");
	until(&t.outside_ran, 44); /* four threads, two wait */
	end();
	assert_int_equal(waiting(), 6);
	t.hold = false;
	begin(kinds);
	until(&t.outside_ran, 50);
	until_waiting(0);
	end();
}

/* The process died with one job waiting and one in hand. */
static void test_survives(void **state)
{
	struct sql_db *db;
	struct store_job *v;
	struct arena a;
	int64_t id;
	size_t n;

	assert_int_equal(sql_open(t.path, SQL_WRITER, &db), 0);
	assert_int_equal(
		store_job_add(db, clock_unix() - 5, SLICE_LIT("slice"), 7, SLICE_LIT("in hand"), &id), 0);
	arena_init(&a, 0);
	assert_int_equal(store_job_take(db, clock_unix(), clock_unix() + 900, 1, &a, &v, &n), 0);
	assert_int_equal(n, 1);
	arena_fini(&a);
	assert_int_equal(store_job_add(db, clock_unix() - 5, SLICE_LIT("slice"), 7, SLICE_LIT("next"), &id),
	                 0);
	sql_close(db);
	begin(kinds);
	until(&t.ran, 2);
	until_waiting(0);
	end();
	assert_int_equal(t.ran, 2);
}

static void test_every(void **state)
{
	unixtime_t before = clock_unix();

	begin(kept_kinds);
	until(&t.ran, 1);
	for (int i = 0; i < 10000 && next_due() < before + 3600; i++)
		usleep(1000);
	assert_true(next_due() >= before + 3600 && next_due() < before + 3700);
	end();
	begin(kept_kinds); /* one row, and not due */
	usleep(30000);
	end();
	assert_int_equal(t.ran, 1);
	assert_int_equal(waiting(), 1);
	advance(3700);
	begin(kept_kinds);
	until(&t.ran, 2);
	end();
	assert_int_equal(waiting(), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_done),    T(test_not_yet),      T(test_rolled_back), T(test_again),
		T(test_fair),    T(test_put_off),      T(test_given_up),    T(test_unknown),
		T(test_outside), T(test_outside_many), T(test_survives),    T(test_every),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
