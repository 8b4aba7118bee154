/* auth_key.c - keys in memory in front of the keystore: loaded by the first packet that needs them, pinned by sessions. */
#include <stdlib.h>

#include <utlist.h>

#include "base/counters.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/hash.h"
#include "mtproto/call_private.h"
#include "mtproto/conn_private.h"
#include "mtproto/in_private.h"
#include "mtproto/key_private.h"
#include "mtproto/out_private.h"
#include "mtproto/session_private.h"

static struct mt_key_entry *lookup(const struct mt_loop *l, int64_t id)
{
	return idmap_get(&l->keys_by_id, (uint64_t)id);
}

struct mt_key_entry *mt_key_use(struct mt_key_entry *e, usec_t now)
{
	if (!e || e->loading || e->gone)
		return NULL;
	if (e->k.expires && e->k.expires <= clock_unix())
		return NULL;
	e->used = now;
	return e;
}

struct mt_key_entry *mt_key_find(struct mt_loop *l, int64_t id)
{
	return mt_key_use(lookup(l, id), clock_usec());
}

void mt_key_prefetch(const struct mt_loop *l, int64_t id)
{
	idmap_prefetch(&l->keys_by_id, (uint64_t)id);
}

struct mt_key_entry *mt_key_fetch(const struct mt_loop *l, int64_t id)
{
	struct mt_key_entry *e = lookup(l, id);

	/* What a packet of ours takes of the key, and what is looked at first. */
	if (e) {
		__builtin_prefetch(e->k.key);
		__builtin_prefetch(e->k.key + 64);
		__builtin_prefetch(e->k.key + 128);
		__builtin_prefetch(&e->k.expires);
		__builtin_prefetch(&e->used);
	}
	return e;
}

int64_t mt_key_salt(struct mt_loop *l, struct mt_key_entry *e, unixtime_t now)
{
	if (!e->salt || e->salt_step != mt_salt_step(now)) {
		e->salt = mt_salt(l->s->cfg.salt_secret, e->k.id, now);
		e->salt_step = mt_salt_step(now);
	}
	return e->salt;
}

void mt_key_entry_free(struct mt_key_entry *e)
{
	wipe(&e->k, sizeof(e->k));
	free(e->gone_sessions);
	free(e->info);
	free(e);
}

static void entry_free(struct mt_loop *l, struct mt_key_entry *e)
{
	DL_DELETE(l->keys, e);
	idmap_drop(&l->keys_by_id, (uint64_t)e->k.id);
	mt_key_entry_free(e);
}

static void routes_sweep(struct mt_loop *l, usec_t before);

/* Secrets lie in memory only for as long as somebody speaks by them. */
void mt_keys_sweep(struct mt_loop *l, usec_t now)
{
	struct mt_key_entry *e, *t;

	DL_FOREACH_SAFE(l->keys, e, t)
	if (!e->pins && !e->loading && now - e->used > MT_KEY_IDLE_USEC)
		entry_free(l, e);
	else if (e->pins && e->k.expires && e->k.expires <= clock_unix())
		mt_key_silence(l, e);
	routes_sweep(l, now - MT_KEY_IDLE_USEC);
}

static struct mt_key_entry *entry_new(struct mt_loop *l, int64_t id)
{
	struct mt_key_entry *e;

	e = xcalloc(1, sizeof(*e));
	e->k.id = id;
	e->used = clock_usec();
	idmap_put(&l->keys_by_id, (uint64_t)id, e);
	DL_APPEND(l->keys, e);
	return e;
}

struct mt_key_entry *mt_key_put(struct mt_loop *l, const struct mt_key *k)
{
	struct mt_key_entry *e = lookup(l, k->id);

	if (!e)
		e = entry_new(l, k->id);
	e->k = *k;
	e->gone = false;
	return e;
}

void mt_key_pin(struct mt_key_entry *e)
{
	e->pins++;
}

void mt_key_unpin(struct mt_loop *l, struct mt_key_entry *e)
{
	if (--e->pins == 0 && e->gone && !e->loading)
		entry_free(l, e);
}

void mt_key_silence(struct mt_loop *l, const struct mt_key_entry *temp)
{
	struct mt_key_entry *perm = temp->k.perm_id ? lookup(l, temp->k.perm_id) : NULL;

	for (struct mt_session *s = perm ? perm->sessions : NULL; s; s = s->next_of_key)
		while (s->temp == temp && s->n_conns)
			mt_session_detach(s, s->conns[0]);
}

void mt_key_forget(struct mt_loop *l, int64_t id)
{
	struct mt_key_entry *e = lookup(l, id);

	if (!e)
		return;
	mt_flush(l->io,
	         l); /* what was said to its sessions before, an answer or the end, still reaches them */
	e->gone = true;
	e->pins++;
	mt_key_silence(l, e);
	while (e->sessions)
		mt_session_free(e->sessions);
	mt_key_unpin(l, e);
}

bool mt_key_is_gone(struct mt_loop *l, int64_t id)
{
	struct mt_key_entry *e = lookup(l, id);

	return e && e->gone;
}

static bool is_among(const int64_t *v, uint32_t n, int64_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (v[i] == id)
			return true;
	return false;
}

void mt_keys_drop_temp(struct mt_loop *l, int64_t perm_id, const int64_t *except, uint32_t n)
{
	struct mt_key_entry *e, *t;

	DL_FOREACH_SAFE(l->keys, e, t)
	if (!e->loading && e->k.kind == MT_KEY_TEMP && e->k.perm_id == perm_id &&
	    !is_among(except, n, e->k.id))
		mt_key_forget(l, e->k.id);
}

