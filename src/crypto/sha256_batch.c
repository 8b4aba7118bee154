/* sha256_batch.c - SHA-256 of many messages: two at a time, where the processor gains by it; as one ends the next takes its place. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <endian.h>
#include <stdatomic.h>
#include <string.h>

#include <openssl/sha.h>

#include "crypto/hash.h"
#include "crypto/sha256_pair.h"

enum { BLOCK = 64, LENGTH = 8 };

struct lane {
	const struct sha256_job *job;
	size_t at; /* bytes of the message that were taken into blocks */
	bool last; /* the blocks at hand are its last */
	const uint8_t *p;
	size_t blocks; /* at hand, from p on */
	uint32_t state[8];
	uint8_t edge[2 * BLOCK]; /* where the pieces meet, and the end with its padding */
};

static bool is_paired(void)
{
	static _Atomic signed char known; /* 0: not asked yet; whoever asks finds the same */
	signed char k = atomic_load_explicit(&known, memory_order_relaxed);

	if (!k) {
		k = sha256_pair_works() ? 1 : -1;
		atomic_store_explicit(&known, k, memory_order_relaxed);
	}
	return k > 0;
}

/* n bytes of the message, from `at` on. */
static void copy(const struct sha256_job *j, size_t at, size_t n, uint8_t *out)
{
	size_t k = at < j->an ? j->an - at : 0;

	if (k > n)
		k = n;
	if (k)
		memcpy(out, (const uint8_t *)j->a + at, k);
	if (n > k)
		memcpy(out + k, (const uint8_t *)j->b + (at + k - j->an), n - k);
}

static void take_end(struct lane *l, size_t left)
{
	uint64_t bits = htobe64((uint64_t)(l->job->an + l->job->bn) * 8);
	size_t n = left + 1 + LENGTH <= BLOCK ? BLOCK : 2 * BLOCK;

	copy(l->job, l->at, left, l->edge);
	l->edge[left] = 0x80;
	memset(l->edge + left + 1, 0, n - left - 1 - LENGTH);
	memcpy(l->edge + n - LENGTH, &bits, LENGTH);
	l->p = l->edge;
	l->blocks = n / BLOCK;
	l->last = true;
}

/* The blocks that come next. */
static void take(struct lane *l)
{
	const struct sha256_job *j = l->job;
	size_t left = j->an + j->bn - l->at;

	if (left < BLOCK) {
		take_end(l, left);
		return;
	}
	if (l->at >= j->an) {
		l->p = (const uint8_t *)j->b + (l->at - j->an);
		l->blocks = left / BLOCK;
	} else {
		copy(j, l->at, BLOCK, l->edge);
		l->p = l->edge;
		l->blocks = 1;
	}
	l->at += l->blocks * BLOCK;
}

static void begin(struct lane *l, const struct sha256_job *j)
{
	static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	l->job = j;
	l->at = 0;
	l->last = false;
	memcpy(l->state, initial, sizeof(initial));
	take(l);
}

/* n of its blocks were worked on. False: it is done, and its hash is where it was wanted. */
static bool go_on(struct lane *l, size_t n)
{
	l->p += n * BLOCK;
	l->blocks -= n;
	if (l->blocks)
		return true;
	if (!l->last) {
		take(l);
		return true;
	}
	for (int i = 0; i < 8; i++) {
		uint32_t v = htobe32(l->state[i]);

		memcpy(l->job->out + 4 * i, &v, 4);
	}
	return false;
}

/* Its blocks may lie in its own edge. */
static void move(struct lane *to, const struct lane *from)
{
	*to = *from;
	if (from->p >= from->edge && from->p < from->edge + sizeof(from->edge))
		to->p = to->edge + (from->p - from->edge);
}

/* Nothing is left to go beside it. */
static void finish(struct lane *l)
{
	SHA256_CTX c;
	size_t n;

	do {
		SHA256_Init(&c);
		memcpy(c.h, l->state, sizeof(l->state));
		n = l->blocks;
		SHA256_Update(&c, l->p, n * BLOCK);
		memcpy(l->state, c.h, sizeof(l->state));
	} while (go_on(l, n));
}

static void run(const struct sha256_job *jobs, size_t n)
{
	struct lane lanes[2];
	size_t next = 0, busy = 0, k;

	for (;;) {
		while (busy < 2 && next < n)
			begin(&lanes[busy++], &jobs[next++]);
		if (busy < 2)
			break;
		k = lanes[0].blocks < lanes[1].blocks ? lanes[0].blocks : lanes[1].blocks;
		sha256_pair((uint32_t *const[]){lanes[0].state, lanes[1].state},
		            (const uint8_t *const[]){lanes[0].p, lanes[1].p}, k);
		if (!go_on(&lanes[1], k))
			busy--;
		if (!go_on(&lanes[0], k) && --busy)
			move(&lanes[0], &lanes[1]);
	}
	if (busy)
		finish(&lanes[0]);
}

void sha256_batch(const struct sha256_job *jobs, size_t n)
{
	if (n > 1 && is_paired()) {
		run(jobs, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sha256_2(jobs[i].a, jobs[i].an, jobs[i].b, jobs[i].bn, jobs[i].out);
}
