/*
 * process.h - what the system says of a process: how much it ran, and how long it could have run while something else had its
 * processors. A time that was measured while it waited so is one of the machine, not of the program.
 */
#ifndef BENCHES_PROCESS_H
#define BENCHES_PROCESS_H

#include <stdbool.h>

struct bench_process {
	double user;   /* microseconds of processor time, as fine as the system's clock: 10 ms */
	double all;    /* with the system's, to the microsecond */
	double waited; /* microseconds, of the thread that ran most; 0 where the system does not tell */
};

/* False, and said why: there is no such process. Thread: any. */
bool bench_process_read(unsigned pid, struct bench_process *ret);

#endif
