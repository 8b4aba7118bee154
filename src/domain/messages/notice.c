/* notice.c - service messages that a client asks for: the other took a picture of the chat. */
#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "rpc_methods.h"

int messages_sendScreenshotNotification(struct rpc_call *c,
                                        const struct tl_messages_sendScreenshotNotification *q)
{
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {.from = c->user_id,
	                          .random_id = q->random_id,
	                          .content = &content->o,
	                          .except_key = c->client->auth_key_id};
	struct tl_obj *header;
	struct peer to;
	int32_t id;
	int r;

	if ((r = peer_resolve_user(c, q->peer, &to)) < 0)
		return r;
	if (to.self)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if (!q->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if ((r = message_are_repeats(c, &to, &q->random_id, 1)) != 0)
		return r < 0 ? r : 0;
	if ((r = message_may_send(c, &to)) < 0 ||
	    (r = reply_prepare(c, &to, q->reply_to, &m.reply_to, &header)) < 0)
		return r;
	m.peer = to.key;
	content->action = &TL_NEW(&c->arena, messageActionScreenshotTaken)->o;
	if ((r = message_deliver(c, &m, &id)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
