/*
 * room.c - how much of memory is held by what waits for threads for files. Who sends more than the disk takes is kept waiting: his
 * connection is not read, and his parts stay with him.
 */
#include "base/err.h"
#include "rpc/rpc_private.h"

bool rpc_is_full(struct rpc_server *s)
{
	return atomic_load(&s->blob_bytes) >= RPC_BLOB_FULL;
}

int rpc_push_blob(struct rpc_server *s, struct lane *l, struct rpc_job *j)
{
	int r = -ERR_FULL;

	/* Once it is pushed it is the other thread's, and may be gone. */
	j->queued = j->call.arena.used;
	if (atomic_fetch_add(&s->blob_bytes, j->queued) + j->queued <= RPC_BLOB_MOST)
		r = lane_push(l, &j->item, false);
	if (r < 0)
		rpc_blob_done(s, j);
	return r;
}

/* Whoever found it full hears of it after he has begun to wait: it is told by the mailbox of his loop. */
void rpc_blob_done(struct rpc_server *s, struct rpc_job *j)
{
	size_t had = atomic_fetch_sub(&s->blob_bytes, j->queued);

	if (had >= RPC_BLOB_FULL && had - j->queued < RPC_BLOB_FULL && s->cfg.ops.has_room)
		s->cfg.ops.has_room(s->cfg.ops.ctx);
}
