/*
 * send.c - what a session has to say: queued, and its answers kept until they are acknowledged; they go out again only inside fresh
 * containers (mtproto.md 4.2). The packets are made in flush.c.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rd.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

enum { ACKS_KEPT = 512, RESENDS_MAX = 2 };

struct mt_batch {
	_Atomic unsigned refs;
	struct buf b;
};

struct mt_batch *mt_batch_new(struct buf *taken)
{
	struct mt_batch *b = xcalloc(1, sizeof(*b));

	atomic_init(&b->refs, 1);
	b->b = *taken;
	*taken = (struct buf){0};
	return b;
}

void mt_batch_unref(struct mt_batch **pb)
{
	struct mt_batch *b = *pb;

	*pb = NULL;
	if (b && atomic_fetch_sub(&b->refs, 1) == 1) {
		buf_fini(&b->b);
		free(b);
	}
}

struct mt_batch *mt_batch_ref(struct mt_batch *b)
{
	atomic_fetch_add(&b->refs, 1);
	return b;
}

struct slice mt_out_body(const struct mt_out *o)
{
	return o->batch ? buf_slice(&o->batch->b) : buf_slice(&o->body);
}

void mt_out_free(struct mt_out *o)
{
	buf_fini(&o->body);
	mt_batch_unref(&o->batch);
	free(o->again);
	free(o);
}

void mt_flush_later(struct mt_session *s)
{
	struct mt_loop *l = s->l;

	if (s->dirty)
		return;
	s->dirty = true;
	s->next_dirty = l->dirty;
	l->dirty = s;
	io_at_turn_end(l->io, mt_flush, l);
}

void mt_out_give_ids(struct mt_session *s, struct mt_out *o, enum mt_msg_kind kind)
{
	bool content = kind != MT_MSG_SERVICE;

	o->msg_id = mt_session_next_id(s, kind == MT_MSG_UPDATE ? 3 : 1);
	o->seq_no = s->content * 2 + content;
	s->content += content;
}

static struct mt_out *append(struct mt_session *s)
{
	struct mt_out *o = xcalloc(1, sizeof(*o));

	o->at = clock_usec();
	*s->out_tail = o;
	s->out_tail = &o->next;
	mt_flush_later(s);
	mt_session_busy(s);
	return o;
}

static struct mt_out *queue(struct mt_session *s, enum mt_msg_kind kind)
{
	struct mt_out *o = append(s);

	mt_out_give_ids(s, o, kind);
	return o;
}

static void make_room(struct mt_session *s)
{
	struct mt_out *o;

	while ((s->kept_bytes > MT_ANSWERS_BYTES || s->n_kept > MT_ANSWERS_MAX) && (o = s->out) && o->keep &&
	       o->sent)
		mt_acked(s, o->msg_id);
}

static void keep(struct mt_session *s, struct mt_out *o, bool yes)
{
	o->keep = yes;
	if (!yes)
		return;
	s->kept_bytes += o->kept;
	s->n_kept++;
	make_room(s);
}

struct mt_out *mt_send(struct mt_session *s, enum mt_msg_kind kind, int64_t req, struct buf *body)
{
	struct mt_out *o = queue(s, kind);

	o->body = *body;
	*body = (struct buf){0};
	o->req_msg_id = req;
	o->kept = (uint32_t)o->body.n;
	keep(s, o, req != 0);
	return o;
}

/* The place of an answer that is made again; NULL: it is the first time. */
static struct mt_out *remade(struct mt_session *s, int64_t req)
{
	struct mt_out *o = s->out;

	while (o && !(o->making && o->req_msg_id == req))
		o = o->next;
	return o;
}

void mt_not_remade(struct mt_session *s, int64_t req)
{
	struct mt_out *o = remade(s, req);

	if (o)
		mt_out_drop(s, o);
}

