/* full.c - channels.getFullChannel: all that one may know of a channel, from its row, the caller's own marks and its head. */
#include <stdlib.h>

#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/private.h"
#include "domain/chats/chat.h"
#include "domain/chats/photo.h"
#include "domain/reactions/react.h"
#include "domain/dialogs/dialog.h"
#include "domain/media/media.h"
#include "domain/messages/later.h"
#include "domain/messages/reply.h"
#include "domain/stickers/sticker.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "updates/audience.h"
#include "updates/heads.h"
#include "updates/peer.h"

static int by_user(const void *a, const void *b)
{
	const struct upd_listener *x = a, *y = b;

	return x->user < y->user ? -1 : x->user > y->user;
}

/* People, not devices: costs what is connected. */
static int32_t online(struct rpc_call *c, int64_t channel)
{
	struct upd_listener *v;
	int32_t n = 0;
	size_t n_v;

	v = upd_audience_take(c->app->audience, peer_channel(channel), &n_v);
	if (n_v)
		qsort(v, n_v, sizeof(*v), by_user);
	for (size_t i = 0; i < n_v; i++)
		n += i == 0 || v[i].user != v[i - 1].user;
	free(v);
	return n;
}

int messages_getOnlines(struct rpc_call *c, const struct tl_messages_getOnlines *q)
{
	struct tl_chatOnlines *o = TL_NEW(&c->arena, chatOnlines);
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (peer.chat) {
		r = chat_online(c, peer.chat, &o->onlines);
		return r < 0 ? r : rpc_reply(c, &o->o);
	}
	if (!peer.channel || !(peer.channel->row.flags & STORE_CHANNEL_MEGAGROUP))
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	o->onlines = online(c, peer.channel->row.id);
	return rpc_reply(c, &o->o);
}

/* His marks, and what is unread. */
static int set_marks(struct rpc_call *c, struct channel *ch, struct tl_channelFull *f)
{
	struct store_dialog d;
	struct upd_head head;
	int64_t key = peer_channel(ch->row.id);
	int r = later_any(c, &(struct peer){.key = key, .channel = ch});

	f->has_scheduled = r > 0;
	if (r < 0 || (r = rpc_head(c, key, &head)) < 0 ||
	    (r = store_dialog_get(c->db, c->user_id, key, &c->arena, &d)) < 0)
		return r;
	f->pts = head.pts;
	f->read_inbox_max_id = d.read_in;
	f->read_outbox_max_id = d.read_out;
	if (channel_is_in(ch) &&
	    (r = channel_unread(c, ch->row.id, d.read_in, d.unread, &f->unread_count)) < 0)
		return r;
	f->view_forum_as_messages = (d.flags & DIALOG_AS_MESSAGES) != 0;
	f->has_folder_id = d.folder != 0;
	f->folder_id = d.folder;
	if (ch->me.first_id) {
		f->has_available_min_id = true;
		f->available_min_id = ch->me.first_id;
	}
	return 0;
}

/* Whence it came: ids of basic groups are each member's own. */
static int set_migrated(struct view *v, const struct channel *ch, struct tl_channelFull *f)
{
	struct store_dialog d;
	int r;

	if (!ch->row.migrated_chat)
		return 0;
	r = store_dialog_get(v->c->db, v->viewer, peer_chat(ch->row.migrated_chat), &v->c->arena, &d);
	if (r <= 0 || !d.top_id)
		return r < 0 ? r : 0;
	f->has_migrated_from_chat_id = f->has_migrated_from_max_id = true;
	f->migrated_from_chat_id = ch->row.migrated_chat;
	f->migrated_from_max_id = d.top_id;
	view_peer(v, peer_chat(ch->row.migrated_chat));
	return 0;
}

static int set_pinned(struct rpc_call *c, const struct channel *ch, struct tl_channelFull *f)
{
	int64_t key = peer_channel(ch->row.id);
	struct store_msg *rows;
	size_t n;
	int r = store_msg_walk_pinned(c->db, key, key, INT32_MAX, false, 1, &c->arena, &rows, &n);

	if (r >= 0 && n && rows[0].id >= ch->me.first_id) {
		f->has_pinned_msg_id = true;
		f->pinned_msg_id = rows[0].id;
	}
	return r < 0 ? r : 0;
}

static void set_counters(struct rpc_call *c, const struct channel *ch, struct tl_channelFull *f)
{
	bool admin = channel_is_admin(ch);

	f->has_participants_count = true;
	f->participants_count = ch->row.members;
	if (admin) {
		f->has_admins_count = f->has_kicked_count = f->has_banned_count = true;
		f->admins_count = ch->row.admins;
		f->kicked_count = ch->row.kicked;
		f->banned_count = ch->row.restricted;
	}
	if ((ch->row.flags & STORE_CHANNEL_MEGAGROUP) && channel_is_in(ch)) {
		f->has_online_count = true;
		f->online_count = online(c, ch->row.id);
	}
}

static void set_permissions(const struct channel *ch, struct tl_channelFull *f)
{
	bool admin = channel_is_admin(ch), group = (ch->row.flags & STORE_CHANNEL_MEGAGROUP) != 0;
	bool hidden = (ch->row.flags & STORE_CHANNEL_PARTICIPANTS_HIDDEN) != 0;

	f->can_view_participants = admin || (group && channel_is_in(ch) && !hidden);
	f->can_set_stickers = group &&
	                      (ch->me.role == STORE_CHANNEL_CREATOR ||
	                       (ch->me.role == STORE_CHANNEL_ADMIN && (ch->me.rights & ADMIN_CHANGE_INFO)));
	f->can_view_stats = f->has_stats_dc = admin;
	f->stats_dc = admin ? HOME_DC : 0;
	f->can_set_username = ch->me.role == STORE_CHANNEL_CREATOR;
	f->can_delete_channel = ch->me.role == STORE_CHANNEL_CREATOR;
	f->hidden_prehistory = (ch->row.flags & STORE_CHANNEL_PREHISTORY_HIDDEN) != 0;
	f->participants_hidden = hidden;
	f->antispam = (ch->row.flags & STORE_CHANNEL_ANTISPAM) != 0;
}

