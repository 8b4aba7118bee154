/* server.c - the server's life, and the doors through which other threads reach its loops. */
#include "mtproto/server.h"

#include <assert.h>
#include <stdlib.h>

#include <utlist.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

#define SWEEP_USEC            500000
#define HANDSHAKES_PER_SECOND 50
#define HANDSHAKES_BURST      500
#define SWEEPS_ALL            40u /* each so-manieth looks at everything, not only at what is busy */

static void sweep(struct io_loop *io, struct io_timer *t)
{
	struct mt_loop *l = (struct mt_loop *)((char *)t - offsetof(struct mt_loop, sweep));
	usec_t now = clock_usec();

	bool all = ++l->sweeps % SWEEPS_ALL == 0;

	mt_session_sweep(l, now, all);
	mt_handshake_sweep(l, now);
	if (all)
		mt_keys_sweep(l, now);
	io_timer_set(io, t, now + SWEEP_USEC);
}

int mt_server_new(const struct mt_server_config *cfg, struct mt_server **ret_s)
{
	struct mt_server *s = xcalloc(1, sizeof(*s) + cfg->n_loops * sizeof(s->loops[0]));

	s->cfg = *cfg;
	s->keys = *cfg->keys;
	s->ops = *cfg->ops;
	s->n = cfg->n_loops;
	s->started = clock_unix();
	s->cdn_idle = cfg->cdn.idle;
	s->work = io_work_new(2);
	assert(s->n >= 1 && s->n <= MT_LOOPS_MAX);
	if (!s->cfg.handshakes_per_second)
		s->cfg.handshakes_per_second = HANDSHAKES_PER_SECOND;
	if (!s->cfg.handshakes_burst)
		s->cfg.handshakes_burst = HANDSHAKES_BURST;
	if (!s->cfg.test_mode)
		s->rates = mt_rates_new(s->cfg.handshakes_per_second, s->cfg.handshakes_burst);
	for (unsigned i = 0; i < s->n; i++) {
		struct mt_loop *l = s->loops[i] = xcalloc(1, sizeof(*l));

		l->s = s;
		l->io = cfg->loops[i];
		l->index = i;
		l->next_serial = i;
		l->seal = mt_seal_new();
		l->open = mt_open_new();
		l->sweep.fire = sweep;
		io_timer_set(l->io, &l->sweep, clock_usec() + SWEEP_USEC);
	}
	*ret_s = s;
	return 0;
}

static void loop_free(struct mt_loop *l)
{
	struct mt_session *s, *st;
	struct mt_key_entry *e, *et;

	HASH_ITER (hh, l->sessions, s, st)
		mt_session_free(s);
	mt_handshake_free_all(l);
	DL_FOREACH_SAFE(l->keys, e, et)
	{
		while (e->waiting) {
			struct mt_parked *p = e->waiting;

			e->waiting = p->next;
			free(p);
		}
		mt_key_entry_free(e);
	}
	idmap_fini(&l->keys_by_id);
	mt_routes_free(l);
	buf_fini(&l->scratch);
	mt_open_free(l->open);
	mt_seal_free(l->seal);
	free(l);
}

static void drain_all(struct mt_server *s)
{
	bool any = true;

	while (any) {
		any = false;
		for (unsigned i = 0; i < s->n; i++)
			any |= io_loop_drain(s->loops[i]->io);
	}
}

/* Connections end, and whatever is on its way to a loop arrives, while everything is still there to take it. */
static void close_all(struct mt_server *s)
{
	struct mt_conn *c, *t;

	for (unsigned i = 0; i < s->n; i++)
		io_timer_clear(&s->loops[i]->sweep);
	drain_all(s); /* a connection that is between two loops is only seen when it has arrived */
	for (unsigned i = 0; i < s->n; i++)
		HASH_ITER (hh, s->loops[i]->conns, c, t)
			mt_conn_close(c);
	drain_all(s);
}

void mt_server_free(struct mt_server *s)
{
	if (!s)
		return;
	io_work_free(s->work);
	close_all(s);
	for (unsigned i = 0; i < s->n; i++)
		loop_free(s->loops[i]);
	mt_rates_free(s->rates);
	free(s);
}

uint64_t mt_new_serial(struct mt_loop *l)
{
	return l->next_serial += 1u << 8;
}

enum door { DOOR_REPLY, DOOR_PUSH, DOOR_WANTS, DOOR_USER, DOOR_DROP, DOOR_DROP_TEMP, DOOR_ROOM };

struct door_msg {
	struct io_msg m;
	struct mt_server *s;
	enum door door;
	struct mt_ref session;
	int64_t id; /* req_msg_id or key id */
	int64_t user_id;
	int flags;
	struct buf body;
	struct mt_batch *batch;
};

struct mt_session *mt_taker_of(const struct mt_key_entry *e)
{
	struct mt_session *s, *best = NULL;

	for (s = e ? e->sessions : NULL; s; s = s->next_of_key) {
		if (!mt_session_is_live(s) || (s->temp && s->temp->k.expires <= clock_unix()))
			continue; /* what a key says ends with its time, not with its connection */
		if (!best || s->wants_order > best->wants_order ||
		    (s->wants_order == best->wants_order && s->born < best->born))
			best = s;
	}
	return best;
}

