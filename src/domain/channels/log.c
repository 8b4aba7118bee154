/* log.c - the admin log as it is written and forgotten: see log.h. Read by log_view.c. */
#include "domain/channels/log.h"

#include "base/err.h"
#include "domain/channels/jobs.h"
#include "jobs/jobs.h"
#include "store/channel_log.h"

enum { KEPT = 48 * 3600, PRUNE_A_SLICE = 200 };

int channel_log_of(struct rpc_call *c, int64_t channel, int64_t user, enum channel_log_kind kind,
                   const struct tl_obj *action)
{
	struct store_channel_log l = {.channel = channel, .date = c->now, .user = user, .kind = (int)kind};
	struct buf b = {0};
	int r = tl_encode(&b, action, TL_LAYER_MAX);

	l.body = buf_slice(&b);
	if (r >= 0)
		r = store_channel_log_add(c->db, &l);
	buf_fini(&b);
	return r;
}

int channel_log(struct rpc_call *c, int64_t channel, enum channel_log_kind kind, const struct tl_obj *action)
{
	return channel_log_of(c, channel, c->user_id, kind, action);
}

/* A row, so that each viewer gets the message made for him (log_view.c). */
static struct slice pack(struct arena *a, const struct store_msg *m)
{
	struct buf b = {0};
	struct slice s;

	if (!m)
		return (struct slice){0};
	buf_u64(&b, (uint64_t)m->date);
	buf_u64(&b, (uint64_t)m->from_id);
	buf_u64(&b, (uint64_t)m->edit_date);
	buf_u64(&b, (uint64_t)m->grouped_id);
	buf_u32(&b, (uint32_t)m->id);
	buf_u32(&b, (uint32_t)m->flags);
	buf_u32(&b, (uint32_t)m->reply_to);
	buf_u32(&b, (uint32_t)m->ttl);
	buf_put(&b, m->body.p, m->body.n);
	s = arena_slice(a, buf_slice(&b));
	buf_fini(&b);
	return s;
}

int channel_log_message(struct rpc_call *c, int64_t channel, enum channel_log_kind kind,
                        const struct store_msg *before, const struct store_msg *after)
{
	struct store_channel_log l = {.channel = channel,
	                              .date = c->now,
	                              .user = c->user_id,
	                              .kind = (int)kind,
	                              .before = pack(&c->arena, before),
	                              .after = pack(&c->arena, after)};

	return store_channel_log_add(c->db, &l);
}

int channel_log_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int r = store_channel_log_prune(c->db, c->now - KEPT, PRUNE_A_SLICE);

	next->again = r == PRUNE_A_SLICE;
	return r < 0 ? r : 0;
}
