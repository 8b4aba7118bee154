/*
 * crowd.c - one body for many listeners, or a few, one for each layer: the numbers that are each one's own are written into it, and
 * it is sealed from there. Listeners come in one order, whichever body is theirs: to go through all for each body would be to
 * fetch the memory of them, and of their sockets, at strides.
 * A loop goes on for a moment at a turn, so that pings and calls of others come in between.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "mtproto/conn_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

enum { AT_A_TIME = 32, SLICE_USEC = 1500 };

struct crowd {
	_Atomic unsigned refs;
	size_t n;
	struct mt_body body[];
};

struct crowd_msg {
	struct io_msg m;
	struct mt_server *s;
	struct crowd_msg *next; /* of the loop's */
	struct crowd *crowd;
	struct buf *body; /* of each, this loop's */
	size_t n, at;
	struct mt_listener who[];
};

static void crowd_unref(struct crowd *c)
{
	if (atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	for (size_t i = 0; i < c->n; i++) {
		free((struct mt_place *)c->body[i].places);
		buf_fini(&c->body[i].bytes);
	}
	free(c);
}

/* The body is the loop's own: what the one before had of his own in it is written over. */
static void deliver(struct mt_loop *l, const struct crowd_msg *d, const struct mt_listener *who,
                    struct mt_session *s)
{
	const struct mt_body *of = &d->crowd->body[who->body];
	const struct buf *body = &d->body[who->body];
	struct buf b = {0};

	for (size_t i = 0; i < of->n_places; i++) {
		const struct mt_place *p = &of->places[i];
		int64_t v = l->s->ops.viewer_value(l->s->ops.ctx, who->viewer, p->kind, p->target);

		memcpy(body->p + p->at, &v, sizeof(v));
	}
	if (mt_send_update_now(s, buf_slice(body)))
		return;
	buf_put(&b, body->p, body->n);
	mt_send_update(s, &b);
	buf_fini(&b);
}

/* The first bytes of something that is looked at next. */
static void prefetch(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i += 64)
		__builtin_prefetch((const uint8_t *)p + i);
}

/*
 * The sessions that take it, with what sending to them looks at. None of that is in the processor's caches, and each lies behind
 * the one before: so a step is done for all before the next, and the processor waits for many at a time.
 */
static void find_takers(const struct mt_loop *l, const struct mt_listener *who, size_t n,
                        struct mt_session **ret)
{
	struct mt_key_entry *e[AT_A_TIME];
	usec_t now = clock_usec();

	for (size_t i = 0; i < n; i++)
		mt_key_prefetch(l, who[i].key);
	for (size_t i = 0; i < n; i++)
		e[i] = mt_key_fetch(l, who[i].key);
	for (size_t i = 0; i < n; i++)
		if ((e[i] = mt_key_use(e[i], now)) != NULL && e[i]->sessions)
			prefetch(e[i]->sessions, offsetof(struct mt_session, conns) + 64);
	for (size_t i = 0; i < n; i++)
		if ((ret[i] = mt_taker_of(e[i])) != NULL && ret[i]->n_conns)
			prefetch(ret[i]->conns[ret[i]->n_conns - 1], offsetof(struct mt_conn, timer));
	for (size_t i = 0; i < n; i++)
		if (ret[i] && ret[i]->n_conns)
			mt_conn_prefetch(ret[i]->conns[ret[i]->n_conns - 1]);
}

/* Some of the foremost one's, which goes once all have it. */
static void deliver_some(struct mt_loop *l, struct crowd_msg *d)
{
	size_t n = d->n - d->at < AT_A_TIME ? d->n - d->at : AT_A_TIME;
	const struct mt_listener *who = &d->who[d->at];
	struct mt_session *s[AT_A_TIME];

	find_takers(l, who, n, s);
	for (size_t i = 0; i < n; i++)
		if (s[i])
			deliver(l, d, &who[i], s[i]);
	d->at += n;
	if (d->at < d->n)
		return;
	l->crowds = d->next;
	for (size_t i = 0; i < d->crowd->n; i++)
		buf_fini(&d->body[i]);
	free(d->body);
	crowd_unref(d->crowd);
	free(d);
}

static void go_on(struct io_loop *io, struct io_msg *m)
{
	struct crowd_msg *d = (struct crowd_msg *)m;
	struct mt_loop *l = d->s->loops[io_loop_index(io) % d->s->n];
	usec_t end = clock_usec() + SLICE_USEC;

	do
		deliver_some(l, l->crowds);
	while (l->crowds && clock_usec() < end);
	mt_seal_flush(l->seal);
	if (l->crowds) {
		l->crowds->m.run = go_on;
		io_post(io, &l->crowds->m); /* behind what came in the meantime */
	}
}

/* One after the other: whoever is late in one must not get the next before it. */
static void run(struct io_loop *io, struct io_msg *m)
{
	struct crowd_msg *d = (struct crowd_msg *)m;
	struct mt_loop *l = d->s->loops[io_loop_index(io) % d->s->n];

	d->body = xcalloc(d->crowd->n, sizeof(*d->body));
	for (size_t i = 0; i < d->crowd->n; i++)
		buf_put(&d->body[i], d->crowd->body[i].bytes.p, d->crowd->body[i].bytes.n);
	if (l->crowds) {
		l->last_crowd->next = d;
		l->last_crowd = d;
	} else {
		l->crowds = l->last_crowd = d;
		go_on(io, m);
	}
}

static struct crowd *crowd_new(struct mt_body *bodies, size_t n)
{
	struct crowd *c = xmalloc(sizeof(*c) + n * sizeof(c->body[0]));

	atomic_init(&c->refs, 1);
	c->n = n;
	for (size_t i = 0; i < n; i++) {
		struct mt_place *places = xcalloc(bodies[i].n_places + 1, sizeof(*places));

		if (bodies[i].n_places)
			memcpy(places, bodies[i].places, bodies[i].n_places * sizeof(*places));
		c->body[i] = (struct mt_body){bodies[i].bytes, places, bodies[i].n_places};
		bodies[i].bytes = (struct buf){0};
	}
	return c;
}

void mt_server_push_crowd(struct mt_server *s, struct mt_body *bodies, size_t n_bodies,
                          const struct mt_listener *who, size_t n)
{
	struct crowd *c = crowd_new(bodies, n_bodies);
	struct crowd_msg *of[MT_LOOPS_MAX] = {0};
	size_t count[MT_LOOPS_MAX] = {0};

	for (size_t i = 0; i < n; i++)
		count[mt_home(s, who[i].key)->index]++;
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
