/*
 * crowd.c - events of a channel in a stranger's view, for all who are no more than that to everybody in them. Not here: who is
 * connected (rpc/crowd.c), and what one update looks like (compose.c).
 */
#include <stdlib.h>

#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/messages/touch.h"
#include "domain/sync/compose.h"
#include "domain/users/peer.h"
#include "rpc/crowd.h"
#include "store/channel.h"
#include "store/contact.h"
#include "store/msg.h"
#include "store/unseen.h"
#include "updates/peer.h"

enum {
	BOTS_MAX = 200,
	KNOWN_MAX = 10000
}; /* people who have somebody as a contact: they see his name their own way */

struct singles {
	int64_t *v;
	size_t n, cap;
};

static void add_single(struct arena *a, struct singles *s, int64_t user)
{
	int64_t *more;

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		more = ARENA_ARRAY(a, int64_t, s->cap);
		if (s->n)
			memcpy(more, s->v, s->n * sizeof(*more));
		s->v = more;
	}
	s->v[s->n++] = user;
}

/* Himself, and whoever has him as a contact. */
static int who_knows(struct view *v, int64_t user, struct singles *s)
{
	int64_t *by;
	size_t n;
	int r;

	add_single(&v->c->arena, s, user);
	r = store_contact_known_by(v->c->db, user, KNOWN_MAX, &v->c->arena, &by, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		add_single(&v->c->arena, s, by[i]);
	return r;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static struct rpc_target target(const struct view *v, enum peer_kind kind, int64_t id)
{
	return (struct rpc_target){
		.mark = access_hash(v->c->app, 0, kind, id), .kind = (int32_t)kind, .target = id};
}

/* He who wrote it sees that it is his, and whoever is mentioned that he is. */
static int who_is_meant(struct view *v, const struct upd_event *ev, struct singles *s)
{
	struct store_msg row;
	int64_t *by;
	size_t n = 0;
	int r;

	if (ev->kind == UPD_GROUP_COMMANDS) {
		r = bot_commands_meant(v->c, ev, &by, &n);
		for (size_t i = 0; r >= 0 && i < n; i++)
			add_single(&v->c->arena, s, by[i]);
		return r;
	}
	if (ev->kind == UPD_REACTIONS_NOW || ev->kind == UPD_POLL_NOW)
		add_single(&v->c->arena, s, message_touched_by(ev));
	else if (ev->kind != UPD_NEW && ev->kind != UPD_EDIT)
		return 0;
	r = store_msg_get(v->c->db, ev->owner, ev->owner, ev->id, &v->c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	add_single(&v->c->arena, s, row.origin_owner);
	if (row.flags & STORE_MSG_MENTIONED)
		r = store_mention_of(v->c->db, ev->owner, ev->id, &v->c->arena, &by, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		add_single(&v->c->arena, s, by[i]);
	return r;
}

/* A bot hears less than a stranger would. */
static int bots_of(struct view *v, int64_t channel, struct singles *s)
{
	struct store_channel_member *rows;
	size_t n;
	int r = store_channel_members(v->c->db, peer_channel_id(channel), STORE_CHANNEL_BOTS, 0, BOTS_MAX,
	                              &v->c->arena, &rows, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		add_single(&v->c->arena, s, rows[i].user);
	return r;
}

int sync_compose_crowd(struct rpc_call *c, const struct upd_event *ev, size_t n, struct rpc_crowd *ret)
{
	struct singles singles = {0};
	struct rpc_target *targets;
	struct view v;
	int r;

	*ret = (struct rpc_crowd){0};
	view_init(&v, c);
	v.crowd = true;
	r = sync_compose_in(&v, ev, n, &ret->updates);
	if (r < 0 || !ret->updates)
		return r;
	targets = ARENA_ARRAY(&c->arena, struct rpc_target, v.n_peers + v.n_files + 1);
	for (uint32_t i = 0; i < v.n_peers; i++) {
		int64_t peer = v.peers[i];

		if (peer_is_user(peer)) {
			targets[ret->n_targets++] = target(&v, ACCESS_USER, peer);
			if ((r = who_knows(&v, peer, &singles)) < 0)
				return r;
		} else if (peer_is_channel(peer)) {
			targets[ret->n_targets++] = target(&v, ACCESS_CHANNEL, peer_channel_id(peer));
		}
	}
	for (uint32_t i = 0; i < v.n_files; i++)
		targets[ret->n_targets++] = target(&v, (enum peer_kind)v.files[i].kind, v.files[i].id);
	for (size_t i = 0; i < n; i++)
		if ((r = who_is_meant(&v, &ev[i], &singles)) < 0)
			return r;
	if ((r = bots_of(&v, ev[0].owner, &singles)) < 0)
		return r;
	if (singles.n)
		qsort(singles.v, singles.n, sizeof(*singles.v), ascending);
	ret->targets = targets;
	ret->singles = singles.v;
	ret->n_singles = singles.n;
	return 0;
}
