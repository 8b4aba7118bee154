/*
 * aes_lanes.h - the body of an engine for vectors of 1, 2 or 4 blocks, included by aes_ni.c, aes_vaes256.c and aes_vaes512.c.
 *
 * A chain of IGE is serial: its next block waits for the whole latency of the last one. So each chain is a lane, a vector
 * holds V_BLOCKS lanes with their keys side by side, and up to VECTORS vectors are under way at a time.
 *
 * The includer defines TARGET (the attribute), vec, V_BLOCKS, VECTORS, and the operations V_*.
 */
#include <endian.h>
#include <string.h>

#define LANES   (V_BLOCKS * VECTORS)
#define SCRATCH 512u

#ifdef __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
/* Statements for v = 0 .. k-1, written out: k is known where this is compiled, and everything shall lie in registers. */
#define AT(i, k, ...)                                                                                        \
	if (i < (k)) {                                                                                       \
		enum { v = i };                                                                              \
		__VA_ARGS__                                                                                  \
	}
#define FOUR(i, k, ...)                                                                                      \
	AT(i, k, __VA_ARGS__) AT(i + 1, k, __VA_ARGS__) AT(i + 2, k, __VA_ARGS__) AT(i + 3, k, __VA_ARGS__)
#if VECTORS == 8
#define EACH(k, ...)                                                                                         \
	{                                                                                                    \
		FOUR(0, k, __VA_ARGS__) FOUR(4, k, __VA_ARGS__)                                              \
	}
#else
#define EACH(k, ...)                                                                                         \
	{                                                                                                    \
		FOUR(0, k, __VA_ARGS__)                                                                      \
	}
#endif
#define INLINE TARGET __attribute__((always_inline)) static inline
/* Not zeroed: thousands of bytes that are all written before they are read. */
#if defined(__has_attribute) && __has_attribute(uninitialized)
#define UNSET __attribute__((uninitialized))
#else
#define UNSET
#endif

/* The next two round keys of each lane's AES-256 from the last two. g: SubWord by the last round of AES on equal columns. */
INLINE vec next_key(vec k, vec g)
{
	k = V_XOR(k, V_SHIFT(k, 4));
	return V_XOR(V_XOR(k, V_SHIFT(k, 8)), g);
}

INLINE void expand(vec a, vec b, vec rk[15])
{
	const vec rot = V_SET32(0x0c0f0e0d), same = V_SET32(0x0f0e0d0c), zero = V_SET32(0);

	rk[0] = a;
	rk[1] = b;
	UNROLL for (int i = 0; i < 7; i++)
	{
		a = next_key(a, V_ENCLAST(V_SHUFFLE(b, rot), V_SET32(1 << i)));
		rk[2 * i + 2] = a;
		if (i == 6)
			break;
		b = next_key(b, V_ENCLAST(V_SHUFFLE(a, same), zero));
		rk[2 * i + 3] = b;
	}
}

/* Round keys for decryption: backwards, with the columns unmixed. */
INLINE void invert(vec rk[15])
{
	const vec zero = V_SET32(0);
	vec t;

	UNROLL for (int i = 0; i < 7; i++)
	{
		t = rk[i];
		rk[i] = rk[14 - i];
		rk[14 - i] = t;
	}
	UNROLL for (int i = 1; i < 14; i++) rk[i] = V_DEC(V_ENCLAST(rk[i], zero), zero);
}

/*
 * Of each lane: round keys, what is mixed into the next block before the cipher (`a`: the last ciphertext when encrypting) and
 * after it (`b`: the last plaintext), and where it reads and writes.
 */
struct lanes {
	vec rk[15][VECTORS];
	vec a[VECTORS], b[VECTORS];
	const uint8_t *in[LANES];
	uint8_t *out[LANES];
};

/* One block of each lane of the first k vectors: x in, a out. */
INLINE void step(const struct lanes *s, int k, vec *a, vec *b, const vec (*x)[V_BLOCKS], int t, bool decrypt)
{
	vec y[VECTORS] UNSET;

	EACH(k, y[v] = V_XOR(a[v], V_XOR(x[v][t], s->rk[0][v]));)
	for (int r = 1; r < 14; r++)
		EACH(k, y[v] = decrypt ? V_DEC(y[v], s->rk[r][v]) : V_ENC(y[v], s->rk[r][v]);)
	/* The last round's key is mixed in as the last thing: so is b, with it. */
	EACH(k, b[v] = V_XOR(b[v], s->rk[14][v]);
	     a[v] = decrypt ? V_DECLAST(y[v], b[v]) : V_ENCLAST(y[v], b[v]); b[v] = x[v][t];)
}

