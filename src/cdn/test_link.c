/*
 * test_link.c - a node's term and its end of the link, by hand and by the clock: what is kept and what is forgotten, and when. The wire tests do
 * the same with a process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "cdn/cache.h"
#include "cdn/counts.h"
#include "cdn/link.h"
#include "cdn/term.h"
#include "cdnwire/frame.h"

enum { DC = 203, LEASE = 100, NOW = 1700000000 };

static struct {
	struct cdn_cache *cache;
	struct cdn_term *term;
	struct cdn_counts counts;
	struct cdn_link_config cfg;
	struct cdn_link link;
	struct buf in, out;
	int64_t passed; /* seconds of the clock */
} t;

static const uint8_t object[CDN_OBJECT_SIZE] = "an object", bytes[CDN_CHUNK] = "its bytes";

static int setup(void **state)
{
	struct cdn_cache_config cfg = {.ram = CDN_CACHE_RAM_MIN};

	t.counts = (struct cdn_counts){0};
	assert_int_equal(cdn_cache_new(&cfg, &t.cache), 0);
	t.term = cdn_term_new(DC, t.cache);
	t.cfg = (struct cdn_link_config){
		.term = t.term, .cache = t.cache, .counts = &t.counts, .pem = SLICE_LIT("PEM")};
	t.link = (struct cdn_link){.cfg = &t.cfg};
	return 0;
}

static int teardown(void **state)
{
	cdn_term_free(t.term);
	cdn_cache_free(t.cache);
	buf_fini(&t.in);
	buf_fini(&t.out);
	return 0;
}

static void pass(int seconds)
{
	t.passed += seconds;
	clock_set_test_usec(t.passed * 1000000);
	cdn_term_look(t.term);
}

static int greet(uint8_t epoch, uint8_t lease_key, enum cdn_state state)
{
	struct cdn_hello h = {.dc = DC,
	                      .state = state,
	                      .lease = LEASE,
	                      .now = NOW,
	                      .epoch = {epoch},
	                      .lease_key = {lease_key}};

	cdn_put_hello(&t.in, &h);
	t.out.n = 0;
	return cdn_link_take(&t.link, &t.in, &t.out);
}

static int lease(enum cdn_state state, uint32_t seconds)
{
	struct cdn_lease l = {.state = state, .lease = seconds, .now = NOW + t.passed};

	cdn_put_lease(&t.in, &l);
	t.out.n = 0;
	return cdn_link_take(&t.link, &t.in, &t.out);
}

/* A core of another release hears of which we are, and the link ends. */
static void test_other_release(void **state)
{
	struct cdn_hello h = {.dc = DC, .state = CDN_ACTIVE, .lease = LEASE, .now = NOW};

	cdn_put_hello(&t.in, &h);
	t.in.p[CDN_FRAME_HEAD]++;
	t.out.n = 0;
	assert_int_equal(cdn_link_take(&t.link, &t.in, &t.out), -ERR_UNSUPPORTED);
	assert_true(t.out.n > CDN_FRAME_HEAD + 4 && t.out.p[4] == CDN_WELCOME &&
	            t.out.p[CDN_FRAME_HEAD] == CDN_LINK_VERSION);
	assert_false(t.link.greeted);
}

static enum cdn_filled fill(void)
{
	struct cdn_fill f = {
		.object = object, .chunk = 0, .size = CDN_CHUNK, .bytes = slice_of(bytes, CDN_CHUNK)};
	struct cdn_fill_answer a;

	cdn_put_fill_head(&t.in, &f);
	buf_put(&t.in, bytes, CDN_CHUNK);
	t.out.n = 0;
	assert_int_equal(cdn_link_take(&t.link, &t.in, &t.out), 0);
	assert_int_equal(cdn_get_filled(slice_of(t.out.p + CDN_FRAME_HEAD, t.out.n - CDN_FRAME_HEAD), &a), 0);
	return a.how;
}

static bool is_here(void)
{
	uint8_t b[4096];

	return cdn_cache_read(t.cache, object, 0, CDN_CHUNK, 0, sizeof(b), true, b) == 0;
}

