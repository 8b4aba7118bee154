/* test_worker.c - the pool and the sandbox, with a worker that does what an exploit would try (src/worker/child/probe.c). */
#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "worker/pool_private.h"
#include "worker/test_probe.h"

static struct worker_pool *pool_of(unsigned n)
{
	struct worker_config cfg = {.program = getenv("WORKER_PROBE"), .n = n, .memory_mib = 128};
	struct worker_pool *p;

	assert_int_equal(worker_pool_new(&cfg, &p), 0);
	return p;
}

static int input(void)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "hello", 5), 5);
	return fd;
}

/* 1: refused, 2: went through, negative: an error. */
static int probe(struct worker_pool *p, enum probe what, uint32_t cpu, uint32_t wall)
{
	struct worker_request q = {.task = WORKER_TASK_PROBE,
	                           .arg = what,
	                           .cpu_seconds = cpu,
	                           .wall_seconds = wall,
	                           .memory_mib = worker_pool_memory(p)};
	struct worker_image m;
	struct slice body;
	struct arena a;
	char left[8] = "";
	int fd = input(), r;

	arena_init(&a, 0);
	r = worker_pool_run(p, &q, &fd, &a, &body);
	if (r == 0)
		r = worker_answer_image(body, WORKER_THUMB, &m);
	if (r == 0)
		r = m.h;
	assert_int_equal(pread(fd, left, sizeof(left), 0), 5);
	assert_string_equal(left, "hello");
	close(fd);
	arena_fini(&a);
	return r;
}

static int fine(struct worker_pool *p)
{
	return probe(p, PROBE_FINE, 5, 10);
}

static void test_death(void **state)
{
	struct worker_pool *p = pool_of(1);
	struct worker_stats s;

	assert_int_equal(fine(p), 2);
	assert_int_equal(probe(p, PROBE_SEGFAULT, 5, 10), -ERR_INVALID);
	assert_int_equal(fine(p), 2);
	assert_int_equal(probe(p, PROBE_ABORT, 5, 10), -ERR_INVALID);
	assert_int_equal(probe(p, PROBE_HALF, 5, 10), -ERR_INVALID);
	assert_int_equal(probe(p, PROBE_NONSENSE, 5, 10), -ERR_INVALID);
	assert_int_equal(fine(p), 2);
	worker_stats(p, &s);
	assert_int_equal(s.tasks, 7);
	assert_int_equal(s.deaths, 3);
	worker_pool_free(p);
}

static void test_limits(void **state)
{
	struct worker_pool *p = pool_of(1);
	usec_t t = clock_usec();
	int r;

	assert_int_equal(probe(p, PROBE_SPIN, 1, 120), -ERR_INVALID);
	assert_true(clock_usec() - t < 100000000);
	t = clock_usec();
	assert_int_equal(probe(p, PROBE_SLEEP, 120, 1), -ERR_INVALID);
	assert_true(clock_usec() - t < 100000000);
	r = probe(p, PROBE_MEMORY, 20, 20);
	assert_true(r == 1 || r == -ERR_INVALID); /* a sanitizer's malloc does not come back */
	assert_int_equal(fine(p), 2);
	worker_pool_free(p);
}

/* Refused, or the process was ended for it. */
static void test_sandbox(void **state)
{
	static const enum probe all[] = {PROBE_OPEN,      PROBE_SOCKET, PROBE_FORK,     PROBE_EXEC,
	                                 PROBE_KILL,      PROBE_PTRACE, PROBE_RUN_DATA, PROBE_WRITE_INPUT,
	                                 PROBE_MAP_INPUT, PROBE_LIMITS};
	struct worker_pool *p = pool_of(2);
	int r;

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		r = probe(p, all[i], 5, 10);
		if (r != 1 && r != -ERR_INVALID)
			fail_msg("probe %d gave %d", all[i], r);
	}
	assert_int_equal(fine(p), 2);
	worker_pool_free(p);
}

/* The first processes of workers that are ours. */
static int each_worker(int sig)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	char path[300], comm[64];
	int n = 0, pid, parent;
	FILE *f;

	while ((e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		if (e->d_name[0] < '0' || e->d_name[0] > '9' || !(f = fopen(path, "r")))
			continue;
		if (fscanf(f, "%d (%60[^)]) %*c %d", &pid, comm, &parent) == 3 && parent == getpid()) {
			n++;
			if (sig)
				kill(pid, sig);
		}
		fclose(f);
	}
	closedir(d);
	return n;
}

static void test_starts_anew(void **state)
{
	struct worker_pool *p = pool_of(1);

	assert_int_equal(each_worker(0), 0); /* it starts with the first task */
	assert_int_equal(fine(p), 2);
	assert_int_equal(each_worker(SIGKILL), 1);
	usleep(200000);
	assert_int_equal(fine(p), 2);
	assert_int_equal(each_worker(0), 1);
	worker_pool_free(p);
	assert_int_equal(each_worker(0), 0);
}

