/* call.c - what a handler can say: its answer, its error, the events it wrote. */
#include "rpc/call.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "rpc/limit.h"
#include "rpc/rpc_private.h"
#include "sql/sql.h"
#include "store/channel.h"
#include "store/state.h"
#include "updates/peer.h"

#define TL_RPC_ERROR 0x2144ca19u

struct rpc_job *rpc_job_new(struct rpc_server *s, enum rpc_job_kind kind)
{
	struct rpc_job *j = xcalloc(1, sizeof(*j));

	j->server = s;
	j->kind = kind;
	j->call.magic = RPC_CALL_MAGIC;
	j->call.app = s->app;
	j->events_tail = &j->events;
	j->after_tail = &j->after;
	return j;
}

void rpc_job_free(struct rpc_job *j)
{
	if (!j)
		return;
	arena_fini(&j->call.arena);
	buf_fini(&j->raw);
	buf_fini(&j->body);
	free(j);
}

void rpc_job_reset(struct rpc_job *j)
{
	j->result = NULL;
	buf_fini(&j->raw);
	j->make = NULL;
	j->events = NULL;
	j->events_tail = &j->events;
	j->after = NULL;
	j->after_tail = &j->after;
}

static void put_error(struct buf *b, int code, const char *text)
{
	buf_u32(b, TL_RPC_ERROR);
	buf_u32(b, (uint32_t)code);
	buf_tl_bytes(b, text, strlen(text));
}

/* What the handler said, in the caller's layer: 0 or negative. */
static int encode(struct rpc_job *j, struct buf *b)
{
	int r;

	if (j->raw.p) {
		*b = j->raw;
		j->raw = (struct buf){0};
		return 0;
	}
	r = tl_encode_result(b, j->query->name, j->result, j->layer);
	if (r < 0) {
		log_event(LOG_ERROR, "encode", "method=%s layer=%d error=%s", j->method->name, j->layer,
		          err_name(r));
		b->n = 0;
	}
	return r;
}

void rpc_job_answer(struct rpc_job *j)
{
	const struct rpc_ops *ops = &j->server->cfg.ops;
	bool bulk = j->raw.p != NULL;
	struct buf b = {0};
	int r = j->r;

	if (r >= 0 && !j->result && !bulk && j->err_code)
		r = -ERR_RPC; /* rpc_reply_error */
	if (r >= 0 && !j->result && !bulk) {
		log_event(LOG_ERROR, "no-answer", "method=%s", j->method->name);
		r = -ERR_UNSUPPORTED;
	}
	if (r >= 0)
		r = encode(j, &b);
	log_event(LOG_DEBUG, "answer", "method=%s user=%lld layer=%d result=%s",
	          j->query ? tl_wire_name(j->query->name) : "-", (long long)j->call.user_id, j->layer,
	          r < 0  ? j->err
	          : bulk ? "bytes"
	                 : tl_wire_name(j->result->name));
	if (r == -ERR_RPC && j->err_code)
		put_error(&b, j->err_code, j->err);
	else if (r < 0)
		put_error(&b, 500, "INTERNAL");
	if (r < 0)
		rpc_count_error(j->server, r == -ERR_RPC && j->err_code ? j->err_code : 500);
	if (j->later && ops->reply_later)
		ops->reply_later(ops->ctx, &j->origin, &b);
	else
		ops->reply(ops->ctx, &j->origin, &b, r >= 0 && bulk);
	buf_fini(&b);
}

int rpc_reply(struct rpc_call *c, const struct tl_obj *result)
{
	assert(c->magic == RPC_CALL_MAGIC && result);
	rpc_job_of(c)->result = result;
	return 0;
}

int rpc_reply_raw(struct rpc_call *c, struct buf *taken)
{
	struct rpc_job *j = rpc_job_of(c);

	assert(c->magic == RPC_CALL_MAGIC && taken->p);
	buf_fini(&j->raw);
	j->raw = *taken;
	*taken = (struct buf){0};
	return 0;
}

int rpc_snapshot_renew(struct rpc_call *c)
{
	struct rpc_job *j = rpc_job_of(c);
	int r;

	assert(j->reader);
	sql_rollback(c->db);
	r = rpc_snapshot_begin(j->reader);
	c->now = j->reader->now;
	return r;
}

int rpc_head(struct rpc_call *c, int64_t channel, struct upd_head *ret)
{
	struct rpc_job *j = rpc_job_of(c);
	struct store_channel_head row;
	int r;

	if (!j->reader) { /* as this transaction sees it, which nobody else may yet */
		r = store_channel_head(c->db, peer_channel_id(channel), &row);
		*ret = (struct upd_head){.channel = channel,
		                         .pts = row.pts,
		                         .top_id = row.top_id,
		                         .top_date = row.top_date,
		                         .changed = row.changed};
		return r;
	}
	r = upd_heads_get(c->app->heads, c->db, atomic_load(&j->server->commits), channel, ret);
	if (r < 0 || ret->commit <= j->reader->seen)
		return r;
	return rpc_snapshot_renew(c);
}

uint64_t rpc_seen(struct rpc_call *c)
{
	return rpc_job_of(c)->reader->seen;
}

