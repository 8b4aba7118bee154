/* test_token.c - tokens: the same for everybody in an hour, opened by whom they are for, by nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "cdnwire/token.h"

enum { DC = 203, NOW = 1800000000 };

static const uint8_t secret[32] = "the secret of an epoch, 32 bytes";
static const uint8_t other_secret[32] = "the secret of another epoch.....";
static const uint8_t content[32] = "sha-256 of a content, 32 bytes..";

static void test_opens(void **state)
{
	struct cdn_epoch e;
	struct cdn_token t;
	struct cdn_object o;
	uint8_t token[CDN_TOKEN_SIZE];
	struct slice s = slice_of(token, sizeof(token));

	cdn_epoch_of(DC, secret, &e);
	cdn_object_of(&e, content, &o);
	cdn_token_make(&e, content, 5000000000, NOW, token);
	assert_int_equal(cdn_token_dc(s), DC);
	assert_int_equal(cdn_token_open(&e, s, &t), 0);
	assert_memory_equal(t.content, content, sizeof(content));
	assert_memory_equal(t.object, o.id, sizeof(o.id));
	assert_true(t.size == 5000000000);
	assert_true(t.expires >= NOW + 3600 && t.expires <= NOW + 7200 && t.expires % 3600 == 0);
	assert_int_equal(cdn_token_open_node(&e.node, DC, s, &t), 0);
	assert_memory_equal(t.object, o.id, sizeof(o.id));
	for (size_t i = 0; i < sizeof(t.content); i++)
		assert_int_equal(t.content[i], 0);
}

static void test_same_in_an_hour(void **state)
{
	uint8_t a[CDN_TOKEN_SIZE], b[CDN_TOKEN_SIZE], c[CDN_TOKEN_SIZE];
	unixtime_t hour = NOW / 3600 * 3600;
	struct cdn_epoch e;

	cdn_epoch_of(DC, secret, &e);
	cdn_token_make(&e, content, 100, hour, a);
	cdn_token_make(&e, content, 100, hour + 3599, b);
	cdn_token_make(&e, content, 100, hour + 3600, c);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
	assert_memory_not_equal(a + 3, c + 3, 12); /* another plaintext has another nonce */
}

/* Every byte counts; so do length, DC, epoch, and each of the node's keys. */
static void test_forged(void **state)
{
	struct cdn_epoch e, other;
	struct cdn_token t;
	uint8_t token[CDN_TOKEN_SIZE + 1] = {0};

	cdn_epoch_of(DC, secret, &e);
	cdn_token_make(&e, content, 100, NOW, token);
	for (size_t i = 0; i < CDN_TOKEN_SIZE; i++) {
		token[i] ^= 1;
		assert_int_equal(cdn_token_open(&e, slice_of(token, CDN_TOKEN_SIZE), &t), -ERR_INVALID);
		assert_int_equal(cdn_token_open_node(&e.node, DC, slice_of(token, CDN_TOKEN_SIZE), &t),
		                 -ERR_INVALID);
		token[i] ^= 1;
	}
	for (size_t n = 0; n < CDN_TOKEN_SIZE; n++)
		assert_int_equal(cdn_token_open(&e, slice_of(token, n), &t), -ERR_INVALID);
	assert_int_equal(cdn_token_open(&e, slice_of(token, CDN_TOKEN_SIZE + 1), &t), -ERR_INVALID);
	assert_int_equal(cdn_token_open_node(&e.node, DC + 1, slice_of(token, CDN_TOKEN_SIZE), &t),
	                 -ERR_INVALID);
	cdn_epoch_of(DC, other_secret, &other);
	assert_int_equal(cdn_token_open(&other, slice_of(token, CDN_TOKEN_SIZE), &t), -ERR_INVALID);
	other.node = e.node; /* who has the node's keys makes tokens that the core does not take */
	assert_int_equal(cdn_token_open(&other, slice_of(token, CDN_TOKEN_SIZE), &t), -ERR_INVALID);
}

static void test_request(void **state)
{
	uint8_t token[CDN_TOKEN_SIZE], request[CDN_REQUEST_SIZE];
	struct slice t = slice_of(token, sizeof(token)), q = slice_of(request, sizeof(request));
	struct cdn_epoch e, other;
	struct cdn_request missing = {.chunk = 7, .fills = 65537}, r;

	cdn_epoch_of(DC, secret, &e);
	cdn_epoch_of(DC, other_secret, &other);
	cdn_token_make(&e, content, 1000000, NOW, token);
	cdn_request_make(&e.node, t, &missing, NOW, request);
	assert_int_equal(cdn_request_open(&e.node, t, q, NOW + CDN_REQUEST_SECONDS, &r), 0);
	assert_true(r.chunk == 7 && r.fills == 65537);
	assert_int_equal(cdn_request_open(&e.node, t, q, NOW + CDN_REQUEST_SECONDS + 1, &r), -ERR_INVALID);
	assert_int_equal(cdn_request_open(&e.node, t, q, NOW - 61, &r), -ERR_INVALID);
	assert_int_equal(cdn_request_open(&other.node, t, q, NOW, &r), -ERR_INVALID);
	for (size_t i = 0; i < sizeof(request); i++) {
		request[i] ^= 0x80;
		assert_int_equal(cdn_request_open(&e.node, t, q, NOW, &r), -ERR_INVALID);
		request[i] ^= 0x80;
	}
	token[50] ^= 1;
	assert_int_equal(cdn_request_open(&e.node, t, q, NOW, &r), -ERR_INVALID);
	assert_int_equal(cdn_request_open(&e.node, t, slice_of(request, CDN_REQUEST_SIZE - 1), NOW, &r),
	                 -ERR_INVALID);
}

/* The clients' rule by OpenSSL's CTR: the counter block at byte offset o is iv[0..11], then o/16 big-endian (api.md 7.6). */
static void test_crypt(void **state)
{
	static const uint64_t at[] = {0, 16, 131072, 4294967296u + 131072};
	uint8_t plain[1000], ours[1000], theirs[1000], iv[16];
	struct cdn_object o, p;
	struct cdn_epoch e;
	int n;

	cdn_epoch_of(DC, secret, &e);
	cdn_object_of(&e, content, &o);
	for (int i = 12; i < 16; i++)
		assert_int_equal(o.iv[i], 0);
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

		memcpy(iv, o.iv, 12);
		for (int k = 0; k < 4; k++)
			iv[15 - k] = (uint8_t)(at[i] / 16 >> 8 * k);
		assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_ctr(), NULL, o.key, iv), 1);
		assert_int_equal(EVP_EncryptUpdate(c, theirs, &n, plain, sizeof(plain)), 1);
		EVP_CIPHER_CTX_free(c);
		memcpy(ours, plain, sizeof(ours));
		cdn_object_crypt(&o, at[i], ours, sizeof(ours));
		assert_memory_equal(ours, theirs, sizeof(ours));
	}
	cdn_epoch_of(DC, other_secret, &e);
	cdn_object_of(&e, content, &p);
	assert_memory_not_equal(o.key, p.key, sizeof(o.key));
	assert_memory_not_equal(o.id, p.id, sizeof(o.id));
	assert_memory_not_equal(o.iv, p.iv, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens),  cmocka_unit_test(test_same_in_an_hour),
		cmocka_unit_test(test_forged), cmocka_unit_test(test_request),
		cmocka_unit_test(test_crypt),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
