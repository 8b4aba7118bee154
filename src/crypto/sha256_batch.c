/* sha256_batch.c - SHA-256 by blocks; and of many messages: two at a time, where the processor gains by it; as one ends the next takes its place. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <endian.h>
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

void sha256_begin(uint32_t state[8])
{
	static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(state, initial, sizeof(initial));
}

void sha256_single(uint32_t state[8], const uint8_t *p, size_t blocks)
{
	SHA256_CTX c;

	SHA256_Init(&c);
	memcpy(c.h, state, sizeof(c.h));
	SHA256_Update(&c, p, blocks * BLOCK);
	memcpy(state, c.h, sizeof(c.h));
}

static void put_state(const uint32_t state[8], uint8_t out[32])
{
	for (int i = 0; i < 8; i++) {
		uint32_t v = htobe32(state[i]);

		memcpy(out + 4 * i, &v, 4);
	}
}

/* The tail of a message of n bytes becomes its last blocks: how many. */
static size_t pad(uint8_t edge[2 * BLOCK], size_t tail, uint64_t n)
{
	uint64_t bits = htobe64(n * 8);
	size_t size = tail + 1 + LENGTH <= BLOCK ? BLOCK : 2 * BLOCK;

	edge[tail] = 0x80;
	memset(edge + tail + 1, 0, size - tail - 1 - LENGTH);
	memcpy(edge + size - LENGTH, &bits, LENGTH);
	return size / BLOCK;
}

void sha256_end(uint32_t state[8], const uint8_t *tail, uint64_t n, uint8_t out[32])
{
	uint8_t edge[2 * BLOCK];

	memcpy(edge, tail, n % BLOCK);
	sha256_single(state, edge, pad(edge, n % BLOCK, n));
	put_state(state, out);
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
	copy(l->job, l->at, left, l->edge);
	l->p = l->edge;
	l->blocks = pad(l->edge, left, l->job->an + l->job->bn);
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
	} else if (j->an - l->at >= BLOCK) {
		l->p = (const uint8_t *)j->a + l->at;
		l->blocks = (j->an - l->at) / BLOCK;
	} else {
		copy(j, l->at, BLOCK, l->edge);
		l->p = l->edge;
		l->blocks = 1;
	}
	l->at += l->blocks * BLOCK;
}

static void begin(struct lane *l, const struct sha256_job *j)
{
	l->job = j;
	l->at = 0;
	l->last = false;
	sha256_begin(l->state);
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
	put_state(l->state, l->job->out);
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
	size_t n;

	do {
		n = l->blocks;
		sha256_single(l->state, l->p, n);
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
	if (n > 1 && sha256_pair_works()) {
		run(jobs, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sha256_2(jobs[i].a, jobs[i].an, jobs[i].b, jobs[i].bn, jobs[i].out);
}
