/* full.c - a user in full, and the bar above his chat. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/later.h"
#include "domain/users/birthday.h"
#include "domain/users/peer.h"
#include "domain/users/peer_settings.h"
#include "domain/users/photo_view.h"
#include "domain/users/privacy.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/peer_ttl.h"
#include "store/setting.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

static const char *bar_key(struct arena *a, int64_t peer)
{
	return (const char *)arena_printf(a, "bar_hidden.%lld", (long long)peer).p;
}

/* A contact: offer the number if he cannot see it. */
static int contact_settings(struct rpc_call *c, int64_t peer, struct tl_peerSettings *s)
{
	int r = privacy_allows(c, c->user_id, PRIVACY_PHONE, peer);

	s->share_contact = r == 0;
	return r < 0 ? r : 0;
}

/*
 * No contact: until the bar is closed, whoever has a chat with him is offered to add him; and to report and block him where he
 * never answered. The latter two come together or not at all: TDLib takes one without the other for an error.
 */
static int stranger_settings(struct rpc_call *c, int64_t peer, struct tl_peerSettings *s)
{
	struct store_dialog row;
	struct store_msg own;
	struct slice hidden;
	int r;

	r = store_setting_get(c->db, c->user_id, bar_key(&c->arena, peer), &c->arena, &hidden);
	if (r != -ERR_NOTFOUND)
		return r;
	r = store_dialog_get(c->db, c->user_id, peer, &c->arena, &row);
	if (r < 0 || !row.top_id)
		return r < 0 ? r : 0;
	s->add_contact = true;
	s->autoarchived = (row.flags & DIALOG_PUT_AWAY) != 0;
	/* Who was written to has been invited: no spam. */
	r = store_msg_last(c->db, c->user_id, peer, INT32_MAX, true, &c->arena, &own);
	s->report_spam = s->block_contact = r == -ERR_NOTFOUND || (r == 0 && !own.id);
	return r < 0 && r != -ERR_NOTFOUND ? r : 0;
}

int peer_settings_view(struct rpc_call *c, int64_t peer, struct tl_obj **ret)
{
	struct tl_peerSettings *s = TL_NEW(&c->arena, peerSettings);
	struct store_contact contact;
	int r;

	*ret = &s->o;
	if (!peer_is_user(peer) || peer == c->user_id || peer == SERVICE_USER)
		return 0;
	r = store_blocked_is(c->db, c->user_id, peer);
	if (r != 0)
		return r < 0 ? r : 0;
	r = store_contact_get(c->db, c->user_id, peer, &c->arena, &contact);
	if (r == 0)
		return contact_settings(c, peer, s);
	return r == -ERR_NOTFOUND ? stranger_settings(c, peer, s) : r;
}

int messages_getPeerSettings(struct rpc_call *c, const struct tl_messages_getPeerSettings *q)
{
	struct tl_messages_peerSettings *o = TL_NEW(&c->arena, messages_peerSettings);
	struct peer peer;
	struct view v;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer.key);
	if ((r = peer_settings_view(c, peer.key, &o->settings)) < 0 ||
	    (r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

int messages_hidePeerSettingsBar(struct rpc_call *c, const struct tl_messages_hidePeerSettingsBar *q)
{
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	r = store_setting_put(c->db, c->user_id, bar_key(&c->arena, peer.key), SLICE_LIT("1"));
	if (r < 0 || (r = rpc_log_own(c, UPD_PEER_SETTINGS, peer.key, 0)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

/* What stands in a dialog of the caller with him: its folder, its newest pin. */
static int chat_part(struct rpc_call *c, int64_t id, struct tl_userFull *f)
{
	struct store_dialog row;
	struct store_msg *pins;
	size_t n;
	int32_t ttl, wish;
	int r = later_any(c, &(struct peer){.key = id, .self = id == c->user_id});

	f->has_scheduled = r > 0;
	if (r < 0)
		return r;
	if ((r = store_peer_ttl_get(c->db, c->user_id, id, &ttl, &wish)) < 0)
		return r;
	f->has_ttl_period = ttl > 0;
	f->ttl_period = ttl;
	r = store_dialog_get(c->db, c->user_id, id, &c->arena, &row);
	if (r <= 0)
		return r;
	if (row.folder) {
		f->has_folder_id = true;
		f->folder_id = row.folder;
	}
	r = store_msg_walk_pinned(c->db, c->user_id, id, INT32_MAX, false, 1, &c->arena, &pins, &n);
	if (r >= 0 && n) {
		f->has_pinned_msg_id = true;
		f->pinned_msg_id = pins[0].id;
	}
	return r < 0 ? r : 0;
}

/* What he allows the caller to see or do. */
static int private_part(struct rpc_call *c, const struct store_user *u, struct tl_userFull *f)
{
	int r;

	if ((r = privacy_allows(c, u->id, PRIVACY_ABOUT, c->user_id)) < 0)
		return r;
	if (r && u->about.n)
		f->about = u->about;
	if ((r = privacy_allows(c, u->id, PRIVACY_VOICE, c->user_id)) < 0)
		return r;
	f->voice_messages_forbidden = !r;
	if ((r = privacy_allows(c, u->id, PRIVACY_FORWARDS, c->user_id)) < 0)
		return r;
	if (!r)
		f->private_forward_name = user_shown_name(&c->arena, u);
	r = u->id == c->user_id ? 0 : privacy_hides_reads(c, u->id, c->user_id);
	f->read_dates_private = r > 0;
	return r < 0 ? r : 0;
}

int users_getFullUser(struct rpc_call *c, const struct tl_users_getFullUser *q)
{
	struct tl_users_userFull *o = TL_NEW(&c->arena, users_userFull);
	struct tl_userFull *f = TL_NEW(&c->arena, userFull);
	struct store_user u;
	struct view v;
	int64_t id;
	int r;

	if ((r = user_resolve(c, q->id, &id)) < 0 || (r = store_user_load(c->db, id, &c->arena, &u)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, id);
	f->id = id;
	f->can_pin_message = true;
	if ((r = store_blocked_is(c->db, c->user_id, id)) < 0)
		return r;
	f->blocked = r > 0;
	if ((r = private_part(c, &u, f)) < 0 || (r = birthday_view(c, id, &f->birthday)) < 0 ||
	    (r = bot_info_view(&v, id, id, &f->bot_info)) < 0 || (r = bot_full_view(c, id, f)) < 0 ||
	    (r = user_photo_full(c, &u, f)) < 0 || (r = chat_part(c, id, f)) < 0 ||
	    (r = peer_settings_view(c, id, &f->settings)) < 0 ||
	    (r = notify_view(c, c->user_id, id, NOTIFY_PEER, &f->notify_settings)) < 0 ||
	    (r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	o->full_user = &f->o;
	return rpc_reply(c, &o->o);
}
