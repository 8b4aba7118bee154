/* typing.c - messages.setTyping: told to the other side, or to who is in the group and here, stored nowhere. */
#include "base/err.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "updates/event.h"
#include "updates/peer.h"

int messages_setTyping(struct rpc_call *c, const struct tl_messages_setTyping *q)
{
	struct upd_event ev = {.kind = UPD_TYPING, .peer = c->user_id, .date = c->now};
	struct buf b = {0};
	struct peer peer;
	int r;

	if ((r = peer_resolve(c, q->peer, &peer)) < 0)
		return r;
	if (peer.self)
		return rpc_reply_bool(c, true);
	if (peer.chat) {
		r = peer.chat->in && chat_is_open(peer.chat) ? chat_typing(c, peer.chat, q->action) : 0;
		return r < 0 ? r : rpc_reply_bool(c, true);
	}
	if (peer.channel) {
		if (channel_may_send(c, peer.channel, 0) < 0 ||
		    (peer.channel->row.flags & STORE_CHANNEL_BROADCAST))
			return rpc_reply_bool(c, true);
		ev.except_key = c->client->auth_key_id;
		if (q->has_top_msg_id)
			ev.id = q->top_msg_id;
	}
	r = peer_is_user(peer.key) ? store_blocked_is(c->db, peer.key, c->user_id) : 0;
	if (r != 0) /* who blocked us sees nothing of us; we are not told */
		return r < 0 ? r : rpc_reply_bool(c, true);
	if ((r = tl_encode(&b, q->action, TL_LAYER_MAX)) < 0)
		return r;
	ev.owner = peer.key;
	ev.payload = buf_slice(&b);
	rpc_push_event(c->app, &ev);
	buf_fini(&b);
	return rpc_reply_bool(c, true);
}
