/*
 * state_view.c - updates without pts. Each says what is true now, so a repeat does no harm and the last of several is
 * enough; NULL where the viewer has nothing to see.
 */
#include "domain/sync/state_view.h"

#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/later.h"
#include "domain/secret/secret.h"
#include "domain/stickers/sticker.h"
#include "domain/sync/payload.h"
#include "domain/sync/thread_view.h"
#include "domain/users/peer.h"
#include "domain/users/peer_settings.h"
#include "domain/users/privacy.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/peer_ttl.h"
#include "store/user.h"
#include "updates/heads.h"
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

static int privacy(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePrivacy *u = TL_NEW(&v->c->arena, updatePrivacy);
	int r;

	u->key = privacy_key_view(&v->c->arena, ev->id);
	if (!u->key)
		return 0;
	if ((r = privacy_rules_view(v, v->viewer, (enum privacy_key)ev->id, &u->rules)) < 0)
		return r;
	*ret = &u->o;
	return 0;
}

static int blocked(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePeerBlocked *u = TL_NEW(&v->c->arena, updatePeerBlocked);
	int r = store_blocked_is(v->c->db, v->viewer, ev->peer);

	if (r < 0)
		return r;
	u->blocked = r > 0;
	u->peer_id = peer_to_tl(&v->c->arena, ev->peer);
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static int peer_settings(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePeerSettings *u = TL_NEW(&v->c->arena, updatePeerSettings);
	int r;

	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	view_peer(v, ev->peer);
	if ((r = peer_settings_view(v->c, ev->peer, &u->settings)) < 0)
		return r;
	*ret = &u->o;
	return 0;
}

/* updateUserName exists in every layer; what else changed stands in users[], which clients take first. */
static int user(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateUserName *u = TL_NEW(&v->c->arena, updateUserName);
	struct tl_username *name;
	const struct tl_user *o;
	struct tl_obj *shown;
	int r;

	if ((r = user_view(v->c, v->viewer, ev->peer, &shown)) < 0)
		return r;
	o = TL_AS(user, shown);
	if (!o)
		return 0;
	u->user_id = ev->peer;
	u->first_name = o->first_name.p ? o->first_name : SLICE_LIT("");
	u->last_name = o->last_name.p ? o->last_name : SLICE_LIT("");
	u->usernames = tl_vec_new(&v->c->arena, o->username.n ? 1 : 0);
	if (o->username.n) {
		name = TL_NEW(&v->c->arena, username);
		name->editable = name->active = true;
		name->username = o->username;
		u->usernames.v[0] = &name->o;
	}
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

/* From layer 151 on, behind UPD_USER: without it TDLib asks for the photo in full only when its minute is over. */
static void user_full(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateUser *u = TL_NEW(&v->c->arena, updateUser);

	u->user_id = ev->peer;
	view_peer(v, ev->peer);
	*ret = &u->o;
}

/* Somebody whose times are hidden from the viewer keeps his coarse status: an update would tell the time. */
static int status(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateUserStatus *u = TL_NEW(&v->c->arena, updateUserStatus);
	bool exact;
	int r;

	r = user_status_view(v->c, v->viewer, ev->peer, &u->status, &exact);
	if (r < 0 || !exact)
		return r;
	u->user_id = ev->peer;
	*ret = &u->o;
	return 0;
}

static int typing(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateUserTyping *u = TL_NEW(&v->c->arena, updateUserTyping);
	struct rd in = rd_of(ev->payload.p, ev->payload.n);

	u->user_id = ev->peer;
	if (tl_decode(&in, &v->c->arena, &u->action) < 0)
		return -ERR_CORRUPT;
	*ret = &u->o;
	return 0;
}

static int new_authorization(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct rd in = rd_of(ev->payload.p, ev->payload.n);
	struct tl_obj *o;

	if (tl_decode(&in, &v->c->arena, &o) < 0 || !TL_IS(updateNewAuthorization, o))
		return -ERR_CORRUPT;
	*ret = o;
	return 0;
}

static int sticker_sets(const struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateStickerSets *u = TL_NEW(&v->c->arena, updateStickerSets);

	u->masks = ev->id == STORE_MASKS;
	u->emojis = ev->id == STORE_EMOJI;
	*ret = &u->o;
	return 0;
}

static int new_sticker_set(const struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateNewStickerSet *u = TL_NEW(&v->c->arena, updateNewStickerSet);
	int r = sticker_set_installed(v->c, ev->peer, &u->stickerset);

	*ret = u->stickerset ? &u->o : NULL;
	return r;
}

static int sticker_order(const struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateStickerSetsOrder *u = TL_NEW(&v->c->arena, updateStickerSetsOrder);

	u->masks = ev->id == STORE_MASKS;
	u->emojis = ev->id == STORE_EMOJI;
	*ret = &u->o;
	return sticker_set_order(v->c, (enum store_sticker_kind)ev->id, &u->order);
}

/* He came into this channel or is no more in it: chats[] says which. */
static void channel(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannel *u = TL_NEW(&v->c->arena, updateChannel);

	u->channel_id = peer_channel_id(ev->peer);
	view_peer(v, ev->peer);
	*ret = &u->o;
}

static int read_channel_in(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadChannelInbox *u = TL_NEW(&v->c->arena, updateReadChannelInbox);
	struct store_dialog d;
	struct upd_head head;
	int r;

	r = rpc_head(v->c, ev->peer, &head);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = store_dialog_get(v->c->db, ev->owner, ev->peer, &v->c->arena, &d)) < 0)
		return r;
	if (d.folder) {
		u->has_folder_id = true;
		u->folder_id = d.folder;
	}
	u->channel_id = peer_channel_id(ev->peer);
	u->max_id = d.read_in;
	u->pts = head.pts;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return channel_unread(v->c, u->channel_id, d.read_in, d.unread, &u->still_unread_count);
}

