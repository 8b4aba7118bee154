/* test_clock.c - time that does not fall, whatever the system's clock does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

#define SECOND INT64_C(1000000)

static void pass(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void follows_the_wall_clock(void **state)
{
	int64_t now = (int64_t)time(NULL);

	assert_in_range(clock_unix() - now + 2, 0, 4);
	assert_int_equal(clock_behind(), 0);
}

static void never_falls_nor_stands(void **state)
{
	int64_t before = clock_unix_usec(), after;

	clock_set_test(-3600 * SECOND);
	after = clock_unix_usec();
	assert_true(after >= before && after < before + SECOND);
	assert_in_range(clock_behind(), 3599, 3601);
	pass(20);
	assert_in_range(clock_unix_usec() - after, 20000, SECOND);
	clock_set_test(0);
	assert_in_range(clock_unix_usec() - after, 20000, 2 * SECOND);
	assert_int_equal(clock_behind(), 0);
}

static void steps_forward(void **state)
{
	int64_t before = clock_unix_usec();

	clock_set_test(60 * SECOND);
	assert_in_range(clock_unix_usec() - before, 59 * SECOND,
	                90 * SECOND); /* reading two clocks takes a moment, on a busy machine longer */
	assert_int_equal(clock_behind(), 0);
}

static void goes_on_from_an_earlier_process(void **state)
{
	int64_t reached = clock_unix_usec() + 100 * SECOND;

	clock_not_before(reached - 200 * SECOND);
	assert_true(clock_unix_usec() < reached);
	clock_not_before(reached);
	assert_in_range(clock_unix_usec() - reached, 0, 30 * SECOND);
	assert_in_range(clock_behind(), 70, 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_wall_clock),
		cmocka_unit_test(never_falls_nor_stands),
		cmocka_unit_test(steps_forward),
		cmocka_unit_test(goes_on_from_an_earlier_process),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
