/* edit.c - messages.editMessage: the text changes in both boxes, under each one's own id. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/messages/text.h"
#include "domain/messages/twin.h"
#include "domain/search/index.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/event.h"

/* The stored content, if it may be edited by the caller. */
static int content_of(struct rpc_call *c, const struct store_msg *row, struct tl_message **ret)
{
	struct rd in = rd_of(row->body.p, row->body.n);
	struct tl_obj *o;

	if (tl_decode(&in, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	if (!TL_IS(message, o))
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	*ret = TL_AS(message, o);
	if (row->from_id != c->user_id || (*ret)->fwd_from)
		return rpc_fail(c, 403, "MESSAGE_AUTHOR_REQUIRED");
	if (row->peer != c->user_id && c->now - row->date > LIMIT_EDIT_TIME)
		return rpc_fail(c, 400, "MESSAGE_EDIT_TIME_EXPIRED");
	return 0;
}

static int write(struct rpc_call *c, const struct store_msg *row, struct slice body, int64_t except_key)
{
	struct upd_event ev = {.owner = row->owner,
	                       .kind = UPD_EDIT,
	                       .pts_count = 1,
	                       .peer = row->peer,
	                       .id = row->id,
	                       .except_key = except_key};
	int r;

	if ((r = search_forget(c, row, false)) < 0 || (r = search_note(c, row->owner)) < 0)
		return r;
	r = store_msg_set_body(c->db, row->owner, row->peer, row->id, body, c->now);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

int messages_editMessage(struct rpc_call *c, const struct tl_messages_editMessage *q)
{
	struct store_msg row, twin;
	struct tl_message *m;
	struct slice body;
	struct buf b = {0};
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (q->has_schedule_date || q->media)
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	r = store_msg_get(c->db, c->user_id, peer.key, q->id, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (r = content_of(c, &row, &m)) < 0)
		return r;
	if (!q->message.p)
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	if ((r = text_prepare(c, q->message, &q->entities, TEXT_MESSAGE, &m->message, &m->entities)) < 0)
		return r;
	m->invert_media = q->invert_media;
	if ((r = tl_encode(&b, &m->o, TL_LAYER_MAX)) < 0)
		return r;
	body = arena_slice(&c->arena, buf_slice(&b));
	buf_fini(&b);
	if (slice_eq(body, row.body))
		return rpc_fail(c, 400, "MESSAGE_NOT_MODIFIED");
	if ((r = write(c, &row, body, c->client->auth_key_id)) < 0)
		return r;
	r = message_twin(c, &row, &twin);
	if (r == 0)
		r = write(c, &twin, body, 0);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int messages_getMessageEditData(struct rpc_call *c, const struct tl_messages_getMessageEditData *q)
{
	struct store_msg row;
	struct tl_message *m;
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	r = store_msg_get(c->db, c->user_id, peer.key, q->id, &c->arena, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (r = content_of(c, &row, &m)) < 0)
		return r;
	return rpc_reply(c, &TL_NEW(&c->arena, messages_messageEditData)->o);
}
