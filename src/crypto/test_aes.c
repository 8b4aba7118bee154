/* test_aes.c - every engine that this processor has: known answers, OpenSSL's answers, any batch, any cut of a stream. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/aes.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "crypto/aes_engine.h"
#include "crypto/rng.h"
#include "crypto/test_aes_vectors.h"

enum { JOBS_MAX = 150, ROUNDS = 60 };

static size_t hex(const char *s, uint8_t *out)
{
	size_t n = strlen(s) / 2;

	for (size_t i = 0; i < n; i++) {
		const char pair[3] = {s[2 * i], s[2 * i + 1], 0};

		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

/* The engine of this test; a test of one that cannot run here is skipped, with the reason. */
static void use(void **state)
{
	const struct aes_engine *e = *state;

	if (!e->works()) {
		print_message("# %s: this processor lacks %s\n", e->name, e->needs);
		skip();
	}
	aes_engine_use(e);
	assert_ptr_equal(aes_engine(), e);
}

static int best_again(void **state)
{
	aes_engine_use(NULL);
	return 0;
}

static void ige_known(void **state)
{
	uint8_t key[32], iv[32], plain[1024], cipher[1024], got[1024];
	size_t n;

	use(state);
	for (size_t i = 0; i < sizeof(ige_vectors) / sizeof(ige_vectors[0]); i++) {
		hex(ige_vectors[i].key, key);
		hex(ige_vectors[i].iv, iv);
		n = hex(ige_vectors[i].plain, plain);
		assert_int_equal(hex(ige_vectors[i].cipher, cipher), n);
		for (size_t k = 0; k <= n;
		     k += 16) { /* the beginning of a chain does not depend on its end */
			aes_ige_encrypt(key, iv, plain, got, k);
			assert_memory_equal(got, cipher, k);
			aes_ige_decrypt(key, iv, got, got, k);
			assert_memory_equal(got, plain, k);
		}
	}
}

/* The vectors again, with as many others at their side as there can be. */
static void ige_known_in_company(void **state)
{
	enum { N = 65 };
	struct aes_ige_job *j = xcalloc(N, sizeof(*j));
	uint8_t *p = xmalloc(N * 2048), plain[1024], cipher[1024];
	size_t n;

	use(state);
	n = hex(ige_vectors[0].plain, plain);
	hex(ige_vectors[0].cipher, cipher);
	for (size_t i = 0; i < N; i++) {
		j[i] = (struct aes_ige_job){
			.in = p + 2048 * i, .out = p + 2048 * i, .n = n, .decrypt = i % 3 == 1};
		hex(ige_vectors[0].key, j[i].key);
		hex(ige_vectors[0].iv, j[i].iv);
		memcpy(p + 2048 * i, j[i].decrypt ? cipher : plain, n);
	}
	aes_ige_batch(j, N);
	for (size_t i = 0; i < N; i++)
		assert_memory_equal(p + 2048 * i, j[i].decrypt ? plain : cipher, n);
	free(p);
	free(j);
}

static void openssl_ige(const struct aes_ige_job *j, uint8_t *out)
{
	uint8_t iv[32];
	AES_KEY k;

	memcpy(iv, j->iv, 32);
	if (j->decrypt)
		AES_set_decrypt_key(j->key, 256, &k);
	else
		AES_set_encrypt_key(j->key, 256, &k);
	AES_ige_encrypt(j->in, out, j->n, &k, iv, j->decrypt ? AES_DECRYPT : AES_ENCRYPT);
}

static size_t random_size(unsigned round)
{
	static const size_t most[] = {24, 24, 3, 200, 2000};

	return 16 * (size_t)(rng_u64() % (most[round % 5] + 1));
}

