/* test_sum.c - RFC 8439's example, and that any change is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/sum.h"

/* RFC 8439, 2.5.2. */
static void known(void **state)
{
	static const uint8_t key[SUM_KEY] = {0x85, 0xd6, 0xbe, 0x78, 0x57, 0x55, 0x6d, 0x33, 0x7f, 0x44, 0x52,
	                                     0xfe, 0x42, 0xd5, 0x06, 0xa8, 0x01, 0x03, 0x80, 0x8a, 0xfb, 0x0d,
	                                     0xb2, 0xfd, 0x4a, 0xbf, 0xf6, 0xaf, 0x41, 0x49, 0xf5, 0x1b};
	static const uint8_t sum[SUM_SIZE] = {0xa8, 0x06, 0x1d, 0xc1, 0x30, 0x51, 0x36, 0xc6,
	                                      0xc2, 0x2b, 0x8b, 0xaf, 0x0c, 0x01, 0x27, 0xa9};
	static const char text[] = "Cryptographic Forum Research Group";
	uint8_t out[SUM_SIZE];

	sum_of(key, text, sizeof(text) - 1, out);
	assert_memory_equal(out, sum, sizeof(out));
}

static void changed(void **state)
{
	uint8_t key[SUM_KEY] = {1}, bytes[1000], had[SUM_SIZE], has[SUM_SIZE];

	memset(bytes, 0xff, sizeof(bytes));
	sum_of(key, bytes, sizeof(bytes), had);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] ^= 1;
		sum_of(key, bytes, sizeof(bytes), has);
		assert_memory_not_equal(had, has, sizeof(had));
		bytes[i] ^= 1;
		sum_of(key, bytes, i, has);
		assert_memory_not_equal(had, has, sizeof(had));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(known), cmocka_unit_test(changed)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
