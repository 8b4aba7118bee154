/*
 * expire.c - media that destroys itself: once it was opened its time runs, then both sides keep an empty place of it. Clients
 * count by themselves and are told of the opening alone; the server only sees to it that nothing is left.
 */
#include "domain/messages/expire.h"

#include "base/err.h"
#include "domain/media/media.h"
#include "domain/messages/row_job.h"
#include "domain/messages/twin.h"

static int empty(struct rpc_call *c, const struct store_msg *row)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	struct media_ready left;
	struct tl_message *m;
	struct buf b = {0};
	struct tl_obj *o;
	int r;

	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	m = TL_AS(message, o);
	if (!m || !(o = media_expired(&c->arena, m->media)))
		return 0;
	m->media = o;
	media_ready_of(o, &left);
	r = tl_encode(&b, &m->o, TL_LAYER_MAX);
	if (r >= 0)
		r = message_rewrite(c, row, arena_slice(&c->arena, buf_slice(&b)), row->edit_date, &left);
	buf_fini(&b);
	return r;
}

static int empty_both(struct rpc_call *c, const struct store_msg *row)
{
	struct store_msg twin;
	int r = message_twin(c, row, &twin);

	if (r == 0)
		r = empty(c, &twin);
	return r < 0 && r != -ERR_NOTFOUND ? r : empty(c, row);
}

int message_opened(struct rpc_call *c, const struct store_msg *row)
{
	if (!row->ttl || row->flags & STORE_MSG_OUT)
		return 0;
	if (row->ttl == INT32_MAX)
		return empty_both(c, row);
	return row_job_add(c, EXPIRE_JOB, row, c->now + row->ttl);
}

int expire_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct store_msg row;
	int r = row_job_get(c, j, &row);

	return r <= 0 ? r : empty_both(c, &row);
}
