/*
 * cdn_channel.h - a public channel with files in it, made by the first of some people; all of them join and know the files by their
 * own hashes and references.
 */
#ifndef BENCH_CDN_CHANNEL_H
#define BENCH_CDN_CHANNEL_H

#include "benches/bench.h"

enum { CDN_BENCH_PART = 131072 };

struct cdn_file {
	uint32_t number; /* content.h */
	uint64_t size;
};

struct cdn_seen { /* a file as one person sees it */
	int64_t id, access_hash;
	uint8_t reference[64];
	uint32_t reference_n;
};

struct cdn_channel {
	struct bench_crowd *crowd;
	struct cdn_file *files;
	struct cdn_seen *seen; /* [person][file] */
	unsigned n_files;
	int64_t id, access_hash; /* the first person's */
	char name[32], error[200];
};

/* Files of kib / 2 to kib * 3 / 2 KiB, no two of one size. False: x->error says why. Blocks (client/wait.h). */
bool cdn_channel_make(struct cdn_channel *x, struct bench_crowd *crowd, unsigned n_files, unsigned kib);
void cdn_channel_fini(struct cdn_channel *x);

#endif
