/* test_kdf.c - HKDF-SHA256 against the vectors of RFC 5869, appendix A.1 to A.3: root, and the first block of what comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/kdf.h"

static struct slice row(uint8_t *p, uint8_t first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(first + i);
	return slice_of(p, n);
}

static void expect(struct slice salt, struct slice secret, struct slice info, const char *root,
                   const char *block)
{
	uint8_t got[32], out[32];

	hkdf_extract(salt, secret, got);
	assert_memory_equal(got, root, 32);
	hkdf_expand(got, "", info, out);
	assert_memory_equal(out, block, 32);
}

static void test_vectors(void **state)
{
	static const uint8_t b[22] = {11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11,
	                              11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
	uint8_t salt[80], secret[80], info[80];

	expect(row(salt, 0, 13), slice_of(b, 22), row(info, 0xf0, 10),
	       "\x07\x77\x09\x36\x2c\x2e\x32\xdf\x0d\xdc\x3f\x0d\xc4\x7b\xba\x63"
	       "\x90\xb6\xc7\x3b\xb5\x0f\x9c\x31\x22\xec\x84\x4a\xd7\xc2\xb3\xe5",
	       "\x3c\xb2\x5f\x25\xfa\xac\xd5\x7a\x90\x43\x4f\x64\xd0\x36\x2f\x2a"
	       "\x2d\x2d\x0a\x90\xcf\x1a\x5a\x4c\x5d\xb0\x2d\x56\xec\xc4\xc5\xbf");
	expect(row(salt, 0x60, 80), row(secret, 0, 80), row(info, 0xb0, 80),
	       "\x06\xa6\xb8\x8c\x58\x53\x36\x1a\x06\x10\x4c\x9c\xeb\x35\xb4\x5c"
	       "\xef\x76\x00\x14\x90\x46\x71\x01\x4a\x19\x3f\x40\xc1\x5f\xc2\x44",
	       "\xb1\x1e\x39\x8d\xc8\x03\x27\xa1\xc8\xe7\xf7\x8c\x59\x6a\x49\x34"
	       "\x4f\x01\x2e\xda\x2d\x4e\xfa\xd8\xa0\x50\xcc\x4c\x19\xaf\xa9\x7c");
	expect(slice_of(salt, 0), slice_of(b, 22), (struct slice){0},
	       "\x19\xef\x24\xa3\x2c\x71\x7b\x16\x7f\x33\xa9\x1d\x6f\x64\x8b\xdf"
	       "\x96\x59\x67\x76\xaf\xdb\x63\x77\xac\x43\x4c\x1c\x29\x3c\xcb\x04",
	       "\x8d\xa4\xe7\x75\xa5\x63\xc1\x8f\x71\x5f\x80\x2a\x06\x3c\x5a\x31"
	       "\xb8\xa1\x1f\x5c\x5e\xe1\x87\x9e\xc3\x45\x4e\x5f\x3c\x73\x8d\x2d");
}

/* `what` and `of` are one info. */
static void test_purpose(void **state)
{
	static const uint8_t root[32] = {1};
	uint8_t one[32], other[32];

	hkdf_expand(root, "file ", SLICE_LIT("name"), one);
	hkdf_expand(root, "", SLICE_LIT("file name"), other);
	assert_memory_equal(one, other, 32);
	hkdf_expand(root, "file", SLICE_LIT("name"), other);
	assert_memory_not_equal(one, other, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors), cmocka_unit_test(test_purpose)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("kdf", tests, NULL, NULL);
}
