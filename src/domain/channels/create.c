/* create.c - channels.createChannel and getChannels. */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/channels/private.h"
#include "domain/channels/rights.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "updates/peer.h"

/* TDLib 1.8.66 says for_import where it means forum, and nothing else (what is to be imported into is a megagroup by its own words). */
static bool is_forum(const struct tl_channels_createChannel *q)
{
	return q->forum || (q->for_import && !q->broadcast && !q->megagroup);
}

static int new_row(struct rpc_call *c, const struct tl_channels_createChannel *q, struct store_channel *ret)
{
	int r;

	*ret = (struct store_channel){.creator = c->user_id,
	                              .about = utf8_trim(q->about),
	                              .date = c->now,
	                              .flags = q->broadcast ? STORE_CHANNEL_BROADCAST
	                                                    : STORE_CHANNEL_MEGAGROUP,
	                              .ttl = q->has_ttl_period ? q->ttl_period : 0};
	if (is_forum(q))
		ret->flags |= STORE_CHANNEL_FORUM;
	if ((r = chat_title(c, q->title, &ret->title)) < 0 || (r = chat_check_about(c, ret->about)) < 0)
		return r;
	if (q->ttl_period < 0 || q->ttl_period > LIMIT_TTL_PERIOD)
		return rpc_fail(c, 400, "TTL_PERIOD_INVALID");
	return 0;
}

int channels_createChannel(struct rpc_call *c, const struct tl_channels_createChannel *q)
{
	struct tl_messageActionChannelCreate *action = TL_NEW(&c->arena, messageActionChannelCreate);
	struct channel ch = {0};
	int32_t id;
	int r;

	if (q->broadcast == (q->megagroup || is_forum(q)))
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	if ((r = new_row(c, q, &ch.row)) < 0 || (r = member_has_room(c, &ch, c->user_id)) < 0 ||
	    (r = store_channel_insert(c->db, &ch.row)) < 0)
		return r;
	ch.me = (struct store_channel_member){.channel = ch.row.id,
	                                      .user = c->user_id,
	                                      .role = STORE_CHANNEL_CREATOR,
	                                      .date = c->now,
	                                      .rights = ADMIN_ALL & ~ADMIN_ANONYMOUS};
	if ((r = store_channel_member_put(c->db, &ch.row, &ch.me)) < 0 ||
	    (r = channel_came(c, ch.row.id, c->user_id)) < 0)
		return r;
	action->title = ch.row.title;
	if ((r = message_post_service(c, &ch, &action->o, &id)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}

int channels_getChannels(struct rpc_call *c, const struct tl_channels_getChannels *q)
{
	struct tl_messages_chats *m = TL_NEW(&c->arena, messages_chats);
	struct view v;
	int r;

	if (q->id.n > LIMIT_MESSAGES_PER_CALL)
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	view_init(&v, c);
	for (uint32_t i = 0; i < q->id.n; i++) {
		struct channel ch;

		if ((r = channel_resolve(c, q->id.v[i], &ch)) < 0)
			return r;
		view_peer(&v, peer_channel(ch.row.id));
	}
	r = view_chats(&v, &m->chats);
	return r < 0 ? r : rpc_reply(c, &m->o);
}
