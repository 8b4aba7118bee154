/*
 * clock.h - the two kinds of time, by their names.
 * Tests steer both by clock_set_test(); nothing else in the program calls the system's clocks.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

typedef int64_t usec_t;     /* microseconds, monotonic */
typedef int64_t unixtime_t; /* seconds since 1970, wall clock */

usec_t clock_usec(void);
/* The same, but it goes on while the machine sleeps: for what must be over by then. Thread: any. */
usec_t clock_boot_usec(void);
/*
 * Wall clock that never steps back within one process: dates and msg_ids must not fall. Where the system's clock does, ours
 * goes on at the pace of the monotonic one: clients refuse a server whose time stands still for minutes. Thread: any.
 */
unixtime_t clock_unix(void);
/* Wall clock in microseconds, never stepping back. Thread: any. */
int64_t clock_unix_usec(void);
/* Time is at least this from now on: what an earlier process has reached. Thread: any. */
void clock_not_before(int64_t unix_usec);
/* How far the system's wall clock lies behind what clock_unix() says, seconds; 0 in a healthy system. */
int64_t clock_behind(void);
/* Tests only: add this to the wall clock from now on (may be negative), microseconds. */
void clock_set_test(int64_t offset_usec);
/* Tests only: the same for clock_usec() and clock_boot_usec(); it must not fall. */
void clock_set_test_usec(int64_t offset_usec);

#endif