/* Tell the owner when the first session fit for updates came, or the last one went. */
void mt_key_online(struct mt_loop *l, struct mt_key_entry *e)
{
	const struct mt_server_ops *ops = &l->s->ops;
	bool live = false;

	for (struct mt_session *s = e->sessions; s && !live; s = s->next_of_key)
		live = mt_session_is_live(s);
	if (live == e->online)
		return;
	e->online = live;
	ops->key_online(ops->ctx, e->k.id, e->k.user_id, e->k.layer, live);
}

/* ---- keys that live elsewhere */

static struct mt_route *route_of(struct mt_loop *l, int64_t id)
{
	struct mt_route *r;

	HASH_FIND(hh, l->routes, &id, sizeof(id), r);
	return r;
}

struct mt_loop *mt_route(struct mt_loop *l, int64_t id)
{
	struct mt_route *r = route_of(l, id);

	if (!r)
		return NULL;
	r->used = clock_usec();
	return r->to;
}

void mt_route_set(struct mt_loop *l, int64_t id, struct mt_loop *to)
{
	struct mt_route *r = route_of(l, id);

	if (to == l) {
		if (r) {
			HASH_DEL(l->routes, r);
			free(r);
		}
		return;
	}
	if (!r) {
		r = xcalloc(1, sizeof(*r));
		r->id = id;
		HASH_ADD(hh, l->routes, id, sizeof(r->id), r);
	}
	r->to = to;
	r->used = clock_usec();
}

static void routes_sweep(struct mt_loop *l, usec_t before)
{
	struct mt_route *r, *t;

	HASH_ITER (hh, l->routes, r, t)
		if (r->used < before) {
			HASH_DEL(l->routes, r);
			free(r);
		}
}

void mt_routes_free(struct mt_loop *l)
{
	routes_sweep(l, INT64_MAX);
}

/* ---- the store */

struct load {
	struct mt_loop *l;
	int64_t id;
};

/* One packet that waited: r is what the store said, to: where the key lives. */
static void deliver(struct mt_conn *c, struct mt_parked *p, int r, struct mt_loop *to)
{
	if (r == 0 && to != c->l) {
		mt_far_packet(c, to, p->bytes, p->n, p->quick_ack);
	} else if (r == 0) {
		mt_receive_sent(c, p->bytes, p->n, p->quick_ack);
	} else if (r == -ERR_NOTFOUND) {
		COUNT(c->l->s->cfg.counters, unknown_keys_total);
		mt_cdn_key_unknown(c);
	} else {
		mt_conn_close(c); /* the store is ill: never -404, which would cost the client its key */
	}
}

/* They wait no more, before the first is looked at: whether a connection may leave depends on it. */
static void count_out(struct mt_loop *l, const struct mt_parked *p)
{
	struct mt_conn *c;

	for (; p; p = p->next)
		if ((c = mt_conn_find(l, p->conn)) != NULL) {
			c->n_parked--;
			c->parked_bytes -= (uint32_t)p->n;
		}
}

static void loaded(void *arg, int r, const struct mt_key *k, const struct mt_client_info *info)
{
	struct load *ld = arg;
	struct mt_loop *l = ld->l, *to = l;
	struct mt_key_entry *e = lookup(l, ld->id);
	struct mt_parked *p, *all, *next;
	struct mt_conn *c;

	free(ld);
	if (!e)
		return;
	all = e->waiting;
	e->waiting = NULL;
	e->loading = false;
	if (r == 0) {
		to = mt_home(l->s, k->perm_id ? k->perm_id : k->id);
		mt_route_set(l, k->id, to);
		if (to == l) {
			e->k = *k;
			mt_info_keep(&e->info, info);
		}
	}
	if (r < 0 || to != l)
		e->gone = true;
	e->pins++;
	count_out(l, all);
	for (p = all; p; p = p->next)
		if ((c = mt_conn_find(l, p->conn)) != NULL)
			deliver(c, p, r, to);
	for (p = all; p; p = next) {
		next = p->next;
		if ((c = mt_conn_find(l, p->conn)) != NULL)
			mt_far_depart(c);
		free(p);
	}
	mt_key_unpin(l, e);
}

void mt_key_wait(struct mt_loop *l, struct mt_conn *c, int64_t id, const uint8_t *p, size_t n, bool quick_ack)
{
	struct mt_key_entry *e = lookup(l, id);
	struct mt_parked *pk, **tail;
	struct load *ld;

	if (e && !e->loading) { /* known, but destroyed or expired */
		COUNT(l->s->cfg.counters, unknown_keys_total);
		mt_cdn_key_unknown(c);
		return;
	}
	if (c->n_parked >= MT_PARKED_MAX || c->parked_bytes + n > MT_PARKED_BYTES) {
		mt_conn_close(c);
		return;
	}
	pk = xmalloc(sizeof(*pk) + n);
	*pk = (struct mt_parked){.conn = c->serial, .quick_ack = quick_ack, .n = n};
	memcpy(pk->bytes, p, n);
	c->n_parked++;
	c->parked_bytes += (uint32_t)n;
	if (!e) {
		e = entry_new(l, id);
		e->loading = true;
		e->waiting = pk;
		ld = xmalloc(sizeof(*ld));
		*ld = (struct load){l, id};
		l->s->keys.load(l->s->keys.ctx, l->io, id, loaded, ld);
		return;
	}
	for (tail = &e->waiting; *tail;)
		tail = &(*tail)->next;
	*tail = pk;
}
