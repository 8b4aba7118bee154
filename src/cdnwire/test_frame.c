/* test_frame.c - each frame there and back; cut, lengthened and lying ones are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "cdnwire/frame.h"

static const uint8_t object[CDN_OBJECT_SIZE] = "object of a node";

static struct slice body_of(const struct buf *b, enum cdn_frame want)
{
	struct slice body = {0};
	enum cdn_frame type;
	size_t n;

	for (size_t i = 0; i < b->n; i++)
		assert_int_equal(cdn_frame_next(slice_of(b->p, i), &type, &body, &n), -ERR_AGAIN);
	assert_int_equal(cdn_frame_next(buf_slice(b), &type, &body, &n), 0);
	assert_int_equal(type, want);
	assert_int_equal(n, b->n);
	return body;
}

static void test_hello(void **state)
{
	struct cdn_hello h = {.dc = 203, .state = CDN_ACTIVE, .lease = 120, .now = 1800000000}, got;
	struct slice body;
	struct buf b = {0};

	memset(h.epoch, 1, sizeof(h.epoch));
	memset(h.lease_key, 2, sizeof(h.lease_key));
	memset(h.keys.token, 3, sizeof(h.keys.token));
	memset(h.keys.request, 4, sizeof(h.keys.request));
	cdn_put_hello(&b, &h);
	body = body_of(&b, CDN_HELLO);
	assert_int_equal(cdn_get_hello(body, &got), 0);
	assert_memory_equal(&h.epoch, &got.epoch, sizeof(h.epoch));
	assert_memory_equal(&h.lease_key, &got.lease_key, sizeof(h.lease_key));
	assert_memory_equal(&h.keys, &got.keys, sizeof(h.keys));
	assert_true(got.dc == 203 && got.state == CDN_ACTIVE && got.lease == 120 && got.now == h.now);
	for (uint32_t n = 0; n < body.n; n++)
		assert_int_equal(cdn_get_hello(slice_of(body.p, n), &got), -ERR_INVALID);
	b.p[CDN_FRAME_HEAD + 8] = 9; /* a state that there is not */
	assert_int_equal(cdn_get_hello(body, &got), -ERR_INVALID);
	b.p[CDN_FRAME_HEAD + 8] = CDN_DRAINING;
	assert_int_equal(cdn_get_hello(body, &got), 0);
	b.p[CDN_FRAME_HEAD + 9] = 1; /* a lease of a second */
	assert_int_equal(cdn_get_hello(body, &got), -ERR_INVALID);
	b.p[CDN_FRAME_HEAD] = CDN_LINK_VERSION + 1;
	assert_int_equal(cdn_get_hello(body, &got), -ERR_UNSUPPORTED);
	buf_fini(&b);
}