static int read_channel_out(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadChannelOutbox *u = TL_NEW(&v->c->arena, updateReadChannelOutbox);
	int r = store_channel_read_of_others(v->c->db, peer_channel_id(ev->peer), ev->owner, &u->max_id);

	u->channel_id = peer_channel_id(ev->peer);
	view_peer(v, ev->peer);
	if (r >= 0 && u->max_id)
		*ret = &u->o;
	return r;
}

static int available(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannelAvailableMessages *u = TL_NEW(&v->c->arena, updateChannelAvailableMessages);
	struct store_channel_member m;
	int r = store_channel_member_get(v->c->db, peer_channel_id(ev->peer), ev->owner, &v->c->arena, &m);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->channel_id = peer_channel_id(ev->peer);
	u->available_min_id = m.first_id > 0 ? m.first_id - 1 : 0;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static void channel_contents(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateChannelReadMessagesContents *u = TL_NEW(&v->c->arena,
	                                                        updateChannelReadMessagesContents);

	u->channel_id = peer_channel_id(ev->peer);
	u->messages = payload_ids(&v->c->arena, ev->payload, 0);
	view_peer(v, ev->peer);
	*ret = &u->o;
}

int state_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	*ret_update = NULL;
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
	case UPD_PRIVACY:
		return privacy(v, ev, ret_update);
	case UPD_BLOCKED:
		return blocked(v, ev, ret_update);
	case UPD_PEER_SETTINGS:
		return peer_settings(v, ev, ret_update);
	case UPD_USER:
		return user(v, ev, ret_update);
	case UPD_USER_FULL:
		user_full(v, ev, ret_update);
		return 0;
	case UPD_CONTACTS_RESET:
		*ret_update = &TL_NEW(&v->c->arena, updateContactsReset)->o;
		return 0;
	case UPD_CHANNEL:
		channel(v, ev, ret_update);
		return 0;
	case UPD_JOIN_REQUESTS:
		return channel_requests_view(v, ev->peer, ret_update);
	case UPD_READ_CHANNEL_IN:
		return read_channel_in(v, ev, ret_update);
	case UPD_READ_CHANNEL_OUT:
		return read_channel_out(v, ev, ret_update);
	case UPD_CHANNEL_AVAILABLE:
		return available(v, ev, ret_update);
	case UPD_CHANNEL_CONTENTS:
		channel_contents(v, ev, ret_update);
		return 0;
	case UPD_CHAT:
	case UPD_CHAT_MEMBER:
	case UPD_CHAT_RIGHTS:
	case UPD_CHAT_TYPING:
		return chat_update_view(v, ev, ret_update);
	case UPD_SAVED_PINNED:
		return saved_pinned(v, ev, ret_update);
	case UPD_PEER_TTL:
		return peer_ttl(v, ev, ret_update);
	case UPD_SAVED_PINS:
		return saved_order(v, ret_update);
	case UPD_LATER:
	case UPD_LATER_GONE:
		return later_update_view(v, ev, ret_update);
	case UPD_STATUS:
		return status(v, ev, ret_update);
	case UPD_TYPING:
		return typing(v, ev, ret_update);
	case UPD_BOT_QUERY:
		return bot_query_view(v, ev->payload, ret_update);
	case UPD_BOT_COMMANDS:
		return bot_commands_view(v, ev->peer, ret_update);
	case UPD_BOT_TOLD:
		return bot_told_view(v, ev->id, ret_update);
	case UPD_NEW_AUTHORIZATION:
		return new_authorization(v, ev, ret_update);
	case UPD_STICKER_SETS:
		return sticker_sets(v, ev, ret_update);
	case UPD_NEW_STICKER_SET:
		return new_sticker_set(v, ev, ret_update);
	case UPD_STICKER_ORDER:
		return sticker_order(v, ev, ret_update);
	case UPD_RECENT_STICKERS:
		*ret_update = &TL_NEW(&v->c->arena, updateRecentStickers)->o;
		return 0;
	case UPD_FAVED_STICKERS:
		*ret_update = &TL_NEW(&v->c->arena, updateFavedStickers)->o;
		return 0;
	case UPD_SAVED_GIFS:
		*ret_update = &TL_NEW(&v->c->arena, updateSavedGifs)->o;
		return 0;
	case UPD_CONFIG:
		*ret_update = &TL_NEW(&v->c->arena, updateConfig)->o;
		return 0;
	case UPD_DISCUSSION_IN:
	case UPD_DISCUSSION_OUT:
	case UPD_TOPIC_DRAFT:
		return sync_thread_view(v, ev, ret_update);
	case UPD_SECRET_CHAT:
	case UPD_SECRET_READ:
	case UPD_SECRET_TYPING:
	case UPD_SECRET_MESSAGE:
		return secret_update_view(v, ev, ret_update);
	default: /* a kind of a newer program's log: clients learn it when they next look */
		return 0;
	}
}
