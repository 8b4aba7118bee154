/*
 * bulk.c - calls with large answers (ranges of files). How many of them are at work at a time is bounded by what their answers would
 * hold, and by whether the client reads: the others are held, a few bytes each. What was sent is not kept until it is acknowledged, as
 * other answers are: the call is, and made again should the client ask for its answer again. So a session costs one answer at a
 * time, however much it asks for and however slowly it reads.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

static uint32_t size_of(const struct mt_server *srv, struct slice body)
{
	return srv->ops.answer_size ? srv->ops.answer_size(srv->ops.ctx, body) : 0;
}

/* Somebody will read it soon: what was said before has left the connection that it will take, the last that spoke. */
static bool is_read(const struct mt_session *s)
{
	const struct mt_conn *c = s->n_conns ? s->conns[s->n_conns - 1] : NULL;

	return c && (!c->io || !io_conn_queued(c->io));
}

static bool may_start(const struct mt_session *s, const struct mt_bulk *b)
{
	return is_read(s) && (!s->bulk_bytes || s->bulk_bytes + b->size <= MT_BULK_BYTES);
}

static void start(struct mt_session *s, struct mt_bulk *b)
{
	struct mt_server *srv = s->l->s;
	struct mt_client_info info;
	struct mt_call call = b->call;

	s->bulk_bytes += b->size;
	b->next = s->bulk;
	s->bulk = b;
	call.session = mt_session_ref(s);
	call.body = slice_of(b->body, b->n);
	call.info = mt_info_read(s->key->info, &info) ? &info : NULL;
	call.peer_ip = s->n_conns ? mt_conn_ip(s->conns[s->n_conns - 1]) : "";
	srv->ops.call(srv->ops.ctx, &call);
}

static void start_or_hold(struct mt_session *s, struct mt_bulk *b)
{
	struct mt_bulk **tail = &s->held;

	if (!s->held && may_start(s, b)) {
		start(s, b);
		return;
	}
	while (*tail)
		tail = &(*tail)->next;
	b->next = NULL;
	*tail = b;
}

bool mt_bulk_call(struct mt_session *s, const struct mt_call *call)
{
	uint32_t size = size_of(s->l->s, call->body);
	struct mt_bulk *b;

	if (!size)
		return false;
	b = xmalloc(sizeof(*b) + call->body.n);
	*b = (struct mt_bulk){.call = *call, .size = size, .n = call->body.n};
	b->call.whole = NULL; /* the packet's, which is gone when it starts */
	b->call.more = false;
	memcpy(b->body, call->body.p, call->body.n);
	start_or_hold(s, b);
	return true;
}

void mt_bulk_resume(struct mt_session *s)
{
	struct mt_loop *l = s->l;

	if (s->resuming || !s->held)
		return;
	s->resuming = true;
	s->next_resuming = l->resuming;
	l->resuming = s;
	io_at_turn_end(l->io, mt_flush, l);
}

void mt_bulk_run_held(struct mt_loop *l)
{
	struct mt_session *s;
	struct mt_bulk *b;

	while ((s = l->resuming) != NULL) {
		l->resuming = s->next_resuming;
		s->resuming = false;
		while ((b = s->held) != NULL && may_start(s, b)) {
			s->held = b->next;
			start(s, b);
		}
	}
}

struct mt_bulk *mt_bulk_answered(struct mt_session *s, int64_t msg_id)
{
	struct mt_bulk **p = &s->bulk, *b;

	while ((b = *p) != NULL && b->call.msg_id != msg_id)
		p = &b->next;
	if (!b)
		return NULL;
	*p = b->next;
	s->bulk_bytes -= b->size;
	mt_bulk_resume(s);
	return b;
}

bool mt_bulk_again(struct mt_session *s, struct mt_bulk *b)
{
	if (!mt_running_add(s, b->call.msg_id, b->n))
		return false;
	start_or_hold(s, b);
	return true;
}

static void free_list(struct mt_bulk **list)
{
	struct mt_bulk *b;

	while ((b = *list) != NULL) {
		*list = b->next;
		free(b);
	}
}

void mt_bulk_free_all(struct mt_session *s)
{
	struct mt_session **p = &s->l->resuming;

	for (const struct mt_bulk *b = s->held; b; b = b->next)
		mt_running_remove(s, b->call.msg_id); /* nobody will answer it */
	free_list(&s->held);
	free_list(&s->bulk);
	s->bulk_bytes = 0;
	while (s->resuming && *p != s)
		p = &(*p)->next_resuming;
	if (s->resuming)
		*p = s->next_resuming;
	s->resuming = false;
}
