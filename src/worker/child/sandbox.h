/*
 * sandbox.h - what a task's process cannot do: anything but to compute, to read its input and to write its answer.
 * sandbox_prepare() is for the first process, once: it gives up root and some of its share of the processor, makes core dumps and tracing impossible and compiles
 * the filter. sandbox_enter() is for the task's process, before it looks at a byte of input.
 */
#ifndef WORKER_CHILD_SANDBOX_H
#define WORKER_CHILD_SANDBOX_H

#include "worker/protocol.h"

int sandbox_prepare(void);
/* mapped: bytes of the input that will be mapped besides. */
int sandbox_enter(const struct worker_request *q, uint64_t mapped);

#endif
