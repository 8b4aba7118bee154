/* choose.c - messages.sendInlineBotResult: what somebody chose from a bot's answer becomes his message, by way of the bot. */
#include "base/err.h"
#include "domain/bots/answers.h"
#include "domain/bots/markup.h"
#include "domain/bots/private.h"
#include "domain/channels/channel.h"
#include "domain/channels/rights.h"
#include "domain/chats/chat.h"
#include "domain/media/media.h"
#include "domain/messages/later.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/event.h"
#include "updates/peer.h"

/* The result of this id: its message, and the file that it shows, if any. */
static int find(struct rpc_call *c, const struct bot_answer *a, struct slice id, struct tl_obj **ret_message,
                const struct tl_botInlineMediaResult **ret_file)
{
	const struct tl_messages_botResults *all = TL_AS(messages_botResults, bot_decode(&c->arena, a->body));

	for (uint32_t i = 0; all && i < all->results.n; i++) {
		const struct tl_botInlineMediaResult *m = TL_AS(botInlineMediaResult, all->results.v[i]);
		const struct tl_botInlineResult *t = TL_AS(botInlineResult, all->results.v[i]);

		if (!slice_eq(id, m ? m->id : t->id))
			continue;
		*ret_message = m ? m->send_message : t->send_message;
		*ret_file = m;
		return 0;
	}
	return rpc_fail(c, 400, "RESULT_ID_INVALID");
}

static int media_of(struct rpc_call *c, const struct tl_botInlineMediaResult *m, struct media_ready *ret)
{
	struct tl_messageMediaPhoto *photo = TL_NEW(&c->arena, messageMediaPhoto);
	struct tl_messageMediaDocument *document = TL_NEW(&c->arena, messageMediaDocument);
	struct tl_document *d;
	int r;

	if (TL_IS(photoEmpty, m->photo)) {
		r = media_photo_body(c, TL_AS(photoEmpty, m->photo)->id, &photo->photo);
		media_ready_of(&photo->o, ret);
	} else {
		r = media_document_body(c, TL_AS(documentEmpty, m->document)->id, &d);
		if (r == 0) {
			document->document = &d->o;
			media_ready_of(&document->o, ret);
		}
	}
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MEDIA_INVALID") : r;
}

static int content_of(struct rpc_call *c, const struct bot_answer *a, struct slice id, struct tl_message *m,
                      struct media_ready *ret_media)
{
	const struct tl_botInlineMessageMediaAuto *caption;
	const struct tl_botInlineMediaResult *file;
	const struct tl_botInlineMessageText *text;
	struct tl_obj *said;
	int r = find(c, a, id, &said, &file);

	if (r < 0)
		return r;
	m->has_via_bot_id = true;
	m->via_bot_id = a->bot;
	text = TL_AS(botInlineMessageText, said);
	caption = TL_AS(botInlineMessageMediaAuto, said);
	if (text) {
		m->message = text->message;
		m->entities = text->entities;
		m->reply_markup = text->reply_markup;
		m->invert_media = text->invert_media;
		return 0;
	}
	if (!caption || !file)
		return -ERR_CORRUPT;
	m->message = caption->message;
	m->entities = caption->entities;
	m->reply_markup = caption->reply_markup;
	m->invert_media = caption->invert_media;
	return media_of(c, file, ret_media);
}

/* Members may be forbidden to send by bots. */
static int may_choose(struct rpc_call *c, const struct peer *to)
{
	if (to->channel)
		return channel_may_send(c, to->channel, BAN_INLINE);
	return to->chat ? chat_may_send(c, to->chat, BAN_INLINE) : 0;
}

/* The bot hears what was chosen, and how to change it if it has put buttons under it. */
static int tell_bot(struct rpc_call *c, const struct bot_answer *a, struct slice id,
                    const struct store_msg *row, bool has_buttons)
{
	struct tl_updateBotInlineSend *u = TL_NEW(&c->arena, updateBotInlineSend);
	struct upd_event ev = {.owner = a->bot, .kind = UPD_BOT_QUERY, .peer = c->user_id};

	u->user_id = c->user_id;
	u->query = a->query.p ? a->query : SLICE_LIT("");
	u->id = id;
	u->msg_id = has_buttons ? away_id(c, a->bot, row) : NULL;
	ev.payload = bot_encode(&c->arena, &u->o);
	return ev.payload.n ? rpc_log_event(c, &ev) : -ERR_INVALID;
}

int messages_sendInlineBotResult(struct rpc_call *c, const struct tl_messages_sendInlineBotResult *q)
{
	struct message_draft m = {
		.random_id = q->random_id, .silent = q->silent, .except_key = c->client->auth_key_id};
	struct tl_message *content = TL_NEW(&c->arena, message);
	struct media_ready media = {0};
	struct store_msg row;
	struct bot_answer a;
	struct peer to;
	int32_t id;
	int r;

	if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	if (!q->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if ((r = message_are_repeats(c, &to, &q->random_id, 1)) != 0)
		return r < 0 ? r : 0;
	if (q->has_schedule_date && (r = later_begin(c, &to, q->schedule_date, 0, 1, &m)) < 0)
		return r;
	if (!bot_answers_get(c->app->answers, q->query_id, c->user_id, &c->arena, &a))
		return rpc_fail(c, 400, "QUERY_ID_INVALID");
	if ((r = message_may_send(c, &to)) < 0 || (r = may_choose(c, &to)) < 0 ||
	    (r = content_of(c, &a, q->id, content, &media)) < 0)
		return r;
	m.media = media.media ? &media : NULL;
	m.content = &content->o;
	if ((r = message_may_carry(c, &to, m.media)) < 0 ||
	    (r = message_send_as(c, &to, q->send_as, &m, content)) < 0 ||
	    (r = reply_prepare(c, &to, q->reply_to, &m.reply_to, &content->reply_to)) < 0 ||
	    (r = message_send(c, &to, &m, &id)) < 0)
		return r;
	row = (struct store_msg){.owner = to.channel ? to.key : c->user_id,
	                         .peer = to.key,
	                         .id = id,
	                         .origin_owner = c->user_id,
	                         .origin_id = id};
	if ((r = tell_bot(c, &a, q->id, &row, !m.later && markup_asks(content->reply_markup))) < 0)
		return r;
	if (q->clear_draft && (r = draft_sent(c, &to, &m)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
