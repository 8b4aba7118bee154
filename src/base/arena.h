/*
 * arena.h - memory that is freed all at once: everything one call decodes, builds and answers.
 * Not for anything that outlives the call; nothing in it is freed singly; no destructors run.
 * Threads: an arena belongs to whoever holds it now; it has no lock.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/slice.h"

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used;  /* bytes handed out */
	size_t limit; /* for arena_try; 0: none */
};

/* `limit` bounds arena_try only (hostile input); 0 means no bound. Nothing is allocated yet. */
void arena_init(struct arena *a, size_t limit);
/* Frees every block; the arena is empty and usable again. */
void arena_fini(struct arena *a);
/* Zeroed, 8-aligned. Never NULL. For sizes bounded by our own limits. */
void *arena_alloc(struct arena *a, size_t n);
/* The same, but NULL once `limit` would be passed. For sizes that a stranger chooses. */
void *arena_try(struct arena *a, size_t n);
/* Copies; a trailing zero byte follows the copy, so that .p is a C string if it holds no zero. */
struct slice arena_slice(struct arena *a, struct slice s);
struct slice arena_str(struct arena *a, const char *s);
struct slice arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

#endif