/* The next n bytes of the first k vectors. */
INLINE void blocks(struct lanes *s, int k, size_t n, bool decrypt)
{
	vec a[VECTORS] UNSET, b[VECTORS] UNSET, x[VECTORS][V_BLOCKS] UNSET, y[VECTORS][V_BLOCKS] UNSET;
	size_t i = 0;

	EACH(k, a[v] = s->a[v]; b[v] = s->b[v];)
	/* As many blocks of each lane as a vector holds, and turned: whole lines are read and written, once. */
	for (; n - i >= 16 * V_BLOCKS; i += 16 * V_BLOCKS) {
		EACH(k,
		     UNROLL for (int t = 0; t < V_BLOCKS; t++) x[v][t] = V_LOAD(s->in[v * V_BLOCKS + t] + i);
		     V_TURN(x[v]);)
		UNROLL for (int t = 0; t < V_BLOCKS; t++)
		{
			step(s, k, a, b, x, t, decrypt);
			EACH(k, y[v][t] = a[v];)
		}
		EACH(k, V_TURN(y[v]); UNROLL for (int t = 0; t < V_BLOCKS; t++)
		             V_STORE(s->out[v * V_BLOCKS + t] + i, y[v][t]);)
	}
	for (; i < n; i += 16) {
		EACH(k, x[v][0] = V_GATHER(s->in + v * V_BLOCKS, i);)
		step(s, k, a, b, x, 0, decrypt);
		EACH(k, V_SCATTER(a[v], s->out + v * V_BLOCKS, i);)
	}
	EACH(k, s->a[v] = a[v]; s->b[v] = b[v];)
}

#define BLOCKS_OF(k)                                                                                         \
	TARGET __attribute__((noinline)) static void encrypt_##k(struct lanes *s, size_t n)                  \
	{                                                                                                    \
		blocks(s, k, n, false);                                                                      \
	}                                                                                                    \
	TARGET __attribute__((noinline)) static void decrypt_##k(struct lanes *s, size_t n)                  \
	{                                                                                                    \
		blocks(s, k, n, true);                                                                       \
	}
BLOCKS_OF(1)
BLOCKS_OF(2)
BLOCKS_OF(3)
BLOCKS_OF(4)
#if VECTORS == 8
BLOCKS_OF(5)
BLOCKS_OF(6)
BLOCKS_OF(7)
BLOCKS_OF(8)
#endif

static void (*const kernels[2][VECTORS])(struct lanes *s, size_t n) = {
#if VECTORS == 8
	{encrypt_1, encrypt_2, encrypt_3, encrypt_4, encrypt_5, encrypt_6, encrypt_7, encrypt_8},
	{decrypt_1, decrypt_2, decrypt_3, decrypt_4, decrypt_5, decrypt_6, decrypt_7, decrypt_8},
#else
	{encrypt_1, encrypt_2, encrypt_3, encrypt_4},
	{decrypt_1, decrypt_2, decrypt_3, decrypt_4},
#endif
};

/* Keys and vectors of V_BLOCKS jobs; of fewer than that, the last stands in for the missing. */
INLINE void load(struct lanes *s, int v, const struct aes_ige_job *const *jobs, size_t n, bool decrypt)
{
	const uint8_t *key[V_BLOCKS] UNSET, *iv[V_BLOCKS] UNSET;
	vec rk[15] UNSET;

	for (size_t l = 0; l < V_BLOCKS; l++) {
		const struct aes_ige_job *j = jobs[l < n ? l : n - 1];

		key[l] = j->key;
		iv[l] = j->iv;
		s->in[v * V_BLOCKS + (int)l] = j->in;
		s->out[v * V_BLOCKS + (int)l] = j->out;
	}
	expand(V_GATHER(key, 0), V_GATHER(key, 16), rk);
	if (decrypt)
		invert(rk);
	UNROLL for (int r = 0; r < 15; r++) s->rk[r][v] = rk[r];
	s->a[v] = V_GATHER(iv, decrypt ? 16 : 0);
	s->b[v] = V_GATHER(iv, decrypt ? 0 : 16);
}

