/* view.c - a chat's row, draft, notifications and the folders, as their owner sees them. */
#include "base/err.h"
#include "domain/dialogs/dialog.h"
#include "domain/dialogs/private.h"
#include "domain/reactions/react.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/channel.h"
#include "store/chat.h"
#include "store/dialog.h"
#include "store/filter.h"
#include "store/peer_ttl.h"
#include "store/setting.h"
#include "store/unseen.h"
#include "updates/peer.h"

static struct tl_obj *no_draft(struct arena *a, unixtime_t date)
{
	struct tl_draftMessageEmpty *none = TL_NEW(a, draftMessageEmpty);

	if (date) {
		none->has_date = true;
		none->date = (int32_t)date;
	}
	return &none->o;
}

static void note_mentions(struct view *v, struct tl_vec entities)
{
	for (uint32_t i = 0; i < entities.n; i++)
		if (TL_IS(messageEntityMentionName, entities.v[i]))
			view_peer(v, peer_user(TL_AS(messageEntityMentionName, entities.v[i])->user_id));
}

int dialog_draft_view(struct view *v, const struct store_dialog *row, struct tl_obj **ret)
{
	struct arena *a = &v->c->arena;
	struct tl_draftMessage *draft;
	struct tl_obj *o;
	struct rd in;

	if (!row->draft.n) {
		*ret = no_draft(a, row->draft_date);
		return 0;
	}
	in = rd_of(row->draft.p, row->draft.n);
	if (tl_decode(&in, a, &o) < 0 || !TL_IS(draftMessage, o))
		return -ERR_CORRUPT;
	draft = TL_AS(draftMessage, o);
	draft->date = (int32_t)row->draft_date;
	note_mentions(v, draft->entities);
	if (TL_IS(inputReplyToMessage, draft->reply_to))
		note_mentions(v, TL_AS(inputReplyToMessage, draft->reply_to)->quote_entities);
	*ret = o;
	return 0;
}

const char *notify_key(struct arena *a, int64_t peer, enum notify_scope scope)
{
	if (scope == NOTIFY_PEER)
		return (const char *)arena_printf(a, NOTIFY_PEER_PREFIX "%lld", (long long)peer).p;
	return (const char *)arena_printf(a, "notify_scope.%d", (int)scope).p;
}

const char *notify_topic_key(struct arena *a, int64_t forum, int32_t topic)
{
	return (const char *)arena_printf(a, NOTIFY_TOPIC_PREFIX "%lld.%d", (long long)forum, (int)topic).p;
}

static int stored(struct rpc_call *c, int64_t owner, const char *key, struct tl_obj **ret)
{
	struct slice body;
	struct tl_obj *o;
	struct rd in;
	int r;

	r = store_setting_get(c->db, owner, key, &c->arena, &body);
	if (r == -ERR_NOTFOUND) {
		*ret = &TL_NEW(&c->arena, peerNotifySettings)->o;
		return 0;
	}
	if (r < 0)
		return r;
	in = rd_of(body.p, body.n);
	if (tl_decode(&in, &c->arena, &o) < 0 || !TL_IS(peerNotifySettings, o))
		return -ERR_CORRUPT;
	*ret = o;
	return 0;
}

int notify_view(struct rpc_call *c, int64_t owner, int64_t peer, enum notify_scope scope, struct tl_obj **ret)
{
	return stored(c, owner, notify_key(&c->arena, peer, scope), ret);
}

static int is_muted_by(struct rpc_call *c, int64_t owner, int64_t peer, enum notify_scope scope, bool *ret)
{
	struct tl_peerNotifySettings *s;
	struct tl_obj *o;
	int r = notify_view(c, owner, peer, scope, &o);

	if (r < 0)
		return r;
	s = TL_AS(peerNotifySettings, o);
	if (!s || !s->has_mute_until)
		return 0;
	*ret = s->mute_until > c->now;
	return 1;
}

int notify_is_muted(struct rpc_call *c, int64_t owner, int64_t peer, enum notify_scope scope)
{
	bool muted = false;
	int r = is_muted_by(c, owner, peer, NOTIFY_PEER, &muted);

	if (r == 0)
		r = is_muted_by(c, owner, 0, scope, &muted);
	return r < 0 ? r : muted;
}

int notify_topic_view(struct rpc_call *c, int64_t owner, int64_t forum, int32_t topic, struct tl_obj **ret)
{
	return stored(c, owner, notify_topic_key(&c->arena, forum, topic), ret);
}

/* How long messages of a basic group stay. */
static int set_chat(struct view *v, int64_t peer, struct tl_dialog *d)
{
	struct store_chat row;
	int r = store_chat_get(v->c->db, peer_chat_id(peer), &v->c->arena, &row);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	d->has_ttl_period = row.ttl > 0;
	d->ttl_period = row.ttl;
	return 0;
}

static int set_channel(struct view *v, int64_t peer, struct tl_dialog *d)
{
	struct store_channel row;
	int r = store_channel_get(v->c->db, peer_channel_id(peer), &v->c->arena, &row);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	d->has_ttl_period = row.ttl > 0;
	d->ttl_period = row.ttl;
	return 0;
}

