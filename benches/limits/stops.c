/*
 * stops.c - how often and for how long a process that only looks at the clock does not run. Alone on its core, it is the host of a virtual
 * machine that stops it, which no counter of this machine tells; what others here took of the core is told besides.
 */
#include <stdio.h>
#include <stdlib.h>

#include "benches/limits/limits.h"

#define STOP 0.001 /* seconds; an interrupt is far below, a turn of somebody else's far above */

/* Milliseconds that we stood in the queue for a core. */
static double waited(void)
{
	unsigned long long ns = 0;
	FILE *f = fopen("/proc/self/schedstat", "r");

	if (f && fscanf(f, "%*u %llu", &ns) != 1)
		ns = 0;
	if (f)
		fclose(f);
	return (double)ns / 1e6;
}

int limit_stops(int seconds, int slice_ms)
{
	int n = seconds * 1000 / slice_ms, stops = 0, slices = 0, seen = -1;
	double from, now, last, lost = 0, longest = 0, others = waited();

	for (from = last = limit_now(); last - from < seconds; last = now) {
		now = limit_now();
		if (now - last < STOP)
			continue;
		stops++;
		lost += now - last;
		longest = now - last > longest ? now - last : longest;
		for (int i = (int)((last - from) * 1000 / slice_ms);
		     i <= (int)((now - from) * 1000 / slice_ms) && i < n; i++) {
			slices += i > seen;
			seen = i > seen ? i : seen;
		}
	}
	limit_tell("stops", stops, "times");
	limit_tell("stops_slices", n, "slices");
	limit_tell("stops_in", slices, "slices");
	limit_tell("stops_longest", longest * 1000, "ms");
	limit_tell("stops_lost", lost * 1000 / seconds, "ms/s");
	limit_tell("stops_others", (waited() - others) / seconds, "ms/s");
	return 0;
}