struct asker {
	pthread_t t;
	struct worker_pool *p;
	enum probe what;
	uint32_t wall;
	int r;
	usec_t done;
};

static void *ask(void *arg)
{
	struct asker *a = arg;

	a->r = probe(a->p, a->what, 20, a->wall);
	a->done = clock_usec();
	return NULL;
}

/* Killed in the middle of a task: the worker's end is not the task's fault, it is done by the next one. */
static void test_killed_amid(void **state)
{
	struct worker_pool *p = pool_of(1);
	struct asker a = {.p = p, .what = PROBE_SPIN, .wall = 2};
	usec_t began = clock_usec();

	pthread_create(&a.t, NULL, ask, &a);
	usleep(1000000);
	assert_int_equal(each_worker(SIGKILL), 1);
	pthread_join(a.t, NULL);
	assert_int_equal(a.r, -ERR_INVALID); /* by its time */
	assert_true(a.done - began >= 2500000);
	worker_pool_free(p);
}

/* More than there are processes for: two at a time, in order, all of them done. */
static void test_turns(void **state)
{
	struct worker_pool *p = pool_of(2);
	struct asker a[5] = {{0}};
	usec_t began = clock_usec();

	assert_int_equal(fine(p), 2);
	for (int i = 0; i < 5; i++) {
		a[i] = (struct asker){.p = p, .what = i == 4 ? PROBE_FINE : PROBE_SLEEP, .wall = 2};
		pthread_create(&a[i].t, NULL, ask, &a[i]);
		usleep(200000); /* so that they wait in this order */
	}
	for (int i = 0; i < 5; i++)
		pthread_join(a[i].t, NULL);
	for (int i = 0; i < 4; i++)
		assert_int_equal(a[i].r, -ERR_INVALID);
	assert_int_equal(a[4].r, 2);
	assert_true(a[4].done - began >= 3900000);
	assert_true(a[4].done >= a[1].done);
	worker_pool_free(p);
}

static void test_close(void **state)
{
	struct worker_pool *p = pool_of(1);
	struct asker a[3];

	for (int i = 0; i < 3; i++) {
		a[i] = (struct asker){.p = p, .what = PROBE_SLEEP, .wall = 20};
		pthread_create(&a[i].t, NULL, ask, &a[i]);
	}
	usleep(500000);
	worker_pool_free(p);
	for (int i = 0; i < 3; i++) {
		pthread_join(a[i].t, NULL);
		assert_int_equal(a[i].r, -ERR_CLOSED);
	}
	assert_int_equal(each_worker(0), 0);
}

/* A program that ends at once is not started again and again. */
static void test_storm(void **state)
{
	struct worker_config cfg = {.program = "/bin/true", .n = 1};
	struct worker_pool *p;
	usec_t began = clock_usec();
	int r;

	assert_int_equal(worker_pool_new(&cfg, &p), 0);
	for (int i = 0; i < 1000; i++) {
		r = fine(p);
		assert_true(r == -ERR_FULL || r == -ERR_INVALID);
	}
	assert_true(clock_usec() - began < 10000000);
	worker_pool_free(p);
}

static void test_no_program(void **state)
{
	struct worker_config cfg = {.program = "/nonexistent/chapar-worker"};
	struct worker_pool *p;

	assert_int_equal(worker_pool_new(&cfg, &p), -ERR_NOTFOUND);
}

/* kill -9 of the server amid a task: nothing of the worker is left. */
static void test_orphans(void **state)
{
	struct asker a = {.what = PROBE_SLEEP, .wall = 60};
	usec_t began;
	pid_t server;
	int left = 0;

	prctl(PR_SET_CHILD_SUBREAPER, 1); /* who loses his parent becomes ours to count */
	server = fork();
	if (server == 0) {
		a.p = pool_of(1);
		pthread_create(&a.t, NULL, ask, &a);
		usleep(700000);
		raise(SIGKILL);
	}
	began = clock_usec();
	while (waitpid(-1, NULL, 0) > 0)
		left++;
	assert_true(left >= 2 &&
	            left <= 3); /* server, first process; the task's one where that left it to us */
	assert_true(clock_usec() - began < 15000000);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* What the operator asks by hand. */
static void test_check(void **state)
{
	char command[600], said[200] = "";
	FILE *f;

	snprintf(command, sizeof(command), "%s --check", getenv("CHAPAR_WORKER"));
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(said, sizeof(said), f));
	assert_int_equal(pclose(f), 0);
	assert_string_equal(said, "ok: JPEG, PNG, WebP, GIF, HEIF, video and sound\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_death),       cmocka_unit_test(test_limits),
		cmocka_unit_test(test_sandbox),     cmocka_unit_test(test_starts_anew),
		cmocka_unit_test(test_killed_amid), cmocka_unit_test(test_turns),
		cmocka_unit_test(test_close),       cmocka_unit_test(test_storm),
		cmocka_unit_test(test_no_program),  cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_check),
	};

	log_set_level(LOG_ERROR);
	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
