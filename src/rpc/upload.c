/*
 * upload.c - the threads for parts of files. Parts of one upload meet on one thread, which takes what waits there together: they
 * pay one sync, nobody is woken to find that another has done it, and their answers leave together.
 */
#include "base/err.h"
#include "base/log.h"
#include "rpc/rpc_private.h"

static int64_t file_of(const struct tl_obj *q)
{
	if (TL_IS(upload_saveFilePart, q))
		return ((const struct tl_upload_saveFilePart *)q)->file_id;
	if (TL_IS(upload_saveBigFilePart, q))
		return ((const struct tl_upload_saveBigFilePart *)q)->file_id;
	return 0;
}

unsigned rpc_upload_index(const struct rpc_job *j)
{
	uint64_t by = (uint64_t)(j->call.user_id ^ file_of(j->query));

	return (by * 0x9e3779b97f4a7c15u >> 32) % RPC_UPLOAD_THREADS;
}

static void end(struct rpc_server *s, struct rpc_job *j)
{
	if (j->r < 0 && j->r != -ERR_RPC)
		log_event(LOG_ERROR, "call", "method=%s error=%s", j->method->name, err_name(j->r));
	rpc_part_done(s, j);
	j->later = true;
	rpc_job_answer(j);
	rpc_job_free(j);
}

static void work(void *state, struct lane_item *list)
{
	struct rpc_server *s = state;
	void *together = NULL;
	struct lane_item *next;

	for (struct lane_item *i = list; i; i = i->next) {
		struct rpc_job *j = (struct rpc_job *)i;

		j->call.now = clock_unix();
		j->call.together = &together;
		j->r = j->method->prepare(&j->call, j->query);
	}
	for (; list; list = next) {
		struct rpc_job *j = (struct rpc_job *)list;

		next = list->next;
		if (j->r >= 0)
			j->r = j->method->handler(&j->call, j->query);
		end(s, j);
	}
	if (s->cfg.ops.replied)
		s->cfg.ops.replied(s->cfg.ops.ctx);
}

const struct lane_ops rpc_upload_ops = {.work = work};
