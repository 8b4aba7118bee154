/* saved.c - Saved Messages as chats of their own, one for each that something was saved from: their list and its pins. */
#include <stdlib.h>

#include "base/err.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "store/saved.h"
#include "store/setting.h"
#include "updates/event.h"

enum { PEERS_MAX = 5000 };

#define PINS "saved_pins"

/* --- pins: their peers in order, as one setting */

int saved_pins(struct rpc_call *c, int64_t owner, struct tl_vec_long *ret)
{
	struct slice body;
	int64_t *v;
	int r;

	*ret = (struct tl_vec_long){0};
	r = store_setting_get(c->db, owner, PINS, &c->arena, &body);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	v = ARENA_ARRAY(&c->arena, int64_t, body.n / 8 + 1);
	memcpy(v, body.p, body.n / 8 * 8);
	*ret = (struct tl_vec_long){v, body.n / 8};
	return 0;
}

static int write_pins(struct rpc_call *c, const int64_t *v, size_t n)
{
	return store_setting_put(c->db, c->user_id, PINS, slice_of(n ? (const void *)v : "", n * 8));
}

static bool among(const int64_t *v, size_t n, int64_t peer)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == peer)
			return true;
	return false;
}

int messages_toggleSavedDialogPin(struct rpc_call *c, const struct tl_messages_toggleSavedDialogPin *q)
{
	struct tl_vec_long had;
	struct peer peer;
	size_t n = 0;
	int64_t *v;
	int r;

	if ((r = peer_resolve_dialog(c, q->peer, &peer)) < 0 || (r = saved_pins(c, c->user_id, &had)) < 0)
		return r;
	if (among(had.v, had.n, peer.key) == q->pinned)
		return rpc_reply_bool(c, true);
	if (q->pinned && had.n >= LIMIT_PINNED_SAVED)
		return rpc_fail(c, 400, "PINNED_DIALOGS_TOO_MUCH");
	v = ARENA_ARRAY(&c->arena, int64_t, had.n + 1);
	if (q->pinned)
		v[n++] = peer.key;
	for (uint32_t i = 0; i < had.n; i++)
		if (had.v[i] != peer.key)
			v[n++] = had.v[i];
	if ((r = write_pins(c, v, n)) < 0 || (r = rpc_log_own(c, UPD_SAVED_PINNED, peer.key, 0)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* As of chats: the named ones, then those that were pinned before; with `force` they are pinned no more. */
int messages_reorderPinnedSavedDialogs(struct rpc_call *c,
                                       const struct tl_messages_reorderPinnedSavedDialogs *q)
{
	struct tl_vec_long had;
	struct peer peer;
	size_t n = 0;
	int64_t *v;
	int r;

	if (q->order.n > LIMIT_PINNED_SAVED)
		return rpc_fail(c, 400, "PINNED_DIALOGS_TOO_MUCH");
	if ((r = saved_pins(c, c->user_id, &had)) < 0)
		return r;
	v = ARENA_ARRAY(&c->arena, int64_t, q->order.n + had.n + 1);
	for (uint32_t i = 0; i < q->order.n; i++) {
		if ((r = peer_resolve_dialog(c, q->order.v[i], &peer)) < 0)
			return r;
		if (!among(v, n, peer.key))
			v[n++] = peer.key;
	}
	for (uint32_t i = 0; !q->force && i < had.n; i++)
		if (!among(v, n, had.v[i]))
			v[n++] = had.v[i];
	if (n > LIMIT_PINNED_SAVED)
		return rpc_fail(c, 400, "PINNED_DIALOGS_TOO_MUCH");
	if ((r = write_pins(c, v, n)) < 0 || (r = rpc_log_own(c, UPD_SAVED_PINS, 0, 0)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* --- lists */

static int newest_first(const void *a, const void *b)
{
	int32_t x = ((const struct store_saved *)a)->top_id, y = ((const struct store_saved *)b)->top_id;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int load(struct rpc_call *c, struct store_saved **ret, size_t *ret_n, struct tl_vec_long *ret_pins)
{
	int r;

	if ((r = store_saved_peers(c->db, c->user_id, PEERS_MAX, &c->arena, ret, ret_n)) < 0)
		return r;
	qsort(*ret, *ret_n, sizeof(**ret), newest_first);
	return saved_pins(c, c->user_id, ret_pins);
}

static int reply(struct rpc_call *c, const struct store_saved *v, size_t n, struct tl_vec_long pins,
                 size_t total)
{
	struct tl_messages_savedDialogsSlice *part;
	struct tl_messages_savedDialogs *all;
	struct tl_vec dialogs = tl_vec_new(&c->arena, (uint32_t)n),
		      messages = tl_vec_new(&c->arena, (uint32_t)n), users, chats;
	struct store_msg top;
	struct view view;
	int r;

	view_init(&view, c);
	for (size_t i = 0; i < n; i++) {
		struct tl_savedDialog *d = TL_NEW(&c->arena, savedDialog);

		if ((r = store_msg_get(c->db, c->user_id, c->user_id, v[i].top_id, &c->arena, &top)) < 0 ||
		    (r = message_view(&view, &top, &messages.v[i])) < 0)
			return r == -ERR_NOTFOUND ? -ERR_CORRUPT : r;
		d->pinned = among(pins.v, pins.n, v[i].peer);
		d->peer = peer_to_tl(&c->arena, v[i].peer);
		d->top_message = v[i].top_id;
		view_peer(&view, v[i].peer);
		dialogs.v[i] = &d->o;
	}
	if ((r = view_mentioned(&view, &users, &chats)) < 0)
		return r;
	if (n >= total) {
		all = TL_NEW(&c->arena, messages_savedDialogs);
		all->dialogs = dialogs;
		all->messages = messages;
		all->users = users;
		all->chats = chats;
		return rpc_reply(c, &all->o);
	}
	part = TL_NEW(&c->arena, messages_savedDialogsSlice);
	part->count = (int32_t)total;
	part->dialogs = dialogs;
	part->messages = messages;
	part->users = users;
	part->chats = chats;
	return rpc_reply(c, &part->o);
}

/* Of these, in the order of `peers`, those from whom anything is saved. */
static size_t choose(const struct store_saved *v, size_t n, struct tl_vec_long peers, struct store_saved *ret)
{
	size_t k = 0;

	for (uint32_t i = 0; i < peers.n; i++)
		for (size_t j = 0; j < n; j++)
			if (v[j].peer == peers.v[i])
				ret[k++] = v[j];
	return k;
}

/* One's own notes are one chat; ids grow with time, so the offset is the id of the last one's top message. */
int messages_getSavedDialogs(struct rpc_call *c, const struct tl_messages_getSavedDialogs *q)
{
	uint32_t limit = q->limit < 1                    ? 20
	                 : q->limit > LIMIT_DIALOGS_PAGE ? LIMIT_DIALOGS_PAGE
	                                                 : (uint32_t)q->limit;
	bool first = !q->offset_id && !q->offset_date;
	int32_t below = q->offset_id > 0 ? q->offset_id : INT32_MAX;
	struct store_saved *v, *out;
	struct tl_vec_long pins;
	size_t n, k = 0, others = 0, pinned;
	int r;

	if (q->parent_peer)
		return rpc_fail(c, 400, "PARENT_PEER_INVALID");
	if (!q->offset_id && q->offset_date > 0 &&
	    (r = store_msg_before_date(c->db, c->user_id, c->user_id, q->offset_date, &below)) < 0)
		return r;
	below += !q->offset_id && q->offset_date > 0;
	if ((r = load(c, &v, &n, &pins)) < 0)
		return r;
	out = ARENA_ARRAY(&c->arena, struct store_saved, n + 1);
	pinned = choose(v, n, pins, out);
	if (first && !q->exclude_pinned)
		k = pinned;
	for (size_t i = 0; i < n && others < limit; i++)
		if (v[i].top_id < below && !among(pins.v, pins.n, v[i].peer)) {
			out[k++] = v[i];
			others++;
		}
	return reply(c, out, k, pins, q->exclude_pinned ? n - pinned : n);
}

int messages_getPinnedSavedDialogs(struct rpc_call *c, const struct tl_messages_getPinnedSavedDialogs *q)
{
	struct store_saved *v, *out;
	struct tl_vec_long pins;
	size_t n;
	int r;

	if ((r = load(c, &v, &n, &pins)) < 0)
		return r;
	out = ARENA_ARRAY(&c->arena, struct store_saved, pins.n + 1);
	n = choose(v, n, pins, out);
	return reply(c, out, n, pins, n);
}

int messages_getSavedDialogsByID(struct rpc_call *c, const struct tl_messages_getSavedDialogsByID *q)
{
	int64_t *ids = ARENA_ARRAY(&c->arena, int64_t, q->ids.n + 1);
	struct store_saved *v, *out;
	struct tl_vec_long pins;
	struct peer peer;
	size_t n;
	int r;

	if (q->parent_peer)
		return rpc_fail(c, 400, "PARENT_PEER_INVALID");
	if (q->ids.n > LIMIT_DIALOGS_PAGE)
		return rpc_fail(c, 400, "INPUT_PEERS_EMPTY");
	for (uint32_t i = 0; i < q->ids.n; i++) {
		if ((r = peer_resolve(c, q->ids.v[i], &peer)) < 0)
			return r;
		ids[i] = peer.key;
	}
	if ((r = load(c, &v, &n, &pins)) < 0)
		return r;
	out = ARENA_ARRAY(&c->arena, struct store_saved, q->ids.n + 1);
	n = choose(v, n, (struct tl_vec_long){ids, q->ids.n}, out);
	return reply(c, out, n, pins, n);
}
