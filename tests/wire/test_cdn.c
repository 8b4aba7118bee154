/* test_cdn.c - a node as a process: what it says to clients of every kind and to its core, to strangers and to who watches it. Argument: its program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "crypto/rng.h"
#include "tests/wire/node.h"

/* Each test is on a node of its own. */

static void expect_no_violation(struct client *c)
{
	const char *first;
	unsigned n = client_violations(c, &first);

	if (n)
		print_error("%u violations, the first: %s\n", n, first);
	assert_int_equal(n, 0);
}

static void every_client(void **state)
{
	static const enum client_inner inner[] = {CLIENT_INNER_PLAIN, CLIENT_INNER_DC, CLIENT_INNER_TEMP,
	                                          CLIENT_INNER_TEMP_DC};
	static const enum client_init init[] = {CLIENT_INIT_NEVER, CLIENT_INIT_ONCE, CLIENT_INIT_ALWAYS};

	node_greet(LEASE);
	node_fill_all();
	for (int i = 1; i < CLIENT_TRANSPORTS; i++) {
		struct client_config cfg = node_client((enum client_transport)i, inner[i % 4]);
		struct client *c;

		cfg.init = init[i % 3];
		cfg.auth.old_rsa = i & 1;
		cfg.auth.old_req_pq = i & 2;
		c = node_connect_as(cfg);
		node_expect_bytes(c);
		assert_string_equal(node_ask_one(c, CDN_CHUNK, CDN_CHUNK), "bytes");
		expect_no_violation(c);
		client_free(c);
	}
}

/* Bare calls under an unbound temporary key, and a bound one. */
static void bare_and_bound(void **state)
{
	struct client_config cfg;
	struct client *c;

	node_greet(LEASE);
	node_fill_all();
	cfg = node_client(CLIENT_ABRIDGED, CLIENT_INNER_TEMP_DC);
	cfg.init = CLIENT_INIT_NEVER;
	c = node_connect_as(cfg);
	node_expect_bytes(c);
	client_free(c);
	cfg.no_bind = false;
	c = node_connect_as(cfg);
	node_expect_bytes(c);
	client_free(c);
}

static void ranges(void **state)
{
	static const struct {
		int64_t offset;
		int32_t limit;
		const char *want;
	} cases[] = {{0, 4096, "bytes"},
	             {4096, 4096, "bytes"},
	             {CDN_CHUNK - 4096, 4096, "bytes"},
	             {0, 1 << 20, "bytes"},
	             {3 * CDN_CHUNK, CDN_CHUNK, "bytes"},
	             {3 * CDN_CHUNK + 4096, 4096, "bytes"},
	             {1 << 20, 1 << 20, "bytes"}, /* beyond the end */
	             {(int64_t)1 << 40, 4096, "bytes"},
	             {0, 32768, "bytes"},
	             {98304, 65536, "bytes"},
	             {0, 0, "LIMIT_INVALID"},
	             {0, -4096, "LIMIT_INVALID"},
	             {0, 4095, "LIMIT_INVALID"},
	             {0, 12288, "LIMIT_INVALID"},
	             {0, 1 << 21, "LIMIT_INVALID"},
	             {1, 4096, "OFFSET_INVALID"},
	             {-4096, 4096, "OFFSET_INVALID"},
	             {INT64_MAX - 4095, 4096, "OFFSET_INVALID"},
	             {4096, 1 << 20, "OFFSET_INVALID"}};
	struct client *c;

	node_greet(LEASE);
	node_fill_all();
	c = node_connect();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(node_ask_one(c, cases[i].offset, cases[i].limit), cases[i].want);
	expect_no_violation(c);
	client_free(c);
}