static enum cdn_state state_now(unixtime_t *ret_now)
{
	struct cdn_node_keys keys;

	return cdn_term_now(t.term, &keys, ret_now);
}

static void test_term(void **state)
{
	unixtime_t now = 0;

	assert_int_equal(state_now(&now), CDN_REVOKED);
	assert_int_equal(greet(1, 1, CDN_ACTIVE), 0);
	assert_int_equal(fill(), CDN_FILLED_OK);
	pass(LEASE - 1);
	assert_int_equal(state_now(&now), CDN_ACTIVE);
	assert_in_range(now, NOW + LEASE - 2, NOW + LEASE);
	assert_int_equal(lease(CDN_DRAINING, LEASE), 0);
	pass(LEASE - 1);
	assert_true(state_now(&now) == CDN_DRAINING && is_here());
	pass(2);
	assert_true(state_now(&now) == CDN_REVOKED && !is_here() && !cdn_cache_is_open(t.cache));
	assert_int_equal(fill(), CDN_FILLED_REFUSED);
	assert_int_equal(lease(CDN_ACTIVE, LEASE), 0); /* too late for a renewal */
	assert_int_equal(state_now(&now), CDN_REVOKED);
	assert_int_equal(greet(1, 1, CDN_ACTIVE), 0);
	assert_true(state_now(&now) == CDN_ACTIVE && !is_here());
}

/* Between its end and the look at it nothing is answered, and a late LEASE does not bring it back. */
static void test_late(void **state)
{
	unixtime_t now;

	assert_int_equal(greet(1, 1, CDN_ACTIVE), 0);
	t.passed += LEASE;
	clock_set_test_usec(t.passed * 1000000);
	assert_int_equal(state_now(&now), CDN_REVOKED);
	assert_int_equal(lease(CDN_ACTIVE, LEASE), 0);
	assert_true(state_now(&now) == CDN_REVOKED && !cdn_cache_is_open(t.cache));
}

static void test_same(void **state)
{
	assert_int_equal(greet(1, 1, CDN_ACTIVE), 0);
	assert_int_equal(fill(), CDN_FILLED_OK);
	assert_int_equal(greet(1, 1, CDN_DRAINING), 0);
	assert_true(is_here());
	assert_int_equal(greet(1, 2, CDN_ACTIVE), 0); /* another lease */
	assert_false(is_here());
	assert_int_equal(fill(), CDN_FILLED_OK);
	assert_int_equal(greet(2, 2, CDN_ACTIVE), 0); /* another epoch */
	assert_false(is_here());
	assert_int_equal(fill(), CDN_FILLED_OK);
	assert_int_equal(greet(2, 2, CDN_REVOKED), 0);
	assert_false(is_here() || cdn_cache_is_open(t.cache));
}

/* In any pieces; and what a core does not say ends it. */
static void test_frames(void **state)
{
	struct cdn_hello h = {.dc = DC, .state = CDN_ACTIVE, .lease = LEASE};
	struct buf b = {0};

	assert_int_equal(lease(CDN_ACTIVE, LEASE), -ERR_INVALID); /* before HELLO */
	t.in.n = 0;
	cdn_put_hello(&b, &h);
	for (size_t i = 0; i < b.n; i++) {
		assert_int_equal(t.out.n, 0);
		buf_put(&t.in, b.p + i, 1);
		assert_int_equal(cdn_link_take(&t.link, &t.in, &t.out), 0);
	}
	assert_true(t.out.n && t.in.n == 0);
	for (size_t i = 0; i < b.n; i++) /* the keys did not stay */
		assert_true(t.in.p[i] == 0);
	cdn_put_bare(&t.in, CDN_WIPED);
	assert_int_equal(cdn_link_take(&t.link, &t.in, &t.out), -ERR_INVALID);
	t.in.n = b.n = 0;
	h.dc++;
	cdn_put_hello(&t.in, &h);
	assert_int_equal(cdn_link_take(&t.link, &t.in, &t.out), -ERR_DENIED);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_term, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_release, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
