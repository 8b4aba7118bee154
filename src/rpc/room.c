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

static int push(struct rpc_server *s, struct lane *l, struct rpc_job *j, bool wake)
{
	int r = -ERR_FULL;

	/* Once it is pushed it is the other thread's, and may be gone. */
	j->queued = j->call.arena.used + j->body.cap;
	if (atomic_fetch_add(&s->blob_bytes, j->queued) + j->queued <= RPC_BLOB_MOST)
		r = wake ? lane_push(l, &j->item, false) : lane_push_quietly(l, &j->item);
	if (r < 0)
		rpc_blob_done(s, j);
	return r;
}

int rpc_push_blob(struct rpc_server *s, struct lane *l, struct rpc_job *j)
{
	return push(s, l, j, true);
}

bool rpc_is_busy(struct rpc_server *s)
{
	return atomic_load(&s->parts) > 0;
}

int rpc_push_part(struct rpc_server *s, struct rpc_job *j, bool more)
{
	unsigned i = rpc_upload_index(j);
	int r;

	if (more)
		atomic_fetch_or(&s->to_wake, 1u << i);
	atomic_fetch_add(&s->parts, 1);
	r = push(s, s->upload[i], j, !more);
	if (r < 0)
		atomic_fetch_sub(&s->parts, 1);
	return r;
}

void rpc_part_done(struct rpc_server *s, struct rpc_job *j)
{
	atomic_fetch_sub(&s->parts, 1);
	rpc_blob_done(s, j);
}

void rpc_dispatched(struct rpc_server *s)
{
	uint32_t to = atomic_exchange(&s->to_wake, 0);

	for (unsigned i = 0; to; i++, to >>= 1)
		if (to & 1)
			lane_wake(s->upload[i]);
}

/* Whoever found it full hears of it after he has begun to wait: it is told by the mailbox of his loop. */
void rpc_blob_done(struct rpc_server *s, struct rpc_job *j)
{
	size_t had = atomic_fetch_sub(&s->blob_bytes, j->queued);

	if (had >= RPC_BLOB_FULL && had - j->queued < RPC_BLOB_FULL && s->cfg.ops.has_room)
		s->cfg.ops.has_room(s->cfg.ops.ctx);
}
