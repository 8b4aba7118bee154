/* pin.c - messages.updatePinnedMessage and unpinAllMessages: for both sides, with a word in the chat. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/channels/log.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "domain/messages/thread.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/event.h"

enum { UNPIN_SLICE = 500 };

int message_set_pinned(struct rpc_call *c, const struct store_msg *row, bool pinned, int64_t except_key,
                       int32_t *ret_pts)
{
	struct upd_event ev = {.owner = row->owner,
	                       .kind = UPD_PIN,
	                       .pts_count = 1,
	                       .peer = row->peer,
	                       .except_key = except_key,
	                       .payload = ids_payload(&c->arena, pinned, &row->id, 1)};
	int r;

	if (((row->flags & STORE_MSG_PINNED) != 0) == pinned)
		return 0;
	r = store_msg_set_flags(c->db, row->owner, row->peer, row->id,
	                        pinned ? row->flags | STORE_MSG_PINNED : row->flags & ~STORE_MSG_PINNED);
	if (r < 0 || (r = rpc_log_event(c, &ev)) < 0)
		return r;
	*ret_pts = ev.pts;
	return 1;
}

static int say_so(struct rpc_call *c, const struct peer *to, const struct store_msg *row, bool silent)
{
	struct tl_messageService *s = TL_NEW(&c->arena, messageService);
	struct message_draft m = {.from = c->user_id,
	                          .peer = row->peer,
	                          .content = &s->o,
	                          .reply_to = row->id,
	                          .silent = silent,
	                          .except_key = c->client->auth_key_id};
	int32_t id;
	int r;

	s->action = &TL_NEW(&c->arena, messageActionPinMessage)->o;
	if (!to->channel)
		return message_deliver(c, &m, &id);
	m.from = message_service_from(c, to->channel);
	if ((r = thread_follow(c, to->channel, row, &m.reply_to, &s->reply_to)) < 0)
		return r;
	return message_post(c, to->channel, &m, &id);
}

static int may_pin(struct rpc_call *c, const struct peer *peer)
{
	if (peer->chat)
		return chat_may(c, peer->chat, CHAT_PIN);
	return peer->channel ? channel_may(c, peer->channel, CHANNEL_PIN) : 0;
}

int messages_updatePinnedMessage(struct rpc_call *c, const struct tl_messages_updatePinnedMessage *q)
{
	struct store_msg row, twin;
	struct place place;
	struct peer peer;
	int32_t pts;
	int r, changed;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0 || (r = may_pin(c, &peer)) < 0 ||
	    (peer.chat && (r = chat_catch_up(c, peer.chat->row.id, c->user_id)) < 0))
		return r;
	r = place_message(c, &place, q->id, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (changed = r = message_set_pinned(c, &row, !q->unpin, c->client->auth_key_id, &pts)) < 0)
		return r;
	if (!changed)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	r = q->pm_oneside ? -ERR_NOTFOUND : message_twin(c, &row, &twin);
	if (r == 0)
		r = message_set_pinned(c, &twin, !q->unpin, 0, &pts);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (peer.chat && (r = chat_pinned(c, peer.chat, &row, 1, !q->unpin)) < 0)
		return r;
	row.flags = q->unpin ? row.flags & ~STORE_MSG_PINNED : row.flags | STORE_MSG_PINNED;
	if (peer.channel &&
	    (r = channel_log_message(c, peer.channel->row.id, CHANNEL_LOG_PINNED, NULL, &row)) < 0)
		return r;
	/* A silent one is said, too, but among one's own notes. (Telethon's pin_message waits for the word of a silent one.) */
	if (!q->unpin && !q->pm_oneside && !(q->silent && peer.key == c->user_id) &&
	    (r = say_so(c, &peer, &row, q->silent)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

/* What of these stands in a topic. */
static int only_in(struct rpc_call *c, struct store_msg *rows, size_t *n, int32_t top)
{
	size_t k = 0;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < *n; i++)
		if ((r = store_thread_has(c->db, rows[i].owner, top, rows[i].id)) > 0)
			rows[k++] = rows[i];
	*n = k;
	return r < 0 ? r : 0;
}

int messages_unpinAllMessages(struct rpc_call *c, const struct tl_messages_unpinAllMessages *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct store_msg *rows, twin;
	struct place place;
	struct peer peer;
	int32_t pts;
	size_t n;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0 || (r = may_pin(c, &peer)) < 0 ||
	    (peer.chat && (r = chat_catch_up(c, peer.chat->row.id, c->user_id)) < 0))
		return r;
	if ((r = store_msg_walk_pinned(c->db, place.owner, place.peer, INT32_MAX, false, UNPIN_SLICE,
	                               &c->arena, &rows, &n)) < 0)
		return r;
	if (q->has_top_msg_id && (r = only_in(c, rows, &n, q->top_msg_id)) < 0)
		return r;
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if ((r = message_set_pinned(c, &rows[i], false, c->client->auth_key_id, &a->pts)) < 0)
			return r;
		r = message_twin(c, &rows[i], &twin);
		if (r == 0)
			r = message_set_pinned(c, &twin, false, 0, &pts);
		if (r == -ERR_NOTFOUND)
			r = 0;
	}
	if (r >= 0 && peer.chat)
		r = chat_pinned(c, peer.chat, rows, (uint32_t)n, false);
	if (r >= 0 && !n)
		r = rpc_box_pts(c, place.owner, &a->pts);
	a->pts_count = (int32_t)n;
	a->offset = n == UNPIN_SLICE;
	return r < 0 ? r : rpc_reply(c, &a->o);
}
