/*
 * crowd.c - events of a channel, to those of its members who are connected: composed once in a stranger's view, encoded once for
 * each group of layers that this batch tells apart, sent in one go with the places where each one's own access hashes go.
 * Those who see more than a stranger would are composed singly. Comings and goings of members pass here, too, in the order of the posts.
 */
#include "rpc/crowd.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "rpc/rpc_private.h"
#include "updates/audience.h"

enum { PLACES_MAX = 256, LAYERS = TL_LAYER_MAX - TL_LAYER_MIN + 2 /* and 0, unnamed */, NONE = UINT8_MAX };

/* Where in the bytes the stranger's hashes stand, on words, as TL has it. */
static size_t find_places(const struct buf *b, const struct rpc_crowd *crowd, struct rpc_place *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < crowd->n_targets; i++)
		for (size_t at = 0; at + 8 <= b->n && n < PLACES_MAX; at += 4)
			if (memcmp(b->p + at, &crowd->targets[i].mark, 8) == 0) {
				ret[n++] = (struct rpc_place){(uint32_t)at, crowd->targets[i].kind,
				                              crowd->targets[i].target};
				at += 4;
			}
	return n;
}

static bool is_single(const struct rpc_crowd *crowd, int64_t user)
{
	size_t lo = 0, hi = crowd->n_singles;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (crowd->singles[mid] == user)
			return true;
		if (crowd->singles[mid] < user)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* What each layer is told: layers that have the same bytes share them. */
struct bodies {
	struct rpc_body v[LAYERS];
	size_t n;
	uint8_t of[LAYERS]; /* 1 + which of v; 0: not yet encoded; NONE: it cannot be */
};

static uint8_t encode(struct bodies *t, const struct rpc_crowd *crowd, int layer)
{
	struct rpc_place places[PLACES_MAX], *own;
	struct rpc_body *b = &t->v[t->n];
	int r = tl_encode(&b->bytes, crowd->updates, layer);

	if (r < 0) {
		log_event(LOG_ERROR, "encode-push", "layer=%d error=%s", layer, err_name(r));
		buf_fini(&b->bytes);
		return NONE;
	}
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].bytes.n == b->bytes.n && memcmp(t->v[i].bytes.p, b->bytes.p, b->bytes.n) == 0) {
			buf_fini(&b->bytes);
			return (uint8_t)(i + 1);
		}
	b->n_places = find_places(&b->bytes, crowd, places);
	own = xcalloc(b->n_places + 1, sizeof(*own));
	memcpy(own, places, b->n_places * sizeof(*own));
	b->places = own;
	return (uint8_t)++t->n;
}

static void bodies_free(struct bodies *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free((struct rpc_place *)t->v[i].places);
		buf_fini(&t->v[i].bytes);
	}
	free(t);
}

/* Which of them a client of this layer takes; below 0: none. */
static int body_for(struct bodies *t, const struct rpc_crowd *crowd, int32_t layer)
{
	int served = tl_layer_serve(layer);
	uint8_t *of = &t->of[served ? served - TL_LAYER_MIN + 1 : 0];

	if (!*of)
		*of = encode(t, crowd, served);
	return *of == NONE ? -1 : *of - 1;
}

/* One order for all layers: to go through everybody once for each of them would fetch sessions and sockets at strides. */
static int by_user(const void *a, const void *b)
{
	const struct upd_listener *x = a, *y = b;

	return x->user < y->user ? -1 : x->user > y->user;
}

/* One who sees more than a stranger: as if it were his own box. */
static void push_single(struct rpc_job *j, const struct upd_listener *l, const struct upd_event *ev, size_t n)
{
	struct rpc_server *s = j->server;
	struct tl_obj *updates = NULL;
	struct buf b = {0};
	int r;

	j->call.user_id = l->user;
	r = s->cfg.compose(&j->call, ev, n, &updates);
	if (r >= 0 && updates)
		r = tl_encode(&b, updates, tl_layer_serve(l->layer));
	if (r >= 0 && b.n)
		s->cfg.ops.push(s->cfg.ops.ctx, &l->key, 1, &b);
	else if (r < 0)
		log_event(LOG_ERROR, "push", "error=%s", err_name(r));
	buf_fini(&b);
}

static void push_listeners(struct rpc_job *j, const struct upd_listener *v, size_t n_v,
                           const struct upd_event *ev, size_t n)
{
	struct rpc_listener *who = xmalloc(n_v * sizeof(*who));
	struct bodies *t = xcalloc(1, sizeof(*t));
	const struct rpc_crowd *crowd = j->crowd;
	size_t n_who = 0;
	int body;

	for (size_t i = 0; i < n_v; i++)
		if (v[i].key != ev[0].except_key && !is_single(crowd, v[i].user) &&
		    (body = body_for(t, crowd, v[i].layer)) >= 0)
			who[n_who++] = (struct rpc_listener){v[i].key, v[i].user, (uint32_t)body};
	if (n_who)
		j->server->cfg.ops.push_crowd(j->server->cfg.ops.ctx, t->v, t->n, who, n_who);
	for (size_t i = 0; i < n_v; i++)
		if (v[i].key != ev[0].except_key && is_single(crowd, v[i].user))
			push_single(j, &v[i], ev, n);
	bodies_free(t);
	free(who);
}

