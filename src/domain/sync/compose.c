/*
 * compose.c - events to updates. One function a kind; the table at the end says which. Not here: who gets them (rpc/fanout.c)
 * and what a user or a message looks like (users/view.c, messages/content.c).
 */
#include "domain/sync/compose.h"

#include "base/err.h"
#include "base/rd.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/message.h"
#include "domain/messages/post.h"
#include "domain/messages/touch.h"
#include "domain/polls/poll.h"
#include "domain/reactions/react.h"
#include "domain/sync/channel_event.h"
#include "domain/sync/payload.h"
#include "domain/sync/state_view.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/upd.h"
#include "updates/peer.h"

/* The message of an event as it is now: 1, or 0 if it is gone. */
static int message_of(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct store_msg row;
	int r;

	r = store_msg_get(v->c->db, ev->owner, ev->peer, ev->id, &v->c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return 0;
	if (r < 0 || (r = message_view(v, &row, ret)) < 0)
		return r;
	return 1;
}

static int new_message(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateNewMessage *u = TL_NEW(&v->c->arena, updateNewMessage);
	int r = message_of(v, ev, &u->message);

	if (r <= 0)
		return r;
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	*ret = &u->o;
	return 0;
}

static int edit_message(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateEditMessage *u = TL_NEW(&v->c->arena, updateEditMessage);
	int r = message_of(v, ev, &u->message);

	if (r <= 0)
		return r;
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	*ret = &u->o;
	return 0;
}

static int delete_messages(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDeleteMessages *u = TL_NEW(&v->c->arena, updateDeleteMessages);

	u->messages = payload_ids(&v->c->arena, ev->payload, 0);
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	*ret = &u->o;
	return 0;
}

static int read_in(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadHistoryInbox *u = TL_NEW(&v->c->arena, updateReadHistoryInbox);
	struct store_dialog row;
	int r;

	r = store_dialog_get(v->c->db, ev->owner, ev->peer, &v->c->arena, &row);
	if (r < 0)
		return r;
	if (row.folder) { /* where it is absent, TDLib takes the chat out of the archive */
		u->has_folder_id = true;
		u->folder_id = row.folder;
	}
	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	u->max_id = ev->id;
	u->still_unread_count = payload_int(ev->payload);
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static int read_out(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadHistoryOutbox *u = TL_NEW(&v->c->arena, updateReadHistoryOutbox);

	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	u->max_id = ev->id;
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static int read_contents(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateReadMessagesContents *u = TL_NEW(&v->c->arena, updateReadMessagesContents);

	u->messages = payload_ids(&v->c->arena, ev->payload, 0);
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	*ret = &u->o;
	return 0;
}

static int pin(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updatePinnedMessages *u = TL_NEW(&v->c->arena, updatePinnedMessages);

	u->pinned = payload_int(ev->payload) != 0;
	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	u->messages = payload_ids(&v->c->arena, ev->payload, 4);
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	view_peer(v, ev->peer);
	*ret = &u->o;
	return 0;
}

static int folder_peers(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateFolderPeers *u = TL_NEW(&v->c->arena, updateFolderPeers);
	struct rd r = rd_of(ev->payload.p, ev->payload.n);
	uint32_t n = ev->payload.n / 12;

	u->folder_peers = tl_vec_new(&v->c->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		struct tl_folderPeer *f = TL_NEW(&v->c->arena, folderPeer);
		int64_t peer = (int64_t)rd_u64(&r);

		f->peer = peer_to_tl(&v->c->arena, peer);
		f->folder_id = (int32_t)rd_u32(&r);
		view_peer(v, peer);
		u->folder_peers.v[i] = &f->o;
	}
	u->pts = ev->pts;
	u->pts_count = ev->pts_count;
	*ret = &u->o;
	return 0;
}

struct upd_event sync_event_of(const struct store_upd *row)
{
	return (struct upd_event){.owner = row->owner,
	                          .pts = row->pts,
	                          .pts_count = row->count,
	                          .kind = (enum upd_kind)row->kind,
	                          .peer = row->peer,
	                          .id = row->id,
	                          .date = row->date,
	                          .random_id = row->random_id,
	                          .payload = row->payload};
}

static bool is_part(enum upd_kind kind)
{
	return kind == UPD_REACTIONS || kind == UPD_POLL || kind == UPD_REACTIONS_NOW || kind == UPD_POLL_NOW;
}

/* What of a message changes without pts. */
static int part_of_message(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct store_msg row;
	int r = message_touched_row(v->c, ev, &row);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if (ev->kind == UPD_POLL || ev->kind == UPD_POLL_NOW)
		return poll_update_view(v, &row, ret);
	return reactions_update_view(v, &row, ret);
}

int sync_compose_one(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update)
{
	*ret_update = NULL;
	if (is_part(ev->kind))
		return part_of_message(v, ev, ret_update);
	if (peer_is_channel(ev->owner))
		return sync_channel_event(v, ev, ret_update);
	switch (ev->kind) {
	case UPD_NEW:
		return new_message(v, ev, ret_update);
	case UPD_EDIT:
		return edit_message(v, ev, ret_update);
	case UPD_DELETE:
		return delete_messages(v, ev, ret_update);
	case UPD_READ_IN:
		return read_in(v, ev, ret_update);
	case UPD_READ_OUT:
		return read_out(v, ev, ret_update);
	case UPD_READ_CONTENTS:
		return read_contents(v, ev, ret_update);
	case UPD_PIN:
		return pin(v, ev, ret_update);
	case UPD_FOLDER_PEERS:
		return folder_peers(v, ev, ret_update);
	case UPD_EPOCH:
		return 0;
	default:
		return state_view(v, ev, ret_update);
	}
}

bool sync_names_random_id(const struct view *v, const struct upd_event *ev)
{
	if ((ev->kind != UPD_NEW && ev->kind != UPD_LATER) || !ev->random_id || v->crowd)
		return false;
	if (!peer_is_channel(ev->owner))
		return true;
	return v->c->client && post_note_of(ev->payload).key == v->c->client->auth_key_id;
}

struct tl_obj *sync_message_id(struct arena *a, const struct upd_event *ev)
{
	struct tl_updateMessageID *u = TL_NEW(a, updateMessageID);

	u->id = ev->id;
	u->random_id = ev->random_id;
	return &u->o;
}

/* Passing things go alone in updateShort, which clients apply even while a difference is running (api.md 5.2). */
static bool is_short(const struct upd_event *ev, size_t n)
{
	return n == 1 && ev->kind >= UPD_PASSING_FIRST && ev->kind != UPD_NEW_AUTHORIZATION &&
	       ev->kind != UPD_BOT_QUERY && ev->kind != UPD_BOT_TOLD && ev->kind != UPD_CHAT_MEMBER &&
	       ev->kind != UPD_CHAT_RIGHTS && ev->kind != UPD_REACTIONS_NOW && ev->kind != UPD_POLL_NOW &&
	       ev->kind != UPD_SECRET_MESSAGE && ev->kind != UPD_GROUP_COMMANDS && ev->kind != UPD_LATER &&
	       ev->kind != UPD_LATER_GONE;
}

int sync_compose(struct rpc_call *c, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates)
{
	struct view v;

	view_init(&v, c);
	return sync_compose_in(&v, ev, n, ret_updates);
}

int sync_compose_in(struct view *v, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates)
{
	struct rpc_call *c = v->c;
	struct tl_updates *all;
	struct tl_obj **list;
	uint32_t k = 0;
	int r;

	*ret_updates = NULL;
	if (n && ev[0].kind == UPD_RESET) {
		*ret_updates = &TL_NEW(&c->arena, updatesTooLong)->o;
		return 0;
	}
	list = ARENA_ARRAY(&c->arena, struct tl_obj *, 2 * n + 1);
	/* All updateMessageID first: clients match their unsent messages before the messages themselves arrive. */
	for (size_t i = 0; i < n; i++)
		if (sync_names_random_id(v, &ev[i]))
			list[k++] = sync_message_id(&c->arena, &ev[i]);
	for (size_t i = 0; i < n; i++) {
		r = sync_compose_one(v, &ev[i], &list[k]);
		if (r < 0)
			return r;
		if (list[k])
			k++;
	}
	if (!k)
		return 0;
	if (is_short(ev, n)) {
		struct tl_updateShort *s = TL_NEW(&c->arena, updateShort);

		s->update = list[0];
		s->date = (int32_t)c->now;
		*ret_updates = &s->o;
		return 0;
	}
	all = TL_NEW(&c->arena, updates);
	all->updates = (struct tl_vec){list, k};
	all->date = (int32_t)c->now;
	if ((r = view_mentioned(v, &all->users, &all->chats)) < 0)
		return r;
	*ret_updates = &all->o;
	return 0;
}

int sync_reply(struct rpc_call *c, const struct upd_event *ev, size_t n)
{
	struct tl_updates *none;
	struct tl_obj *u;
	int r = sync_compose(c, ev, n, &u);

	if (r < 0)
		return r;
	if (u)
		return rpc_reply(c, u);
	none = TL_NEW(&c->arena, updates);
	none->updates = none->users = none->chats = tl_vec_new(&c->arena, 0);
	none->date = (int32_t)c->now;
	return rpc_reply(c, &none->o);
}
