/* mem.c - see mem.h. */
#include "base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAP_KEPT (8 << 20)
#define MAPPED    (4 << 20)

static void *checked(void *p, size_t n)
{
	if (!p && n) {
		fprintf(stderr, "out of memory (%zu bytes)\n", n);
		abort();
	}
	return p;
}

void *xmalloc(size_t n)
{
	return checked(malloc(n), n);
}

void *xcalloc(size_t n, size_t size)
{
	return checked(calloc(n, size), n && size);
}

void *xrealloc(void *p, size_t n)
{
	return checked(realloc(p, n), n);
}

char *xstrdup(const char *s)
{
	return checked(strdup(s), 1);
}

void mem_keep_freed(void)
{
#ifdef __GLIBC__
	/* With one of them set, neither follows the largest buffer that was freed any more. */
	mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	mallopt(M_MMAP_THRESHOLD, MAPPED);
#endif
}
