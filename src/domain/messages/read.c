/* read.c - read marks: messages.readHistory, readMessageContents, receivedMessages, getOutboxReadDate. They never go back. */
#include "base/err.h"
#include "domain/chats/chat.h"
#include "domain/dialogs/dialog.h"
#include "domain/messages/expire.h"
#include "domain/messages/message.h"
#include "domain/messages/twin.h"
#include "domain/reactions/react.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/unseen.h"
#include "store/upd.h"
#include "updates/event.h"
#include "updates/peer.h"

static struct slice int_payload(struct arena *a, int32_t v)
{
	return ids_payload(a, -1, &v, 1);
}

/* The writer learns how far we have read, by his own id. */
static int tell_writer(struct rpc_call *c, int64_t peer, int32_t max_id)
{
	struct store_dialog d;
	struct upd_event ev = {.owner = peer, .kind = UPD_READ_OUT, .pts_count = 1, .peer = c->user_id};
	struct store_msg last;
	int r;

	if (peer == c->user_id)
		return 0;
	r = store_msg_last(c->db, c->user_id, peer, max_id, false, &c->arena, &last);
	if (r == -ERR_NOTFOUND || (r == 0 && last.origin_owner != peer))
		return 0;
	if (r < 0 || (r = store_dialog_get(c->db, peer, c->user_id, &c->arena, &d)) < 0)
		return r;
	if (r == 0 || d.read_out >= last.origin_id)
		return 0;
	d.read_out = last.origin_id;
	ev.id = last.origin_id;
	r = store_dialog_put(c->db, &d);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

int messages_readHistory(struct rpc_call *c, const struct tl_messages_readHistory *q)
{
	struct upd_event ev = {.owner = c->user_id,
	                       .kind = UPD_READ_IN,
	                       .pts_count = 1,
	                       .except_key = c->client->auth_key_id};
	struct store_dialog d;
	struct peer peer;
	uint32_t unread;
	int32_t max_id, had;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (peer.channel)
		return rpc_fail(c, 400, "PEER_ID_INVALID"); /* channels.readHistory */
	if ((r = store_dialog_get(c->db, c->user_id, peer.key, &c->arena, &d)) < 0)
		return r;
	max_id = q->max_id <= 0 || q->max_id > d.top_id ? d.top_id : q->max_id;
	if (d.unread_mark && (r = dialog_clear_mark(c, &d)) < 0)
		return r;
	if (max_id <= d.read_in)
		return message_reply_affected(c, c->user_id, 0, 0);
	/* What is still unread is at most what was: the count costs that, not the chat's length. */
	r = store_msg_count_unread(c->db, c->user_id, peer.key, max_id, (uint32_t)d.unread, &unread);
	if (r < 0)
		return r;
	had = d.read_in;
	d.read_in = max_id;
	d.unread = (int32_t)unread;
	if ((r = store_dialog_put(c->db, &d)) < 0)
		return r;
	ev.peer = peer.key;
	ev.id = max_id;
	ev.payload = int_payload(&c->arena, d.unread);
	if ((r = rpc_log_event(c, &ev)) < 0 || (r = peer.chat ? chat_read(c, peer.chat->row.id, had, max_id)
	                                                      : tell_writer(c, peer.key, max_id)) < 0)
		return r;
	return message_reply_affected(c, c->user_id, ev.pts, 1);
}

static int contents_event(struct rpc_call *c, int64_t owner, const int32_t *ids, uint32_t n, int64_t except,
                          int32_t *ret_pts)
{
	struct upd_event ev = {.owner = owner,
	                       .kind = UPD_READ_CONTENTS,
	                       .pts_count = (int32_t)n,
	                       .except_key = except,
	                       .payload = ids_payload(&c->arena, -1, ids, n)};
	int r = rpc_log_event(c, &ev);

	*ret_pts = ev.pts;
	return r;
}

static int set_read(struct rpc_call *c, struct store_msg *row)
{
	int r;

	row->flags &= ~STORE_MSG_MEDIA_UNREAD;
	r = store_msg_set_flags(c->db, row->owner, row->peer, row->id, row->flags);
	if (r < 0 || !peer_is_chat(row->peer) || !(row->flags & STORE_MSG_MENTIONED))
		return r;
	r = store_unseen_delete(c->db, row->owner, row->peer, STORE_UNSEEN_MENTION, row->id);
	return r < 0 ? r : 0;
}

/* The writer's own, if it is not read there yet. -ERR_NOTFOUND. */
static int writers_row(struct rpc_call *c, const struct store_msg *row, struct store_msg *ret)
{
	int r;

	if (!peer_is_chat(row->peer))
		return message_twin(c, row, ret);
	r = store_msg_get(c->db, row->origin_owner, row->peer, row->origin_id, &c->arena, ret);
	return r == 0 && !(ret->flags & STORE_MSG_MEDIA_UNREAD) ? -ERR_NOTFOUND : r;
}

int messages_readMessageContents(struct rpc_call *c, const struct tl_messages_readMessageContents *q)
{
	struct store_msg row, twin;
	int32_t *ids, pts = 0;
	uint32_t n = 0;
	int r;

	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	ids = ARENA_ARRAY(&c->arena, int32_t, q->id.n + 1u);
	for (uint32_t i = 0; i < q->id.n; i++) {
		r = store_msg_find(c->db, c->user_id, q->id.v[i], &c->arena, &row);
		if (r == 0)
			r = reactions_seen(c, &row);
		if (r == -ERR_NOTFOUND || (r == 0 && !(row.flags & STORE_MSG_MEDIA_UNREAD)))
			continue;
		if (r < 0)
			return r;
		ids[n++] = row.id;
		if ((r = set_read(c, &row)) < 0)
			return r;
		/* What the writer hears again is heard by him alone. */
		r = row.flags & STORE_MSG_OUT ? -ERR_NOTFOUND : writers_row(c, &row, &twin);
		if (r == 0 && (r = set_read(c, &twin)) == 0)
			r = contents_event(c, twin.owner, &twin.id, 1, 0, &pts);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		if ((r = message_opened(c, &row)) < 0)
			return r;
	}
	if (n && (r = contents_event(c, c->user_id, ids, n, c->client->auth_key_id, &pts)) < 0)
		return r;
	return message_reply_affected(c, c->user_id, pts, (uint32_t)n);
}

/* Neither of the two hides when he reads from the other, each by his own choice. */
static int may_know_when(struct rpc_call *c, int64_t peer)
{
	int r;

	if ((r = privacy_hides_reads(c, peer, c->user_id)) != 0)
		return r < 0 ? r : rpc_fail(c, 403, "USER_PRIVACY_RESTRICTED");
	if ((r = privacy_hides_reads(c, c->user_id, peer)) != 0)
		return r < 0 ? r : rpc_fail(c, 403, "YOUR_PRIVACY_RESTRICTED");
	return 0;
}

int messages_getOutboxReadDate(struct rpc_call *c, const struct tl_messages_getOutboxReadDate *q)
{
	struct tl_outboxReadDate *o = TL_NEW(&c->arena, outboxReadDate);
	struct store_dialog d;
	struct store_msg row;
	unixtime_t date;
	struct peer peer;
	int r;

	if ((r = peer_resolve_user(c, q->peer, &peer)) < 0)
		return r;
	r = store_msg_get(c->db, c->user_id, peer.key, q->msg_id, &c->arena, &row);
	if (r == -ERR_NOTFOUND || (r == 0 && !(row.flags & STORE_MSG_OUT)))
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	if (r < 0 || (r = may_know_when(c, peer.key)) < 0)
		return r;
	if (row.date < c->now - LIMIT_READ_DATE_SECONDS)
		return rpc_fail(c, 400, "MESSAGE_TOO_OLD");
	if ((r = store_dialog_get(c->db, c->user_id, peer.key, &c->arena, &d)) < 0)
		return r;
	if (d.read_out < row.id)
		return rpc_fail(c, 400, "MESSAGE_NOT_READ_YET");
	r = store_upd_reached(c->db, c->user_id, UPD_READ_OUT, peer.key, row.id, &date);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MESSAGE_TOO_OLD");
	if (r < 0)
		return r;
	o->date = (int32_t)date;
	return rpc_reply(c, &o->o);
}

int messages_receivedMessages(struct rpc_call *c, const struct tl_messages_receivedMessages *q)
{
	return rpc_reply(c, &TL_NEW(&c->arena, vector)->o); /* deliveries are not noted by themselves */
}
