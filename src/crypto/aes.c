/* aes.c - chooses the engine at run time, cuts batches to what it takes at once, keeps the streams of CTR. */
#include "crypto/aes.h"

#include <stdatomic.h>
#include <string.h>

#include "crypto/aes_engine.h"

enum { SORTED_MAX = 64 }; /* jobs that are put in order at a time */

const struct aes_engine *const aes_engines[] = {
#if defined(__x86_64__)
	&aes_vaes512, &aes_vaes256, &aes_ni,
#endif
	&aes_portable, NULL};

static const struct aes_engine *_Atomic chosen; /* NULL: not asked yet; whoever asks finds the same */

static const struct aes_engine *best(void)
{
	unsigned i = 0;

	while (!aes_engines[i]->works())
		i++;
	return aes_engines[i];
}

const struct aes_engine *aes_engine(void)
{
	const struct aes_engine *e = atomic_load_explicit(&chosen, memory_order_relaxed);

	if (!e) {
		e = best();
		atomic_store_explicit(&chosen, e, memory_order_relaxed);
	}
	return e;
}

void aes_engine_use(const struct aes_engine *e)
{
	atomic_store_explicit(&chosen, e, memory_order_relaxed);
}

/* Encryption in front of decryption, long in front of short: neighbours then keep each other company to the end. */
static bool goes_before(const struct aes_ige_job *a, const struct aes_ige_job *b)
{
	return a->decrypt != b->decrypt ? b->decrypt : a->n > b->n;
}

static void sort(const struct aes_ige_job **j, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct aes_ige_job *x = j[i];
		size_t k = i;

		for (; k && goes_before(x, j[k - 1]); k--)
			j[k] = j[k - 1];
		j[k] = x;
	}
}

static void run(const struct aes_ige_job *jobs, size_t n)
{
	const struct aes_engine *e = aes_engine();
	const struct aes_ige_job *j[SORTED_MAX];
	size_t k;

	for (size_t i = 0; i < n; i++)
		j[i] = &jobs[i];
	sort(j, n);
	for (size_t i = 0; i < n; i += k) {
		for (k = 1; k < e->lanes && i + k < n && j[i + k]->decrypt == j[i]->decrypt; k++)
			;
		e->ige(j + i, k, j[i]->decrypt);
	}
}

void aes_ige_batch(const struct aes_ige_job *jobs, size_t n)
{
	if (n == 1) {
		aes_engine()->ige(&jobs, 1, jobs->decrypt);
		return;
	}
	for (size_t k; n; jobs += k, n -= k) {
		k = n < SORTED_MAX ? n : SORTED_MAX;
		run(jobs, k);
	}
}

static void one(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n,
                bool decrypt)
{
	struct aes_ige_job j = {.in = in, .out = out, .n = n, .decrypt = decrypt};

	memcpy(j.key, key, 32);
	memcpy(j.iv, iv, 32);
	aes_ige_batch(&j, 1);
}

void aes_ige_encrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n)
{
	one(key, iv, in, out, n, false);
}

void aes_ige_decrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in, uint8_t *out, size_t n)
{
	one(key, iv, in, out, n, true);
}

void aes_ctr_init(struct aes_ctr *c, const uint8_t key[32], const uint8_t iv[16])
{
	memcpy(c->key, key, 32);
	memcpy(c->counter, iv, 16);
	c->used = 16;
}

void aes_ctr_apply(struct aes_ctr *c, uint8_t *p, size_t n)
{
	for (; n && c->used < 16; n--)
		*p++ ^= c->stream[c->used++];
	if (!n)
		return;
	aes_engine()->ctr(c->key, c->counter, p, n, c->stream);
	c->used = n % 16 ? n % 16 : 16;
}
