/* test_pipe.c - both ends have the secret, or nothing is said; what is said arrives whole; whoever is silent is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "cdnwire/pipe.h"

enum { MSEC = 5000, MUCH = 3 << 20 };

struct other {
	int fd, r;
	bool is_core;
	uint8_t secret[CDN_SECRET_SIZE];
	struct cdn_pipe *p;
};

static void *other_end(void *arg)
{
	struct other *o = arg;

	o->r = cdn_pipe_new(o->fd, o->is_core, o->secret, MSEC, &o->p);
	return NULL;
}

/* Our end is the core's; -> what it came to on our side. */
static int shake(struct other *o, const uint8_t secret[CDN_SECRET_SIZE], struct cdn_pipe **ret)
{
	pthread_t t;
	int fd[2], r;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	o->fd = fd[1];
	pthread_create(&t, NULL, other_end, o);
	*ret = NULL;
	r = cdn_pipe_new(fd[0], true, secret, MSEC, ret);
	pthread_join(t, NULL);
	return r;
}

static void *write_much(void *arg)
{
	struct other *o = arg;
	static uint8_t bytes[MUCH];

	for (size_t i = 0; i < MUCH; i++)
		bytes[i] = (uint8_t)(i * 31 >> 3);
	o->r = cdn_pipe_write(o->p, bytes, MUCH, MSEC);
	return NULL;
}

/* Three megabytes each way at the same time. */
static void test_both_ways(void **state)
{
	static const uint8_t secret[CDN_SECRET_SIZE] = "a secret that both of them know";
	struct other o = {0}, us = {0};
	struct buf a = {0}, b = {0};
	struct cdn_pipe *p;
	pthread_t t, u;

	memcpy(o.secret, secret, sizeof(secret));
	assert_int_equal(shake(&o, secret, &p), 0);
	assert_int_equal(o.r, 0);
	us.p = p;
	pthread_create(&t, NULL, write_much, &o);
	pthread_create(&u, NULL, write_much, &us);
	while (a.n < MUCH || b.n < MUCH) {
		if (a.n < MUCH)
			assert_int_equal(cdn_pipe_read(p, &a, MSEC), 0);
		if (b.n < MUCH)
			assert_int_equal(cdn_pipe_read(o.p, &b, MSEC), 0);
	}
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	assert_int_equal(o.r, 0);
	assert_true(slice_eq(buf_slice(&a), buf_slice(&b)));
	assert_int_equal(a.p[1000], (uint8_t)(1000 * 31 >> 3));
	assert_int_equal(cdn_pipe_read(p, &a, 50), -ERR_TIMEOUT);
	cdn_pipe_free(o.p);
	assert_int_equal(cdn_pipe_read(p, &a, MSEC), -ERR_CLOSED);
	cdn_pipe_free(p);
	buf_fini(&a);
	buf_fini(&b);
}

static void test_other_secret(void **state)
{
	static const uint8_t secret[CDN_SECRET_SIZE] = "a secret that both of them know";
	struct other o = {0};
	struct cdn_pipe *p;

	memcpy(o.secret, secret, sizeof(secret));
	o.secret[31] ^= 1;
	assert_int_equal(shake(&o, secret, &p), -ERR_DENIED);
	assert_int_equal(o.r, -ERR_DENIED);
	assert_null(p);
	assert_null(o.p);
}

static void test_two_cores(void **state)
{
	struct other o = {.is_core = true};
	struct cdn_pipe *p;

	assert_int_equal(shake(&o, o.secret, &p), -ERR_DENIED);
	assert_int_equal(o.r, -ERR_DENIED);
}

static void test_silent(void **state)
{
	uint8_t secret[CDN_SECRET_SIZE] = {0};
	struct cdn_pipe *p;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(cdn_pipe_new(fd[0], false, secret, 100, &p), -ERR_TIMEOUT);
	close(fd[1]);
}

static void test_shut(void **state)
{
	uint8_t secret[CDN_SECRET_SIZE] = {5};
	struct other o = {.secret = {5}};
	struct buf b = {0};
	struct cdn_pipe *p;

	assert_int_equal(shake(&o, secret, &p), 0);
	cdn_pipe_shut(p);
	assert_int_equal(cdn_pipe_read(p, &b, MSEC), -ERR_CLOSED);
	assert_int_equal(cdn_pipe_read(o.p, &b, MSEC), -ERR_CLOSED);
	cdn_pipe_free(p);
	cdn_pipe_free(o.p);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways), cmocka_unit_test(test_other_secret),
		cmocka_unit_test(test_two_cores), cmocka_unit_test(test_silent),
		cmocka_unit_test(test_shut),
	};

	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
