/* ghost.c - see ghost.h. A place: 20 bits of fingerprint, 12 of time in steps of a thousandth of a life, never 0. */
#include "cdn/ghost.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROW = 8, STEPS = 1000, TIME_MASK = 0xfff };

void cdn_ghost_init(struct cdn_ghost *g, uint32_t life)
{
	*g = (struct cdn_ghost){.life = life, .rows = life / ROW ? life / ROW : 1};
	g->place = xcalloc((size_t)g->rows * ROW, sizeof(*g->place));
}

void cdn_ghost_fini(struct cdn_ghost *g)
{
	free(g->place);
	g->place = NULL;
}

void cdn_ghost_clear(struct cdn_ghost *g)
{
	memset(g->place, 0, (size_t)g->rows * ROW * sizeof(*g->place));
	g->added = 0;
}

static uint32_t *row_of(const struct cdn_ghost *g, uint64_t hash)
{
	return g->place + (size_t)(((hash & UINT32_MAX) * g->rows) >> 32) * ROW;
}

static uint32_t print_of(uint64_t hash)
{
	uint32_t p = (uint32_t)(hash >> 44);

	return (p ? p : 1) << 12;
}

static uint32_t time_of(const struct cdn_ghost *g)
{
	return (uint32_t)(g->added * STEPS / (g->life ? g->life : 1)) & TIME_MASK;
}

static uint32_t age(uint32_t now, uint32_t place)
{
	return (now - place) & TIME_MASK;
}

void cdn_ghost_add(struct cdn_ghost *g, uint64_t hash)
{
	uint32_t *row = row_of(g, hash), now = time_of(g), *oldest = row;

	g->added++;
	for (int i = 0; i < ROW; i++) {
		if (!row[i]) {
			oldest = &row[i];
			break;
		}
		if (age(now, row[i]) > age(now, *oldest))
			oldest = &row[i];
	}
	*oldest = print_of(hash) | now;
}

bool cdn_ghost_take(struct cdn_ghost *g, uint64_t hash)
{
	uint32_t *row = row_of(g, hash), now = time_of(g);

	for (int i = 0; i < ROW; i++)
		if ((row[i] & ~(uint32_t)TIME_MASK) == print_of(hash)) {
			bool young = age(now, row[i]) <= STEPS;

			row[i] = 0;
			return young;
		}
	return false;
}

uint64_t cdn_ghost_bytes(const struct cdn_ghost *g)
{
	return (uint64_t)g->rows * ROW * sizeof(*g->place);
}
