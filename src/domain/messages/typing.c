/* typing.c - messages.setTyping: told to the other side while he is here, stored nowhere. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "updates/event.h"

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
	r = store_blocked_is(c->db, peer.key, c->user_id);
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
