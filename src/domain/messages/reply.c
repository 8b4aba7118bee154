/* reply.c - see reply.h. */
#include "domain/messages/reply.h"

#include "base/err.h"
#include "base/utf8.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "domain/messages/text.h"
#include "domain/polls/poll.h"
#include "domain/messages/thread.h"
#include "domain/topics/topic.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/dialog.h"
#include "store/msg.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

int message_may_send(struct rpc_call *c, const struct peer *to)
{
	struct store_user u;
	int r;

	if (to->self)
		return 0;
	if (to->channel)
		return channel_may_send(c, to->channel, 0);
	if (to->chat)
		return chat_may_send(c, to->chat, 0);
	r = store_user_load(c->db, to->key, &c->arena, &u);
	if (r < 0)
		return r;
	if (u.flags & STORE_USER_DELETED)
		return rpc_fail(c, 400, "INPUT_USER_DEACTIVATED");
	if (c->is_bot && (u.flags & STORE_USER_BOT))
		return rpc_fail(c, 400, "USER_IS_BOT");
	if (c->is_bot && (r = bot_may_write(c, c->user_id, to->key)) <= 0) /* it does not speak first */
		return r < 0 ? r : rpc_fail(c, 400, "PEER_ID_INVALID");
	r = store_blocked_is(c->db, to->key, peer_user(c->user_id));
	if (r > 0)
		return rpc_fail(c, 400, "USER_IS_BLOCKED");
	if (r == 0)
		r = store_blocked_is(c->db, c->user_id, to->key);
	if (r > 0)
		return rpc_fail(c, 400, "YOU_BLOCKED_USER");
	return r;
}

/* Which permission a kind of media needs. */
static int64_t needs_of(const struct media_ready *m)
{
	if (!m || !m->media)
		return BAN_PLAIN;
	switch (m->kind) {
	case STORE_MEDIA_PHOTO:
		return BAN_PHOTOS;
	case STORE_MEDIA_VIDEO:
		return BAN_VIDEOS;
	case STORE_MEDIA_ROUND:
		return BAN_ROUND;
	case STORE_MEDIA_MUSIC:
		return BAN_AUDIOS;
	case STORE_MEDIA_VOICE:
		return BAN_VOICES;
	case STORE_MEDIA_DOCUMENT:
		return BAN_DOCS;
	case STORE_MEDIA_STICKER:
		return BAN_STICKERS;
	case STORE_MEDIA_GIF:
		return BAN_GIFS;
	case STORE_MEDIA_POLL:
		return BAN_POLLS;
	default:
		return BAN_PLAIN;
	}
}

int message_may_carry(struct rpc_call *c, const struct peer *to, const struct media_ready *m)
{
	int r;

	if (m && m->ttl && (to->self || !peer_is_user(to->key)))
		return rpc_fail(c, 400, "TTL_MEDIA_INVALID");
	if (to->channel && to->channel->row.flags & STORE_CHANNEL_BROADCAST && m && poll_is_public(m->media))
		return rpc_fail(c, 400, "BROADCAST_PUBLIC_VOTERS_FORBIDDEN");
	if (to->channel)
		return channel_may_send(c, to->channel, needs_of(m));
	if (to->chat)
		return chat_may_send(c, to->chat, needs_of(m));
	if (to->self || !m || (m->kind != STORE_MEDIA_VOICE && m->kind != STORE_MEDIA_ROUND))
		return 0;
	r = privacy_allows(c, to->key, PRIVACY_VOICE, c->user_id);
	return r == 0 ? rpc_fail(c, 400, "VOICE_MESSAGES_FORBIDDEN") : r < 0 ? r : 0;
}

static bool contains(struct slice text, struct slice part)
{
	return part.n <= text.n && memmem(text.p, text.n, part.p, part.n) != NULL;
}

static int quote(struct rpc_call *c, const struct tl_inputReplyToMessage *in, const struct store_msg *row,
                 struct tl_obj **ret)
{
	struct slice text = message_text(&c->arena, row);
	struct tl_messageReplyHeader *h;
	int r;

	if (!in->quote_text.p || !in->quote_text.n)
		return 0;
	if (utf8_len(in->quote_text) > LIMIT_QUOTE_LENGTH || !text.p || !contains(text, in->quote_text))
		return rpc_fail(c, 400, "QUOTE_TEXT_INVALID");
	h = TL_NEW(&c->arena, messageReplyHeader);
	h->quote = true;
	r = text_prepare(c, in->quote_text, &in->quote_entities, TEXT_DRAFT, &h->quote_text,
	                 &h->quote_entities);
	if (r < 0)
		return r;
	if (in->has_quote_offset && in->quote_offset >= 0 &&
	    utf8_byte_of(text, (uint32_t)in->quote_offset) >= 0) {
		h->has_quote_offset = true;
		h->quote_offset = in->quote_offset;
	}
	*ret = &h->o;
	return 0;
}

