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
	free(o->again);
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

static void give_ids(struct mt_session *s, struct mt_out *o, enum mt_msg_kind kind)
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
	mark_dirty(s);
	mt_session_busy(s);
	return o;
}

static struct mt_out *queue(struct mt_session *s, enum mt_msg_kind kind)
{
	struct mt_out *o = append(s);

	give_ids(s, o, kind);
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
	mark_dirty(s);
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
	mark_dirty(s);
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
	mark_dirty(s);
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
			mark_dirty(s);
		else if (!o->making)
			send_again(s, o);
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

static struct mt_packet packet_of(const struct mt_session *s, unixtime_t now)
{
	return (struct mt_packet){.salt = mt_key_salt(s->l, s->temp ? s->temp : s->key, now),
	                          .session_id = s->session_id};
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
		if (!o->sent && !o->bulk && !o->resends && now - o->at > MT_STALE_USEC) {
			o->msg_id = mt_session_next_id(s, o->msg_id & 3);
			o->at = now;
		}
}

/* One packet from the front of what waits; false when nothing does. */
static bool flush_packet(struct mt_session *s, struct mt_conn *c)
{
	struct mt_packet m = packet_of(s, clock_unix());
	struct mt_out *o, *only = NULL;
	struct buf box = {0};
	uint32_t n = 0, total = s->n_acks ? 1 : 0;
	bool fresh = true;

	for (o = s->out; o && total < 2; o = o->next)
		if (!o->sent && !o->bulk) {
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
		if (o->sent || o->bulk)
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

/* In front of the body, whose place is `at` in the buffer. */
static void put_in_front(struct mt_out *o, size_t *at, const void *p, size_t n)
{
	*at -= n;
	memcpy(o->body.p + *at, p, n);
}

/*
 * One large answer, in a packet of its own that is made around it where it lies. The first time it is the packet's message, with
 * an id that is given now; later the same message in a container.
 */
static bool flush_bulk(struct mt_session *s, struct mt_conn *c)
{
	struct mt_key_entry *e = s->temp ? s->temp : s->key;
	struct mt_packet m = packet_of(s, clock_unix());
	struct mt_out *o = s->out;
	size_t at = MT_REPLY_ROOM;
	uint32_t id = MT_rpc_result, n;

	while (o && (o->sent || !o->bulk))
		o = o->next;
	if (!o)
		return false;
	s->bulk_bytes -= o->body.n;
	put_in_front(o, &at, &o->req_msg_id, 8);
	put_in_front(o, &at, &id, 4);
	if (!o->msg_id)
		give_ids(s, o, MT_MSG_ANSWER);
	m.msg_id = o->msg_id;
	m.seq_no = o->seq_no;
	if (o->resends) {
		n = (uint32_t)(o->body.n - at);
		put_in_front(o, &at, &n, 4);
		put_in_front(o, &at, &o->seq_no, 4);
		put_in_front(o, &at, &o->msg_id, 8);
		put_in_front(o, &at, &(uint32_t){1}, 4);
		put_in_front(o, &at, &(uint32_t){MT_msg_container}, 4);
		m.msg_id = mt_session_next_id(s, 1);
		m.seq_no = s->content * 2;
	}
	m.body = slice_of(o->body.p + at, o->body.n - at);
	mt_seal_add_own(s->l->seal, c, &e->k, &m, &o->body);
	o->sent = true;
	mt_bulk_resume(s);
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

bool mt_send_update_now(struct mt_session *s, struct slice body)
{
	struct mt_conn *c = way_out(s);
	struct mt_packet m;
	int64_t id;

	if (s->dirty || !c || c->post)
		return false;
	for (const struct mt_out *o = s->out; o; o = o->next)
		if (!o->sent)
			return false;
	id = mt_session_next_id(s, 3);
	m = packet_of(s, id >> 32); /* a clock read once */
	m.msg_id = id;
	m.seq_no = s->content++ * 2 + 1;
	m.body = body;
	seal(s, c, &m);
	return true;
}

static void flush_session(struct mt_session *s)
{
	struct mt_conn *c;

	if (!way_out(s))
		return; /* answers wait for a connection */
	renew_stale(s);
	while ((c = way_out(s)) != NULL && (flush_packet(s, c) || flush_bulk(s, c)))
		;
	forget_sent(s);
	if (!s->n_acks) {
		free(s->acks);
		s->acks = NULL;
	}
}

void mt_send_empty(struct mt_session *s, struct mt_conn *c)
{
	struct mt_packet m = packet_of(s, clock_unix());
	struct buf box = {0};

	m.msg_id = mt_session_next_id(s, 1);
	m.seq_no = s->content * 2;
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
	struct mt_packet m = packet_of(s, clock_unix());

	m.body = buf_slice(body);
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

	mt_open_flush(l);
	flush_sessions(l);
	mt_seal_flush(l->seal);
	mt_bulk_run_held(l);
	if (l->scratch.cap > 65536)
		buf_fini(&l->scratch);
}
