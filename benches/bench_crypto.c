/*
 * bench_crypto.c - what AES costs here: every engine that this processor has, against the most that its AES unit can do and
 * against OpenSSL, in the same run on one thread. Figures are 10^9 bytes a second, key expansion included, best of many bursts.
 *
 *   build/bench-crypto [milliseconds a figure, 100]
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/aes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/aes_engine.h"
#include "crypto/rng.h"
#include "mtproto/packet.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { BURST_USEC = 500, STREAMS_MAX = 64, SEALS = 32, LIMIT_BLOCKS = 65536 };

static const size_t sizes[] = {128, 1024, 128 * 1024};
static const size_t streams[] = {1, 8, 16, 64};
static usec_t figure_usec = 100000;

/* Bytes a second / 10^9 of f, which works on `bytes` bytes a call: the best of many short bursts, for neighbours come and go. */
static double rate(void (*f)(void *arg), void *arg, double bytes)
{
	usec_t begin = clock_usec(), from, took;
	uint64_t calls, n = 1;
	double best = 0, r;

	do {
		from = clock_usec();
		for (calls = 0; calls < n; calls++)
			f(arg);
		took = clock_usec() - from;
		if (took < BURST_USEC) {
			n *= 2;
			continue;
		}
		r = (double)calls * bytes / (double)took;
		if (r > best)
			best = r;
	} while (clock_usec() - begin < figure_usec);
	return best / 1000;
}

/* --- the limit: AES rounds on registers, nothing else; eight vectors are more than any unit has latency for. */

#if defined(__x86_64__)
#define LIMIT(name, target_, vec, enc, last, xor_, set)                                                      \
	__attribute__((target(target_))) static void name(void *arg)                                         \
	{                                                                                                    \
		const size_t per = sizeof(vec) / 16 * 8;                                                     \
		vec k = set(0x01234567), y0 = set(0), y1 = set(1), y2 = set(2), y3 = set(3), y4 = set(4),    \
		    y5 = set(5), y6 = set(6), y7 = set(7);                                                   \
                                                                                                             \
		for (size_t i = 0; i < LIMIT_BLOCKS; i += per) {                                             \
			_Pragma("GCC unroll 16") for (int r = 1; r < 14; r++)                                \
			{                                                                                    \
				y0 = enc(y0, k);                                                             \
				y1 = enc(y1, k);                                                             \
				y2 = enc(y2, k);                                                             \
				y3 = enc(y3, k);                                                             \
				y4 = enc(y4, k);                                                             \
				y5 = enc(y5, k);                                                             \
				y6 = enc(y6, k);                                                             \
				y7 = enc(y7, k);                                                             \
			}                                                                                    \
			y0 = last(y0, k);                                                                    \
			y1 = last(y1, k);                                                                    \
			y2 = last(y2, k);                                                                    \
			y3 = last(y3, k);                                                                    \
			y4 = last(y4, k);                                                                    \
			y5 = last(y5, k);                                                                    \
			y6 = last(y6, k);                                                                    \
			y7 = last(y7, k);                                                                    \
		}                                                                                            \
		y0 = xor_(xor_(xor_(y0, y1), xor_(y2, y3)), xor_(xor_(y4, y5), xor_(y6, y7)));               \
		memcpy(arg, &y0, sizeof(y0));                                                                \
	}
LIMIT(limit_ni, "aes,sse4.1", __m128i, _mm_aesenc_si128, _mm_aesenclast_si128, _mm_xor_si128, _mm_set1_epi32)
LIMIT(limit_256, "vaes,avx2", __m256i, _mm256_aesenc_epi128, _mm256_aesenclast_epi128, _mm256_xor_si256,
      _mm256_set1_epi32)
LIMIT(limit_512, "vaes,avx512f", __m512i, _mm512_aesenc_epi128, _mm512_aesenclast_epi128, _mm512_xor_si512,
      _mm512_set1_epi32)
#endif

static double limit_of(const struct aes_engine *e)
{
	void (*f)(void *arg) = NULL;
	uint8_t out[64];

#if defined(__x86_64__)
	f = e == &aes_ni ? limit_ni : e == &aes_vaes256 ? limit_256 : e == &aes_vaes512 ? limit_512 : NULL;
#endif
	return f ? rate(f, out, LIMIT_BLOCKS * 16.0) : 0;
}

/* --- OpenSSL */

struct ssl {
	EVP_CIPHER_CTX *ctx;
	uint8_t *p, key[32], iv[32];
	size_t n;
};

static void ssl_update(void *arg)
{
	struct ssl *s = arg;
	int out;

	EVP_EncryptUpdate(s->ctx, s->p, &out, s->p, (int)s->n);
}

static void ssl_ige(void *arg)
{
	struct ssl *s = arg;
	AES_KEY k;

	AES_set_encrypt_key(s->key, 256, &k);
	AES_ige_encrypt(s->p, s->p, s->n, &k, s->iv, AES_ENCRYPT);
}

