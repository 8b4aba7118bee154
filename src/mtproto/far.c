/*
 * far.c - connections whose keys live on other loops. A socket of ours moves there with its first packet. What cannot move (a
 * WebSocket, an HTTP request, a connection on which keys of several loops speak) has faces on those loops: packets go to a
 * face and come back from it by mailbox, sealed; framing and timers stay with the real connection. Mailboxes keep their
 * order, so a face ends after the last packet that was sent to it.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/session_private.h"

#define FLOW_MAX                                                                                             \
	IO_OUT_MAX /* bytes on their way from one connection; whoever sends faster than we decrypt is closed */
#define POST_USEC (MT_POLL_USEC + 20000000) /* a request whose face waits for something to say */

enum far {
	FAR_PACKET, /* to a face: a packet that is yours */
	FAR_END,    /* to a face: the connection is over */
	FAR_BACK,   /* to the real one: this packet belongs to that loop */
	FAR_SEND,
	FAR_ACK,
	FAR_ERROR,
	FAR_DELAY,
	FAR_CLOSE
};

/* How much is under way: counted up by the real one, down by its faces. */
struct mt_flow {
	_Atomic unsigned refs;
	_Atomic size_t bytes;
};

struct mt_far {
	struct io_msg m;
	struct mt_server *s;
	struct mt_flow *flow;
	enum far kind;
	bool post, media, quick_ack;
	uint16_t to;     /* FAR_BACK */
	uint64_t serial; /* of the connection */
	uint32_t token;
	int32_t code;
	usec_t delay;
	char ip[46];
	size_t n;
	uint8_t bytes[];
};

static void flow_unref(struct mt_flow *f)
{
	if (f && atomic_fetch_sub(&f->refs, 1) == 1)
		free(f);
}

static struct mt_loop *real_loop(const struct mt_conn *face)
{
	return face->l->s->loops[face->serial & 0xff];
}

static void run(struct io_loop *io, struct io_msg *m);

static struct mt_far *far_new(const struct mt_conn *c, enum far kind, size_t n)
{
	struct mt_far *f = xmalloc(sizeof(*f) + n);

	*f = (struct mt_far){.m.run = run, .s = c->l->s, .kind = kind, .serial = c->serial, .n = n};
	return f;
}

static void post(struct mt_loop *to, struct mt_far *f)
{
	io_post(to->io, &f->m);
}

/* ---- on the real connection's loop ---- */

static void to_face(struct mt_conn *c, struct mt_loop *to, const uint8_t *p, size_t n, bool quick_ack)
{
	struct mt_far *f;

	if (!c->flow) {
		c->flow = xcalloc(1, sizeof(*c->flow));
		atomic_init(&c->flow->refs, 1);
	}
	if (atomic_fetch_add(&c->flow->bytes, n) + n > FLOW_MAX) {
		mt_conn_close(c);
		return;
	}
	f = far_new(c, FAR_PACKET, n);
	f->post = c->post;
	f->media = c->media;
	f->quick_ack = quick_ack;
	memcpy(f->ip, io_conn_ip(c->io), sizeof(f->ip));
	f->flow = c->flow;
	atomic_fetch_add(&c->flow->refs, 1);
	memcpy(f->bytes, p, n);
	post(to, f);
	if (c->post)
		io_timer_set(c->l->io, &c->timer, clock_usec() + POST_USEC);
}

/* Nothing of ours holds it here: no session, no packet that waits, no worker, no face. */
static bool may_leave(const struct mt_conn *c)
{
	return !io_conn_is_pipe(c->io) && !io_conn_is_closing(c->io) && !c->n_sessions && !c->n_parked &&
	       !c->n_opening && !c->n_at_work && !c->flow;
}

static void take_along(struct mt_conn *c, const uint8_t *p, size_t n, bool quick_ack)
{
	struct mt_parked *pk = xmalloc(sizeof(*pk) + n);

	*pk = (struct mt_parked){.quick_ack = quick_ack, .n = n};
	memcpy(pk->bytes, p, n);
	if (c->last_baggage)
		c->last_baggage->next = pk;
	else
		c->baggage = pk;
	c->last_baggage = pk;
}

struct departure {
	struct mt_server *s;
	struct transport t;
	struct mt_parked *baggage;
	usec_t delay;
	bool stream, media, clear;
};

static void arrive(struct io_loop *io, struct io_conn *ic, void *arg)
{
	struct departure *d = arg;
	struct mt_loop *l = d->s->loops[io_loop_index(io)];
	struct mt_conn *c = mt_conn_new(l, ic, mt_new_serial(l));
	struct mt_parked *p, *next;

	c->t = d->t;
	c->accepted = true;
	c->stream = d->stream;
	c->media = d->media;
	c->clear = d->clear;
	c->delay = d->delay;
	mt_conn_touch(c);
	for (p = d->baggage; p; p = next) {
		next = p->next;
		if (c->to)
			take_along(c, p->bytes, p->n, p->quick_ack);
		else if (!io_conn_is_closing(ic))
			mt_receive_sent(c, p->bytes, p->n, p->quick_ack);
		free(p);
	}
	free(d);
	if (!mt_far_depart(c))
		io_conn_start(ic);
}

