/* say.c - what happens to a group, as its members hear it: service messages, and updates that carry its version. */
#include "crypto/rng.h"
#include "domain/chats/private.h"
#include "domain/messages/message.h"
#include "updates/peer.h"

int chat_say_with(struct rpc_call *c, int64_t chat, struct tl_obj *action, const struct media_ready *media)
{
	struct tl_messageService *content = TL_NEW(&c->arena, messageService);
	struct message_draft m = {.from = c->user_id,
	                          .peer = peer_chat(chat),
	                          .content = &content->o,
	                          .media = media,
	                          .except_key = c->client ? c->client->auth_key_id : 0};
	int32_t id;

	if (TL_IS(messageActionChatCreate, action)) /* TDLib wants an updateMessageID in that answer */
		m.random_id = (int64_t)(rng_u64() >> 1) | 1;
	content->action = action;
	return message_deliver(c, &m, &id);
}

int chat_say(struct rpc_call *c, int64_t chat, struct tl_obj *action)
{
	return chat_say_with(c, chat, action, NULL);
}

int chat_put_next(struct rpc_call *c, struct store_chat *row)
{
	row->version++;
	return store_chat_put(c->db, row);
}

int chat_say_member(struct rpc_call *c, const struct chat *ch, const struct store_chat_member *m,
                    enum member_change what, bool answered)
{
	int64_t p[5] = {what, m->user, m->inviter, ch->row.version, m->date};

	return out_event(c, ch->row.id, UPD_CHAT_MEMBER, slice_of(p, sizeof(p)), answered);
}

int chat_reply(struct rpc_call *c)
{
	return rpc_reply_after(c, message_reply_updates, NULL);
}