static void tokens(void **state)
{
	struct slice good = slice_of(node.token, sizeof(node.token));
	uint8_t other[CDN_TOKEN_SIZE + 1];
	struct cdn_core stranger;
	struct client *c;
	uint32_t chunk;

	node_greet(LEASE);
	node_fill_all();
	c = node_connect();
	for (uint32_t i = 0; i < CDN_TOKEN_SIZE;
	     i += i < 48 ? 1 : 5) { /* also of the part that only the core opens */
		memcpy(other, node.token, CDN_TOKEN_SIZE);
		other[i] ^= 0x10;
		assert_string_equal(node_ask(c, slice_of(other, CDN_TOKEN_SIZE), 0, CDN_CHUNK, &chunk),
		                    "FILE_TOKEN_INVALID");
	}
	assert_string_equal(node_ask(c, slice_of(node.token, CDN_TOKEN_SIZE - 1), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	assert_string_equal(node_ask(c, slice_of("", 0), 0, CDN_CHUNK, &chunk), "FILE_TOKEN_INVALID");
	memcpy(other, node.token, CDN_TOKEN_SIZE);
	other[CDN_TOKEN_SIZE] = 0;
	assert_string_equal(node_ask(c, slice_of(other, sizeof(other)), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	cdn_token_make(&node.core.epoch, node.content, SIZE, clock_unix() - 3 * 3600,
	               other); /* of three hours ago */
	assert_string_equal(node_ask(c, slice_of(other, CDN_TOKEN_SIZE), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	cdn_core_init(&stranger, DC); /* another epoch, and another node */
	cdn_token_make(&stranger.epoch, node.content, SIZE, clock_unix(), other);
	assert_string_equal(node_ask(c, slice_of(other, CDN_TOKEN_SIZE), 0, CDN_CHUNK, &chunk),
	                    "FILE_TOKEN_INVALID");
	assert_string_equal(node_ask(c, good, 0, CDN_CHUNK, &chunk), "bytes");
	client_free(c);
}

static void other_methods(void **state)
{
	static const uint32_t ids[] = {0xc4f9186b /* help.getConfig */, 0xbe5335be /* upload.getFile */,
	                               0x9b2754a8, 0x91dc3f31, 0x12345678};
	struct client *c;

	node_greet(LEASE);
	c = node_connect();
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct client_result x;
		struct buf q = {0};

		buf_u32(&q, ids[i]);
		client_bytes_wait(c, buf_slice(&q), WITHIN, &x);
		assert_true(x.a.r == -ERR_RPC && x.a.code == 400);
		assert_int_equal(x.a.text.n, strlen("CDN_METHOD_INVALID"));
		assert_memory_equal(x.a.text.p, "CDN_METHOD_INVALID", x.a.text.n);
		client_result_fini(&x);
		buf_fini(&q);
	}
	expect_no_violation(c);
	client_free(c);
}

/* Missing chunks are named one by one; a fill is answered once it can be served. */
static void fills_and_drops(void **state)
{
	struct slice good = slice_of(node.token, sizeof(node.token));
	struct cdn_report report;
	struct client *c;
	uint32_t chunk;

	node_greet(LEASE);
	c = node_connect();
	for (uint32_t i = 0; i < 4; i++) {
		assert_string_equal(node_ask(c, good, 0, 1 << 20, &chunk), "reupload");
		assert_int_equal(chunk, i);
		node_fill(i);
		assert_string_equal(node_ask_one(c, i * CDN_CHUNK, CDN_CHUNK), "bytes");
	}
	assert_string_equal(node_ask(c, good, 0, 1 << 20, &chunk), "bytes");
	assert_int_equal(cdn_core_lease(&node.core, CDN_DRAINING, LEASE, &report), 0);
	assert_true(report.hits == 5 && report.misses == 4 && report.bytes == 2 * SIZE && report.fills == 4 &&
	            report.chunks == 4 && report.ram == SIZE && report.refused == 0 && report.damaged == 0 &&
	            report.connections >= 1 && report.handshakes >= 1);
	node_expect_bytes(c);
	assert_int_equal(cdn_core_drop(&node.core, node.object.id), 0);
	assert_int_equal(cdn_core_lease(&node.core, CDN_ACTIVE, LEASE, &report), 0); /* after it */
	assert_true(report.chunks == 0 && report.ram == 0);
	assert_string_equal(node_ask(c, good, 0, CDN_CHUNK, &chunk), "reupload");
	node_fill(0);
	node_expect_bytes(c);
	client_free(c);
}

static void revoke_and_wipe(void **state)
{
	struct cdn_report report;
	struct client *c;
	uint32_t chunk;

	node_greet(LEASE);
	node_fill_all();
	c = node_connect();
	node_expect_bytes(c);
	assert_int_equal(cdn_core_lease(&node.core, CDN_REVOKED, LEASE, &report), 0);
	assert_true(report.chunks == 0);
	assert_string_equal(node_ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
	assert_int_equal(cdn_core_fill(&node.core, node.object.id, 0, SIZE, node.bytes), -ERR_DENIED);
	assert_int_equal(cdn_core_lease(&node.core, CDN_ACTIVE, LEASE, &report), 0); /* is too late */
	assert_string_equal(node_ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
	node_greet(LEASE);
	assert_string_equal(node_ask(c, slice_of(node.token, sizeof(node.token)), 0, CDN_CHUNK, &chunk),
	                    "reupload"); /* empty */
	node_fill_all();
	node_expect_bytes(c);
	assert_int_equal(cdn_core_wipe(&node.core), 0);
	assert_string_equal(node_ask_one(c, 0, CDN_CHUNK), "FILE_TOKEN_INVALID");
	client_free(c);
}

/* The link breaks: the node goes on, and a greeting with the same keys finds everything; with others, nothing. */
static void link_comes_back(void **state)
{
	struct client *c;
	uint32_t chunk;

	node_greet(LEASE);
	node_fill_all();
	cdn_core_hang_up(&node.core);
	c = node_connect();
	node_expect_bytes(c);
	node_greet(LEASE);
	node_expect_bytes(c);
	rng_bytes(node.core.lease_key, sizeof(node.core.lease_key));
	node_greet(LEASE);
	assert_string_equal(node_ask(c, slice_of(node.token, sizeof(node.token)), 0, CDN_CHUNK, &chunk),
	                    "reupload");
	client_free(c);
}

static int say_frame(const uint8_t *p, size_t n)
{
	struct cdn_report report;

	node_greet(LEASE);
	assert_int_equal(cdn_core_say(&node.core, p, n), 0);
	return cdn_core_lease(&node.core, CDN_ACTIVE, LEASE, &report);
}

static int dial_raw(const char *where)
{
	struct client_address to;
	int fd;

	assert_int_equal(client_address_of(where, &to), 0);
	fd = socket(to.a.ss_family, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to.a, to.n), 0);
	return fd;
}

/* Who has not the secret, says nothing, or says what a core does not: he is closed, and the core goes on. */
static void strangers(void **state)
{
	static const uint8_t too_long[] = {0xff, 0xff, 0xff, 0x7f, 1}, no_type[] = {1, 0, 0, 0, 99},
			     node_says[] = {1, 0, 0, 0, CDN_WIPED},
			     short_fill[] = {3, 0, 0, 0, CDN_FILL, 1, 2};
	uint8_t wrong[CDN_SECRET_SIZE];
	struct cdn_report report;
	struct cdn_core stranger;
	struct client *c;
	int fd[30];

	node_greet(LEASE);
	node_fill_all();
	memcpy(wrong, node.secret, sizeof(wrong));
	wrong[31] ^= 1;
	cdn_core_init(&stranger, DC);
	assert_true(cdn_core_greet(&stranger, node.link, wrong, CDN_ACTIVE, LEASE) < 0);
	for (int i = 0; i < 30; i++) {
		fd[i] = dial_raw(node.link);
		if (i & 1)
			assert_true(write(fd[i], "GET / HTTP/1.0\r\n\r\n", 18) == 18);
		else
			assert_true(write(fd[i], "\x16", 1) == 1);
	}
	assert_int_equal(cdn_core_lease(&node.core, CDN_ACTIVE, LEASE, &report), 0);
	assert_int_equal(report.chunks, 4);
	for (int i = 0; i < 30; i++)
		close(fd[i]);
	assert_true(say_frame(too_long, sizeof(too_long)) < 0);
	assert_true(say_frame(no_type, sizeof(no_type)) < 0);
	assert_true(say_frame(node_says, sizeof(node_says)) < 0);
	assert_true(say_frame(short_fill, sizeof(short_fill)) < 0);
	cdn_core_init(&stranger, DC + 1); /* the secret is right, the node another */
	assert_true(cdn_core_greet(&stranger, node.link, node.secret, CDN_ACTIVE, LEASE) < 0);
	cdn_core_fini(&stranger);
	node_greet(LEASE);
	c = node_connect();
	node_expect_bytes(c);
	client_free(c);
}

/* A newer link replaces the older one. */
static void newer_link(void **state)
{
	struct cdn_core older = node.core;
	struct cdn_report report;

	assert_int_equal(cdn_core_greet(&older, node.link, node.secret, CDN_ACTIVE, LEASE), 0);
	node_greet(LEASE);
	assert_true(cdn_core_lease(&older, CDN_ACTIVE, LEASE, &report) < 0);
	assert_int_equal(cdn_core_lease(&node.core, CDN_ACTIVE, LEASE, &report), 0);
	cdn_core_fini(&older);
}

/* A connection without a call for ten seconds is closed. */
static void idle(void **state)
{
	struct client *c;
	usec_t at;

	node_greet(LEASE);
	node_fill_all();
	c = node_connect();
	node_expect_bytes(c);
	at = clock_usec();
	while (client_is_connected(c) && clock_usec() - at < 2 * WITHIN)
		client_loop_turn(node.loop, 100000);
	assert_true(clock_usec() - at > 9000000 && clock_usec() - at < 12000000);
	client_free(c);
}

/* All that comes for a request by HTTP. */
static const char *http(const char *request)
{
	static char all[16384];
	int fd = dial_raw(node.metrics);
	size_t n = 0;
	ssize_t k;

	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	while (n < sizeof(all) - 1 && (k = read(fd, all + n, sizeof(all) - 1 - n)) > 0)
		n += (size_t)k;
	close(fd);
	all[n] = 0;
	return all;
}

/* What a node counts is to be had by HTTP, if its operator says where; nothing else is. */
static void metrics(void **state)
{
	static const char get[] = "GET /metrics HTTP/1.0\r\n\r\n", health[] = "GET /healthz HTTP/1.0\r\n\r\n";
	struct client *c;

	assert_int_equal(node.metrics[0], 0);
	node.more = "metrics = 127.0.0.1:0\n";
	node_end(SIGTERM);
	node_start();
	assert_true(node.metrics[0] != 0);
	assert_non_null(strstr(http(health), " 503 "));
	assert_non_null(strstr(http(get), "\nchapar_lease_seconds 0\n"));
	node_greet(LEASE);
	assert_non_null(strstr(http(health), " 200 "));
	node_fill_all();
	c = node_connect();
	node_expect_bytes(c);
	assert_non_null(strstr(http(get), "\nchapar_hits_total 1\n"));
	assert_non_null(strstr(http(get), "\nchapar_fills_total 4\n"));
	assert_non_null(strstr(http(get), "\nchapar_connections "));
	assert_non_null(strstr(http("GET / HTTP/1.0\r\n\r\n"), " 404 "));
	client_free(c);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_A_NODE(every_client),
		ON_A_NODE(bare_and_bound),
		ON_A_NODE(ranges),
		ON_A_NODE(tokens),
		ON_A_NODE(other_methods),
		ON_A_NODE(fills_and_drops),
		ON_A_NODE(revoke_and_wipe),
		ON_A_NODE(link_comes_back),
		ON_A_NODE(strangers),
		ON_A_NODE(newer_link),
		ON_A_NODE(idle),
		ON_A_NODE(metrics),
	};

	return node_arguments(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
