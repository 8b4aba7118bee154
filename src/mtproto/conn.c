/* conn.c - a connection's packets: transport in front, keys and sessions behind. Several keys may speak on one connection. */
#include <stdlib.h>

#include "base/counters.h"
#include "base/err.h"
#include "base/mem.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

enum { DELAY_MIN = 5, DELAY_MAX = 180, DCS = 5, TEST_DC = 10000 };
#define ERROR_LINGER_USEC 5000000  /* gotd begins a handshake on the connection that got -404 */
#define SILENT_USEC       60000000 /* until the first whole packet */

void mt_conn_touch(struct mt_conn *c)
{
	if (c->ending)
		return;
	/* A node's end when no call comes (cdn.c), whatever else does. */
	if (mt_cdn_idle(c->l->s)) {
		if (!c->timer.prev)
			io_timer_set(c->l->io, &c->timer, clock_usec() + mt_cdn_idle(c->l->s) * 1000LL);
		return;
	}
	io_timer_set(c->l->io, &c->timer, clock_usec() + (c->delay ? c->delay : MT_IDLE_USEC));
}

void mt_conn_delay(struct mt_conn *c, usec_t delay)
{
	if (c->post)
		return;
	if (delay < DELAY_MIN * 1000000)
		delay = DELAY_MIN * 1000000;
	if (delay > DELAY_MAX * 1000000LL)
		delay = DELAY_MAX * 1000000LL;
	if (!c->io) {
		mt_far_delay(c, delay);
		return;
	}
	c->delay = delay;
	mt_conn_touch(c);
}

void mt_conn_poll(struct mt_conn *c, usec_t max_wait)
{
	if (!c->post)
		return;
	c->polled = true;
	c->delay = max_wait > MT_POLL_USEC ? MT_POLL_USEC : max_wait < 1 ? 1 : max_wait;
	mt_conn_touch(c);
}

uint8_t *mt_conn_begin(struct mt_conn *c, size_t n, struct buf *b, struct mt_frame *ret)
{
	c->answered = true;
	if (!c->io)
		return mt_far_begin(c, n, ret);
	*ret = (struct mt_frame){.b = b, .n = n};
	b->n = 0;
	return tr_begin(&c->t, b, n, &ret->at);
}

uint8_t *mt_conn_begin_own(struct mt_conn *c, size_t n, struct buf *taken, size_t at, struct buf *b,
                           struct mt_frame *ret)
{
	if (!c->io)
		return NULL;
	c->answered = true;
	buf_fini(b);
	*b = *taken;
	*taken = (struct buf){0};
	b->n = at + n;
	*ret = (struct mt_frame){.b = b, .n = n, .at = at - tr_head_size(&c->t, n), .own = true};
	return b->p + at;
}

void mt_conn_end(struct mt_conn *c, struct mt_frame *f)
{
	if (!c->io) {
		mt_far_send(c, f);
		return;
	}
	tr_end(&c->t, f->b, f->at, f->n);
	if (f->own)
		io_conn_give(c->io, f->b, f->at);
	else
		io_conn_send(c->io, f->b->p, f->b->n);
}

void mt_conn_send(struct mt_conn *c, const void *p, size_t n)
{
	struct mt_frame f;

	memcpy(mt_conn_begin(c, n, &c->l->scratch, &f), p, n);
	mt_conn_end(c, &f);
}

void mt_conn_quick_ack(struct mt_conn *c, uint32_t token)
{
	struct buf *b = &c->l->scratch;

	if (!c->io) {
		mt_far_ack(c, token);
		return;
	}
	b->n = 0;
	tr_put_quick_ack(&c->t, b, token);
	io_conn_send(c->io, b->p, b->n);
}

void mt_conn_error(struct mt_conn *c, int32_t code)
{
	struct buf *b = &c->l->scratch;

	c->answered = true;
	if (!c->io) {
		mt_far_error(c, code);
		return;
	}
	b->n = 0;
	tr_put_error(&c->t, b, code);
	io_conn_send(c->io, b->p, b->n);
	io_timer_set(c->l->io, &c->timer, clock_usec() + ERROR_LINGER_USEC);
}

void mt_conn_close(struct mt_conn *c)
{
	if (c->io)
		io_conn_close(c->io, false);
	else
		mt_far_close(c);
}

struct mt_conn *mt_conn_find(struct mt_loop *l, uint64_t serial)
{
	struct mt_conn *c;

	HASH_FIND(hh, l->conns, &serial, sizeof(serial), c);
	return c;
}

void mt_conn_prefetch(const struct mt_conn *c)
{
	tr_prefetch(&c->t);
	if (c->io)
		io_conn_prefetch(c->io);
}

const char *mt_conn_ip(const struct mt_conn *c)
{
	return c->io ? io_conn_ip(c->io) : c->ip;
}

