/* slices.c - see slices.h. */
#include "benches/slices.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

void bench_slices_init(struct bench_slices *s, usec_t from, usec_t length, unsigned n)
{
	*s = (struct bench_slices){.from = from, .length = length, .v = xcalloc(n, sizeof(*s->v)), .n = n};
}

void bench_slice_time(struct bench_slices *s, usec_t due, usec_t usec)
{
	if (due >= s->from && due < s->from + s->length * s->n)
		bench_time(&s->v[(due - s->from) / s->length], usec);
}

static void tell(const char *name, const char *which, double value, const char *unit)
{
	char full[64];

	snprintf(full, sizeof(full), "%s_%s", name, which);
	bench_tell(full, value, unit);
}

void bench_tell_slices(const char *name, struct bench_slices *s, usec_t wanted)
{
	struct bench_times p99 = {0};
	size_t least = SIZE_MAX;
	unsigned within = 0;
	double ms;

	for (unsigned i = 0; i < s->n; i++) {
		ms = bench_times_share(&s->v[i], 0.99);
		bench_time(&p99, (usec_t)(ms * 1000));
		within += ms * 1000 <= (double)wanted;
		if (s->v[i].n < least)
			least = s->v[i].n;
	}
	tell(name, "slices", s->n, "slices");
	tell(name, "within", within, "slices");
	tell(name, "least", (double)least, "times");
	tell(name, "p99_best", bench_times_share(&p99, 0), "ms");
	tell(name, "p99_median", bench_times_share(&p99, 0.5), "ms");
	tell(name, "p99_worst", bench_times_share(&p99, 1), "ms");
	bench_times_fini(&p99);
}

void bench_slices_fini(struct bench_slices *s)
{
	for (unsigned i = 0; i < s->n; i++)
		bench_times_fini(&s->v[i]);
	free(s->v);
	*s = (struct bench_slices){0};
}