/* The first so many characters of a text. */
static struct slice beginning(struct slice text, uint32_t characters)
{
	uint32_t i, len;

	for (i = 0; i < text.n && characters; i += len, characters--)
		utf8_at(text, i, &len);
	return slice_of(text.p, i);
}

/* To what was said in another chat: it is shown along, as in a forward, for the other side has nothing to go to. */
static int from_elsewhere(struct rpc_call *c, const struct tl_inputReplyToMessage *in,
                          const struct store_msg *row, struct tl_obj **ret)
{
	struct rd body = rd_of(row->body.p, row->body.n);
	struct tl_messageFwdHeader *origin;
	struct tl_messageReplyHeader *h;
	struct tl_obj *o;
	int r;

	if (tl_decode(&body, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	if (!TL_IS(message, o))
		return rpc_fail(c, 400, "REPLY_MESSAGE_ID_INVALID");
	if (row->flags & STORE_MSG_NOFORWARDS)
		return rpc_fail(c, 400, "CHAT_FORWARDS_RESTRICTED");
	if ((r = quote(c, in, row, ret)) < 0 || (r = forward_origin(c, row, TL_AS(message, o), &origin)) < 0)
		return r;
	h = *ret ? TL_AS(messageReplyHeader, *ret) : TL_NEW(&c->arena, messageReplyHeader);
	if (!*ret && TL_AS(message, o)->message.n)
		h->quote_text = beginning(TL_AS(message, o)->message, LIMIT_QUOTE_LENGTH);
	h->reply_from = &origin->o;
	*ret = &h->o;
	return 0;
}

int reply_prepare(struct rpc_call *c, const struct peer *to, const struct tl_obj *reply_to, int32_t *ret_id,
                  struct tl_obj **ret_header)
{
	const struct tl_inputReplyToMessage *in = TL_AS(inputReplyToMessage, reply_to);
	struct tl_inputReplyToMessage at;
	struct peer from = *to;
	struct place place;
	struct store_msg row;
	int r;

	*ret_id = 0;
	*ret_header = NULL;
	if (!in && reply_to)
		return rpc_fail(c, 400, "REPLY_MESSAGE_ID_INVALID");
	if (!in || !in->reply_to_msg_id) /* to nothing: TDLib's notices of screenshots */
		return thread_reply(c, to->channel, in, NULL, ret_id, ret_header);
	if (in->reply_to_peer_id && (r = peer_resolve(c, in->reply_to_peer_id, &from)) < 0)
		return r;
	if ((r = place_of(c, &from, &place)) < 0)
		return r;
	r = place_message(c, &place, in->reply_to_msg_id, &row);
	if (r == -ERR_NOTFOUND && from.key == to->key && topic_is(c, to, in->reply_to_msg_id)) {
		at = *in; /* its first message is gone, or hidden from him */
		at.has_top_msg_id = true;
		at.top_msg_id = in->reply_to_msg_id;
		return thread_reply(c, to->channel, &at, NULL, ret_id, ret_header);
	}
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "REPLY_MESSAGE_ID_INVALID");
	if (r == 0 && from.key != to->key && from.channel &&
	    (from.channel->row.flags & STORE_CHANNEL_NOFORWARDS))
		return rpc_fail(c, 400, "CHAT_FORWARDS_RESTRICTED");
	if (r == 0 && from.key != to->key) {
		r = from_elsewhere(c, in, &row, ret_header);
		return r < 0 ? r : thread_reply(c, to->channel, in, NULL, ret_id, ret_header);
	}
	if (r < 0 || (r = quote(c, in, &row, ret_header)) < 0)
		return r;
	*ret_id = row.id;
	return thread_reply(c, to->channel, in, &row, ret_id, ret_header);
}

int draft_clear(struct rpc_call *c, int64_t peer)
{
	struct store_dialog d;
	int r;

	r = store_dialog_get(c->db, c->user_id, peer, &c->arena, &d);
	if (r <= 0 || !d.draft.p)
		return r < 0 ? r : 0;
	d.draft = (struct slice){0};
	d.draft_date = c->now;
	r = store_dialog_put(c->db, &d);
	return r < 0 ? r : rpc_log_own(c, UPD_DRAFT, peer, 0);
}

int draft_sent(struct rpc_call *c, const struct peer *to, const struct message_draft *m)
{
	const struct tl_message *content = TL_AS(message, m->content);
	const struct tl_messageReplyHeader *h = content ? TL_AS(messageReplyHeader, content->reply_to) : NULL;

	if (!h || !h->forum_topic)
		return draft_clear(c, to->key);
	return topic_draft_put(c, to->key, h->has_reply_to_top_id ? h->reply_to_top_id : m->reply_to,
	                       (struct slice){0});
}
