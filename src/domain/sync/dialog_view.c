/* dialog_view.c - see dialog_view.h. */
#include "domain/sync/dialog_view.h"

#include "domain/chats/chat.h"
#include "domain/dialogs/dialog.h"
#include "domain/users/peer.h"
#include "store/dialog.h"
#include "store/peer_ttl.h"
#include "updates/peer.h"

static int load_dialog(struct view *v, int64_t peer, struct store_dialog *ret)
{
	int r = store_dialog_get(v->c->db, v->viewer, peer, &v->c->arena, ret);

	view_peer(v, peer);
	return r < 0 ? r : 0;
}

static int draft(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDraftMessage *u = TL_NEW(&v->c->arena, updateDraftMessage);
	struct store_dialog row;
	int r;

	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	if ((r = load_dialog(v, ev->peer, &row)) < 0 || (r = dialog_draft_view(v, &row, &u->draft)) < 0)
		return r;
	*ret = &u->o;
	return 0;
}

static int dialog_pinned(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDialogPinned *u = TL_NEW(&v->c->arena, updateDialogPinned);
	struct store_dialog row;
	int r;

	if ((r = load_dialog(v, ev->peer, &row)) < 0)
		return r;
	u->pinned = row.pin_order > 0;
	u->peer = dialog_peer_to_tl(&v->c->arena, ev->peer);
	if (row.folder) {
		u->has_folder_id = true;
		u->folder_id = row.folder;
	}
	*ret = &u->o;
	return 0;
}

static int pinned_dialogs(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePinnedDialogs *u = TL_NEW(&v->c->arena, updatePinnedDialogs);
	struct store_dialog *rows;
	size_t n;
	int r;

	r = store_dialog_pinned(v->c->db, v->viewer, ev->id, &v->c->arena, &rows, &n);
	if (r < 0)
		return r;
	u->order = tl_vec_new(&v->c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		u->order.v[i] = dialog_peer_to_tl(&v->c->arena, rows[i].peer);
		view_peer(v, rows[i].peer);
	}
	if (ev->id) {
		u->has_folder_id = true;
		u->folder_id = ev->id;
	}
	*ret = &u->o;
	return 0;
}