static void on_timer(struct io_loop *io, struct io_timer *t)
{
	struct mt_conn *c = (struct mt_conn *)((char *)t - offsetof(struct mt_conn, timer));

	if (c->post && !c->answered && c->n_sessions)
		mt_send_empty(c->sessions[0], c);
	else if (c->unknown)
		mt_cdn_tell_unknown(c);
	else if (c->io &&
	         mt_cdn_idle(c->l->s)) /* stuck, if it is not done: what lies in buffers would keep it so */
		io_conn_cut(c->io);
	else
		mt_conn_close(c);
}

/* A DC below 0 means media; clients that mean nothing leave random bytes there (mtproto.md 1.5). */
static bool is_media(int16_t dc)
{
	return (dc < 0 && dc >= -DCS) || (dc < -TEST_DC && dc >= -TEST_DC - DCS);
}

static int begin(struct mt_conn *c, struct buf *in)
{
	int r = c->stream ? tr_accept_obfuscated(&c->t, in) : tr_accept(&c->t, c->l->s->cfg.secret, in);

	if (r == 0) {
		c->accepted = true;
		c->media = is_media(c->t.dc);
	}
	return r;
}

static void on_bytes(void *user, struct io_conn *io, struct buf *in, size_t n_new)
{
	struct mt_conn *c = user;
	struct tr_packet pkt = {0};
	size_t used = 0;
	int r = 0;

	if (!c->accepted)
		r = begin(c, in); /* what is left over is decrypted by it */
	else if (!c->clear)
		tr_decrypt(&c->t, in->p + in->n - n_new, n_new);
	c->clear = false;
	if (r == -ERR_AGAIN || (r == 0 && mt_stall(c, in->n)))
		return;
	while (r == 0 && !c->to && !io_conn_is_closing(io) && (r = tr_next(&c->t, in, used, &pkt)) == 0) {
		c->whole = !used && pkt.used == in->n ? in : NULL;
		used += pkt.used;
		if (!c->delay)
			mt_conn_touch(c);
		c->l->receiving = true;
		mt_receive(c, (uint8_t *)(uintptr_t)pkt.body.p, pkt.body.n, pkt.quick_ack);
		c->l->receiving = false;
		c->whole = NULL;
		mt_flush_large(c->l);
		if (!in->p)
			used = 0; /* it was taken */
	}
	if (r != -ERR_AGAIN && r != 0)
		mt_conn_close(c);
	buf_consume(in, used);
	if (r == -ERR_AGAIN && pkt.used > in->n && !mt_stall(c, pkt.used))
		io_conn_expect(io, pkt.used - in->n);
	mt_far_depart(c);
}

void mt_conn_free(struct mt_conn *c)
{
	struct mt_parked *p;

	while (c->n_sessions)
		mt_session_detach(c->sessions[0], c);
	io_timer_clear(&c->timer);
	mt_stall_end(c);
	HASH_DEL(c->l->conns, c);
	tr_fini(&c->t);
	while ((p = c->baggage) != NULL) {
		c->baggage = p->next;
		free(p);
	}
	free(c->sessions);
	free(c->ip);
	free(c);
}

/* What it read so slowly has left: there is room for more. */
static void on_drained(void *user, struct io_conn *io)
{
	struct mt_conn *c = user;

	for (unsigned i = 0; i < c->n_sessions; i++)
		mt_bulk_resume(c->sessions[i]);
}

static void on_closed(void *user, struct io_conn *io)
{
	struct mt_conn *c = user;

	COUNT_ADD(c->l->s->cfg.counters, connections, -1);
	mt_far_end(c);
	mt_conn_free(c);
}

static const struct io_conn_ops conn_ops = {on_bytes, on_drained, on_closed};

struct mt_conn *mt_conn_new(struct mt_loop *l, struct io_conn *io, uint64_t serial)
{
	struct mt_conn *c = xcalloc(1, sizeof(*c));

	c->l = l;
	c->io = io;
	c->serial = serial;
	c->timer.fire = on_timer;
	HASH_ADD(hh, l->conns, serial, sizeof(c->serial), c);
	if (io)
		io_conn_set_user(io, &conn_ops, c);
	return c;
}

static struct mt_conn *adopt(struct mt_server *s, struct io_conn *io)
{
	struct mt_loop *l = s->loops[io_loop_index(io_conn_loop(io)) % s->n];
	struct mt_conn *c = mt_conn_new(l, io, mt_new_serial(l));

	io_timer_set(l->io, &c->timer,
	             clock_usec() + (mt_cdn_idle(s) ? mt_cdn_idle(s) * 1000LL : SILENT_USEC));
	COUNT(s->cfg.counters, connections);
	COUNT(s->cfg.counters, connections_total);
	return c;
}

void mt_server_adopt(struct mt_server *s, struct io_conn *io)
{
	adopt(s, io);
	io_conn_start(io);
}

void mt_server_adopt_stream(struct mt_server *s, struct io_conn *io)
{
	adopt(s, io)->stream = true;
	io_conn_start(io);
}

void mt_server_adopt_post(struct mt_server *s, struct io_conn *io)
{
	struct mt_conn *c = adopt(s, io);

	tr_raw(&c->t);
	c->post = c->accepted = true;
	c->delay = MT_POLL_USEC;
	mt_conn_touch(c);
	io_conn_start(io);
}