static void print_ssl(uint8_t *p)
{
	struct ssl s = {.p = p, .n = 16384};

	s.ctx = EVP_CIPHER_CTX_new();
	EVP_EncryptInit_ex(s.ctx, EVP_aes_256_ecb(), NULL, s.key, NULL);
	EVP_CIPHER_CTX_set_padding(s.ctx, 0);
	printf("OpenSSL  ECB, 16 KiB        %8.2f\n", rate(ssl_update, &s, (double)s.n));
	EVP_EncryptInit_ex(s.ctx, EVP_aes_256_ctr(), NULL, s.key, s.iv);
	printf("OpenSSL  CTR, 16 KiB        %8.2f\n", rate(ssl_update, &s, (double)s.n));
	EVP_CIPHER_CTX_free(s.ctx);
	printf("OpenSSL  IGE, one stream   ");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		s.n = sizes[i];
		printf(" %8.3f", rate(ssl_ige, &s, (double)s.n));
	}
	printf("\n\n");
}

/* --- ours */

struct ige {
	struct aes_ige_job jobs[STREAMS_MAX];
	size_t n;
};

static void ige_batch(void *arg)
{
	const struct ige *g = arg;

	aes_ige_batch(g->jobs, g->n);
}

static void print_ige(struct ige *g, uint8_t *p, bool decrypt, double limit)
{
	double r = 0;

	for (size_t k = 0; k < sizeof(streams) / sizeof(streams[0]); k++) {
		g->n = streams[k];
		printf("  IGE %s, %2zu streams  ", decrypt ? "decrypt" : "encrypt", g->n);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			for (size_t j = 0; j < g->n; j++) {
				g->jobs[j].in = g->jobs[j].out = p + j * sizes[i];
				g->jobs[j].n = sizes[i];
				g->jobs[j].decrypt = decrypt;
			}
			r = rate(ige_batch, g, (double)(g->n * sizes[i]));
			printf(" %8.3f", r);
			if (limit > 0)
				printf(" %3.0f %%", 100 * r / limit);
		}
		printf("\n");
	}
}

struct stream {
	struct aes_ctr ctr;
	uint8_t *p;
	size_t n;
};

static void ctr_apply(void *arg)
{
	struct stream *s = arg;

	aes_ctr_apply(&s->ctr, s->p, s->n);
}

static void print_ctr(uint8_t *p, double limit)
{
	struct stream s = {.p = p};
	uint8_t key[32], iv[16];
	double r;

	rng_bytes(key, 32);
	rng_bytes(iv, 16);
	aes_ctr_init(&s.ctr, key, iv);
	printf("  CTR                  ");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		s.n = sizes[i];
		r = rate(ctr_apply, &s, (double)s.n);
		printf(" %8.3f", r);
		if (limit > 0)
			printf(" %3.0f %%", 100 * r / limit);
	}
	printf("\n");
}

/* --- whole packets: padding, msg_key, key derivation and encryption */

struct seals {
	uint8_t key[256], *p;
	struct mt_packet m;
	struct mt_packet_sealing jobs[SEALS];
	size_t room, n;
};

static void seal_all(void *arg)
{
	struct seals *s = arg;

	for (size_t i = 0; i < s->n; i++)
		mt_packet_seal_begin(1, s->key, false, &s->m, s->p + i * s->room, mt_packet_size(s->m.body.n),
		                     &s->jobs[i]);
	mt_packet_seal_all(s->jobs, s->n);
}

static void print_seals(uint8_t *p)
{
	static const uint32_t bodies[] = {100, 1000};
	struct seals s = {.p = p, .room = 2048};

	rng_bytes(s.key, sizeof(s.key));
	for (size_t i = 0; i < 2; i++) {
		s.m.body = (struct slice){p + SEALS * s.room, bodies[i]};
		printf("  packets of %4u B     ", bodies[i]);
		s.n = 1;
		printf(" %6.0f ns a packet, one at a time;", 1 / rate(seal_all, &s, 1));
		s.n = SEALS;
		printf(" %6.0f, %d together\n", 1 / rate(seal_all, &s, SEALS), SEALS);
	}
}

static void print_engine(const struct aes_engine *e, struct ige *g, uint8_t *p)
{
	double limit;

	if (!e->works()) {
		printf("%s: skipped, this processor lacks %s\n\n", e->name, e->needs);
		return;
	}
	aes_engine_use(e);
	limit = limit_of(e);
	printf("%s", e->name);
	if (limit > 0)
		printf(": limit %.2f (rounds on registers alone); %% of it beside each figure", limit);
	printf("\n");
	print_ige(g, p, false, limit);
	print_ige(g, p, true, limit);
	print_ctr(p, limit);
	print_seals(p);
	printf("\n");
	aes_engine_use(NULL);
}

int main(int argc, char **argv)
{
	struct ige *g = xcalloc(1, sizeof(*g));
	uint8_t *p = xmalloc(STREAMS_MAX * sizes[2]);

	if (argc > 1)
		figure_usec = atoi(argv[1]) * 1000;
	if (argc > 2 || figure_usec <= 0) {
		fprintf(stderr, "usage: bench-crypto [milliseconds a figure]\n");
		return 2;
	}
	memset(p, 0, STREAMS_MAX * sizes[2]);
	for (size_t i = 0; i < STREAMS_MAX; i++) {
		rng_bytes(g->jobs[i].key, 32);
		rng_bytes(g->jobs[i].iv, 32);
	}
	printf("AES-256, 10^9 bytes a second, one thread; in place; columns: 128 B, 1 KiB, 128 KiB a "
	       "message\n\n");
	print_ssl(p);
	for (unsigned i = 0; aes_engines[i]; i++)
		print_engine(aes_engines[i], g, p);
	free(p);
	free(g);
	return 0;
}
