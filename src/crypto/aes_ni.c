/* aes_ni.c - AES-256 by the processor's own instructions; one chain, four interleaved chains, and CTR eight blocks wide. */
#include "crypto/aes_engine.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define NI __attribute__((target("aes,sse4.1")))

bool aes_ni_works(void)
{
	static _Atomic int known; /* 0: not asked, 1: no, 2: yes; the same value whoever writes it */

	if (!known)
		known = __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1") ? 2 : 1;
	return known == 2;
}

NI static inline __m128i mix(__m128i k, __m128i g)
{
	k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
	k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
	k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
	return _mm_xor_si128(k, g);
}

#define EVEN(i, rcon)                                                                                        \
	rk[i] = mix(rk[(i)-2], _mm_shuffle_epi32(_mm_aeskeygenassist_si128(rk[(i)-1], rcon), 0xff))
#define ODD(i) rk[i] = mix(rk[(i)-2], _mm_shuffle_epi32(_mm_aeskeygenassist_si128(rk[(i)-1], 0), 0xaa))

NI static void expand(const uint8_t *key, __m128i rk[15])
{
	rk[0] = _mm_loadu_si128((const __m128i *)key);
	rk[1] = _mm_loadu_si128((const __m128i *)(key + 16));
	EVEN(2, 0x01);
	ODD(3);
	EVEN(4, 0x02);
	ODD(5);
	EVEN(6, 0x04);
	ODD(7);
	EVEN(8, 0x08);
	ODD(9);
	EVEN(10, 0x10);
	ODD(11);
	EVEN(12, 0x20);
	ODD(13);
	EVEN(14, 0x40);
}

NI static inline __m128i encrypt(const __m128i rk[15], __m128i x)
{
	x = _mm_xor_si128(x, rk[0]);
	for (int i = 1; i < 14; i++)
		x = _mm_aesenc_si128(x, rk[i]);
	return _mm_aesenclast_si128(x, rk[14]);
}

NI void aes_ni_expand(const uint8_t key[32], uint8_t *schedule)
{
	__m128i rk[15];

	expand(key, rk);
	memcpy(schedule, rk, sizeof(rk));
}

NI void aes_ni_block(const uint8_t *schedule, const uint8_t in[16], uint8_t out[16])
{
	__m128i x = encrypt((const __m128i *)schedule, _mm_loadu_si128((const __m128i *)in));

	_mm_storeu_si128((__m128i *)out, x);
}

NI void aes_ni_ige_encrypt(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t n)
{
	__m128i rk[15], c, p, x;

	expand(key, rk);
	c = _mm_loadu_si128((const __m128i *)iv);
	p = _mm_loadu_si128((const __m128i *)(iv + 16));
	for (size_t i = 0; i < n; i += 16) {
		x = _mm_loadu_si128((const __m128i *)(in + i));
		c = _mm_xor_si128(encrypt(rk, _mm_xor_si128(c, x)), p);
		p = x;
		_mm_storeu_si128((__m128i *)(out + i), c);
	}
}

NI void aes_ni_ige_decrypt(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t n)
{
	__m128i rk[15], dk[15], c, p, x, y;

	expand(key, rk);
	dk[0] = rk[14];
	for (int i = 1; i < 14; i++)
		dk[i] = _mm_aesimc_si128(rk[14 - i]);
	dk[14] = rk[0];
	c = _mm_loadu_si128((const __m128i *)iv);
	p = _mm_loadu_si128((const __m128i *)(iv + 16));
	for (size_t i = 0; i < n; i += 16) {
		x = _mm_loadu_si128((const __m128i *)(in + i));
		y = _mm_xor_si128(_mm_xor_si128(x, p), dk[0]);
		for (int k = 1; k < 14; k++)
			y = _mm_aesdec_si128(y, dk[k]);
		p = _mm_xor_si128(_mm_aesdeclast_si128(y, dk[14]), c);
		c = x;
		_mm_storeu_si128((__m128i *)(out + i), p);
	}
}

