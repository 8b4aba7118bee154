/*
 * state_view.c - updates without pts. Each says what is true now, so a repeat does no harm and the last of several is
 * enough; NULL where the viewer has nothing to see.
 */
#include "domain/sync/state_view.h"

#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/messages/later.h"
#include "domain/secret/secret.h"
#include "domain/stickers/sticker.h"
#include "domain/sync/channel_view.h"
#include "domain/sync/dialog_view.h"
#include "domain/sync/thread_view.h"
#include "domain/users/peer.h"
#include "domain/users/peer_settings.h"
#include "domain/users/privacy.h"
#include "store/contact.h"
#include "store/user.h"

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

int state_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	*ret_update = NULL;
	switch (ev->kind) {
	case UPD_DRAFT:
	case UPD_DIALOG_PINNED:
	case UPD_PINNED_DIALOGS:
	case UPD_UNREAD_MARK:
	case UPD_FILTER:
	case UPD_FILTER_ORDER:
	case UPD_NOTIFY:
	case UPD_NOTIFY_TOPIC:
	case UPD_SAVED_PINNED:
	case UPD_PEER_TTL:
	case UPD_SAVED_PINS:
		return sync_dialog_view(v, ev, ret_update);
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
	case UPD_READ_CHANNEL_IN:
	case UPD_READ_CHANNEL_OUT:
	case UPD_CHANNEL_AVAILABLE:
	case UPD_CHANNEL_CONTENTS:
	case UPD_FORUM_VIEW:
		return sync_channel_view(v, ev, ret_update);
	case UPD_JOIN_REQUESTS:
		return channel_requests_view(v, ev->peer, ret_update);
	case UPD_CHAT:
	case UPD_CHAT_MEMBER:
	case UPD_CHAT_RIGHTS:
	case UPD_CHAT_TYPING:
		return chat_update_view(v, ev, ret_update);
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
	case UPD_GROUP_COMMANDS:
		return bot_group_commands_view(v, ev, ret_update);
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