static int saved_pinned(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateSavedDialogPinned *u = TL_NEW(&v->c->arena, updateSavedDialogPinned);
	struct tl_vec_long pins;
	int r;

	if ((r = saved_pins(v->c, v->viewer, &pins)) < 0)
		return r;
	for (uint32_t i = 0; i < pins.n; i++)
		u->pinned = u->pinned || pins.v[i] == ev->peer;
	u->peer = dialog_peer_to_tl(&v->c->arena, ev->peer);
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static int peer_ttl(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePeerHistoryTTL *u = TL_NEW(&v->c->arena, updatePeerHistoryTTL);
	int32_t period, wish;
	int r;

	if (peer_is_chat(ev->peer))
		return chat_update_view(v, ev, ret);
	if ((r = store_peer_ttl_get(v->c->db, v->viewer, ev->peer, &period, &wish)) < 0)
		return r;
	u->has_ttl_period = period > 0;
	u->ttl_period = period;
	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static int saved_order(struct view *v, struct tl_obj **ret)
{
	struct tl_updatePinnedSavedDialogs *u = TL_NEW(&v->c->arena, updatePinnedSavedDialogs);
	struct tl_vec_long pins;
	int r;

	if ((r = saved_pins(v->c, v->viewer, &pins)) < 0)
		return r;
	u->order = tl_vec_new(&v->c->arena, pins.n);
	for (uint32_t i = 0; i < pins.n; i++) {
		u->order.v[i] = dialog_peer_to_tl(&v->c->arena, pins.v[i]);
		view_peer(v, pins.v[i]);
	}
	*ret = &u->o;
	return 0;
}

static int unread_mark(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDialogUnreadMark *u = TL_NEW(&v->c->arena, updateDialogUnreadMark);
	struct store_dialog row;
	int r;

	if ((r = load_dialog(v, ev->peer, &row)) < 0)
		return r;
	u->unread = row.unread_mark;
	u->peer = dialog_peer_to_tl(&v->c->arena, ev->peer);
	*ret = &u->o;
	return 0;
}

static int filter(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDialogFilter *u = TL_NEW(&v->c->arena, updateDialogFilter);
	int r;

	u->id = ev->id;
	if ((r = filter_view(v, ev->id, &u->filter)) < 0)
		return r;
	*ret = &u->o;
	return 0;
}

static int filters(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDialogFilterOrder *u = TL_NEW(&v->c->arena, updateDialogFilterOrder);
	int r;

	if ((r = filter_order(v->c, v->viewer, &u->order)) < 0)
		return r;
	*ret = &u->o;
	return 0;
}

static struct tl_obj *notify_peer(struct arena *a, int64_t peer, enum notify_scope scope)
{
	struct tl_notifyPeer *p;

	switch (scope) {
	case NOTIFY_USERS:
		return &TL_NEW(a, notifyUsers)->o;
	case NOTIFY_CHATS:
		return &TL_NEW(a, notifyChats)->o;
	case NOTIFY_BROADCASTS:
		return &TL_NEW(a, notifyBroadcasts)->o;
	default:
		p = TL_NEW(a, notifyPeer);
		p->peer = peer_to_tl(a, peer);
		return &p->o;
	}
}

static int notify(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateNotifySettings *u = TL_NEW(&v->c->arena, updateNotifySettings);
	enum notify_scope scope = NOTIFY_PEER;
	int64_t peer = ev->peer;
	int r;

	/* A stored row has one key: no user has an id as small as a scope's. */
	if ((!peer || peer == ev->id) && ev->id >= NOTIFY_USERS && ev->id <= NOTIFY_BROADCASTS) {
		scope = (enum notify_scope)ev->id;
		peer = 0;
	}
	view_peer(v, peer);
	u->peer = notify_peer(&v->c->arena, peer, scope);
	if ((r = notify_view(v->c, v->viewer, peer, scope, &u->notify_settings)) < 0)
		return r;
	*ret = &u->o;
	return 0;
}

static int notify_topic(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateNotifySettings *u = TL_NEW(&v->c->arena, updateNotifySettings);
	struct tl_notifyForumTopic *p = TL_NEW(&v->c->arena, notifyForumTopic);
	int r = notify_topic_view(v->c, v->viewer, ev->peer, ev->id, &u->notify_settings);

	if (r < 0)
		return r;
	p->peer = peer_to_tl(&v->c->arena, ev->peer);
	p->top_msg_id = ev->id;
	view_peer(v, ev->peer);
	u->peer = &p->o;
	*ret = &u->o;
	return 0;
}

int sync_dialog_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	switch (ev->kind) {
	case UPD_DRAFT:
		return draft(v, ev, ret_update);
	case UPD_DIALOG_PINNED:
		return dialog_pinned(v, ev, ret_update);
	case UPD_PINNED_DIALOGS:
		return pinned_dialogs(v, ev, ret_update);
	case UPD_UNREAD_MARK:
		return unread_mark(v, ev, ret_update);
	case UPD_FILTER:
		return filter(v, ev, ret_update);
	case UPD_FILTER_ORDER:
		return filters(v, ev, ret_update);
	case UPD_NOTIFY:
		return notify(v, ev, ret_update);
	case UPD_NOTIFY_TOPIC:
		return notify_topic(v, ev, ret_update);
	case UPD_SAVED_PINNED:
		return saved_pinned(v, ev, ret_update);
	case UPD_PEER_TTL:
		return peer_ttl(v, ev, ret_update);
	case UPD_SAVED_PINS:
		return saved_order(v, ret_update);
	default:
		return 0;
	}
}
