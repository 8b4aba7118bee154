/* test_language.c - codes to numbers and names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/language.h"

static void test_codes(void **state)
{
	assert_string_equal(language_name(language_of("fa")), "Persian");
	assert_int_equal(language_of("pt-br"), language_of("pt"));
	assert_int_not_equal(language_of("fa"), language_of("fi"));
	assert_true(language_of("zh") < LANGUAGE_NUMBERS);
}

static void test_unknown(void **state)
{
	static const char *const codes[] = {NULL, "", "f", "xx", "FA", "far", "\xff\xff"};

	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(language_of(codes[i]), 0);
	assert_null(language_name(0));
	assert_null(language_name(-1));
	assert_null(language_name(LANGUAGE_NUMBERS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_codes), cmocka_unit_test(test_unknown)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