static void set_user(struct mt_loop *l, int64_t key_id, int64_t user_id)
{
	struct mt_key_entry *e = idmap_get(&l->keys_by_id, (uint64_t)key_id);

	if (e)
		e->k.user_id = user_id;
	if (e && e->online)
		l->s->ops.key_online(l->s->ops.ctx, key_id, user_id, e->k.layer, true);
}

static void run_door(struct io_loop *io, struct io_msg *m)
{
	struct door_msg *d = (struct door_msg *)m;
	struct mt_loop *l = d->s->loops[io_loop_index(io) % d->s->n];
	struct mt_session *s;

	switch (d->door) {
	case DOOR_REPLY:
		s = mt_session_by_ref(l, d->session);
		if (s)
			mt_answer(s, d->id, &d->body, d->flags);
		mt_flush_large(l);
		break;
	case DOOR_PUSH:
		s = mt_taker_of(mt_key_find(l, d->id));
		if (s)
			mt_send_batch(s, d->batch);
		break;
	case DOOR_WANTS:
		s = mt_session_by_ref(l, d->session);
		if (s)
			s->wants_order = ++l->next_want;
		break;
	case DOOR_USER:
		set_user(l, d->id, d->user_id);
		break;
	case DOOR_DROP:
		mt_key_forget(l, d->id);
		break;
	case DOOR_DROP_TEMP:
		mt_keys_drop_temp(l, d->id, (const int64_t *)(const void *)d->body.p,
		                  (uint32_t)(d->body.n / 8));
		break;
	case DOOR_ROOM:
		mt_stalled_go_on(l);
		break;
	}
	buf_fini(&d->body);
	mt_batch_unref(&d->batch);
	free(d);
}

struct mt_loop *mt_home(struct mt_server *s, int64_t perm_key_id)
{
	return s->loops[((uint64_t)perm_key_id * 0x9e3779b97f4a7c15u >> 32) % s->n];
}

static struct door_msg *door_new(struct mt_server *s, enum door door)
{
	struct door_msg *d = xcalloc(1, sizeof(*d));

	d->m.run = run_door;
	d->s = s;
	d->door = door;
	return d;
}

void mt_server_reply_here(struct mt_server *s, const struct mt_call *c, struct buf *body, int flags)
{
	struct mt_loop *l = s->loops[c->session.loop % s->n];
	struct mt_session *to = l->receiving ? mt_session_by_ref(l, c->session) : NULL;

	if (to)
		mt_answer(to, c->msg_id, body, flags);
	else
		mt_server_reply(s, c->session, c->msg_id, body, flags);
}

void mt_server_reply(struct mt_server *s, struct mt_ref session, int64_t req_msg_id, struct buf *body,
                     int flags)
{
	struct door_msg *d = door_new(s, DOOR_REPLY);

	d->session = session;
	d->id = req_msg_id;
	d->flags = flags;
	d->body = *body;
	*body = (struct buf){0};
	if (flags & MT_REPLY_LATER)
		io_post_quietly(s->loops[session.loop % s->n]->io, &d->m);
	else
		io_post(s->loops[session.loop % s->n]->io, &d->m);
}

void mt_server_replied(struct mt_server *s)
{
	for (unsigned i = 0; i < s->n; i++)
		io_wake(s->loops[i]->io);
}

void mt_server_push(struct mt_server *s, int64_t perm_key_id, struct mt_batch *b)
{
	struct door_msg *d = door_new(s, DOOR_PUSH);

	d->id = perm_key_id;
	d->batch = mt_batch_ref(b);
	io_post(mt_home(s, perm_key_id)->io, &d->m);
}

void mt_server_wants_updates(struct mt_server *s, struct mt_ref session)
{
	struct door_msg *d = door_new(s, DOOR_WANTS);

	d->session = session;
	io_post(s->loops[session.loop % s->n]->io, &d->m);
}

void mt_server_has_room(struct mt_server *s)
{
	for (unsigned i = 0; i < s->n; i++)
		io_post(s->loops[i]->io, &door_new(s, DOOR_ROOM)->m);
}

void mt_server_set_user(struct mt_server *s, int64_t perm_key_id, int64_t user_id)
{
	struct door_msg *d = door_new(s, DOOR_USER);

	d->id = perm_key_id;
	d->user_id = user_id;
	io_post(mt_home(s, perm_key_id)->io, &d->m);
}

void mt_server_drop_temp(struct mt_server *s, int64_t perm_key_id, const int64_t *except, uint32_t n)
{
	struct door_msg *d = door_new(s, DOOR_DROP_TEMP);

	d->id = perm_key_id;
	if (n)
		buf_put(&d->body, except, n * sizeof(*except));
	io_post(mt_home(s, perm_key_id)->io, &d->m);
}

void mt_server_drop_key(struct mt_server *s, int64_t perm_key_id)
{
	struct door_msg *d = door_new(s, DOOR_DROP);

	d->id = perm_key_id;
	io_post(mt_home(s, perm_key_id)->io, &d->m);
}
