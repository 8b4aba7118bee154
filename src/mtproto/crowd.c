/*
 * crowd.c - one body for many listeners: copied for each, with the few numbers that are his own written into it. A loop takes so
 * many at a turn, so that pings and calls of others come in between.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mtproto/private.h"

enum { AT_A_TURN = 192 }; /* copied, encrypted and sent: some 1.5 ms */

struct crowd {
	_Atomic unsigned refs;
	struct buf body;
	size_t n_places;
	struct mt_place places[];
};

struct crowd_msg {
	struct io_msg m;
	struct mt_server *s;
	struct crowd *crowd;
	size_t n, at;
	struct mt_listener who[];
};

static void crowd_unref(struct crowd *c)
{
	if (atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	buf_fini(&c->body);
	free(c);
}

static void deliver(struct mt_loop *l, const struct crowd *c, const struct mt_listener *who)
{
	struct mt_session *s = mt_taker_of(mt_key_find(l, who->key));
	struct buf b = {0};

	if (!s)
		return;
	buf_put(&b, c->body.p, c->body.n);
	for (size_t i = 0; i < c->n_places; i++) {
		const struct mt_place *p = &c->places[i];
		int64_t v = l->s->ops.viewer_value(l->s->ops.ctx, who->viewer, p->kind, p->target);

		memcpy(b.p + p->at, &v, sizeof(v));
	}
	mt_send_update(s, &b);
	buf_fini(&b);
}

static void run(struct io_loop *io, struct io_msg *m)
{
	struct crowd_msg *d = (struct crowd_msg *)m;
	struct mt_loop *l = d->s->loops[io_loop_index(io) % d->s->n];
	size_t until = d->at + AT_A_TURN < d->n ? d->at + AT_A_TURN : d->n;

	for (; d->at < until; d->at++)
		deliver(l, d->crowd, &d->who[d->at]);
	if (d->at < d->n) {
		io_post(io, &d->m); /* behind what came in the meantime */
		return;
	}
	crowd_unref(d->crowd);
	free(d);
}

void mt_server_push_crowd(struct mt_server *s, struct buf *body, const struct mt_place *places,
                          size_t n_places, const struct mt_listener *who, size_t n)
{
	struct crowd_msg *of[MT_LOOPS_MAX] = {0};
	size_t count[MT_LOOPS_MAX] = {0};
	struct crowd *c;

	for (size_t i = 0; i < n; i++)
		count[mt_home(s, who[i].key)->index]++;
	c = xmalloc(sizeof(*c) + n_places * sizeof(*places));
	atomic_init(&c->refs, 1);
	c->body = *body;
	*body = (struct buf){0};
	c->n_places = n_places;
	if (n_places)
		memcpy(c->places, places, n_places * sizeof(*places));
	for (unsigned i = 0; i < s->n; i++) {
		if (!count[i])
			continue;
		of[i] = xcalloc(1, sizeof(*of[i]) + count[i] * sizeof(of[i]->who[0]));
		of[i]->m.run = run;
		of[i]->s = s;
		of[i]->crowd = c;
		atomic_fetch_add(&c->refs, 1);
	}
	for (size_t i = 0; i < n; i++) {
		struct crowd_msg *d = of[mt_home(s, who[i].key)->index];

		d->who[d->n++] = who[i];
	}
	for (unsigned i = 0; i < s->n; i++)
		if (of[i])
			io_post(s->loops[i]->io, &of[i]->m);
	crowd_unref(c);
}
