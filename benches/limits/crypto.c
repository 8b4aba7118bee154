/*
 * crypto.c - what a file costs in bare cryptography, in the pieces in which it is sent: SHA-256 and IGE of several side by side, CTR
 * over each, in processor time; the same with SHA-256 of one piece after the other, which is OpenSSL's; and, as a CDN node does it,
 * with its chunks opened before. The file lies in memory, larger than the caches; the pieces are made in buffers that are used again.
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
	struct sha256_job sum[PIECES_MOST];
	uint8_t hash[PIECES_MOST][32];
	bool one_by_one; /* SHA-256 */
	struct aes_ctr ctr[PIECES_MOST];
	size_t at;
};

static void hash(struct pipeline *p, unsigned n)
{
	for (unsigned i = 0; i < n && p->one_by_one; i++)
		sha256_2(p->sum[i].a, p->sum[i].an, p->sum[i].b, p->sum[i].bn, p->sum[i].out);
	if (!p->one_by_one)
		sha256_batch(p->sum, n);
}

static void will_hash(struct pipeline *p, unsigned i, const uint8_t *piece)
{
	p->sum[i] = (struct sha256_job){p->secret, piece, sizeof(p->secret), PIECE, p->hash[i]};
}

static void seal(struct pipeline *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (p->at + PIECE > FILE_SIZE)
			p->at = 0;
		will_hash(p, i, p->file + p->at);
		p->job[i].in = p->file + p->at;
		p->job[i].out = p->out[i];
		p->job[i].n = PIECE;
		p->job[i].decrypt = false;
		p->at += PIECE;
	}
	hash(p, n);
	for (unsigned i = 0; i < n; i++) {
		memcpy(p->job[i].key, p->hash[i], sizeof(p->hash[i]));
		memcpy(p->job[i].iv, p->hash[i], sizeof(p->hash[i]));
	}
	aes_ige_batch(p->job, n);
	for (unsigned i = 0; i < n; i++)
		aes_ctr_apply(&p->ctr[i], p->out[i], PIECE);
}

static void open_(struct pipeline *p, unsigned n)
{
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
		will_hash(p, i, p->out[i]);
	hash(p, n);
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

int limit_crypto(int seconds, const char *name)
{
	static const unsigned together[] = {1, 4, 8, PIECES_MOST};
	static const struct {
		const char *name;
		void (*f)(struct pipeline *p, unsigned n);
		bool one_by_one;
	} each[] = {{"bare_seal", seal, false},
	            {"bare_seal_sha_alone", seal, true},
	            {"bare_open", open_, false},
	            {"bare_serve", serve, false}};
	enum { KINDS = sizeof(each) / sizeof(each[0]) };
	struct pipeline *p = calloc(1, sizeof(*p));
	int found = 2; /* wrong usage: there is no such kind */

	p->file = malloc(FILE_SIZE);
	for (size_t i = 0; i + 8 <= FILE_SIZE; i += 8) {
		uint64_t v = limit_random();

		memcpy(p->file + i, &v, 8);
	}
	for (unsigned i = 0; i < PIECES_MOST; i++)
		p->out[i] = malloc(PIECE + APART * (i + 1)); /* not all at the same places of the cache */
	for (unsigned k = 0; k < KINDS; k++) {
		double best = 0, r;

		if (name && strcmp(name, each[k].name) != 0)
			continue;
		p->one_by_one = each[k].one_by_one;
		for (unsigned i = 0; i < 4; i++) {
			r = rate(p, each[k].f, together[i], seconds / 4.0 / (name ? 1 : KINDS));
			if (r > best)
				best = r;
		}
		limit_tell(each[k].name, best, "MB/s_of_cpu");
		found = 0;
	}
	for (unsigned i = 0; i < PIECES_MOST; i++)
		free(p->out[i]);
	free(p->file);
	free(p);
	return found;
}
