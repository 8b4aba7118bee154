/* sha256_pair.c - see sha256_pair.h. FIPS 180-4, with the SHA extensions: two rounds an instruction, four words of the schedule. */
#include "crypto/sha256_pair.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define TARGET __attribute__((target("sha,sse4.1")))
#define INLINE TARGET __attribute__((always_inline)) static inline
#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define BOTH UNROLL for (int l = 0; l < 2; l++)

static const uint32_t k[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The state as the instructions want it: a, b, e, f in one register, c, d, g, h in the other. */
INLINE void load(const uint32_t *state, __m128i *abef, __m128i *cdgh)
{
	__m128i dcba = _mm_loadu_si128((const __m128i *)state);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));

	dcba = _mm_shuffle_epi32(dcba, 0xb1);
	hgfe = _mm_shuffle_epi32(hgfe, 0x1b);
	*abef = _mm_alignr_epi8(dcba, hgfe, 8);
	*cdgh = _mm_blend_epi16(hgfe, dcba, 0xf0);
}

INLINE void store(uint32_t *state, __m128i abef, __m128i cdgh)
{
	abef = _mm_shuffle_epi32(abef, 0x1b);
	cdgh = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(abef, cdgh, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(cdgh, abef, 8));
}

/* The four words behind those of `last`, in the place of the oldest of the sixteen. */
INLINE __m128i schedule(__m128i oldest, __m128i second, __m128i third, __m128i last)
{
	__m128i w = _mm_sha256msg1_epu32(oldest, second);

	return _mm_sha256msg2_epu32(_mm_add_epi32(w, _mm_alignr_epi8(last, third, 4)), last);
}

TARGET void sha256_pair(uint32_t *const state[2], const uint8_t *const p[2], size_t blocks)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i abef[2], cdgh[2], abef0[2], cdgh0[2], w[2][4], x[2];

	BOTH load(state[l], &abef[l], &cdgh[l]);
	for (size_t at = 0; at < 64 * blocks; at += 64) {
		BOTH
		{
			abef0[l] = abef[l];
			cdgh0[l] = cdgh[l];
		}
		UNROLL for (int i = 0; i < 16; i++) /* four rounds each */
		{
			if (i < 4)
				BOTH w[l][i] = _mm_shuffle_epi8(
					_mm_loadu_si128((const __m128i *)(p[l] + at + 16 * i)), swap);
			BOTH x[l] = _mm_add_epi32(w[l][i & 3], _mm_load_si128((const __m128i *)(k + 4 * i)));
			BOTH cdgh[l] = _mm_sha256rnds2_epu32(cdgh[l], abef[l], x[l]);
			BOTH x[l] = _mm_shuffle_epi32(x[l], 0x0e);
			if (i >= 3 && i < 15)
				BOTH w[l][(i + 1) & 3] = schedule(w[l][(i + 1) & 3], w[l][(i + 2) & 3],
				                                  w[l][(i + 3) & 3], w[l][i & 3]);
			BOTH abef[l] = _mm_sha256rnds2_epu32(abef[l], cdgh[l], x[l]);
		}
		BOTH
		{
			abef[l] = _mm_add_epi32(abef[l], abef0[l]);
			cdgh[l] = _mm_add_epi32(cdgh[l], cdgh0[l]);
		}
	}
	BOTH store(state[l], abef[l], cdgh[l]);
}

static bool has_sha(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 29 && __builtin_cpu_supports("sse4.1");
}

bool sha256_pair_works(void)
{
	static _Atomic signed char known; /* 0: not asked yet; whoever asks finds the same */
	signed char v = atomic_load_explicit(&known, memory_order_relaxed);

	if (!v) {
		v = has_sha() ? 1 : -1;
		atomic_store_explicit(&known, v, memory_order_relaxed);
	}
	return v > 0;
}

#else

bool sha256_pair_works(void)
{
	return false;
}

void sha256_pair(uint32_t *const state[2], const uint8_t *const p[2], size_t blocks)
{
}

#endif
