/* arena.c - a chain of blocks, newest first; a big request gets a block of its own. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define BLOCK_MIN 4096u
#define BLOCK_MAX 65536u

struct arena_block {
	struct arena_block *next;
	size_t cap, used;
	_Alignas(16) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){.limit = limit};
}

void arena_fini(struct arena *a)
{
	struct arena_block *b = a->head, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	a->head = NULL;
	a->used = 0;
}

/* Not zeroed. */
static void *take(struct arena *a, size_t n)
{
	struct arena_block *b = a->head;
	size_t want = (n + 7) & ~(size_t)7, cap;
	void *p;

	if (!b || b->cap - b->used < want) {
		cap = b ? b->cap * 2 : BLOCK_MIN;
		if (cap > BLOCK_MAX)
			cap = BLOCK_MAX;
		if (cap < want)
			cap = want;
		b = xmalloc(sizeof(*b) + cap);
		b->cap = cap;
		b->used = 0;
		b->next = a->head;
		a->head = b;
	}
	p = b->bytes + b->used;
	b->used += want;
	a->used += want;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n), 0, n);
}

void *arena_try(struct arena *a, size_t n)
{
	if (a->limit && (n > a->limit || a->used > a->limit - n))
		return NULL;
	return arena_alloc(a, n);
}

struct slice arena_slice(struct arena *a, struct slice s)
{
	uint8_t *p;

	if (!s.p)
		return s;
	p = take(a, (size_t)s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	return (struct slice){p, s.n};
}

struct slice arena_str(struct arena *a, const char *s)
{
	return arena_slice(a, slice_str(s));
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return slice_of(p, (size_t)n);
}
