/* place.c - where a chat stands: pinned or not and in which order, in which folder, marked as unread. */
#include "base/err.h"
#include "domain/dialogs/private.h"
#include "domain/users/peer.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "updates/event.h"

enum { MARKED_MAX = 500 };

static int dialog_of(struct rpc_call *c, const struct tl_obj *in, struct store_dialog *ret)
{
	struct peer peer;
	int r;

	if ((r = peer_resolve_dialog(c, in, &peer)) < 0)
		return r;
	r = store_dialog_get(c->db, c->user_id, peer.key, &c->arena, ret);
	return r < 0 ? r : 0;
}

int messages_toggleDialogPin(struct rpc_call *c, const struct tl_messages_toggleDialogPin *q)
{
	struct store_dialog d, *pinned;
	size_t n;
	int r;

	if ((r = dialog_of(c, q->peer, &d)) < 0)
		return r;
	if (q->pinned == (d.pin_order > 0))
		return rpc_reply_bool(c, true);
	if ((r = store_dialog_pinned(c->db, c->user_id, d.folder, &c->arena, &pinned, &n)) < 0)
		return r;
	if (q->pinned && n >= (d.folder ? LIMIT_PINNED_ARCHIVED : LIMIT_PINNED_DIALOGS))
		return rpc_fail(c, 400, "PINNED_DIALOGS_TOO_MUCH");
	d.pin_order = !q->pinned ? 0 : n ? pinned[0].pin_order + 1 : 1;
	if ((r = store_dialog_put(c->db, &d)) < 0 ||
	    (r = rpc_log_own(c, UPD_DIALOG_PINNED, d.peer, d.folder)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

static bool among(const struct store_dialog *v, size_t n, int64_t peer)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].peer == peer)
			return true;
	return false;
}

/* The named ones in their order, then those that were pinned before; with `force` they are pinned no more. */
int messages_reorderPinnedDialogs(struct rpc_call *c, const struct tl_messages_reorderPinnedDialogs *q)
{
	uint32_t max = q->folder_id ? LIMIT_PINNED_ARCHIVED : LIMIT_PINNED_DIALOGS;
	struct store_dialog *order, *pinned, d;
	size_t n_pinned, n = 0;
	int r;

	if (q->folder_id != 0 && q->folder_id != 1)
		return rpc_fail(c, 400, "FOLDER_ID_INVALID");
	if (q->order.n > max)
		return rpc_fail(c, 400, "PINNED_DIALOGS_TOO_MUCH");
	if ((r = store_dialog_pinned(c->db, c->user_id, q->folder_id, &c->arena, &pinned, &n_pinned)) < 0)
		return r;
	order = ARENA_ARRAY(&c->arena, struct store_dialog, q->order.n + n_pinned + 1);
	for (uint32_t i = 0; i < q->order.n; i++) {
		if ((r = dialog_of(c, q->order.v[i], &d)) < 0)
			return r;
		if (d.folder == q->folder_id && !among(order, n, d.peer))
			order[n++] = d;
	}
	for (size_t i = 0; r >= 0 && i < n_pinned; i++) {
		if (among(order, n, pinned[i].peer))
			continue;
		if (!q->force) {
			order[n++] = pinned[i];
			continue;
		}
		pinned[i].pin_order = 0;
		r = store_dialog_put(c->db, &pinned[i]);
	}
	if (r >= 0 && n > max)
		return rpc_fail(c, 400, "PINNED_DIALOGS_TOO_MUCH");
	for (size_t i = 0; r >= 0 && i < n; i++) {
		order[i].pin_order = (int32_t)(n - i);
		r = store_dialog_put(c->db, &order[i]);
	}
	if (r >= 0)
		r = rpc_log_own(c, UPD_PINNED_DIALOGS, 0, q->folder_id);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int messages_markDialogUnread(struct rpc_call *c, const struct tl_messages_markDialogUnread *q)
{
	struct store_dialog d;
	int r;

	if ((r = dialog_of(c, q->peer, &d)) < 0)
		return r;
	if (d.unread_mark != q->unread) {
		d.unread_mark = q->unread;
		if ((r = store_dialog_put(c->db, &d)) < 0 ||
		    (r = rpc_log_own(c, UPD_UNREAD_MARK, d.peer, 0)) < 0)
			return r;
	}
	return rpc_reply_bool(c, true);
}

int dialog_clear_mark(struct rpc_call *c, struct store_dialog *d)
{
	struct upd_event ev = {.owner = d->owner,
	                       .kind = UPD_UNREAD_MARK,
	                       .peer = d->peer,
	                       .except_key = c->client->auth_key_id};
	int r;

	d->unread_mark = false;
	r = store_dialog_put(c->db, d);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

int messages_getDialogUnreadMarks(struct rpc_call *c, const struct tl_messages_getDialogUnreadMarks *q)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct store_dialog *rows;
	size_t n;
	int r;

	r = store_dialog_marked(c->db, c->user_id, MARKED_MAX, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	v->objs = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		v->objs.v[i] = dialog_peer_to_tl(&c->arena, rows[i].peer);
	return rpc_reply(c, &v->o);
}

int folders_editPeerFolders(struct rpc_call *c, const struct tl_folders_editPeerFolders *q)
{
	struct upd_event ev = {
		.owner = c->user_id, .kind = UPD_FOLDER_PEERS, .except_key = c->client->auth_key_id};
	struct buf b = {0};
	int r = 0;

	if (!q->folder_peers.n || q->folder_peers.n > LIMIT_DIALOGS_PAGE)
		return rpc_fail(c, 400, "FOLDER_ID_INVALID");
	for (uint32_t i = 0; r >= 0 && i < q->folder_peers.n; i++) {
		const struct tl_inputFolderPeer *f = TL_AS(inputFolderPeer, q->folder_peers.v[i]);
		struct store_dialog d;
		struct peer peer;

		if (f->folder_id != 0 && f->folder_id != 1)
			r = rpc_fail(c, 400, "FOLDER_ID_INVALID");
		if (r < 0 || (r = peer_resolve(c, f->peer, &peer)) < 0 ||
		    (r = store_dialog_get(c->db, c->user_id, peer.key, &c->arena, &d)) < 0)
			break;
		d.folder = f->folder_id;
		d.pin_order = 0; /* a pin belongs to the list that it was made in */
		d.flags &= ~DIALOG_PUT_AWAY;
		r = store_dialog_put(c->db, &d);
		buf_u64(&b, (uint64_t)peer.key);
		buf_u32(&b, (uint32_t)f->folder_id);
	}
	ev.pts_count = (int32_t)q->folder_peers.n;
	ev.payload = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	if (r < 0 || (r = rpc_log_event(c, &ev)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
