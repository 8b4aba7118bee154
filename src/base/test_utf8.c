/* test_utf8.c - what is UTF-8 and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"

static void well_formed(void **state)
{
	static const char *const good[] = {"",
	                                   "a",
	                                   "\x7f",
	                                   "\xc2\x80",
	                                   "\xdf\xbf",
	                                   "\xe0\xa0\x80",
	                                   "\xed\x9f\xbf",
	                                   "\xee\x80\x80",
	                                   "\xef\xbf\xbf",
	                                   "\xf0\x90\x80\x80",
	                                   "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80",
	                                  "\xc0\x80",
	                                  "\xc1\xbf",
	                                  "\xc2",
	                                  "\xe0\x9f\xbf",
	                                  "\xe0\xa0",
	                                  "\xed\xa0\x80",
	                                  "\xf0\x8f\xbf\xbf",
	                                  "\xf4\x90\x80\x80",
	                                  "\xf5\x80\x80\x80",
	                                  "\xff",
	                                  "a\xc3",
	                                  "\xe2\x28\xa1"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(utf8_valid(slice_str(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (utf8_valid(slice_str(bad[i])))
			fail_msg("bad[%zu] passed", i);
	assert_false(utf8_valid(SLICE_LIT("a\0b")));
}

static void code_points_and_units(void **state)
{
	struct slice s = slice_str("a\xd8\xb2\xe2\x82\xac\xf0\x9f\x98\x80");
	static const uint32_t points[] = {'a', 0x632, 0x20ac, 0x1f600};
	uint32_t len, at = 0;

	for (size_t i = 0; i < 4; i++, at += len)
		assert_int_equal(utf8_at(s, at, &len), points[i]);
	assert_int_equal(at, s.n);
	assert_int_equal(utf8_utf16_len(s), 5);
}

/* x, a letter of two bytes, a character outside the first plane */
static void places(void **state)
{
	static const int64_t bytes[] = {0, 1, 3, -1, 7, 8, -1, -1};
	struct slice s = SLICE_LIT("x\xd8\xb3\xf0\x9f\x98\x80y");

	assert_int_equal(utf8_len(s), 4);
	assert_int_equal(utf8_utf16_len(s), 5);
	for (uint32_t i = 0; i < 8; i++)
		assert_true(utf8_byte_of(s, i) == bytes[i]);
	assert_true(utf8_byte_of((struct slice){0}, 0) == 0);
	assert_true(utf8_byte_of((struct slice){0}, 1) == -1);
	(void)state;
}

static void trimming(void **state)
{
	assert_true(slice_eq(utf8_trim(slice_str(" \t\xe2\x80\x8b x y \xc2\xa0\n")), SLICE_LIT("x y")));
	assert_int_equal(utf8_trim(slice_str(" \xe3\x85\xa4 ")).n, 0);
	assert_int_equal(utf8_trim(slice_str("")).n, 0);
	/* A mark of direction at the beginning is the writer's. */
	assert_true(slice_eq(utf8_trim_space(slice_str(" \xe2\x80\x8fx\xe2\x80\x8c\n")),
	                     SLICE_LIT("\xe2\x80\x8fx\xe2\x80\x8c")));
	assert_int_equal(utf8_trim_space(slice_str(" \xe2\x80\x8f\xe3\x85\xa4 ")).n, 0);
	assert_int_equal(utf8_trim_space(slice_str("")).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed),
		cmocka_unit_test(code_points_and_units),
		cmocka_unit_test(places),
		cmocka_unit_test(trimming),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