int dialog_view(struct view *v, const struct store_dialog *row, struct tl_obj **ret)
{
	struct tl_dialog *d = TL_NEW(&v->c->arena, dialog);
	int32_t ttl, wish;
	uint32_t mentions;
	int r;

	d->peer = peer_to_tl(&v->c->arena, row->peer);
	if (peer_is_channel(row->peer)) {
		d->has_pts = true;
		if ((r = dialog_channel_pts(v->c, row->peer, &d->pts)) < 0)
			return r;
	}
	if (!peer_is_user(row->peer)) {
		if ((r = store_unseen_count(v->c->db, row->owner, row->peer, STORE_UNSEEN_MENTION,
		                            &mentions)) < 0)
			return r;
		d->unread_mentions_count = (int32_t)mentions;
	}
	if (peer_is_channel(row->peer) && (r = set_channel(v, row->peer, d)) < 0)
		return r;
	if (peer_is_chat(row->peer) && (r = set_chat(v, row->peer, d)) < 0)
		return r;
	if (peer_is_user(row->peer)) {
		if ((r = store_peer_ttl_get(v->c->db, row->owner, row->peer, &ttl, &wish)) < 0)
			return r;
		d->has_ttl_period = ttl > 0;
		d->ttl_period = ttl;
	}
	d->pinned = row->pin_order > 0;
	d->unread_mark = row->unread_mark;
	d->view_forum_as_messages = (row->flags & DIALOG_AS_MESSAGES) != 0;
	d->top_message = row->top_id;
	d->read_inbox_max_id = row->read_in;
	d->read_outbox_max_id = row->read_out;
	d->unread_count = row->unread;
	if ((r = reactions_unread(v->c, row->owner, row->peer, &d->unread_reactions_count)) < 0)
		return r;
	if (row->folder) {
		d->has_folder_id = true;
		d->folder_id = row->folder;
	}
	if (row->draft.n && (r = dialog_draft_view(v, row, &d->draft)) < 0)
		return r;
	if ((r = notify_view(v->c, row->owner, row->peer, NOTIFY_PEER, &d->notify_settings)) < 0)
		return r;
	view_peer(v, row->peer);
	*ret = &d->o;
	return 0;
}

int dialog_view_of(struct view *v, int64_t peer, struct tl_obj **ret)
{
	struct store_dialog row;
	int r = store_dialog_get(v->c->db, v->viewer, peer, &v->c->arena, &row);

	if (r < 0 || (r = dialog_fill(v->c, &row)) < 0)
		return r;
	return dialog_view(v, &row, ret);
}

static int64_t key_of(const struct tl_obj *stored)
{
	if (TL_IS(inputPeerUser, stored))
		return peer_user(TL_AS(inputPeerUser, stored)->user_id);
	if (TL_IS(inputPeerChat, stored))
		return peer_chat(TL_AS(inputPeerChat, stored)->chat_id);
	return TL_IS(inputPeerChannel, stored) ? peer_channel(TL_AS(inputPeerChannel, stored)->channel_id)
	                                       : 0;
}

struct tl_obj *input_peer_view(const struct app *app, struct arena *a, int64_t viewer, int64_t key)
{
	struct tl_inputPeerChannel *channel;
	struct tl_inputPeerChat *chat;
	struct tl_inputPeerUser *user;

	if (peer_is_channel(key)) {
		channel = TL_NEW(a, inputPeerChannel);
		channel->channel_id = peer_channel_id(key);
		channel->access_hash = viewer ? access_hash(app, viewer, ACCESS_CHANNEL, channel->channel_id)
		                              : 0;
		return &channel->o;
	}
	if (peer_is_chat(key)) {
		chat = TL_NEW(a, inputPeerChat);
		chat->chat_id = peer_chat_id(key);
		return &chat->o;
	}
	if (key == viewer)
		return &TL_NEW(a, inputPeerSelf)->o;
	user = TL_NEW(a, inputPeerUser);
	user->user_id = key;
	user->access_hash = viewer ? access_hash(app, viewer, ACCESS_USER, key) : 0;
	return &user->o;
}

/* Stored peers carry no hash; the viewer gets his own. */
static struct tl_vec with_hashes(struct view *v, struct tl_vec peers)
{
	struct tl_vec out = tl_vec_new(&v->c->arena, peers.n);

	for (uint32_t i = 0; i < peers.n; i++) {
		int64_t key = key_of(peers.v[i]);

		out.v[i] = peers.v[i];
		if (!key)
			continue;
		view_peer(v, key);
		out.v[i] = input_peer_view(v->c->app, &v->c->arena, v->viewer, key);
	}
	return out;
}

int filter_of(struct view *v, struct slice body, struct tl_obj **ret)
{
	struct rd in = rd_of(body.p, body.n);
	struct tl_dialogFilter *f;
	struct tl_obj *o;

	if (tl_decode(&in, &v->c->arena, &o) < 0 || !TL_IS(dialogFilter, o))
		return -ERR_CORRUPT;
	f = TL_AS(dialogFilter, o);
	f->pinned_peers = with_hashes(v, f->pinned_peers);
	f->include_peers = with_hashes(v, f->include_peers);
	f->exclude_peers = with_hashes(v, f->exclude_peers);
	*ret = o;
	return 0;
}

int filter_view(struct view *v, int id, struct tl_obj **ret)
{
	struct store_filter f;
	int r;

	r = store_filter_get(v->c->db, v->viewer, id, &v->c->arena, &f);
	if (r == -ERR_NOTFOUND) {
		*ret = NULL;
		return 0;
	}
	return r < 0 ? r : filter_of(v, f.body, ret);
}

int filter_order(struct rpc_call *c, int64_t owner, struct tl_vec_int *ret)
{
	struct store_filter *rows;
	int32_t *ids;
	size_t n;
	int r;

	r = store_filter_list(c->db, owner, LIMIT_FOLDERS, &c->arena, &rows, &n);
	if (r < 0)
		return r;
	ids = ARENA_ARRAY(&c->arena, int32_t, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].id;
	*ret = (struct tl_vec_int){ids, (uint32_t)n};
	return 0;
}
