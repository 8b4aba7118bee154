/* test_sha256.c - batches of SHA-256, and windows: known answers, OpenSSL's answers, any number, any lengths, any cut into two pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "crypto/sha256_pair.h"
#include "crypto/sha256_windows.h"

enum { JOBS_MAX = 40, ROUNDS = 300 };

/* FIPS 180-4's examples, next to each other. */
static void known(void **state)
{
	static const uint8_t abc[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	                                0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	                                0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	static const uint8_t two[32] = {0x24, 0x8d, 0x6a, 0x61, 0xd2, 0x06, 0x38, 0xb8, 0xe5, 0xc0, 0x26,
	                                0x93, 0x0c, 0x3e, 0x60, 0x39, 0xa3, 0x3c, 0xe4, 0x59, 0x64, 0xff,
	                                0x21, 0x67, 0xf6, 0xec, 0xed, 0xd4, 0x19, 0xdb, 0x06, 0xc1};
	static const uint8_t none[32] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
	                                 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
	                                 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
	uint8_t out[4][32];
	const struct sha256_job j[4] = {
		{.a = "abc", .an = 3, .out = out[0]},
		{.a = "abcdbcdecdefdefgefghfghighij",
	         .an = 28,
	         .b = "hijkijkljklmklmnlmnomnopnopq",
	         .bn = 28,
	         .out = out[1]},
		{.out = out[2]},
		{.b = "abc", .bn = 3, .out = out[3]},
	};

	sha256_batch(j, 0);
	for (size_t n = 1; n <= 4; n++) {
		memset(out, 0, sizeof(out));
		sha256_batch(j, n);
		assert_memory_equal(out[0], abc, 32);
		if (n > 1)
			assert_memory_equal(out[1], two, 32);
		if (n > 2)
			assert_memory_equal(out[2], none, 32);
		if (n > 3)
			assert_memory_equal(out[3], abc, 32);
	}
}

static size_t random_size(unsigned round)
{
	static const size_t most[] = {70, 200, 5000, 3};

	return (size_t)(rng_u64() % (most[round % 4] + 1));
}

static void batches(void **state)
{
	static uint8_t out[JOBS_MAX][33], want[JOBS_MAX][32];
	uint8_t *p[JOBS_MAX];
	struct sha256_job j[JOBS_MAX];

	if (!sha256_pair_works())
		print_message("# this processor has no SHA: one by one\n");
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t n = 1 + rng_u64() % JOBS_MAX;

		for (size_t i = 0; i < n; i++) {
			size_t an = random_size(round), bn = random_size(round / 4), shift = rng_u64() % 16;

			p[i] = xmalloc(shift + an + bn + 1);
			rng_bytes(p[i], shift + an + bn);
			j[i] = (struct sha256_job){
				.a = p[i] + shift, .an = an, .b = p[i] + shift + an, .bn = bn, .out = out[i]};
			out[i][32] = 0xa5;
			sha256(p[i] + shift, an + bn, want[i]);
		}
		sha256_batch(j, n);
		for (size_t i = 0; i < n; i++) {
			assert_memory_equal(out[i], want[i], 32);
			assert_int_equal(out[i][32], 0xa5);
			free(p[i]);
		}
	}
}

/* Every length around the edges of blocks and of the padding, in company of every other. */
static void edges(void **state)
{
	enum { MOST = 200 };
	uint8_t p[MOST], out[2][32], want[32];

	rng_bytes(p, sizeof(p));
	for (size_t n = 0; n <= MOST; n++)
		for (size_t m = 0; m <= MOST; m += 7) {
			const struct sha256_job j[2] = {
				{.a = p, .an = n / 2, .b = p + n / 2, .bn = n - n / 2, .out = out[0]},
				{.a = p, .an = m, .out = out[1]}};

			sha256_batch(j, 2);
			sha256(p, n, want);
			assert_memory_equal(out[0], want, 32);
			sha256(p, m, want);
			assert_memory_equal(out[1], want, 32);
		}
}

/* A message in pieces of any size, and its windows: OpenSSL's answers. */
static void windows(void **state)
{
	enum { MOST = 5000 };
	uint8_t p[MOST], out[32], want[32];

	rng_bytes(p, sizeof(p));
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t size = 64u << rng_u64() % 6, n = (uint32_t)(rng_u64() % (MOST + 1)), at, k;
		struct sha256_windows h;
		struct buf b = {0};

		n = round % 3 ? n : n / size * size;
		sha256_windows_init(&h, size);
		for (at = 0; at < n; at += k) {
			k = (uint32_t)(rng_u64() % (round % 2 ? 100 : 3000) + 1);
			k = k < n - at ? k : n - at;
			sha256_windows_update(&h, p + at, k, &b);
			assert_int_equal(b.n, (at + k) / size * 32);
		}
		sha256_windows_final(&h, out, &b);
		sha256(p, n, want);
		assert_memory_equal(out, want, 32);
		assert_int_equal(b.n, (n + size - 1) / size * 32);
		for (at = 0; at < n; at += size) {
			sha256(p + at, n - at < size ? n - at : size, want);
			assert_memory_equal(b.p + at / size * 32, want, 32);
		}
		buf_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(batches),
		cmocka_unit_test(edges),
		cmocka_unit_test(windows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
