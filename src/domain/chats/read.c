/*
 * read.c - how far a group was read: whoever wrote something hears of the first who reads it, and asks who else did while that is
 * kept. Typing, which is stored nowhere.
 */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/chats/private.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/upd.h"
#include "updates/online.h"
#include "updates/peer.h"

enum { LOOK_BACK = 5000 };

static int tell_writer(struct rpc_call *c, int64_t chat, const struct store_msg_writer *w)
{
	struct upd_event ev = {
		.owner = w->user, .kind = UPD_READ_OUT, .pts_count = 1, .peer = peer_chat(chat), .id = w->id};
	struct store_chat_member m;
	struct store_dialog d;
	int r = store_chat_member_get(c->db, chat, w->user, &m);

	if (r == -ERR_NOTFOUND) /* who is no more there hears nothing */
		return 0;
	if (r < 0 || (r = store_dialog_get(c->db, w->user, ev.peer, &c->arena, &d)) < 0)
		return r;
	if (r == 0 || d.read_out >= w->id)
		return 0;
	d.read_out = w->id;
	r = store_dialog_put(c->db, &d);
	return r < 0 ? r : rpc_log_event(c, &ev);
}

int chat_read(struct rpc_call *c, int64_t chat, int32_t had, int32_t max_id)
{
	struct store_msg_writer *w;
	size_t n;
	int r = store_msg_writers(c->db, c->user_id, peer_chat(chat), had, max_id, LOOK_BACK, &c->arena, &w,
	                          &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = tell_writer(c, chat, &w[i]);
	return r < 0 ? r : 0;
}

/* When this member read the message that `row` is in the asker's box. 1; 0: he did not, or nobody knows any more. */
static int read_by(struct rpc_call *c, const struct store_msg *row, int64_t user, unixtime_t *ret)
{
	struct store_dialog d;
	struct store_msg his;
	int r = store_msg_by_origin(c->db, user, row->origin_owner, row->origin_id, &c->arena, &his);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	if ((r = store_dialog_get(c->db, user, row->peer, &c->arena, &d)) <= 0 || d.read_in < his.id)
		return r < 0 ? r : 0;
	r = store_upd_reached(c->db, user, UPD_READ_IN, row->peer, his.id, ret);
	return r == 0 ? 1 : r == -ERR_NOTFOUND ? 0 : r;
}

int messages_getMessageReadParticipants(struct rpc_call *c,
                                        const struct tl_messages_getMessageReadParticipants *q)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct store_chat_member *m;
	struct store_msg row;
	struct peer peer;
	unixtime_t date;
	size_t n;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (peer.channel)
		return channel_readers(c, peer.channel, q->msg_id);
	if (!peer.chat || !peer.chat->in || !chat_is_open(peer.chat))
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	r = store_msg_get(c->db, c->user_id, peer.key, q->msg_id, &c->arena, &row);
	if (r == -ERR_NOTFOUND || (r == 0 && !(row.flags & STORE_MSG_OUT)))
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	if (r < 0 || (r = store_chat_members(c->db, peer.chat->row.id, &c->arena, &m, &n)) < 0)
		return r;
	if (n > LIMIT_READ_MEMBERS)
		return rpc_fail(c, 400, "CHAT_TOO_BIG");
	if (row.date < c->now - LIMIT_READ_DATE_SECONDS)
		return rpc_fail(c, 400, "MSG_TOO_OLD");
	v->objs = tl_vec_new(&c->arena, (uint32_t)n);
	v->objs.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_readParticipantDate *o;

		if (m[i].user == c->user_id)
			continue;
		if ((r = read_by(c, &row, m[i].user, &date)) < 0)
			return r;
		if (!r)
			continue;
		o = TL_NEW(&c->arena, readParticipantDate);
		o->user_id = m[i].user;
		o->date = (int32_t)date;
		v->objs.v[v->objs.n++] = &o->o;
	}
	return rpc_reply(c, &v->o);
}

int chat_typing(struct rpc_call *c, const struct chat *ch, const struct tl_obj *action)
{
	struct upd_event ev = {.kind = UPD_CHAT_TYPING, .peer = peer_chat(ch->row.id), .date = c->now};
	struct store_chat_member *m;
	struct buf b = {0};
	size_t n;
	int r;

	if ((r = store_chat_members(c->db, ch->row.id, &c->arena, &m, &n)) < 0)
		return r;
	buf_u64(&b, (uint64_t)c->user_id);
	r = tl_encode(&b, action, TL_LAYER_MAX);
	ev.payload = buf_slice(&b);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		ev.owner = m[i].user;
		if (ev.owner != c->user_id && upd_online_has(c->app->online, ev.owner))
			rpc_push_event(c->app, &ev);
	}
	buf_fini(&b);
	return r;
}
