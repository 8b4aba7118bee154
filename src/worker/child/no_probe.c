/* no_probe.c - the real worker has no task for tests. */
#include "base/err.h"
#include "worker/child/task.h"

int task_probe(uint32_t what, struct arena *a, struct worker_image *ret)
{
	return -ERR_UNSUPPORTED;
}
