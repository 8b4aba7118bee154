/* pool_private.h - one task through the pool: for the calls of worker.h. */
#ifndef WORKER_POOL_PRIVATE_H
#define WORKER_POOL_PRIVATE_H

#include "worker/protocol.h"

/* Memory limit of the pool's tasks. */
unsigned worker_pool_memory(const struct worker_pool *p);
/*
 * Waits for a turn, has the task done, reads the body of its answer into the arena. fds: as protocol.h says, they stay the
 * caller's. -ERR_INVALID: the task's process died or was ended, or answered nonsense; -ERR_FULL, -ERR_CLOSED as in worker.h.
 */
int worker_pool_run(struct worker_pool *p, const struct worker_request *q, const int *fds, struct arena *a,
                    struct slice *ret_body);
/* An answer that did not hold together, or a refusal: counted. Gives `r` back. */
int worker_pool_judged(struct worker_pool *p, int r);

#endif
