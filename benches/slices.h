/*
 * slices.h - the times of a run in slices of it. A host that stops this machine for 10 ms a few times a second decides the p99 of the
 * whole run, but only that of the slices in which it did so: the median of their p99 is the program's.
 * Threads: one.
 */
#ifndef BENCH_SLICES_H
#define BENCH_SLICES_H

#include "benches/bench.h"

struct bench_slices {
	usec_t from, length;
	struct bench_times *v; /* n of them */
	unsigned n;
};

/* n slices of `length` each, the first one from `from` on. */
void bench_slices_init(struct bench_slices *s, usec_t from, usec_t length, unsigned n);
/* It took so long, and was due then: what is due outside all slices counts in none. */
void bench_slice_time(struct bench_slices *s, usec_t due, usec_t usec);
/*
 * Tells `name`_slices, how many have their p99 `_within` what is wanted, `_least`, the times in the emptiest, and the least, the
 * median and the largest of their p99 as `_p99_best`, `_p99_median` and `_p99_worst`.
 */
void bench_tell_slices(const char *name, struct bench_slices *s, usec_t wanted);
void bench_slices_fini(struct bench_slices *s);

#endif
