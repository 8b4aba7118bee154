/*
 * send.c - what goes out: queued by session, flushed at the end of the loop's turn, several messages in one container, one
 * packet encrypted. Answers are kept until acknowledged and sent again only inside fresh containers (mtproto.md 4.2).
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rd.h"
#include "mtproto/private.h"

enum { PACKET_SOFT_MAX = 512 * 1024, ACKS_KEPT = 512, RESENDS_MAX = 2 };

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

void mt_out_free(struct mt_out *o)
{
	buf_fini(&o->body);
	mt_batch_unref(&o->batch);
	free(o);
}

static void mark_dirty(struct mt_session *s)
{
	struct mt_loop *l = s->l;

	if (s->dirty)
		return;
	s->dirty = true;
	s->next_dirty = l->dirty;
	l->dirty = s;
	io_at_turn_end(l->io, mt_flush, l);
}

void mt_flush_later(struct mt_session *s)
{
	mark_dirty(s);
}

static struct mt_out *queue(struct mt_session *s, enum mt_msg_kind kind)
{
	struct mt_out *o = xcalloc(1, sizeof(*o));
	bool content = kind != MT_MSG_SERVICE;

	o->msg_id = mt_session_next_id(s, kind == MT_MSG_UPDATE ? 3 : 1);
	o->seq_no = s->content * 2 + content;
	s->content += content;
	o->at = clock_usec();
	*s->out_tail = o;
	s->out_tail = &o->next;
	mark_dirty(s);
	mt_session_busy(s);
	return o;
}

static void make_room(struct mt_session *s)
{
	struct mt_out *o;

	while ((s->kept_bytes > MT_ANSWERS_BYTES || s->n_kept > MT_ANSWERS_MAX) && (o = s->out) && o->keep &&
	       o->sent)
		mt_acked(s, o->msg_id);
}

struct mt_out *mt_send(struct mt_session *s, enum mt_msg_kind kind, int64_t req, struct buf *body)
{
	struct mt_out *o = queue(s, kind);

	o->body = *body;
	*body = (struct buf){0};
	o->req_msg_id = req;
	o->keep = req != 0;
	if (o->keep) {
		s->kept_bytes += o->body.n;
		s->n_kept++;
		make_room(s);
	}
	return o;
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
	mark_dirty(s);
}

void mt_acked(struct mt_session *s, int64_t msg_id)
{
	struct mt_out **p = &s->out, *o;

	while ((o = *p) != NULL) {
		if (o->msg_id != msg_id) {
			p = &o->next;
			continue;
		}
		if (!o->sent)
			return; /* they cannot have it */
		if (o->keep) {
			s->kept_bytes -= o->body.n;
			s->n_kept--;
		}
		*p = o->next;
		if (!o->next)
			s->out_tail = p;
		mt_out_free(o);
		return;
	}
}

static bool may_resend(const struct mt_out *o)
{
	return o->keep && o->resends < RESENDS_MAX && clock_usec() - o->at < MT_RESEND_USEC;
}

enum mt_resend mt_resend_answer(struct mt_session *s, int64_t req)
{
	struct mt_out *o = s->out;

	while (o && o->req_msg_id != req)
		o = o->next;
	if (!o)
		return MT_NO_ANSWER;
	if (!o->sent)
		return MT_RESENT;
	if (!may_resend(o))
		return MT_SPENT;
	o->sent = false;
	o->resends++;
	mark_dirty(s);
	return MT_RESENT;
}

bool mt_answer_failed(const struct mt_session *s, int64_t req)
{
	const struct mt_out *o = s->out;
	struct rd r;

	while (o && o->req_msg_id != req)
		o = o->next;
	r = o ? rd_of(o->body.p, o->body.n) : rd_of(NULL, 0);
	rd_bytes(&r, 12); /* rpc_result, req_msg_id */
	return rd_u32(&r) == (uint32_t)MT_rpc_error;
}

void mt_resend_all(struct mt_session *s)
{
	for (struct mt_out *o = s->out; o; o = o->next) {
		if (o->sent && may_resend(o)) {
			o->sent = false;
			o->resends++;
		}
		if (!o->sent)
			mark_dirty(s);
	}
}

static struct slice body_of(const struct mt_out *o)
{
	return o->batch ? buf_slice(&o->batch->b) : buf_slice(&o->body);
}

static void put_message(struct buf *b, int64_t msg_id, uint32_t seq_no, struct slice body)
{
	buf_u64(b, (uint64_t)msg_id);
	buf_u32(b, seq_no);
	buf_u32(b, body.n);
	buf_put(b, body.p, body.n);
}

static void put_acks(struct mt_session *s, struct buf *b)
{
	size_t n = s->n_acks;

	buf_u64(b, (uint64_t)mt_session_next_id(s, 1));
	buf_u32(b, s->content * 2);
	buf_u32(b, (uint32_t)(12 + 8 * n));
	buf_u32(b, (uint32_t)MT_msgs_ack);
	buf_u32(b, (uint32_t)MT_vector);
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		buf_u64(b, (uint64_t)s->acks[i]);
	s->n_acks = 0;
}

static void seal(struct mt_session *s, struct mt_conn *c, const struct mt_packet *m)
{
	mt_seal_add(s->l->seal, c, &(s->temp ? s->temp : s->key)->k, m);
}

