/* aes_ni.c - the engine for processors with AES-NI: vectors of one block. */
#include "crypto/aes_engine.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET   __attribute__((target("aes,sse4.1")))
#define V_BLOCKS 1
#define VECTORS  8

typedef __m128i vec;

#define V_XOR              _mm_xor_si128
#define V_SHIFT            _mm_slli_si128
#define V_SHUFFLE          _mm_shuffle_epi8
#define V_SET32            _mm_set1_epi32
#define V_ENC              _mm_aesenc_si128
#define V_ENCLAST          _mm_aesenclast_si128
#define V_DEC              _mm_aesdec_si128
#define V_DECLAST          _mm_aesdeclast_si128
#define V_LOAD(p)          _mm_loadu_si128((const __m128i *)(p))
#define V_STORE(p, x)      _mm_storeu_si128((__m128i *)(p), x)
#define V_ONE              V_LOAD
#define V_SWAP()           _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f)
#define V_COUNT(hi, lo)    _mm_set_epi64x((int64_t)(hi), (int64_t)(lo))
#define V_GATHER(p, i)     V_LOAD((p)[0] + (i))
#define V_SCATTER(x, p, i) V_STORE((p)[0] + (i), x)

#define V_TURN(x)

#include "crypto/aes_lanes.h"

static bool works(void)
{
	return __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1");
}

const struct aes_engine aes_ni = {"aes-ni", "AES-NI and SSE4.1", works, LANES, ige, ctr};

#endif
