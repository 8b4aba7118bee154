/*
 * crypto.c - what a file costs in bare cryptography, in the pieces in which it is sent: SHA-256 of each, IGE of several side by side,
 * CTR over each, in processor time; and, as a CDN node does it, with its chunks opened before. The file lies in memory, larger than the caches; the pieces are made in buffers that are used again.
 */
#include <stdlib.h>
#include <string.h>

#include "benches/limits/limits.h"
#include "cdn/wrap.h"
#include "crypto/aes.h"
#include "crypto/hash.h"

enum { PIECE = 131072 + 80, PIECES_MOST = 16, FILE_SIZE = 100 << 20, APART = 4096 + 320 };

struct pipeline {
	uint8_t *file, *out[PIECES_MOST], secret[32];
	struct aes_ige_job job[PIECES_MOST];
	struct aes_ctr ctr[PIECES_MOST];
	size_t at;
};

static void seal(struct pipeline *p, unsigned n)
{
	uint8_t sum[32];

	for (unsigned i = 0; i < n; i++) {
		if (p->at + PIECE > FILE_SIZE)
			p->at = 0;
		sha256_2(p->secret, sizeof(p->secret), p->file + p->at, PIECE, sum);
		p->job[i].in = p->file + p->at;
		p->job[i].out = p->out[i];
		p->job[i].n = PIECE;
		memcpy(p->job[i].key, sum, sizeof(sum));
		memcpy(p->job[i].iv, sum, sizeof(sum));
		p->at += PIECE;
	}
	aes_ige_batch(p->job, n);
	for (unsigned i = 0; i < n; i++)
		aes_ctr_apply(&p->ctr[i], p->out[i], PIECE);
}

static void open_(struct pipeline *p, unsigned n)
{
	uint8_t sum[32];

	for (unsigned i = 0; i < n; i++) {
		if (p->at + PIECE > FILE_SIZE)
			p->at = 0;
		memcpy(p->out[i], p->file + p->at, PIECE);
		aes_ctr_apply(&p->ctr[i], p->out[i], PIECE);
		p->job[i].in = p->job[i].out = p->out[i];
		p->job[i].n = PIECE;
		p->job[i].decrypt = true;
		p->at += PIECE;
	}
	aes_ige_batch(p->job, n);
	for (unsigned i = 0; i < n; i++)
		sha256_2(p->secret, sizeof(p->secret), p->out[i], PIECE, sum);
}

/* A node's chunks come out of its cache first (cdn/wrap.h), to where they are sealed from. */
static void serve(struct pipeline *p, unsigned n)
{
	enum { SLOTS = 400 };
	static const struct cdn_wrapped w = {.size = CDN_CHUNK};
	static uint8_t *slots;
	static unsigned next;

	for (unsigned i = 0; i < SLOTS && (!slots || i); i++) {
		slots = i ? slots : malloc((size_t)SLOTS * CDN_SLOT);
		cdn_wrap_seal(p->secret, i, &w, p->file, slots + (size_t)i * CDN_SLOT);
	}
	if (p->at + (size_t)n * PIECE > FILE_SIZE)
		p->at = 0;
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *slot = slots + (size_t)(next++ % SLOTS) * CDN_SLOT;

		if (cdn_wrap_open(p->secret, &w, slot, slot + CDN_SLOT_HEAD, 0, CDN_CHUNK,
		                  p->file + p->at + (size_t)i * PIECE) < 0)
			abort();
	}
	seal(p, n);
}

static double rate(struct pipeline *p, void (*f)(struct pipeline *p, unsigned n), unsigned n, double seconds)
{
	double from = limit_now(), cpu = limit_cpu(), bytes = 0;

	do {
		f(p, n);
		bytes += (double)n * PIECE;
	} while (limit_now() - from < seconds);
	return bytes / 1e6 / (limit_cpu() - cpu);
}

int limit_crypto(int seconds)
{
	static const unsigned together[] = {1, 4, 8, PIECES_MOST};
	struct pipeline *p = calloc(1, sizeof(*p));
	double best_seal = 0, best_open = 0, best_serve = 0, r;

	p->file = malloc(FILE_SIZE);
	for (size_t i = 0; i + 8 <= FILE_SIZE; i += 8) {
		uint64_t v = limit_random();

		memcpy(p->file + i, &v, 8);
	}
	for (unsigned i = 0; i < PIECES_MOST; i++)
		p->out[i] = malloc(PIECE + APART * (i + 1)); /* not all at the same places of the cache */
	for (unsigned i = 0; i < 4; i++) {
		r = rate(p, seal, together[i], seconds / 8.0);
		if (r > best_seal)
			best_seal = r;
		r = rate(p, open_, together[i], seconds / 8.0);
		if (r > best_open)
			best_open = r;
		r = rate(p, serve, together[i], seconds / 8.0);
		if (r > best_serve)
			best_serve = r;
	}
	limit_tell("bare_seal", best_seal, "MB/s_of_cpu");
	limit_tell("bare_open", best_open, "MB/s_of_cpu");
	limit_tell("bare_serve", best_serve, "MB/s_of_cpu");
	for (unsigned i = 0; i < PIECES_MOST; i++)
		free(p->out[i]);
	free(p->file);
	free(p);
	return 0;
}
