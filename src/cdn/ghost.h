/*
 * ghost.h - who left the small queue lately: a table of 4 bytes a place, fingerprint and time, that forgets by itself. It may remember one
 * that it never had (once in a hundred thousand), or forget one too early when its row is full.
 * Threads: the writer of its fifo.
 */
#ifndef CDN_GHOST_H
#define CDN_GHOST_H

#include <stdbool.h>
#include <stdint.h>

struct cdn_ghost {
	uint32_t *place; /* 0: nobody */
	uint32_t rows;
	uint32_t life; /* so many are remembered */
	uint64_t added;
};

void cdn_ghost_init(struct cdn_ghost *g, uint32_t life);
void cdn_ghost_fini(struct cdn_ghost *g);
void cdn_ghost_clear(struct cdn_ghost *g);
void cdn_ghost_add(struct cdn_ghost *g, uint64_t hash);
/* Was it added, and not so long ago? It is forgotten then. */
bool cdn_ghost_take(struct cdn_ghost *g, uint64_t hash);
uint64_t cdn_ghost_bytes(const struct cdn_ghost *g);

#endif
