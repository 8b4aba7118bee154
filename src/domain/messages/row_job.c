/* row_job.c - see row_job.h. */
#include "domain/messages/row_job.h"

#include "base/err.h"

int row_job_add(struct rpc_call *c, const char *kind, const struct store_msg *row, unixtime_t when)
{
	int64_t key[2] = {row->peer, row->id};

	return jobs_add(c, kind, row->owner, when, slice_of(key, sizeof(key)));
}

int row_job_get(struct rpc_call *c, const struct store_job *j, struct store_msg *ret)
{
	int64_t key[2];
	int r;

	if (j->payload.n != sizeof(key))
		return 0;
	memcpy(key, j->payload.p, sizeof(key));
	r = store_msg_get(c->db, j->owner, key[0], (int32_t)key[1], &c->arena, ret);
	return r == 0 ? 1 : r == -ERR_NOTFOUND ? 0 : r;
}