static void push_events(struct rpc_job *j, const struct upd_event *ev, size_t n)
{
	struct rpc_crowd crowd = {0};
	struct upd_listener *v;
	size_t n_v;

	if (!n)
		return;
	v = upd_audience_take(j->call.app->audience, ev[0].owner, &n_v);
	j->call.user_id = 0;
	if (n_v)
		j->r = j->server->cfg.compose_crowd(&j->call, ev, n, &crowd);
	if (n_v && j->r >= 0 && crowd.updates) {
		qsort(v, n_v, sizeof(*v), by_user);
		j->crowd = &crowd;
		push_listeners(j, v, n_v, ev, n);
		j->crowd = NULL;
	}
	free(v);
}

static void come_or_go(struct rpc_job *j, const struct upd_event *ev)
{
	struct app *app = j->call.app;
	struct upd_online_key keys[RPC_KEYS_A_USER];
	int64_t ids[RPC_KEYS_A_USER];
	size_t n = upd_online_keys(app->online, ev->peer, keys, RPC_KEYS_A_USER);

	for (size_t i = 0; i < n; i++) {
		struct upd_listener l = {.key = keys[i].key, .user = ev->peer, .layer = keys[i].layer};

		ids[i] = keys[i].key;
		if (ev->kind == UPD_MEMBER_CAME)
			upd_audience_join(app->audience, &l, &ev->owner, 1);
	}
	if (ev->kind == UPD_MEMBER_LEFT)
		upd_audience_leave(app->audience, ev->owner, ids, n);
}

void rpc_push_channel(struct rpc_job *j, const struct upd_event *ev, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		if (ev[i].kind != UPD_MEMBER_CAME && ev[i].kind != UPD_MEMBER_LEFT)
			continue;
		push_events(j, ev + from, i - from);
		come_or_go(j, &ev[i]);
		from = i + 1;
	}
	push_events(j, ev + from, n - from);
}

/* --- a key comes */

struct coming {
	int64_t key, user;
	int32_t layer;
	int tries;
};

/* Of what it heard before, what is listed no more. */
static size_t not_listed(int64_t *had, size_t n_had, const int64_t *channels, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n_had; i++) {
		size_t k = 0;

		while (k < n && channels[k] != had[i])
			k++;
		if (k == n)
			had[kept++] = had[i];
	}
	return kept;
}

static int join(struct rpc_call *c, void *arg)
{
	struct coming *k = arg;
	struct upd_listener l = {.key = k->key, .user = k->user, .layer = k->layer};
	uint64_t turn = upd_audience_turn(c->app->audience);
	size_t n_had, n;
	int64_t *channels, *had = upd_audience_of(c->app->audience, k->key, &n_had);
	int r;

	/* The snapshot began before we asked for the turn: begin another. */
	if ((r = rpc_snapshot_renew(c)) >= 0)
		r = rpc_job_of(c)->server->cfg.channels_of(c, k->user, &channels, &n);
	if (r >= 0) {
		upd_audience_join(c->app->audience, &l, channels, n);
		upd_audience_drop(c->app->audience, k->key, had, not_listed(had, n_had, channels, n));
	}
	free(had);
	if (r < 0)
		return r;
	if (upd_online_key_layer(c->app->online, k->key) == 0)
		upd_audience_drop_key(c->app->audience, k->key); /* gone in the meantime */
	else if (upd_audience_turn(c->app->audience) != turn)
		return -ERR_AGAIN; /* somebody left somewhere: perhaps he, from one of these */
	return 0;
}

static void joined(struct app *app, void *arg, int r)
{
	struct coming *k = arg;

	if (r == -ERR_AGAIN && k->tries++ < 100 && rpc_read_always(app->rpc, k->user, join, joined, k) == 0)
		return;
	if (r < 0)
		upd_audience_drop_key(app->audience,
		                      k->key); /* it asks for the difference, and hears nothing wrong */
	free(k);
}

void rpc_key_online(struct rpc_server *s, int64_t key, int64_t user, int32_t layer, bool online)
{
	struct coming *k;

	upd_online_set(s->app->online, key, user, layer, online);
	if (!online || !user) {
		upd_audience_drop_key(s->app->audience, key);
		return;
	}
	k = xcalloc(1, sizeof(*k));
	*k = (struct coming){.key = key, .user = user, .layer = layer};
	/* After a restart all of them come at once; whoever were left out would hear of no channel. */
	if (rpc_read_always(s, user, join, joined, k) < 0)
		free(k);
}
