/* mem.h - heap allocation that aborts when memory ends; lengths from outside are checked before they get here. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Never NULL. xcalloc is zeroed and checks n * size. Free with free(). Thread: any. */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);

/*
 * From now on the process keeps what it frees at the end of a heap, up to 8 MiB of each, for buffers that come and go with every turn
 * of a loop: given back, the system takes it page by page and zeroes it again. Once, before there are threads.
 */
void mem_keep_freed(void);

#endif