/* As the shorter chains end, fewer lanes go on; those of a vector that are over read and write the scratch. */
TARGET static void ige(const struct aes_ige_job *const *jobs, size_t n, bool decrypt)
{
	struct lanes s UNSET;
	uint8_t scratch[SCRATCH] UNSET;
	size_t done = 0, len, k;

	if (V_BLOCKS > 1 && n == 1) { /* one chain alone needs no vector */
		aes_ni.ige(jobs, n, decrypt);
		return;
	}
	for (size_t i = 0; i < n; i += V_BLOCKS)
		load(&s, (int)(i / V_BLOCKS), jobs + i, n - i, decrypt);
	for (;;) {
		while (n && jobs[n - 1]->n == done)
			n--;
		if (!n)
			break;
		k = (n + V_BLOCKS - 1) / V_BLOCKS;
		len = jobs[n - 1]->n - done;
		if (k * V_BLOCKS > n && len > SCRATCH)
			len = SCRATCH;
		for (size_t l = n; l < k * V_BLOCKS; l++)
			s.in[l] = s.out[l] = scratch;
		kernels[decrypt][k - 1](&s, len);
		for (size_t l = 0; l < n; l++) {
			s.in[l] += len;
			s.out[l] += len;
		}
		done += len;
	}
}

static uint64_t be64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return be64toh(v);
}

static void put_be64(uint8_t *p, uint64_t v)
{
	v = htobe64(v);
	memcpy(p, &v, 8);
}

/* A counter's lower half is about to overflow: once in 2^64 blocks, or where a peer wants it to. */
static void counters_slow(uint64_t hi, uint64_t lo, uint8_t *p)
{
	for (unsigned i = 0; i < LANES; i++) {
		put_be64(p + 16 * i, hi + (lo + i < lo));
		put_be64(p + 16 * i + 8, lo + i);
	}
}

/* The last n bytes, less than a vector of them, against their stream. */
TARGET static void xor_tail(vec stream, uint8_t *p, size_t n, uint8_t rest[16])
{
	/* Behind the end lie zeroes: what the stream makes of them is the stream. */
	uint8_t pad[16 * V_BLOCKS] = {0};

	memcpy(pad, p, n);
	V_STORE(pad, V_XOR(stream, V_LOAD(pad)));
	memcpy(p, pad, n);
	if (n % 16)
		memcpy(rest, pad + (n & ~(size_t)15), 16);
}

/* The vector of the stream that begins at `at`, where n bytes are left altogether. */
INLINE void xor_vector(vec stream, uint8_t *p, size_t n, size_t at, uint8_t rest[16])
{
	if (at + 16 * V_BLOCKS <= n)
		V_STORE(p + at, V_XOR(stream, V_LOAD(p + at)));
	else if (at < n)
		xor_tail(stream, p + at, n - at, rest);
}

TARGET static void ctr(const uint8_t key[32], uint8_t counter[16], uint8_t *p, size_t n, uint8_t rest[16])
{
	const vec swap = V_SWAP();
	uint64_t hi = be64(counter), lo = be64(counter + 8);
	uint8_t slow[16 * LANES] UNSET;
	vec rk[15] UNSET, y[VECTORS] UNSET;
	size_t k, used;

	expand(V_ONE(key), V_ONE(key + 16), rk);
	for (; n; n -= k) {
		k = n < 16 * LANES ? n : 16 * LANES;
		used = (k + 15) / 16;
		if (lo > UINT64_MAX - LANES) {
			counters_slow(hi, lo, slow);
			EACH(VECTORS, y[v] = V_LOAD(slow + 16 * V_BLOCKS * v);)
		} else {
			EACH(VECTORS, y[v] = V_SHUFFLE(V_COUNT(hi, lo + (uint64_t)(v * V_BLOCKS)), swap);)
		}
		EACH(VECTORS, y[v] = V_XOR(y[v], rk[0]);)
		UNROLL for (int r = 1; r < 14; r++)
		{
			EACH(VECTORS, y[v] = V_ENC(y[v], rk[r]);)
		}
		EACH(VECTORS, y[v] = V_ENCLAST(y[v], rk[14]);
		     xor_vector(y[v], p, k, 16 * V_BLOCKS * v, rest);)
		p += k;
		hi += lo + used < lo;
		lo += used;
	}
	put_be64(counter, hi);
	put_be64(counter + 8, lo);
}
