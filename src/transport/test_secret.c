/* test_secret.c - obfuscated connections with a secret and without one, to those who know it and those who do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "transport/transport.h"

static const uint8_t secret[TR_SECRET] = "0123456789abcde", other[TR_SECRET] = "0123456789abcdf";

/* The framing that who accepts with `knows` takes it for; 0: none of ours. */
static enum tr_kind accepted(const uint8_t *has, const uint8_t *knows)
{
	struct transport c, s;
	struct buf b = {0}, back = {0};
	struct tr_packet p;
	enum tr_kind kind = 0;

	tr_dial(&c, TR_INTERMEDIATE, true, has, 203, &b);
	tr_put(&c, &b, "question", 8);
	if (tr_accept(&s, knows, &b) == 0) {
		kind = s.kind;
		assert_int_equal(s.dc, 203);
		assert_int_equal(tr_next(&s, &b, 0, &p), 0);
		assert_true(slice_eq(p.body, SLICE_LIT("question")));
		tr_put(&s, &back, "answer..", 8);
		tr_decrypt(&c, back.p, back.n);
		assert_int_equal(tr_next(&c, &back, 0, &p), 0);
		assert_true(slice_eq(p.body, SLICE_LIT("answer..")));
		tr_fini(&s);
	}
	tr_fini(&c);
	buf_fini(&b);
	buf_fini(&back);
	return kind;
}

static void with_and_without(void **state)
{
	assert_int_equal(accepted(NULL, NULL), TR_INTERMEDIATE);
	assert_int_equal(accepted(NULL, secret), TR_INTERMEDIATE);
	assert_int_equal(accepted(secret, secret), TR_INTERMEDIATE);
	assert_int_equal(accepted(secret, NULL), 0);
	assert_int_equal(accepted(secret, other), 0);
}

/* Telethon's MTProxyIO (1.43) to DC 203, with the random bytes 1, 8, 15 ..., and one packet. */
static void as_telethon_dials(void **state)
{
	static const uint8_t said[] = {0x01, 0x08, 0x0f, 0x16, 0x1d, 0x24, 0x2b, 0x32, 0x39, 0x40, 0x47,
	                               0x4e, 0x55, 0x5c, 0x63, 0x6a, 0x71, 0x78, 0x7f, 0x86, 0x8d, 0x94,
	                               0x9b, 0xa2, 0xa9, 0xb0, 0xb7, 0xbe, 0xc5, 0xcc, 0xd3, 0xda, 0xe1,
	                               0xe8, 0xef, 0xf6, 0xfd, 0x04, 0x0b, 0x12, 0x19, 0x20, 0x27, 0x2e,
	                               0x35, 0x3c, 0x43, 0x4a, 0x51, 0x58, 0x5f, 0x66, 0x6d, 0x74, 0x7b,
	                               0x82, 0xcb, 0xeb, 0xc5, 0x1f, 0xb1, 0x1a, 0xdb, 0x17, 0xcf, 0x59,
	                               0x09, 0x17, 0xef, 0xce, 0x28, 0x3d, 0x26, 0x52, 0x02, 0xc2};
	struct buf b = {0};
	struct transport t;
	struct tr_packet p;

	buf_put(&b, said, sizeof(said));
	assert_int_equal(tr_accept(&t, secret, &b), 0);
	assert_int_equal(t.kind, TR_INTERMEDIATE);
	assert_int_equal(t.dc, 203);
	assert_int_equal(tr_next(&t, &b, 0, &p), 0);
	assert_true(slice_eq(p.body, SLICE_LIT("question")));
	tr_fini(&t);
	buf_fini(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_and_without),
		cmocka_unit_test(as_telethon_dials),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
