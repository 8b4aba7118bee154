/* clock.c - see clock.h. The highest wall clock seen is one atomic: a clock that steps back stands still instead. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t highest;
static _Atomic int64_t test_offset, test_offset_usec;

static int64_t system_usec(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

usec_t clock_usec(void)
{
	return system_usec(CLOCK_MONOTONIC) + atomic_load_explicit(&test_offset_usec, memory_order_relaxed);
}

int64_t clock_unix_usec(void)
{
	int64_t now = system_usec(CLOCK_REALTIME) + atomic_load_explicit(&test_offset, memory_order_relaxed);
	int64_t seen = atomic_load_explicit(&highest, memory_order_relaxed);

	while (now > seen)
		if (atomic_compare_exchange_weak_explicit(&highest, &seen, now, memory_order_relaxed,
		                                          memory_order_relaxed))
			return now;
	return seen;
}

unixtime_t clock_unix(void)
{
	return clock_unix_usec() / 1000000;
}

int64_t clock_behind(void)
{
	int64_t now = system_usec(CLOCK_REALTIME) + atomic_load_explicit(&test_offset, memory_order_relaxed);

	return (clock_unix_usec() - now) / 1000000;
}

void clock_set_test_usec(int64_t offset_usec)
{
	atomic_store_explicit(&test_offset_usec, offset_usec, memory_order_relaxed);
}

void clock_set_test(int64_t offset_usec)
{
	atomic_store_explicit(&test_offset, offset_usec, memory_order_relaxed);
}