static void set_settings(struct view *v, const struct channel *ch, struct tl_channelFull *f)
{
	unixtime_t next = ch->me.last_sent + ch->row.slowmode;

	if (ch->row.linked) {
		f->has_linked_chat_id = true;
		f->linked_chat_id = ch->row.linked;
		view_peer(v, peer_channel(ch->row.linked));
	}
	if (ch->row.slowmode) {
		f->has_slowmode_seconds = true;
		f->slowmode_seconds = ch->row.slowmode;
		if (!channel_is_admin(ch) && next > v->c->now) {
			f->has_slowmode_next_send_date = true;
			f->slowmode_next_send_date = (int32_t)next;
		}
	}
	if (ch->row.ttl) {
		f->has_ttl_period = true;
		f->ttl_period = ch->row.ttl;
	}
}

static int set_sender(struct view *v, const struct channel *ch, struct tl_channelFull *f)
{
	int64_t key = 0;
	int r;

	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP) || !channel_is_in(ch))
		return 0;
	r = message_shown_as(v->c, ch, &key);
	if (r < 0 || !key)
		return r;
	f->default_send_as = peer_to_tl(&v->c->arena, key);
	view_peer(v, key);
	return 0;
}

/* What admins who let people in see. */
static int set_links(struct view *v, const struct channel *ch, struct tl_channelFull *f)
{
	int64_t key = peer_channel(ch->row.id);
	int r;

	if (!channel_is_admin(ch) || (ch->me.role == STORE_CHANNEL_ADMIN && !(ch->me.rights & ADMIN_INVITE)))
		return 0;
	if ((r = link_permanent_view(v, key, &f->exported_invite)) < 0)
		return r;
	if (!ch->row.requests)
		return 0;
	f->has_requests_pending = true;
	f->requests_pending = ch->row.requests;
	if ((r = requests_recent(v->c, key, &f->recent_requesters)) < 0)
		return r;
	for (uint32_t i = 0; i < f->recent_requesters.n; i++)
		view_peer(v, f->recent_requesters.v[i]);
	return 0;
}

static int set_photo(struct rpc_call *c, const struct channel *ch, struct tl_channelFull *f)
{
	int r = group_photo_object(c, peer_channel(ch->row.id), ch->row.photo, &f->chat_photo);

	if (r >= 0 && !f->chat_photo)
		f->chat_photo = &TL_NEW(&c->arena, photoEmpty)->o;
	return r;
}

/* What the bots of a group say of themselves. */
static int set_bots(struct view *v, const struct channel *ch, struct tl_channelFull *f)
{
	struct store_channel_member *rows;
	size_t n;
	int r;

	f->bot_info = tl_vec_new(&v->c->arena, 0);
	if (!(ch->row.flags & STORE_CHANNEL_MEGAGROUP) || !channel_is_in(ch))
		return 0;
	r = store_channel_members(v->c->db, ch->row.id, STORE_CHANNEL_BOTS, 0, LIMIT_BOTS, &v->c->arena,
	                          &rows, &n);
	if (r < 0)
		return r;
	f->bot_info = tl_vec_new(&v->c->arena, (uint32_t)n);
	f->bot_info.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_obj *o;

		if ((r = bot_info_view(v, rows[i].user, peer_channel(ch->row.id), &o)) < 0)
			return r;
		if (o)
			f->bot_info.v[f->bot_info.n++] = o;
	}
	return 0;
}

int channels_getFullChannel(struct rpc_call *c, const struct tl_channels_getFullChannel *q)
{
	struct tl_messages_chatFull *o = TL_NEW(&c->arena, messages_chatFull);
	struct tl_channelFull *f = TL_NEW(&c->arena, channelFull);
	struct channel ch;
	struct view v;
	int r;

	if ((r = channel_resolve(c, q->channel, &ch)) < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, peer_channel(ch.row.id));
	f->id = ch.row.id;
	f->about = ch.row.about.p ? ch.row.about : SLICE_LIT("");
	set_counters(c, &ch, f);
	set_permissions(&ch, f);
	set_settings(&v, &ch, f);
	if ((r = set_bots(&v, &ch, f)) < 0 || (r = set_marks(c, &ch, f)) < 0 ||
	    (r = set_migrated(&v, &ch, f)) < 0 || (r = set_pinned(c, &ch, f)) < 0 ||
	    (r = reactions_available(c, ch.row.reactions, &f->available_reactions)) < 0 ||
	    (r = set_links(&v, &ch, f)) < 0 || (r = set_sender(&v, &ch, f)) < 0 ||
	    (r = set_photo(c, &ch, f)) < 0 ||
	    (channel_stickers(&ch.row) &&
	     (r = sticker_set_object(c, channel_stickers(&ch.row), &f->stickerset)) < 0) ||
	    (r = notify_view(c, c->user_id, peer_channel(ch.row.id), NOTIFY_PEER, &f->notify_settings)) < 0)
		return r;
	o->full_chat = &f->o;
	if ((r = view_mentioned(&v, &o->users, &o->chats)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}
