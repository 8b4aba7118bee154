/* test_gcm.c - test cases 13, 14 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", which NIST took; and what does not open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "crypto/gcm.h"

static const uint8_t zero[32];
static const uint8_t key[] = "\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f\x94\x67\x30\x83\x08"
			     "\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f\x94\x67\x30\x83\x08";
static const uint8_t nonce[] = "\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca\xf8\x88";
static const uint8_t aad[] =
	"\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed\xfa\xce\xde\xad\xbe\xef\xab\xad\xda\xd2";
static const uint8_t plain[] = "\xd9\x31\x32\x25\xf8\x84\x06\xe5\xa5\x59\x09\xc5\xaf\xf5\x26\x9a"
			       "\x86\xa7\xa9\x53\x15\x34\xf7\xda\x2e\x4c\x30\x3d\x8a\x31\x8a\x72"
			       "\x1c\x3c\x0c\x95\x95\x68\x09\x53\x2f\xcf\x0e\x24\x49\xa6\xb5\x25"
			       "\xb1\x6a\xed\xf5\xaa\x0d\xe6\x57\xba\x63\x7b\x39";
static const uint8_t sealed[] = "\x52\x2d\xc1\xf0\x99\x56\x7d\x07\xf4\x7f\x37\xa3\x2a\x84\x42\x7d"
				"\x64\x3a\x8c\xdc\xbf\xe5\xc0\xc9\x75\x98\xa2\xbd\x25\x55\xd1\xaa"
				"\x8c\xb0\x8e\x48\x59\x0d\xbb\x3d\xa7\xb0\x8b\x10\x56\x82\x88\x38"
				"\xc5\xf6\x1e\x63\x93\xba\x7a\x0a\xbc\xc9\xf6\x62";
static const uint8_t tag[] = "\x76\xfc\x6e\xce\x0f\x4e\x17\x68\xcd\xdf\x88\x53\xbb\x2d\x55\x1b";
enum { SIZE = 60 };

static struct slice with(void)
{
	return slice_of(aad, sizeof(aad) - 1);
}

static void test_vectors(void **state)
{
	uint8_t out[SIZE], t[GCM_TAG];

	gcm_seal(zero, zero, (struct slice){0}, NULL, 0, out, t);
	assert_memory_equal(t, "\x53\x0f\x8a\xfb\xc7\x45\x36\xb9\xa9\x63\xb4\xf1\xc4\xcb\x73\x8b", 16);
	assert_int_equal(gcm_open(zero, zero, (struct slice){0}, NULL, 0, t, out), 0);
	gcm_seal(zero, zero, (struct slice){0}, zero, 16, out, t);
	assert_memory_equal(out, "\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e\xc5\xd3\xba\xf3\x9d\x18", 16);
	assert_memory_equal(t, "\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5\xd4\x8a\xb9\x19", 16);
	gcm_seal(key, nonce, with(), plain, SIZE, out, t);
	assert_memory_equal(out, sealed, SIZE);
	assert_memory_equal(t, tag, GCM_TAG);
	assert_int_equal(gcm_open(key, nonce, with(), out, SIZE, tag, out), 0); /* in its place */
	assert_memory_equal(out, plain, SIZE);
}

static void test_altered(void **state)
{
	uint8_t in[SIZE], out[SIZE], t[GCM_TAG];

	for (int i = 0; i < SIZE + GCM_TAG; i++) {
		memcpy(in, sealed, SIZE);
		memcpy(t, tag, GCM_TAG);
		*(i < SIZE ? &in[i] : &t[i - SIZE]) ^= 1;
		memset(out, 7, SIZE);
		assert_int_equal(gcm_open(key, nonce, with(), in, SIZE, t, out), -ERR_CORRUPT);
		for (int k = 0; k < SIZE; k++)
			assert_int_equal(out[k], 0);
	}
	assert_int_equal(gcm_open(key, nonce, slice_of(aad, 19), sealed, SIZE, tag, out), -ERR_CORRUPT);
	assert_int_equal(gcm_open(key, zero, with(), sealed, SIZE, tag, out), -ERR_CORRUPT);
	assert_int_equal(gcm_open(zero, nonce, with(), sealed, SIZE, tag, out), -ERR_CORRUPT);
}

/* One after the other under one key: each as if it were alone, also behind one that did not open. */
static void test_many(void **state)
{
	uint8_t out[2][SIZE], t[2][GCM_TAG], back[SIZE];
	struct gcm g;

	gcm_init_seal(&g, key);
	gcm_seal_next(&g, zero, (struct slice){0}, plain, SIZE, out[0], t[0]);
	gcm_seal_next(&g, nonce, with(), plain, SIZE, out[1], t[1]);
	gcm_fini(&g);
	assert_memory_equal(out[1], sealed, SIZE);
	assert_memory_equal(t[1], tag, GCM_TAG);
	gcm_init_open(&g, key);
	assert_int_equal(gcm_open_next(&g, nonce, with(), out[0], SIZE, t[0], back), -ERR_CORRUPT);
	assert_int_equal(gcm_open_next(&g, zero, (struct slice){0}, out[0], SIZE, t[0], back), 0);
	assert_memory_equal(back, plain, SIZE);
	assert_int_equal(gcm_open_next(&g, nonce, with(), sealed, SIZE, tag, back), 0);
	assert_memory_equal(back, plain, SIZE);
	gcm_fini(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors), cmocka_unit_test(test_altered),
	                                   cmocka_unit_test(test_many)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gcm", tests, NULL, NULL);
}
