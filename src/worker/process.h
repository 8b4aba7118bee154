/*
 * process.h - the worker's first process: it is started with the first task and forks a process for each; it never looks at an input
 * itself, so it ends only with us, or by the hand of the operator or the kernel: then it is started anew, ever more slowly if that goes on.
 * Threads: any, one at a time (the pool's lock).
 */
#ifndef WORKER_PROCESS_H
#define WORKER_PROCESS_H

#include <limits.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"

struct worker_process {
	char program[PATH_MAX];
	pid_t pid; /* 0: none runs */
	int control;
	unsigned generation; /* which start `control` belongs to */
	usec_t started, backoff;
};

/* given: the program's path, NULL: beside ours. -ERR_NOTFOUND. Nothing runs yet. */
int worker_process_init(struct worker_process *p, const char *given);
/* While none runs. -ERR_FULL: it was started too often of late; -ERR_* of the system is logged. */
int worker_process_start(struct worker_process *p);
/* One request with its n descriptors, which stay the caller's; -ERR_*: it does not take it, as when it has ended. */
int worker_process_send(struct worker_process *p, const struct buf *b, const int *fds, unsigned n);
/* Did it end by itself? */
bool worker_process_has_ended(const struct worker_process *p);
/* It ends, and its tasks with it; none may run. */
void worker_process_end(struct worker_process *p);

#endif
