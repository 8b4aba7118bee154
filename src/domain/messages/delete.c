/* delete.c - messages.deleteMessages and deleteHistory: for one side, or for both. */
#include "base/err.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/saved.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { HISTORY_SLICE = 500 };

/* The others' copies, box by box. */
static int remove_twins(struct rpc_call *c, const struct store_msg *rows, uint32_t n)
{
	struct store_msg *twins = ARENA_ARRAY(&c->arena, struct store_msg, n + 1u), *of_one;
	uint32_t n_twins = 0, k;
	int32_t pts;
	int r = 0;

	for (uint32_t i = 0; i < n; i++) {
		r = message_twin(c, &rows[i], &twins[n_twins]);
		if (r == 0)
			n_twins++;
		else if (r != -ERR_NOTFOUND)
			return r;
	}
	of_one = ARENA_ARRAY(&c->arena, struct store_msg, n_twins + 1u);
	for (uint32_t i = 0; i < n_twins; i++) {
		int64_t owner = twins[i].owner;

		if (!owner)
			continue; /* went with an earlier one of its box */
		k = 0;
		for (uint32_t j = i; j < n_twins; j++)
			if (twins[j].owner == owner) {
				of_one[k++] = twins[j];
				twins[j].owner = 0;
			}
		r = messages_remove(c, owner, of_one, k, 0, &pts);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Of basic groups: one's own everywhere, others' for who may. */
static int remove_in_chats(struct rpc_call *c, const struct store_msg *rows, uint32_t n)
{
	struct store_msg *of_one = ARENA_ARRAY(&c->arena, struct store_msg, n);
	struct chat ch;
	int r;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t before = 0, k = 0;
		bool own = true;

		while (before < i && rows[before].peer != rows[i].peer)
			before++;
		if (!peer_is_chat(rows[i].peer) || before < i)
			continue;
		for (uint32_t j = i; j < n; j++)
			if (rows[j].peer == rows[i].peer) {
				of_one[k++] = rows[j];
				own = own && rows[j].from_id == c->user_id;
			}
		r = chat_load(c, peer_chat_id(rows[i].peer), &ch);
		if (r < 0)
			return r == -ERR_NOTFOUND ? -ERR_CORRUPT : r;
		if (!ch.in || !chat_is_open(&ch)) /* it is over: he clears his own */
			continue;
		if (!own && !chat_is_admin(&ch))
			return rpc_fail(c, 403, "MESSAGE_DELETE_FORBIDDEN");
		if ((r = chat_catch_up(c, ch.row.id, c->user_id)) < 0 ||
		    (r = chat_deleted(c, &ch, of_one, k)) < 0)
			return r;
	}
	return 0;
}

static int remove_all(struct rpc_call *c, const struct store_msg *rows, uint32_t n, bool revoke,
                      int32_t *ret_pts)
{
	int r = 0;

	if (n && revoke) /* first, while our own rows still say whose copies they are */
		r = remove_twins(c, rows, n);
	if (r >= 0 && n && revoke)
		r = remove_in_chats(c, rows, n);
	if (r >= 0 && n)
		r = messages_remove(c, c->user_id, rows, n, c->client->auth_key_id, ret_pts);
	return r;
}

/* One of his, as it is once all that waits for him there has come: somebody may have deleted it. */
static int find(struct rpc_call *c, int32_t id, struct store_msg *ret)
{
	int r = store_msg_find(c->db, c->user_id, id, &c->arena, ret);

	if (r < 0 || !peer_is_chat(ret->peer))
		return r;
	r = chat_catch_up(c, peer_chat_id(ret->peer), c->user_id);
	return r < 0 ? r : store_msg_find(c->db, c->user_id, id, &c->arena, ret);
}

int messages_deleteMessages(struct rpc_call *c, const struct tl_messages_deleteMessages *q)
{
	struct store_msg *rows;
	int32_t pts = 0;
	uint32_t n = 0;
	int r;

	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	rows = ARENA_ARRAY(&c->arena, struct store_msg, q->id.n + 1u);
	for (uint32_t i = 0; i < q->id.n; i++) {
		r = message_ids_repeat(&q->id, i) ? -ERR_NOTFOUND : find(c, q->id.v[i], &rows[n]);
		if (r == 0)
			n++;
		else if (r != -ERR_NOTFOUND)
			return r;
	}
	r = remove_all(c, rows, n, q->revoke, &pts);
	return r < 0 ? r : message_reply_affected(c, c->user_id, pts, n);
}

/* A chat that was deleted, not cleared, keeps no place in the list. */
static int leave_list(struct rpc_call *c, int64_t peer)
{
	struct upd_event ev = {.owner = c->user_id,
	                       .kind = UPD_DIALOG_PINNED,
	                       .peer = peer,
	                       .except_key = c->client->auth_key_id};
	struct store_dialog d;
	int r;

	r = store_dialog_get(c->db, c->user_id, peer, &c->arena, &d);
	if (r <= 0 || d.top_id || !d.pin_order)
		return r < 0 ? r : 0;
	ev.id = d.folder;
	d.pin_order = 0;
	r = store_dialog_put(c->db, &d);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

/* A history, or a part of it, that is to be deleted from its newest end on; dates grow with ids. */
struct range {
	int32_t from, low; /* ids below `from`, at `low` and above */
};

static int range_of(struct rpc_call *c, int64_t dialog, int32_t max_id, const int32_t *min_date,
                    const int32_t *max_date, struct range *ret)
{
	int32_t before;
	int r;

	*ret = (struct range){max_id > 0 && max_id < INT32_MAX ? max_id + 1 : INT32_MAX, 1};
	if (max_date && *max_date < INT32_MAX) {
		r = store_msg_before_date(c->db, c->user_id, dialog, *max_date + 1, &before);
		if (r < 0)
			return r;
		ret->from = before + 1 < ret->from ? before + 1 : ret->from;
	}
	if (min_date) {
		r = store_msg_before_date(c->db, c->user_id, dialog, *min_date, &before);
		if (r < 0)
			return r;
		ret->low = before + 1;
	}
	return 0;
}

static int remove_range(struct rpc_call *c, const struct range *g, const struct store_msg *rows, size_t n,
                        bool revoke, struct tl_messages_affectedHistory *a)
{
	size_t kept = 0;
	int r;

	while (kept < n && rows[kept].id >= g->low)
		kept++;
	r = remove_all(c, rows, (uint32_t)kept, revoke, &a->pts);
	if (r >= 0 && !kept)
		r = rpc_box_pts(c, c->user_id, &a->pts);
	a->pts_count = (int32_t)kept;
	a->offset = kept == HISTORY_SLICE; /* "call again" */
	return r;
}

/* A group's history is everybody's: its creator alone takes it from all. */
static bool may_revoke(const struct peer *peer)
{
	return !peer->chat || (peer->chat->in && peer->chat->me.role == STORE_CHAT_CREATOR);
}

int messages_deleteHistory(struct rpc_call *c, const struct tl_messages_deleteHistory *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct store_msg *rows;
	struct range g;
	struct peer peer;
	size_t n;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (peer.channel)
		return rpc_fail(c, 400, "PEER_ID_INVALID"); /* channels.deleteHistory */
	if (peer.chat && (r = chat_catch_up(c, peer.chat->row.id, c->user_id)) < 0)
		return r;
	if ((r = range_of(c, peer.key, q->max_id, q->has_min_date ? &q->min_date : NULL,
	                  q->has_max_date ? &q->max_date : NULL, &g)) < 0 ||
	    (r = store_msg_walk(c->db, c->user_id, peer.key, g.from, false, 0, HISTORY_SLICE, &c->arena,
	                        &rows, &n)) < 0 ||
	    (r = remove_range(c, &g, rows, n, q->revoke && may_revoke(&peer), a)) < 0)
		return r;
	if (!a->offset && !q->just_clear && (r = leave_list(c, peer.key)) < 0)
		return r;
	return rpc_reply(c, &a->o);
}

int messages_deleteSavedHistory(struct rpc_call *c, const struct tl_messages_deleteSavedHistory *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct store_msg *rows;
	struct range g;
	struct peer peer;
	size_t n;
	int r;

	if (q->parent_peer)
		return rpc_fail(c, 400, "PARENT_PEER_INVALID");
	if ((r = peer_resolve(c, q->peer, &peer)) < 0 ||
	    (r = range_of(c, c->user_id, q->max_id, q->has_min_date ? &q->min_date : NULL,
	                  q->has_max_date ? &q->max_date : NULL, &g)) < 0 ||
	    (r = store_saved_walk(c->db, c->user_id, peer.key, g.from, false, 0, HISTORY_SLICE, &c->arena,
	                          &rows, &n)) < 0 ||
	    (r = remove_range(c, &g, rows, n, false, a)) < 0)
		return r;
	return rpc_reply(c, &a->o);
}
