/* pin.c - messages.updatePinnedMessage and unpinAllMessages: for both sides, with a word in the chat unless it is silent. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/event.h"

enum { UNPIN_SLICE = 500 };

/* 1: changed, with its event; 0: was so already. */
static int set_pinned(struct rpc_call *c, const struct store_msg *row, bool pinned, int64_t except_key,
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

static int say_so(struct rpc_call *c, const struct store_msg *row)
{
	struct tl_messageService *s = TL_NEW(&c->arena, messageService);
	struct message_draft m = {.from = c->user_id,
	                          .peer = row->peer,
	                          .content = &s->o,
	                          .reply_to = row->id,
	                          .except_key = c->client->auth_key_id};
	int32_t id;

	s->action = &TL_NEW(&c->arena, messageActionPinMessage)->o;
	return message_deliver(c, &m, &id);
}

int messages_updatePinnedMessage(struct rpc_call *c, const struct tl_messages_updatePinnedMessage *q)
{
	struct store_msg row, twin;
	struct peer peer;
	int32_t pts;
	int r, changed;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	r = store_msg_get(c->db, c->user_id, peer.key, q->id, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (changed = r = set_pinned(c, &row, !q->unpin, c->client->auth_key_id, &pts)) < 0)
		return r;
	if (!changed)
		return rpc_fail(c, 400, "CHAT_NOT_MODIFIED");
	r = q->pm_oneside ? -ERR_NOTFOUND : message_twin(c, &row, &twin);
	if (r == 0)
		r = set_pinned(c, &twin, !q->unpin, 0, &pts);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (!q->unpin && !q->silent && !q->pm_oneside && (r = say_so(c, &row)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int messages_unpinAllMessages(struct rpc_call *c, const struct tl_messages_unpinAllMessages *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct store_msg *rows, twin;
	struct peer peer;
	int32_t pts;
	size_t n;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	r = store_msg_walk_pinned(c->db, c->user_id, peer.key, INT32_MAX, false, UNPIN_SLICE, &c->arena,
	                          &rows, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		if ((r = set_pinned(c, &rows[i], false, c->client->auth_key_id, &a->pts)) < 0)
			return r;
		r = message_twin(c, &rows[i], &twin);
		if (r == 0)
			r = set_pinned(c, &twin, false, 0, &pts);
		if (r == -ERR_NOTFOUND)
			r = 0;
	}
	if (r >= 0 && !n)
		r = rpc_box_pts(c, c->user_id, &a->pts);
	a->pts_count = (int32_t)n;
	a->offset = n == UNPIN_SLICE;
	return r < 0 ? r : rpc_reply(c, &a->o);
}
