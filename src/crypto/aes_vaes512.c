/* aes_vaes512.c - the engine for processors with VAES and AVX-512: vectors of four blocks. */
#include "crypto/aes_engine.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Not for AddressSanitizer: gcc 12 puts vectors of 64 bytes on its fake stack at 32 (detect_stack_use_after_return). */
#define TARGET   __attribute__((target("vaes,aes,avx2,avx512f,avx512bw"), no_sanitize("address")))
#define V_BLOCKS 4
#define VECTORS  4

typedef __m512i vec;

#define V_XOR         _mm512_xor_si512
#define V_SHIFT       _mm512_bslli_epi128
#define V_SHUFFLE     _mm512_shuffle_epi8
#define V_SET32       _mm512_set1_epi32
#define V_ENC         _mm512_aesenc_epi128
#define V_ENCLAST     _mm512_aesenclast_epi128
#define V_DEC         _mm512_aesdec_epi128
#define V_DECLAST     _mm512_aesdeclast_epi128
#define V_LOAD(p)     _mm512_loadu_si512(p)
#define V_STORE(p, x) _mm512_storeu_si512(p, x)
#define LOAD1(p)      _mm_loadu_si128((const __m128i *)(p))
#define V_ONE(p)      _mm512_broadcast_i32x4(LOAD1(p))
#define V_SWAP()      V_ONE(((const uint64_t[]){0x08090a0b0c0d0e0f, 0x0001020304050607}))
#define V_COUNT(hi, lo)                                                                                      \
	_mm512_add_epi64(_mm512_broadcast_i32x4(_mm_set_epi64x((int64_t)(hi), (int64_t)(lo))),               \
	                 _mm512_set_epi64(0, 3, 0, 2, 0, 1, 0, 0))
#define PUT1(x, p, at) _mm512_inserti32x4(x, LOAD1(p), at)
#define V_GATHER(p, i)                                                                                       \
	PUT1(PUT1(PUT1(_mm512_castsi128_si512(LOAD1((p)[0] + (i))), (p)[1] + (i), 1), (p)[2] + (i), 2),      \
	     (p)[3] + (i), 3)
#define STORE1(p, x) _mm_storeu_si128((__m128i *)(p), x)
#define V_SCATTER(x, p, i)                                                                                   \
	do {                                                                                                 \
		STORE1((p)[0] + (i), _mm512_castsi512_si128(x));                                             \
		STORE1((p)[1] + (i), _mm512_extracti32x4_epi32(x, 1));                                       \
		STORE1((p)[2] + (i), _mm512_extracti32x4_epi32(x, 2));                                       \
		STORE1((p)[3] + (i), _mm512_extracti32x4_epi32(x, 3));                                       \
	} while (0)

#define V_TURN(x)                                                                                            \
	do {                                                                                                 \
		vec p_ = _mm512_shuffle_i32x4((x)[0], (x)[1], 0x44);                                         \
		vec q_ = _mm512_shuffle_i32x4((x)[2], (x)[3], 0x44);                                         \
		vec r_ = _mm512_shuffle_i32x4((x)[0], (x)[1], 0xee);                                         \
		vec s_ = _mm512_shuffle_i32x4((x)[2], (x)[3], 0xee);                                         \
                                                                                                             \
		(x)[0] = _mm512_shuffle_i32x4(p_, q_, 0x88);                                                 \
		(x)[1] = _mm512_shuffle_i32x4(p_, q_, 0xdd);                                                 \
		(x)[2] = _mm512_shuffle_i32x4(r_, s_, 0x88);                                                 \
		(x)[3] = _mm512_shuffle_i32x4(r_, s_, 0xdd);                                                 \
	} while (0)

#include "crypto/aes_lanes.h"

static bool works(void)
{
	return aes_vaes256.works() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

const struct aes_engine aes_vaes512 = {"vaes512", "VAES, AVX-512F and AVX-512BW", works, LANES, ige, ctr};

#endif