static void test_small(void **state)
{
	struct cdn_welcome w = {.pem = SLICE_LIT("-----BEGIN RSA PUBLIC KEY-----")}, w2;
	struct cdn_lease l = {CDN_DRAINING, 60, 1800000001}, l2;
	struct cdn_report r = {.hits = 1, .handshakes = UINT64_MAX}, r2;
	uint8_t o2[CDN_OBJECT_SIZE];
	struct cdn_fill_answer f = {.chunk = 9, .how = CDN_FILLED_REFUSED, .fills = 70000}, f2;
	struct buf b = {0};
	struct slice body;

	memset(w.boot, 7, sizeof(w.boot));
	cdn_put_welcome(&b, &w);
	assert_int_equal(cdn_get_welcome(body_of(&b, CDN_WELCOME), &w2), 0);
	assert_true(slice_eq(w.pem, w2.pem));
	assert_memory_equal(w.boot, w2.boot, sizeof(w.boot));
	b.p[CDN_FRAME_HEAD] = CDN_LINK_VERSION + 1;
	assert_int_equal(cdn_get_welcome(body_of(&b, CDN_WELCOME), &w2), -ERR_UNSUPPORTED);
	b.n = 0;
	cdn_put_lease(&b, &l);
	assert_int_equal(cdn_get_lease(body_of(&b, CDN_LEASE), &l2), 0);
	assert_true(l2.state == l.state && l2.lease == 60 && l2.now == l.now);
	b.n = 0;
	l.now = INT64_MIN + 1;
	cdn_put_lease(&b, &l);
	assert_int_equal(cdn_get_lease(body_of(&b, CDN_LEASE), &l2), -ERR_INVALID);
	b.n = 0;
	cdn_put_report(&b, &r);
	body = body_of(&b, CDN_REPORT);
	assert_int_equal(cdn_get_report(body, &r2), 0);
	assert_memory_equal(&r, &r2, sizeof(r));
	assert_int_equal(cdn_get_report(slice_of(body.p, body.n - 1), &r2), -ERR_INVALID);
	b.n = 0;
	memcpy(f.object, object, sizeof(f.object));
	cdn_put_filled(&b, &f);
	body = body_of(&b, CDN_FILLED);
	assert_int_equal(cdn_get_filled(body, &f2), 0);
	assert_true(f2.chunk == 9 && f2.how == CDN_FILLED_REFUSED && f2.fills == 70000);
	assert_memory_equal(f2.object, object, sizeof(f2.object));
	b.p[b.n - 5] = 3;
	assert_int_equal(cdn_get_filled(body, &f2), -ERR_INVALID);
	b.n = 0;
	cdn_put_drop(&b, object);
	assert_int_equal(cdn_get_drop(body_of(&b, CDN_DROP), o2), 0);
	b.n = 0;
	cdn_put_bare(&b, CDN_WIPE);
	assert_int_equal(body_of(&b, CDN_WIPE).n, 0);
	buf_fini(&b);
}

static void test_fill(void **state)
{
	static uint8_t bytes[CDN_CHUNK];
	struct cdn_fill f = {object, 2, 2 * CDN_CHUNK + 5, slice_of(bytes, 5)}, got;
	struct buf b = {0};
	struct slice body;

	cdn_put_fill_head(&b, &f);
	buf_put(&b, bytes, 5);
	body = body_of(&b, CDN_FILL);
	assert_int_equal(cdn_get_fill(body, &got), 0);
	assert_true(got.chunk == 2 && got.size == f.size && got.bytes.n == 5);
	assert_int_equal(cdn_get_fill(slice_of(body.p, body.n - 1), &got), -ERR_INVALID); /* 4 of 5 bytes */
	b.n = 0;
	f.chunk = 3; /* past the end */
	cdn_put_fill_head(&b, &f);
	buf_put(&b, bytes, 5);
	assert_int_equal(cdn_get_fill(body_of(&b, CDN_FILL), &got), -ERR_INVALID);
	b.n = 0;
	f = (struct cdn_fill){object, 0, 2 * CDN_CHUNK, slice_of(bytes, CDN_CHUNK)};
	cdn_put_fill_head(&b, &f);
	buf_put(&b, bytes, CDN_CHUNK);
	assert_true(b.n - 4 <= CDN_FRAME_MAX);
	buf_fini(&b);
}

static void test_wrong_frames(void **state)
{
	static const uint8_t none[] = {0, 0, 0, 0, 1}, huge[] = {0xff, 0xff, 0xff, 0x7f, 1},
			     unknown[] = {1, 0, 0, 0, 77}, zero[] = {1, 0, 0, 0, 0};
	enum cdn_frame type;
	struct slice body;
	size_t n;

	assert_int_equal(cdn_frame_next(slice_of(none, 5), &type, &body, &n), -ERR_INVALID);
	assert_int_equal(cdn_frame_next(slice_of(huge, 4), &type, &body, &n), -ERR_INVALID);
	assert_int_equal(cdn_frame_next(slice_of(unknown, 5), &type, &body, &n), -ERR_INVALID);
	assert_int_equal(cdn_frame_next(slice_of(zero, 5), &type, &body, &n), -ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_wrong_frames),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
