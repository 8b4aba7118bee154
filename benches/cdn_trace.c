/*
 * cdn_trace.c - how often a node's cache has not what is asked for: the index of a cache (cdn/fifo.h) and a plain LRU of as many slots,
 * side by side on one made-up trace. Of the requests 70 % go to a million objects by Zipf's law with exponent 0.9, and 30 % to objects that
 * are asked for once; the top drifts: every so often some popular object changes place with any other. The same numbers at every run.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cdn/fifo.h"

enum { OBJECTS = 1000000, ONCE_PERCENT = 30, TOP = 1000, DRIFT_EVERY = 1000 };

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t draw(void)
{
	state ^= state << 13; /* xorshift64 */
	state ^= state >> 7;
	return state ^= state << 17;
}

static double unit(void)
{
	return (double)(draw() >> 11) * 0x1p-53;
}

struct trace {
	double *cumulated;
	uint32_t *object; /* by rank */
	uint32_t next_once;
	uint64_t asked;
};

static void trace_init(struct trace *t)
{
	double sum = 0;

	*t = (struct trace){.next_once = OBJECTS};
	t->cumulated = xcalloc(OBJECTS, sizeof(*t->cumulated));
	t->object = xcalloc(OBJECTS, sizeof(*t->object));
	for (uint32_t i = 0; i < OBJECTS; i++) {
		t->cumulated[i] = sum += pow(i + 1, -0.9);
		t->object[i] = i;
	}
	for (uint32_t i = 0; i < OBJECTS; i++)
		t->cumulated[i] /= sum;
}

static void drift(struct trace *t)
{
	uint32_t a = (uint32_t)(draw() % TOP), b = (uint32_t)(draw() % OBJECTS), had = t->object[a];

	t->object[a] = t->object[b];
	t->object[b] = had;
}

static uint32_t trace_next(struct trace *t)
{
	uint32_t low = 0, high = OBJECTS - 1;
	double x;

	if (++t->asked % DRIFT_EVERY == 0)
		drift(t);
	if (draw() % 100 < ONCE_PERCENT)
		return t->next_once++;
	for (x = unit(); low < high;) {
		uint32_t mid = (low + high) / 2;

		if (t->cumulated[mid] < x)
			low = mid + 1;
		else
			high = mid;
	}
	return t->object[low];
}

/* LRU: a list by numbers, and where each object's place is. */
struct lru {
	uint32_t *place, *object, *older, *younger, used, slots, oldest, youngest;
};
#define NONE UINT32_MAX

static void lru_init(struct lru *l, uint32_t slots, uint32_t objects)
{
	*l = (struct lru){.slots = slots, .oldest = NONE, .youngest = NONE};
	l->place = xmalloc(objects * sizeof(uint32_t));
	l->object = xcalloc(slots, sizeof(uint32_t));
	l->older = xcalloc(slots, sizeof(uint32_t));
	l->younger = xcalloc(slots, sizeof(uint32_t));
	for (uint32_t i = 0; i < objects; i++)
		l->place[i] = NONE;
}

static void lru_fini(struct lru *l)
{
	free(l->place);
	free(l->object);
	free(l->older);
	free(l->younger);
}

static void lru_take(struct lru *l, uint32_t p)
{
	if (l->older[p] != NONE)
		l->younger[l->older[p]] = l->younger[p];
	else
		l->oldest = l->younger[p];
	if (l->younger[p] != NONE)
		l->older[l->younger[p]] = l->older[p];
	else
		l->youngest = l->older[p];
}

static void lru_put(struct lru *l, uint32_t p)
{
	l->older[p] = l->youngest;
	l->younger[p] = NONE;
	if (l->youngest != NONE)
		l->younger[l->youngest] = p;
	else
		l->oldest = p;
	l->youngest = p;
}

static bool lru_ask(struct lru *l, uint32_t object)
{
	uint32_t p = l->place[object];
	bool hit = p != NONE;

	if (hit || l->used == l->slots) {
		p = hit ? p : l->oldest;
		lru_take(l, p);
	} else {
		p = l->used++;
	}
	if (!hit) {
		if (l->place[l->object[p]] == p)
			l->place[l->object[p]] = NONE;
		l->object[p] = object;
		l->place[object] = p;
	}
	lru_put(l, p);
	return hit;
}

static bool fifo_ask(struct cdn_fifo *f, uint32_t object)
{
	struct cdn_key k = {.object = (object + 1) * 0x9e3779b97f4a7c15u}, other;
	uint32_t slot, size;

	if (cdn_fifo_hold(f, k, true, &size) != CDN_NO_SLOT) {
		cdn_fifo_release(f, k);
		return true;
	}
	if (cdn_fifo_next(f, &slot, &other, &size))
		cdn_fifo_drop(f, slot);
	cdn_fifo_add(f, slot, k, 1);
	return false;
}

static void measure(uint32_t slots, uint32_t requests)
{
	struct cdn_fifo *f = cdn_fifo_new(slots);
	uint32_t fifo_misses = 0, lru_misses = 0;
	struct trace t;
	struct lru l;

	state = 0x9e3779b97f4a7c15u;
	trace_init(&t);
	lru_init(&l, slots, OBJECTS + requests);
	for (uint32_t i = 0; i < requests; i++) {
		uint32_t object = trace_next(&t);
		bool fifo = fifo_ask(f, object), lru = lru_ask(&l, object);

		if (i >= requests / 5) { /* full by then */
			fifo_misses += !fifo;
			lru_misses += !lru;
		}
	}
	printf("miss_%u %.4f share\nmiss_lru_%u %.4f share\nindex_%u %.3f bytes\n", slots,
	       fifo_misses / (requests * 0.8), slots, lru_misses / (requests * 0.8), slots,
	       (double)cdn_fifo_bytes(f) / slots);
	free(t.cumulated);
	free(t.object);
	lru_fini(&l);
	cdn_fifo_free(f);
}

/* bench-cdn-trace REQUESTS SLOTS... */
int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: bench-cdn-trace REQUESTS SLOTS...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		measure((uint32_t)atoi(argv[i]), (uint32_t)atoi(argv[1]));
	return 0;
}
