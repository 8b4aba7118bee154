/* cdn.c - connections to a CDN DC: whose we are, and when they end (api.md 7.8). */
#include "mtproto/private.h"

bool mt_is_cdn(const struct mt_server *s, int32_t dc)
{
	return s->ops.is_cdn && s->ops.is_cdn(s->ops.ctx, dc);
}

static void end_in(struct mt_conn *c, unsigned msec)
{
	io_timer_set(c->l->io, &c->timer, clock_usec() + (usec_t)msec * 1000);
}

void mt_cdn_called(struct mt_session *s, struct mt_conn *c)
{
	unsigned idle = c->l->s->cfg.cdn.idle;

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