NI void aes_ni_ige_encrypt_lanes(struct aes_ige_job *j)
{
	__m128i rk[AES_NI_LANES][15], c[AES_NI_LANES], p[AES_NI_LANES], x[AES_NI_LANES], y[AES_NI_LANES];
	size_t common = j[0].n;

	for (int l = 0; l < AES_NI_LANES; l++) {
		expand(j[l].key, rk[l]);
		c[l] = _mm_loadu_si128((const __m128i *)j[l].iv);
		p[l] = _mm_loadu_si128((const __m128i *)(j[l].iv + 16));
		if (j[l].n < common)
			common = j[l].n;
	}
	for (size_t i = 0; i < common; i += 16) {
		for (int l = 0; l < AES_NI_LANES; l++) {
			x[l] = _mm_loadu_si128((const __m128i *)(j[l].in + i));
			y[l] = _mm_xor_si128(_mm_xor_si128(c[l], x[l]), rk[l][0]);
		}
		for (int k = 1; k < 14; k++)
			for (int l = 0; l < AES_NI_LANES; l++)
				y[l] = _mm_aesenc_si128(y[l], rk[l][k]);
		for (int l = 0; l < AES_NI_LANES; l++) {
			c[l] = _mm_xor_si128(_mm_aesenclast_si128(y[l], rk[l][14]), p[l]);
			p[l] = x[l];
			_mm_storeu_si128((__m128i *)(j[l].out + i), c[l]);
		}
	}
	for (int l = 0; l < AES_NI_LANES; l++)
		for (size_t i = common; i < j[l].n; i += 16) {
			x[l] = _mm_loadu_si128((const __m128i *)(j[l].in + i));
			c[l] = _mm_xor_si128(encrypt(rk[l], _mm_xor_si128(c[l], x[l])), p[l]);
			p[l] = x[l];
			_mm_storeu_si128((__m128i *)(j[l].out + i), c[l]);
		}
}

static inline void count(uint8_t c[16])
{
	for (int i = 15; i >= 0 && ++c[i] == 0; i--)
		;
}

NI void aes_ni_ctr(const uint8_t *schedule, uint8_t counter[16], uint8_t *p, size_t n)
{
	const __m128i *rk = (const __m128i *)schedule;
	__m128i b[8];

	while (n) {
		int k = n >= 128 ? 8 : (int)(n / 16);

		for (int i = 0; i < k; i++) {
			b[i] = _mm_xor_si128(_mm_loadu_si128((const __m128i *)counter), rk[0]);
			count(counter);
		}
		for (int r = 1; r < 14; r++)
			for (int i = 0; i < k; i++)
				b[i] = _mm_aesenc_si128(b[i], rk[r]);
		for (int i = 0; i < k; i++) {
			b[i] = _mm_aesenclast_si128(b[i], rk[14]);
			b[i] = _mm_xor_si128(b[i], _mm_loadu_si128((const __m128i *)(p + 16 * i)));
			_mm_storeu_si128((__m128i *)(p + 16 * i), b[i]);
		}
		p += 16 * k;
		n -= 16 * (size_t)k;
	}
}

#else

bool aes_ni_works(void)
{
	return false;
}
/* Never called where aes_ni_works() is false. */
void aes_ni_expand(const uint8_t key[32], uint8_t *schedule)
{
}
void aes_ni_block(const uint8_t *schedule, const uint8_t in[16], uint8_t out[16])
{
}
void aes_ni_ige_encrypt(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t n)
{
}
void aes_ni_ige_decrypt(const uint8_t *key, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t n)
{
}
void aes_ni_ige_encrypt_lanes(struct aes_ige_job *jobs)
{
}
void aes_ni_ctr(const uint8_t *schedule, uint8_t counter[16], uint8_t *p, size_t n)
{
}

#endif
