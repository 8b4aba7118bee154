/* clock.c - see clock.h. What the wall clock was ahead of the monotonic one at most is one atomic. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t ahead = INT64_MIN / 2;
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

usec_t clock_boot_usec(void)
{
	return system_usec(CLOCK_BOOTTIME) + atomic_load_explicit(&test_offset_usec, memory_order_relaxed);
}

static int64_t wall_usec(void)
{
	return system_usec(CLOCK_REALTIME) + atomic_load_explicit(&test_offset, memory_order_relaxed);
}

/*
 * `ahead` is how far our time runs ahead of the monotonic clock. It only ever grows: a wall clock that is behind leaves it,
 * and time goes on at its own pace.
 */
int64_t clock_unix_usec(void)
{
	/* In this order: whatever comes between makes the difference smaller, never larger than it is. */
	int64_t wall = wall_usec(), mono = system_usec(CLOCK_MONOTONIC), want = wall - mono;
	int64_t had = atomic_load_explicit(&ahead, memory_order_relaxed);

	while (want > had)
		if (atomic_compare_exchange_weak_explicit(&ahead, &had, want, memory_order_relaxed,
		                                          memory_order_relaxed))
			return mono + want;
	return mono + had;
}

void clock_not_before(int64_t unix_usec)
{
	int64_t want = unix_usec - system_usec(CLOCK_MONOTONIC);
	int64_t had = atomic_load_explicit(&ahead, memory_order_relaxed);

	while (want > had)
		if (atomic_compare_exchange_weak_explicit(&ahead, &had, want, memory_order_relaxed,
		                                          memory_order_relaxed))
			return;
}

unixtime_t clock_unix(void)
{
	return clock_unix_usec() / 1000000;
}

int64_t clock_behind(void)
{
	return (clock_unix_usec() - wall_usec()) / 1000000;
}

void clock_set_test_usec(int64_t offset_usec)
{
	atomic_store_explicit(&test_offset_usec, offset_usec, memory_order_relaxed);
}

void clock_set_test(int64_t offset_usec)
{
	atomic_store_explicit(&test_offset, offset_usec, memory_order_relaxed);
}