/* What had to wait for a connection goes out as if it were said now: clients close on old ids. */
static void renew_stale(struct mt_session *s)
{
	usec_t now = clock_usec();

	for (struct mt_out *o = s->out; o; o = o->next)
		if (!o->sent && !o->resends && now - o->at > MT_STALE_USEC) {
			o->msg_id = mt_session_next_id(s, o->msg_id & 3);
			o->at = now;
		}
}

/* One packet from the front of what waits; false when nothing does. */
static bool flush_packet(struct mt_session *s, struct mt_conn *c)
{
	struct mt_key_entry *e = s->temp ? s->temp : s->key;
	struct mt_packet m = {.salt = mt_salt(s->l->s->cfg.salt_secret, e->k.id, clock_unix()),
	                      .session_id = s->session_id};
	struct mt_out *o, *only = NULL;
	struct buf box = {0};
	uint32_t n = 0, total = s->n_acks ? 1 : 0;
	bool fresh = true;

	for (o = s->out; o && total < 2; o = o->next)
		if (!o->sent) {
			total++;
			only = o;
			fresh = o->resends == 0;
		}
	if (!total)
		return false;
	/* Alone: no container around it, unless one with a higher id has left already: those of packets rise. */
	if (total == 1 && only && fresh && only->msg_id == s->last_id) {
		m.msg_id = only->msg_id;
		m.seq_no = only->seq_no;
		m.body = body_of(only);
		only->sent = true;
		seal(s, c, &m);
		goto sent;
	}
	buf_u32(&box, (uint32_t)MT_msg_container);
	buf_u32(&box, 0);
	if (s->n_acks) {
		put_acks(s, &box);
		n++;
	}
	for (o = s->out; o && n < MT_CONTAINER_MAX && box.n < PACKET_SOFT_MAX; o = o->next) {
		if (o->sent)
			continue;
		if (n && box.n + body_of(o).n > PACKET_SOFT_MAX)
			break;
		put_message(&box, o->msg_id, o->seq_no, body_of(o));
		o->sent = true;
		n++;
	}
	memcpy(box.p + 4, &n, 4);
	m.msg_id = mt_session_next_id(s, 1);
	m.seq_no = s->content * 2;
	m.body = buf_slice(&box);
	seal(s, c, &m);
	buf_fini(&box);
sent:
	return true;
}

/* Sent and not to be kept: gone. */
static void forget_sent(struct mt_session *s)
{
	struct mt_out **p = &s->out, *o;

	while ((o = *p) != NULL) {
		if (!o->sent || o->keep) {
			p = &o->next;
			continue;
		}
		*p = o->next;
		mt_out_free(o);
	}
	s->out_tail = p;
}

static bool has_answer(const struct mt_session *s)
{
	for (const struct mt_out *o = s->out; o; o = o->next)
		if (o->req_msg_id && !o->sent)
			return true;
	return false;
}

/*
 * The connection that spoke last. An HTTP request carries one packet only: that of a client which does not poll waits for the
 * answer to its call, and takes the rest along.
 */
static struct mt_conn *way_out(const struct mt_session *s)
{
	for (unsigned i = s->n_conns; i-- > 0;) {
		const struct mt_conn *c = s->conns[i];

		if (!c->post || (!c->answered && (c->polled || !s->n_running || has_answer(s))))
			return s->conns[i];
	}
	return NULL;
}

static void flush_session(struct mt_session *s)
{
	struct mt_conn *c;

	if (!way_out(s))
		return; /* answers wait for a connection */
	renew_stale(s);
	while ((c = way_out(s)) != NULL && flush_packet(s, c))
		;
	forget_sent(s);
	if (!s->n_acks) {
		free(s->acks);
		s->acks = NULL;
	}
}

void mt_send_empty(struct mt_session *s, struct mt_conn *c)
{
	struct mt_key_entry *e = s->temp ? s->temp : s->key;
	struct mt_packet m = {.salt = mt_salt(s->l->s->cfg.salt_secret, e->k.id, clock_unix()),
	                      .session_id = s->session_id,
	                      .msg_id = mt_session_next_id(s, 1),
	                      .seq_no = s->content * 2};
	struct buf box = {0};

	buf_u32(&box, (uint32_t)MT_msg_container);
	buf_u32(&box, 0);
	m.body = buf_slice(&box);
	seal(s, c, &m);
	mt_seal_flush(s->l->seal);
	buf_fini(&box);
}

static void flush_sessions(struct mt_loop *l)
{
	struct mt_session *s;

	while ((s = l->dirty) != NULL) {
		l->dirty = s->next_dirty;
		s->dirty = false;
		flush_session(s);
	}
}

void mt_send_at_once(struct mt_session *s, struct mt_conn *c, struct buf *body)
{
	struct mt_key_entry *e = s->temp ? s->temp : s->key;
	struct mt_packet m = {.salt = mt_salt(s->l->s->cfg.salt_secret, e->k.id, clock_unix()),
	                      .session_id = s->session_id,
	                      .body = buf_slice(body)};

	if (c->post && c->answered) { /* it carries one packet */
		mt_send(s, MT_MSG_SERVICE, 0, body);
		return;
	}
	if (!c->post)
		flush_sessions(s->l); /* what waits has a lower id */
	m.msg_id = mt_session_next_id(s, 1);
	m.seq_no = s->content * 2;
	seal(s, c, &m);
	mt_seal_flush(s->l->seal);
	buf_fini(body);
}

void mt_flush(struct io_loop *io, void *loop)
{
	struct mt_loop *l = loop;

	flush_sessions(l);
	mt_seal_flush(l->seal);
	if (l->scratch.cap > 65536)
		buf_fini(&l->scratch);
}