/* What the box of a channel is after this event, for when it is committed. */
static int head_after(struct rpc_call *c, const struct upd_event *ev, struct upd_head *ret)
{
	struct store_channel_head top;
	int r;

	*ret = (struct upd_head){.channel = ev->owner, .changed = ev->date};
	if ((r = rpc_box_pts(c, ev->owner, &ret->pts)) < 0)
		return r;
	if (ev->kind == UPD_NEW) {
		ret->top_id = ev->id;
		ret->top_date = ev->date;
		return 0;
	}
	r = store_channel_top(c->db, peer_channel_id(ev->owner), &top);
	ret->top_id = top.top_id;
	ret->top_date = top.top_date;
	return r;
}

int rpc_fail(struct rpc_call *c, int code, const char *fmt, ...)
{
	struct rpc_job *j = rpc_job_of(c);
	va_list ap;

	assert(c->magic == RPC_CALL_MAGIC);
	j->err_code = code;
	va_start(ap, fmt);
	vsnprintf(j->err, sizeof(j->err), fmt, ap);
	va_end(ap);
	return -ERR_RPC;
}

int rpc_fail_text(struct rpc_call *c, int code, const char *text)
{
	return rpc_fail(c, code, "%s", text);
}

int rpc_reply_error(struct rpc_call *c, int code, const char *text)
{
	rpc_fail_text(c, code, text);
	rpc_job_of(c)->result = NULL;
	return 0;
}

void rpc_push_key(struct app *app, int64_t auth_key_id, const struct tl_obj *updates)
{
	int32_t layer = upd_online_key_layer(app->online, auth_key_id);
	struct rpc_ops *ops = &app->rpc->cfg.ops;
	struct buf b = {0};

	if (layer && tl_encode(&b, updates, tl_layer_serve(layer)) == 0)
		ops->push(ops->ctx, &auth_key_id, 1, &b);
	buf_fini(&b);
}

int rpc_log_event(struct rpc_call *c, struct upd_event *ev)
{
	struct rpc_job *j = rpc_job_of(c);
	struct rpc_event *e;
	int r = 0;

	assert(c->magic == RPC_CALL_MAGIC);
	if (!ev->date)
		ev->date = c->now;
	if (ev->kind < UPD_STATE_FIRST)
		r = upd_box_append(j->server->boxes, c->db, ev);
	else if (ev->kind < UPD_PASSING_FIRST)
		r = store_state_put(c->db, ev->owner, (int)ev->kind, ev->peer ? ev->peer : ev->id, ev->date,
		                    ev->payload);
	if (r < 0)
		return r;
	e = ARENA_NEW(&c->arena, struct rpc_event);
	e->ev = *ev;
	e->ev.payload = arena_slice(&c->arena, ev->payload);
	if (peer_is_channel(ev->owner) && ev->kind < UPD_PASSING_FIRST &&
	    (r = head_after(c, ev, &e->head)) < 0)
		return r;
	*j->events_tail = e;
	j->events_tail = &e->next;
	return 0;
}

int rpc_log_own(struct rpc_call *c, int kind, int64_t peer, int32_t id)
{
	struct upd_event ev = {.owner = c->user_id,
	                       .kind = (enum upd_kind)kind,
	                       .peer = peer,
	                       .id = id,
	                       .except_key = c->client->auth_key_id};

	assert(kind >= UPD_STATE_FIRST);
	return rpc_log_event(c, &ev);
}

int rpc_box_pts(struct rpc_call *c, int64_t owner, int32_t *ret_pts)
{
	return upd_box_pts(rpc_job_of(c)->server->boxes, c->db, owner, ret_pts);
}

const struct upd_event *rpc_own_events(struct rpc_call *c, size_t *ret_n)
{
	struct rpc_job *j = rpc_job_of(c);
	struct upd_event *v;
	struct rpc_event *e;
	size_t n = 0;

	for (e = j->events; e; e = e->next)
		n++;
	v = ARENA_ARRAY(&c->arena, struct upd_event, n ? n : 1);
	n = 0;
	for (e = j->events; e; e = e->next)
		if (c->client && e->ev.except_key == c->client->auth_key_id &&
		    (e->ev.owner == c->user_id || peer_is_channel(e->ev.owner)))
			v[n++] = e->ev;
	*ret_n = n;
	return v;
}

int rpc_reply_after(struct rpc_call *c, int (*make)(struct rpc_call *c, void *arg), void *arg)
{
	struct rpc_job *j = rpc_job_of(c);

	j->make = make;
	j->make_arg = arg;
	return 0;
}

void rpc_after_commit(struct rpc_call *c, void (*f)(struct app *app, void *arg), void *arg)
{
	struct rpc_job *j = rpc_job_of(c);
	struct rpc_after *a = ARENA_NEW(&c->arena, struct rpc_after);

	a->f = f;
	a->arg = arg;
	*j->after_tail = a;
	j->after_tail = &a->next;
}

void rpc_shows_counts(struct rpc_call *c)
{
	struct rpc_job *j = rpc_job_of(c);

	j->shows_counts = !j->again; /* once more is enough */
}

void rpc_wants_updates(struct rpc_call *c)
{
	struct rpc_job *j = rpc_job_of(c);

	if (!c->client)
		return;
	upd_online_layer(c->app->online, c->client->auth_key_id, j->layer);
	j->server->cfg.ops.wants_updates(j->server->cfg.ops.ctx, &j->origin);
}

int rpc_limit_text(struct rpc_call *c, int class_, struct slice text)
{
	return rpc_limit_take(rpc_job_of(c)->server->limiter, rpc_limit_id(text), class_, clock_usec());
}
