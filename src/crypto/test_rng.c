/* test_rng.c - no byte of the generator's is given twice: not to the next who asks, not to another thread, not to a child. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/rng.h"

enum { WORDS = 20000 };

static int by_value(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, 8);
	memcpy(&y, b, 8);
	return (x > y) - (x < y);
}

static void expect_all_different(uint64_t *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	for (size_t i = 1; i < n; i++)
		assert_true(v[i] != v[i - 1]);
}

static void draw(uint64_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = rng_u64();
}

/* Every size, across the ends of pages; the words of each piece, and nothing around it is touched. */
static void any_size(void **state)
{
	uint64_t *all = calloc(WORDS, sizeof(*all));
	uint8_t b[1100];
	size_t n = 0;

	for (size_t size = 0; n + size / 8 <= WORDS && size < 1000; size += size < 600 ? 13 : 50) {
		memset(b, 0xa5, sizeof(b));
		rng_bytes(b + 8, size);
		for (size_t i = 0; i < 8; i++)
			assert_true(b[i] == 0xa5 && b[8 + size + i] == 0xa5);
		memcpy(all + n, b + 8, size / 8 * 8);
		n += size / 8;
	}
	draw(all + n, WORDS - n);
	expect_all_different(all, WORDS);
	free(all);
}

static void *thread(void *v)
{
	draw(v, WORDS / 2);
	return NULL;
}

static void another_thread(void **state)
{
	uint64_t *all = calloc(WORDS, sizeof(*all));
	pthread_t t;

	assert_int_equal(pthread_create(&t, NULL, thread, all), 0);
	draw(all + WORDS / 2, WORDS / 2);
	pthread_join(t, NULL);
	expect_all_different(all, WORDS);
	free(all);
}

/* A child, and its child, have the parent's memory and go on with bytes of their own. */
static void children(void **state)
{
	enum { N = 64 };
	uint64_t all[3 * N];
	int fd[2], status;
	pid_t pid;

	rng_u64(); /* there is a page, and most of it is left */
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		pid_t inner = fork();

		draw(all, N);
		status = write(fd[1], all, N * 8) == N * 8 ? 0 : 1;
		if (inner > 0)
			waitpid(inner, NULL, 0);
		_exit(status);
	}
	draw(all, N);
	for (size_t got = 0; got < 2 * N * 8;) {
		ssize_t k = read(fd[0], (uint8_t *)(all + N) + got, 2 * N * 8 - got);

		assert_true(k > 0);
		got += (size_t)k;
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd[0]);
	close(fd[1]);
	expect_all_different(all, 3 * N);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_size),
		cmocka_unit_test(another_thread),
		cmocka_unit_test(children),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