bool mt_far_depart(struct mt_conn *c)
{
	struct io_loop *to = c->to ? c->to->io : NULL;
	struct io_conn *io = c->io;
	struct departure *d;

	if (!to || io_conn_is_closing(io))
		return false;
	d = xmalloc(sizeof(*d));
	*d = (struct departure){.s = c->l->s,
	                        .t = c->t,
	                        .baggage = c->baggage,
	                        .delay = c->delay,
	                        .stream = c->stream,
	                        .media = c->media,
	                        .clear = io_conn_unread(io) > 0};
	c->t = (struct transport){0};
	c->baggage = NULL;
	mt_conn_free(c);
	io_conn_move(io, to, arrive, d);
	return true;
}

void mt_far_end(struct mt_conn *c)
{
	struct mt_server *s = c->l->s;

	for (unsigned i = 0; c->flow && i < s->n; i++)
		if (s->loops[i] != c->l)
			post(s->loops[i], far_new(c, FAR_END, 0));
	flow_unref(c->flow);
	c->flow = NULL;
}

/* ---- on a face's loop ---- */

uint8_t *mt_far_begin(struct mt_conn *face, size_t n, struct mt_frame *ret)
{
	struct mt_far *f = far_new(face, FAR_SEND, n);

	*ret = (struct mt_frame){.n = n, .far = f};
	return f->bytes;
}

void mt_far_send(struct mt_conn *face, struct mt_frame *f)
{
	post(real_loop(face), f->far);
}

void mt_far_ack(struct mt_conn *face, uint32_t token)
{
	struct mt_far *f = far_new(face, FAR_ACK, 0);

	f->token = token;
	post(real_loop(face), f);
}

void mt_far_error(struct mt_conn *face, int32_t code)
{
	struct mt_far *f = far_new(face, FAR_ERROR, 0);

	f->code = code;
	post(real_loop(face), f);
}

void mt_far_delay(struct mt_conn *face, usec_t delay)
{
	struct mt_far *f = far_new(face, FAR_DELAY, 0);

	f->delay = delay;
	post(real_loop(face), f);
}

/* The face itself goes in the loop's next turn: whoever closes it may still look at it. */
void mt_far_close(struct mt_conn *face)
{
	if (face->closing)
		return;
	face->closing = true;
	post(real_loop(face), far_new(face, FAR_CLOSE, 0));
	post(face->l, far_new(face, FAR_END, 0));
}

static void back(struct mt_conn *face, struct mt_loop *to, const uint8_t *p, size_t n, bool quick_ack)
{
	struct mt_far *f = far_new(face, FAR_BACK, n);

	f->to = (uint16_t)to->index;
	f->quick_ack = quick_ack;
	memcpy(f->bytes, p, n);
	post(real_loop(face), f);
}

static struct mt_conn *face_of(struct mt_loop *l, const struct mt_far *f)
{
	struct mt_conn *c = mt_conn_find(l, f->serial);

	if (c)
		return c;
	c = mt_conn_new(l, NULL, f->serial);
	c->accepted = true;
	c->post = f->post;
	c->media = f->media;
	c->ip = xstrdup(f->ip);
	if (c->post) {
		c->delay = MT_POLL_USEC;
		mt_conn_touch(c);
	}
	return c;
}

/* ---- messages ---- */

static void on_packet(struct mt_loop *l, struct mt_far *f)
{
	struct mt_conn *face = face_of(l, f);

	atomic_fetch_sub(&f->flow->bytes, f->n);
	if (!face->closing)
		mt_receive_sent(face, f->bytes, f->n, f->quick_ack);
}

static void on_back(struct mt_loop *l, struct mt_conn *c, struct mt_far *f)
{
	int64_t id;

	memcpy(&id, f->bytes, 8);
	if (id)
		mt_route_set(l, id, l->s->loops[f->to]);
	mt_receive(c, f->bytes, f->n, f->quick_ack);
}

static void to_real(struct mt_loop *l, struct mt_conn *c, struct mt_far *f)
{
	switch (f->kind) {
	case FAR_BACK:
		on_back(l, c, f);
		break;
	case FAR_SEND:
		mt_conn_send(c, f->bytes, f->n);
		break;
	case FAR_ACK:
		mt_conn_quick_ack(c, f->token);
		break;
	case FAR_ERROR:
		mt_conn_error(c, f->code);
		break;
	case FAR_DELAY:
		mt_conn_delay(c, f->delay);
		break;
	case FAR_CLOSE:
		mt_conn_close(c);
		break;
	default:
		break;
	}
}

static void run(struct io_loop *io, struct io_msg *m)
{
	struct mt_far *f = (struct mt_far *)m;
	struct mt_loop *l = f->s->loops[io_loop_index(io)];
	struct mt_conn *c;

	if (f->kind == FAR_PACKET) {
		on_packet(l, f);
	} else {
		c = mt_conn_find(l, f->serial);
		if (c && c->io)
			to_real(l, c, f);
		else if (c && f->kind == FAR_END)
			mt_conn_free(c);
	}
	flow_unref(f->flow);
	free(f);
}

/* ---- */

void mt_far_packet(struct mt_conn *c, struct mt_loop *to, const uint8_t *p, size_t n, bool quick_ack)
{
	if (!c->io) {
		back(c, to, p, n, quick_ack);
	} else if (c->to || may_leave(c)) {
		c->to = to;
		take_along(c, p, n, quick_ack);
	} else {
		to_face(c, to, p, n, quick_ack);
	}
}
