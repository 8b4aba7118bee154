/* test_inspect.c - noise is called noise, and what is hidden in it is found: text of several scripts, beginnings of files, keys, objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/aes.h>

#include "cdn/inspect.h"
#include "cdn/wrap.h"
#include "crypto/rng.h"

enum { SIZE = 4 << 20 };

static uint8_t bytes[SIZE];

static struct cdn_inspection look(size_t n)
{
	struct cdn_inspection i = {0};
	FILE *null = fopen("/dev/null", "w");

	cdn_inspect_bytes(bytes, n, "it", null, &i);
	cdn_inspect_say(&i, null);
	fclose(null);
	return i;
}

static bool is_nothing(const struct cdn_inspection *i)
{
	FILE *null = fopen("/dev/null", "w");
	bool r = cdn_inspect_say(i, null);

	fclose(null);
	return r;
}

static void test_noise(void **state)
{
	struct cdn_inspection i;

	rng_bytes(bytes, SIZE);
	i = look(SIZE);
	assert_true(is_nothing(&i) && i.noise + i.zeros == SIZE && i.noise >= SIZE - 1000);
	memset(bytes + 100000, 0, 1 << 20);
	i = look(SIZE);
	assert_true(is_nothing(&i) && i.zeros > 900000);
}

/* A cache's file: full slots, a short one, an unused one. */
static void test_slots(void **state)
{
	struct cdn_wrapped w = {.chunk = 1, .size = CDN_CHUNK};
	struct cdn_inspection i;
	static uint8_t plain[CDN_CHUNK];
	uint8_t key[32];

	memset(bytes, 0, SIZE);
	rng_bytes(key, sizeof(key));
	for (uint32_t k = 0; k < 10; k++) {
		w.size = k == 9 ? 40000 : CDN_CHUNK;
		cdn_wrap_seal(key, k, &w, plain, bytes + k * CDN_SLOT);
	}
	i = look(20 * CDN_SLOT);
	assert_true(i.slots == 20 && i.used == 10 && is_nothing(&i));
}

static void expect(const char *what, size_t n, uint64_t text, uint64_t magic, uint64_t keys)
{
	struct cdn_inspection i;

	rng_bytes(bytes, SIZE);
	memset(bytes + 12340, 0x80, 100); /* no letter before or behind */
	memcpy(bytes + 12345, what, n);
	i = look(SIZE);
	assert_true(i.text == text && i.magic == magic && i.keys == keys && !is_nothing(&i));
}

static void test_found(void **state)
{
	static const char said[] = "The quick brown fox jumps over the lazy dog",
			  persian[] = "سلام دنیاسلامدنیا", pem[] = "-----BEGIN RSA PRIVATE KEY-----";

	expect(said, sizeof(said) - 1, 1, 0, 0);
	expect(persian + 9, sizeof(persian) - 10, 1, 0, 0);
	expect("\xff\xd8\xff\xe0\x00\x10JFIF", 10, 0, 1, 0);
	expect(pem, sizeof(pem) - 1, 1, 0, 1);
}

static void test_orderly(void **state)
{
	struct cdn_inspection i;
	uint32_t id = 0x3f4e0648;

	rng_bytes(bytes, SIZE);
	for (int k = 0; k < 65536; k++)
		bytes[131072 + k] = (uint8_t)(k / 300);
	memcpy(bytes + 131072 + 4000, &id, 4);
	i = look(SIZE);
	assert_true(i.orderly >= 60000 && i.objects == 1);
}

/* FIPS 197, A.3. */
static void test_schedule(void **state)
{
	static const uint8_t key[32] = {0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae,
	                                0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61,
	                                0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4};
	struct cdn_inspection i;
	AES_KEY ready;

	rng_bytes(bytes, SIZE);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	AES_set_encrypt_key(key, 256, &ready);
#pragma GCC diagnostic pop
	for (int k = 0; k < 60; k++)
		memcpy(bytes + 40000 + 4 * k, (const uint8_t *)ready.rd_key + 4 * k, 4);
	i = look(SIZE);
	if (i.keys != 1) /* some of OpenSSL's engines keep the words turned */
		for (int k = 0; k < 60; k++) {
			uint32_t word;

			memcpy(&word, bytes + 40000 + 4 * k, 4);
			word = __builtin_bswap32(word);
			memcpy(bytes + 40000 + 4 * k, &word, 4);
		}
	i = look(SIZE);
	assert_true(i.keys == 1 && i.text == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise),   cmocka_unit_test(test_slots),    cmocka_unit_test(test_found),
		cmocka_unit_test(test_orderly), cmocka_unit_test(test_schedule),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
