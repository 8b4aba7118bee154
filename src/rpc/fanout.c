/*
 * fanout.c - events of a commit, to those who are online. Grouped by owner in the order they were written; each owner's
 * group is composed on his read thread, encoded once a layer, and handed to the role by keys.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "rpc/rpc_private.h"
#include "updates/peer.h"

#define GROUP_MAX 256u /* events of one owner composed at once */

static struct upd_event *group_of(struct rpc_job *j, size_t *ret_n)
{
	struct upd_event *v;
	struct rpc_event *e;
	size_t n = 0;

	for (e = j->events; e; e = e->next)
		n++;
	v = ARENA_ARRAY(&j->call.arena, struct upd_event, n ? n : 1);
	n = 0;
	for (e = j->events; e; e = e->next)
		v[n++] = e->ev;
	*ret_n = n;
	return v;
}

static void add_copy(struct rpc_job *j, const struct rpc_event *from)
{
	struct rpc_event *e = ARENA_NEW(&j->call.arena, struct rpc_event);

	e->ev = from->ev;
	e->ev.payload = arena_slice(&j->call.arena, from->ev.payload);
	j->n_counted += from->counted;
	*j->events_tail = e;
	j->events_tail = &e->next;
}

/* Who hears of a channel is known when its turn comes: somebody may be on his way in. */
static bool is_heard(const struct app *app, const struct upd_event *ev)
{
	return peer_is_channel(ev->owner) || upd_online_has(app->online, ev->owner);
}

void rpc_fan_out(struct rpc_server *s, struct rpc_event *events)
{
	struct rpc_event *e, *f;
	struct rpc_job *j;
	size_t n;

	for (e = events; e; e = e->next) {
		if (e->taken)
			continue;
		if (!is_heard(s->app, &e->ev)) {
			rpc_told_end(s, e->ev.owner, e->counted);
			continue;
		}
		j = rpc_job_new(s, RPC_JOB_EVENTS);
		j->call.user_id = e->ev.owner;
		add_copy(j, e);
		/* What follows in his box and goes to the same authorisations; they are marked as taken. */
		for (f = e->next, n = 1; f && n < GROUP_MAX; f = f->next) {
			if (f->taken || f->ev.owner != e->ev.owner)
				continue;
			if (f->ev.except_key != e->ev.except_key || f->ev.only_key != e->ev.only_key)
				break;
			add_copy(j, f);
			f->taken = true;
			n++;
		}
		if (lane_push(rpc_read_lane(s, j->call.user_id), &j->item, true) < 0) {
			rpc_told_end(s, j->call.user_id, j->n_counted);
			rpc_job_free(j); /* we are going down; the difference tells it later */
		}
	}
}

void rpc_push_event(struct app *app, const struct upd_event *ev)
{
	struct rpc_event one = {.ev = *ev};

	rpc_fan_out(app->rpc, &one);
}

/* The next layer among keys[0..n) that has not been served yet, with its keys; 0 when all are done. */
static int32_t next_layer(struct upd_online_key *keys, size_t n, int64_t *ids, size_t *ret_n)
{
	int32_t layer = 0;

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		if (keys[i].layer == 0 || (layer && keys[i].layer != layer))
			continue;
		layer = keys[i].layer;
		ids[(*ret_n)++] = keys[i].key;
		keys[i].layer = 0;
	}
	return layer;
}

void rpc_push_composed(struct rpc_job *j)
{
	struct upd_online_key keys[RPC_KEYS_A_USER];
	int64_t ids[RPC_KEYS_A_USER];
	struct tl_obj *updates = NULL;
	struct upd_event *ev;
	size_t n, n_keys, n_ids, kept = 0;
	int32_t layer;

	ev = group_of(j, &n);
	if (peer_is_channel(ev[0].owner)) {
		rpc_push_channel(j, ev, n);
		return;
	}
	n_keys = upd_online_keys(j->call.app->online, j->call.user_id, keys, RPC_KEYS_A_USER);
	for (size_t i = 0; i < n_keys; i++)
		if (keys[i].key != ev[0].except_key && (!ev[0].only_key || keys[i].key == ev[0].only_key))
			keys[kept++] = keys[i];
	if (!kept)
		return;
	j->r = j->server->cfg.compose(&j->call, ev, n, &updates);
	if (j->r < 0 || !updates)
		return;
	while ((layer = next_layer(keys, kept, ids, &n_ids)) != 0) {
		struct buf b = {0};
		int r = tl_encode(&b, updates, tl_layer_serve(layer));

		if (r < 0)
			log_event(LOG_ERROR, "encode-push", "layer=%d error=%s", layer, err_name(r));
		else
			j->server->cfg.ops.push(j->server->cfg.ops.ctx, ids, n_ids, &b);
		buf_fini(&b);
	}
}
