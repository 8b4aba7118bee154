/*
 * flush.c - at the end of the loop's turn what sessions have to say (send.c) becomes packets: several messages in one container, a large
 * answer in a packet of its own; and which connection they leave by.
 */
#include <stdlib.h>

#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

enum { PACKET_SOFT_MAX = 512 * 1024 };

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
		m.body = mt_out_body(only);
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
		if (n && box.n + mt_out_body(o).n > PACKET_SOFT_MAX)
			break;
		put_message(&box, o->msg_id, o->seq_no, mt_out_body(o));
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
		mt_out_give_ids(s, o, MT_MSG_ANSWER);
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

	l->bulk_made = 0;
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

void mt_flush_large(struct mt_loop *l)
{
	if (l->bulk_made < MT_BULK_TOGETHER)
		return;
	flush_sessions(l);
	mt_seal_flush(l->seal);
}

void mt_flush(struct io_loop *io, void *loop)
{
	struct mt_loop *l = loop;

	mt_open_some(l);
	flush_sessions(l);
	mt_seal_flush(l->seal);
	mt_bulk_run_held(l);
	if (l->scratch.cap > 65536)
		buf_fini(&l->scratch);
}
