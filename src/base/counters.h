/*
 * counters.h - numbers for the operator: rows of schema/counters.def, bumped where things happen, read by GET /metrics.
 * One struct a server, made by its role and handed down. Threads: any; relaxed atomics.
 */
#ifndef BASE_COUNTERS_H
#define BASE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

struct counters {
#define COUNTER(name, kind, text) _Atomic int64_t name;
#include "schema/counters.def"
#undef COUNTER
};

/* A struct counters * that may be NULL (tests, tools): then nothing is counted. */
#define COUNT_ADD(c, name, v)                                                                                \
	do {                                                                                                 \
		if (c)                                                                                       \
			atomic_fetch_add_explicit(&(c)->name, (v), memory_order_relaxed);                    \
	} while (0)
#define COUNT(c, name) COUNT_ADD(c, name, 1)

#endif