void mt_send_bulk(struct mt_session *s, int64_t req, struct buf *body, struct mt_bulk *again)
{
	struct mt_out *o = remade(s, req);
	bool first = !o;

	if (first) {
		o = append(s);
		o->bulk = true;
		o->req_msg_id = req;
		o->kept = (uint32_t)(sizeof(*again) + (again ? again->n : 0));
	}
	o->making = o->sent = false;
	o->again = again;
	o->body = *body;
	*body = (struct buf){0};
	s->bulk_bytes += o->body.n;
	s->l->bulk_made += o->body.n;
	mt_flush_later(s);
	if (first)
		keep(s, o, true);
}

/* A session without a connection polls: it keeps so many, and the difference tells the rest. */
static bool takes_update(struct mt_session *s)
{
	return s->n_conns || s->n_parked++ < MT_POLL_UPDATES_MAX;
}

void mt_send_batch(struct mt_session *s, struct mt_batch *b)
{
	if (takes_update(s))
		queue(s, MT_MSG_UPDATE)->batch = mt_batch_ref(b);
}

void mt_send_update(struct mt_session *s, struct buf *body)
{
	if (takes_update(s))
		mt_send(s, MT_MSG_UPDATE, 0, body);
}

void mt_send_ack(struct mt_session *s, int64_t msg_id)
{
	if (s->n_acks >= ACKS_KEPT)
		return;
	if ((s->n_acks & (s->n_acks - 1)) == 0)
		s->acks = xrealloc(s->acks, (s->n_acks ? s->n_acks * 2 : 4) * sizeof(*s->acks));
	s->acks[s->n_acks++] = msg_id;
	mt_flush_later(s);
}

void mt_out_drop(struct mt_session *s, struct mt_out *o)
{
	struct mt_out **p = &s->out;

	while (*p != o)
		p = &(*p)->next;
	*p = o->next;
	if (!o->next)
		s->out_tail = p;
	if (o->keep) {
		s->kept_bytes -= o->kept;
		s->n_kept--;
	}
	if (o->bulk && !o->sent) {
		s->bulk_bytes -= o->body.n;
		mt_bulk_resume(s);
	}
	mt_out_free(o);
}

void mt_acked(struct mt_session *s, int64_t msg_id)
{
	struct mt_out *o = s->out;

	while (o && o->msg_id != msg_id)
		o = o->next;
	if (o && o->sent) /* else they cannot have it */
		mt_out_drop(s, o);
}

static bool may_resend(const struct mt_out *o)
{
	return o->keep && o->resends < RESENDS_MAX && clock_usec() - o->at < MT_RESEND_USEC;
}

/* It is no longer here: the call that it answered runs once more. False: it cannot. */
static bool make_again(struct mt_session *s, struct mt_out *o)
{
	struct mt_bulk *b = o->again;

	if (!b)
		return false;
	o->again = NULL;
	o->making = true;
	if (mt_bulk_again(s, b))
		return true;
	o->making = false;
	o->again = b;
	return false;
}

static bool send_again(struct mt_session *s, struct mt_out *o)
{
	if (!may_resend(o) || (o->bulk && !make_again(s, o)))
		return false;
	o->sent = o->bulk;
	o->resends++;
	mt_flush_later(s);
	return true;
}

enum mt_resend mt_resend_answer(struct mt_session *s, int64_t req)
{
	struct mt_out *o = s->out;

	while (o && o->req_msg_id != req)
		o = o->next;
	if (!o)
		return MT_NO_ANSWER;
	if (!o->sent || o->making)
		return MT_RESENT;
	return send_again(s, o) ? MT_RESENT : MT_SPENT;
}

bool mt_answer_failed(const struct mt_session *s, int64_t req)
{
	const struct mt_out *o = s->out;
	struct rd r;

	while (o && o->req_msg_id != req)
		o = o->next;
	r = o && !o->bulk ? rd_of(o->body.p, o->body.n) : rd_of(NULL, 0);
	rd_bytes(&r, 12); /* rpc_result, req_msg_id */
	return rd_u32(&r) == (uint32_t)MT_rpc_error;
}

void mt_resend_all(struct mt_session *s)
{
	for (struct mt_out *o = s->out; o; o = o->next) {
		if (!o->sent)
			mt_flush_later(s);
		else if (!o->making)
			send_again(s, o);
	}
}
