/* aes_vaes256.c - the engine for processors with VAES and AVX2: vectors of two blocks. */
#include "crypto/aes_engine.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define TARGET   __attribute__((target("vaes,aes,avx2")))
#define V_BLOCKS 2
#define VECTORS  8

typedef __m256i vec;

#define V_XOR           _mm256_xor_si256
#define V_SHIFT         _mm256_slli_si256
#define V_SHUFFLE       _mm256_shuffle_epi8
#define V_SET32         _mm256_set1_epi32
#define V_ENC           _mm256_aesenc_epi128
#define V_ENCLAST       _mm256_aesenclast_epi128
#define V_DEC           _mm256_aesdec_epi128
#define V_DECLAST       _mm256_aesdeclast_epi128
#define V_LOAD(p)       _mm256_loadu_si256((const __m256i *)(p))
#define V_STORE(p, x)   _mm256_storeu_si256((__m256i *)(p), x)
#define LOAD1(p)        _mm_loadu_si128((const __m128i *)(p))
#define V_ONE(p)        _mm256_broadcastsi128_si256(LOAD1(p))
#define V_SWAP()        V_ONE(((const uint64_t[]){0x08090a0b0c0d0e0f, 0x0001020304050607}))
#define V_COUNT(hi, lo) _mm256_set_epi64x((int64_t)(hi), (int64_t)(lo) + 1, (int64_t)(hi), (int64_t)(lo))
#define V_GATHER(p, i)                                                                                       \
	_mm256_inserti128_si256(_mm256_castsi128_si256(LOAD1((p)[0] + (i))), LOAD1((p)[1] + (i)), 1)

#define STORE1(p, x) _mm_storeu_si128((__m128i *)(p), x)
#define V_SCATTER(x, p, i)                                                                                   \
	do {                                                                                                 \
		STORE1((p)[0] + (i), _mm256_castsi256_si128(x));                                             \
		STORE1((p)[1] + (i), _mm256_extracti128_si256(x, 1));                                        \
	} while (0)

#define V_TURN(x)                                                                                            \
	do {                                                                                                 \
		vec p_ = _mm256_permute2x128_si256((x)[0], (x)[1], 0x20);                                    \
                                                                                                             \
		(x)[1] = _mm256_permute2x128_si256((x)[0], (x)[1], 0x31);                                    \
		(x)[0] = p_;                                                                                 \
	} while (0)

#include "crypto/aes_lanes.h"

static bool works(void)
{
	unsigned a, b, c, d;

	/* Older compilers do not know "vaes"; AVX2 is asked of them, for it needs the system's consent, too. */
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & 1u << 9 && __builtin_cpu_supports("avx2") &&
	       aes_ni.works();
}

const struct aes_engine aes_vaes256 = {"vaes256", "VAES and AVX2", works, LANES, ige, ctr};

#endif
