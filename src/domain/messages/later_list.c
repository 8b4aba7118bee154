/* later_list.c - what waits for its time, as clients see it: lists of it, and the updates that tell of it. */
#include "base/err.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/sync/payload.h"
#include "rpc/list_hash.h"
#include "rpc_methods.h"
#include "updates/event.h"
#include "updates/peer.h"

static int new_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateNewScheduledMessage *u = TL_NEW(&v->c->arena, updateNewScheduledMessage);
	struct store_later row;
	struct store_msg as;
	int r = store_later_get(v->c->db, ev->owner, ev->peer, ev->id, &v->c->arena, &row);

	if (r == -ERR_NOTFOUND && peer_is_channel(ev->peer)) /* its admins were told, by their own keys */
		r = store_later_get(v->c->db, ev->peer, ev->peer, ev->id, &v->c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	as = later_message(&row);
	if ((r = message_view(v, &as, &u->message)) >= 0)
		*ret = &u->o;
	return r;
}

static int gone_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateDeleteScheduledMessages *u = TL_NEW(&v->c->arena, updateDeleteScheduledMessages);
	size_t size = (size_t)ev->id * sizeof(int32_t);

	view_peer(v, ev->peer);
	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	u->messages = payload_ids(&v->c->arena, slice_of(ev->payload.p, size), 0);
	if (ev->payload.n > size)
		u->sent_messages = payload_ids(&v->c->arena, ev->payload, size);
	*ret = &u->o;
	return 0;
}

int later_update_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	return ev->kind == UPD_LATER ? new_view(v, ev, ret) : gone_view(v, ev, ret);
}

static int reply_list(struct rpc_call *c, const struct peer *peer, const struct store_later *rows, size_t n)
{
	struct tl_messages_messages *m = TL_NEW(&c->arena, messages_messages);
	struct view v;
	int r;

	view_init(&v, c);
	view_peer(&v, peer->key);
	m->messages = tl_vec_new(&c->arena, (uint32_t)n);
	m->topics = tl_vec_new(&c->arena, 0);
	for (size_t i = 0; i < n; i++) {
		struct store_msg as = later_message(&rows[i]);

		if ((r = message_view(&v, &as, &m->messages.v[i])) < 0)
			return r;
	}
	if ((r = view_mentioned(&v, &m->users, &m->chats)) < 0)
		return r;
	return rpc_reply(c, &m->o);
}

int messages_getScheduledHistory(struct rpc_call *c, const struct tl_messages_getScheduledHistory *q)
{
	struct tl_messages_messagesNotModified *same;
	struct store_later *rows;
	struct peer peer;
	uint64_t hash = 0;
	size_t n;
	int r;

	if ((r = later_rows(c, q->peer, NULL, &peer, &rows, &n)) < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		hash = list_hash(hash, (uint64_t)rows[i].id);
		hash = list_hash(hash, (uint64_t)rows[i].edit_date);
		hash = list_hash(hash, (uint64_t)rows[i].date);
	}
	if (!n || (uint64_t)q->hash != hash)
		return reply_list(c, &peer, rows, n);
	same = TL_NEW(&c->arena, messages_messagesNotModified);
	same->count = (int32_t)n;
	return rpc_reply(c, &same->o);
}

int messages_getScheduledMessages(struct rpc_call *c, const struct tl_messages_getScheduledMessages *q)
{
	struct store_later *rows;
	struct peer peer;
	size_t n;
	int r = later_rows(c, q->peer, &q->id, &peer, &rows, &n);

	return r < 0 ? r : reply_list(c, &peer, rows, n);
}

int messages_deleteScheduledMessages(struct rpc_call *c, const struct tl_messages_deleteScheduledMessages *q)
{
	struct store_later *rows;
	struct peer peer;
	int32_t *ids;
	size_t n;
	int r;

	if ((r = later_rows(c, q->peer, &q->id, &peer, &rows, &n)) < 0)
		return r;
	ids = ARENA_ARRAY(&c->arena, int32_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		ids[i] = rows[i].id;
		if ((r = later_drop(c, &rows[i])) < 0)
			return r;
	}
	if (n && (r = later_tell_gone(c, &rows[0], ids, NULL, (uint32_t)n)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
