/*
 * slice.h - a borrowed run of bytes. Owns nothing; lives as long as what it points into.
 * p == NULL means absent (an optional TL string that was not there); an empty, present string has p != NULL.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *p;
	uint32_t n;
};

#define SLICE_LIT(s) ((struct slice){(const uint8_t *)(s), (uint32_t)(sizeof(s) - 1)})

/* Length by strlen; NULL gives the absent slice. */
static inline struct slice slice_str(const char *s)
{
	return (struct slice){(const uint8_t *)s, s ? (uint32_t)strlen(s) : 0};
}

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){p, (uint32_t)n};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#endif
