/* cdn.c - connections to a CDN DC: whose we are, and when they end (api.md 7.8). */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"

bool mt_is_cdn(const struct mt_server *s, int32_t dc)
{
	return s->ops.is_cdn && s->ops.is_cdn(s->ops.ctx, dc);
}

unsigned mt_cdn_pq_delay(const struct mt_server *s, int32_t dc)
{
	if (!mt_is_cdn(s, dc))
		return 0;
	return s->ops.pq_delay ? s->ops.pq_delay(s->ops.ctx, dc) : s->cfg.cdn.pq_delay;
}

unsigned mt_cdn_idle(const struct mt_server *s)
{
	return atomic_load_explicit(&s->cdn_idle, memory_order_relaxed);
}

struct hurry {
	struct io_msg m;
	struct mt_server *s;
};

/* Connections that were promised longer. */
static void hurry(struct io_loop *io, struct io_msg *m)
{
	struct hurry *h = (struct hurry *)m;
	struct mt_loop *l = h->s->loops[io_loop_index(io) % h->s->n];
	usec_t until = clock_usec() + mt_cdn_idle(h->s) * 1000LL;
	struct mt_conn *c, *t;

	HASH_ITER (hh, l->conns, c, t)
		if (!c->ending && c->timer.prev && c->timer.due > until)
			io_timer_set(io, &c->timer, until);
	free(h);
}

void mt_server_set_idle(struct mt_server *s, unsigned msec)
{
	atomic_store(&s->cdn_idle, msec);
	for (unsigned i = 0; i < s->n; i++) {
		struct hurry *h = xcalloc(1, sizeof(*h));

		h->m.run = hurry;
		h->s = s;
		io_post(s->loops[i]->io, &h->m);
	}
}

static void end_in(struct mt_conn *c, unsigned msec)
{
	io_timer_set(c->l->io, &c->timer, clock_usec() + (usec_t)msec * 1000);
}

void mt_cdn_key_unknown(struct mt_conn *c)
{
	const struct mt_cdn_manners *m = &c->l->s->cfg.cdn;
	usec_t since = c->pq_at ? clock_usec() - c->pq_at : 0, until = m->spare_until * 1000LL;

	if (c->unknown)
		return;
	if (!c->io || since < m->spare_from * 1000LL || since >= until) {
		mt_conn_error(c, -404);
		return;
	}
	c->unknown = c->ending = true;
	io_timer_set(c->l->io, &c->timer, c->pq_at + until);
}

void mt_cdn_tell_unknown(struct mt_conn *c)
{
	c->unknown = c->ending = false;
	mt_conn_error(c, -404);
}

void mt_cdn_called(struct mt_session *s, struct mt_conn *c)
{
	unsigned idle = mt_cdn_idle(c->l->s);

	if (idle && !c->ending && mt_is_cdn(c->l->s, s->key->k.dc))
		end_in(c, idle);
}

void mt_cdn_answered(struct mt_session *s)
{
	unsigned linger = s->l->s->cfg.cdn.linger;

	if (!linger || !mt_is_cdn(s->l->s, s->key->k.dc))
		return;
	for (unsigned i = 0; i < s->n_conns; i++) {
		if (s->conns[i]->ending || !s->conns[i]->io)
			continue;
		s->conns[i]->ending = true;
		end_in(s->conns[i], linger);
	}
}