/* Lengths and number at random, some in place, some at odd addresses; what lies behind each output stays as it was. */
static void ige_batches(void **state)
{
	struct aes_ige_job *j = xcalloc(JOBS_MAX, sizeof(*j));
	uint8_t *in[JOBS_MAX], *out[JOBS_MAX], *want[JOBS_MAX];

	use(state);
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t n = 1 + rng_u64() % (round % 2 ? JOBS_MAX : 20);

		for (size_t i = 0; i < n; i++) {
			size_t size = random_size(round), shift = rng_u64() % 16;

			in[i] = xmalloc(size + 32);
			out[i] = xmalloc(size + 32);
			want[i] = xmalloc(size + 32);
			rng_bytes(in[i], size + 32);
			memset(out[i], 0xa5, size + 32);
			rng_bytes(&j[i].key, 64);
			j[i].in = in[i] + shift;
			j[i].out = rng_u64() % 2 ? out[i] + shift : in[i] + shift;
			j[i].n = size;
			j[i].decrypt = rng_u64() % 4 == 0;
			memcpy(want[i], j[i].out - shift, size + 32);
			openssl_ige(&j[i], want[i] + shift);
		}
		aes_ige_batch(j, n);
		for (size_t i = 0; i < n; i++) {
			assert_memory_equal(j[i].out == j[i].in ? in[i] : out[i], want[i], j[i].n + 32);
			free(in[i]);
			free(out[i]);
			free(want[i]);
		}
	}
	aes_ige_batch(j, 0);
	free(j);
}

static void ctr_known(void **state)
{
	uint8_t key[32], iv[16], plain[512], cipher[512];
	struct aes_ctr c;
	size_t n;

	use(state);
	for (size_t i = 0; i < sizeof(ctr_vectors) / sizeof(ctr_vectors[0]); i++) {
		hex(ctr_vectors[i].key, key);
		hex(ctr_vectors[i].iv, iv);
		n = hex(ctr_vectors[i].plain, plain);
		assert_int_equal(hex(ctr_vectors[i].cipher, cipher), n);
		aes_ctr_init(&c, key, iv);
		aes_ctr_apply(&c, plain, n);
		assert_memory_equal(plain, cipher, n);
	}
}

/* A stream in pieces of any size is the stream. Counters begin at random or close to an overflow of either half. */
static void ctr_pieces(void **state)
{
	enum { N = 20000 };
	uint8_t *p = xmalloc(N), *want = xmalloc(N), key[32], iv[16];
	EVP_CIPHER_CTX *ssl = EVP_CIPHER_CTX_new();
	struct aes_ctr c;
	int len;

	use(state);
	for (unsigned round = 0; round < ROUNDS; round++) {
		rng_bytes(key, sizeof(key));
		rng_bytes(iv, sizeof(iv));
		rng_bytes(p, N);
		if (round % 3)
			memset(iv + (round % 3 == 1 ? 8 : 0), 0xff, round % 3 == 1 ? 7 : 15);
		assert_int_equal(EVP_EncryptInit_ex(ssl, EVP_aes_256_ctr(), NULL, key, iv), 1);
		assert_int_equal(EVP_EncryptUpdate(ssl, want, &len, p, N), 1);
		aes_ctr_init(&c, key, iv);
		for (size_t at = 0, k; at < N; at += k) {
			k = rng_u64() % (round % 2 ? 40 : 1200);
			if (k > N - at)
				k = N - at;
			aes_ctr_apply(&c, p + at, k);
		}
		assert_memory_equal(p, want, N);
	}
	EVP_CIPHER_CTX_free(ssl);
	free(p);
	free(want);
}

/* The best one is in use by itself, and the last one can always be. */
static void choice(void **state)
{
	unsigned i = 0;

	while (!aes_engines[i]->works())
		i++;
	assert_ptr_equal(aes_engine(), aes_engines[i]);
	while (aes_engines[i + 1])
		i++;
	assert_ptr_equal(aes_engines[i], &aes_portable);
	assert_true(aes_portable.works());
}

int main(void)
{
	static const struct {
		const char *name;
		void (*f)(void **state);
	} each[] = {{"ige_known", ige_known},
	            {"ige_known_in_company", ige_known_in_company},
	            {"ige_batches", ige_batches},
	            {"ctr_known", ctr_known},
	            {"ctr_pieces", ctr_pieces}};
	enum { EACH = sizeof(each) / sizeof(each[0]) };
	struct CMUnitTest tests[1 + 4 * EACH] = {cmocka_unit_test(choice)};
	static char names[4 * EACH][64];
	size_t n = 1;

	for (unsigned e = 0; aes_engines[e]; e++)
		for (size_t i = 0; i < EACH; i++) {
			snprintf(names[n - 1], sizeof(names[0]), "%s_%s", each[i].name, aes_engines[e]->name);
			tests[n] = (struct CMUnitTest){names[n - 1], each[i].f, NULL, best_again,
			                               (void *)aes_engines[e]};
			n++;
		}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("aes", tests, n, NULL, NULL);
}
