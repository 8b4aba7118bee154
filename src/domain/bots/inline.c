/*
 * inline.c - messages.getInlineBotResults waits, without a thread, for the bot's setInlineBotResults; the same answer is given to
 * who asks the same while the bot allows it. How a result becomes a message: choose.c.
 *
 * Kept is messages.botResults as everybody gets it, but that photos and documents are Empty ones with their ids: what a viewer gets
 * of a file is his own.
 */
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/bots/answers.h"
#include "domain/bots/markup.h"
#include "domain/bots/private.h"
#include "domain/channels/channel.h"
#include "domain/media/media.h"
#include "domain/messages/text.h"
#include "rpc/park.h"
#include "rpc_methods.h"
#include "updates/peer.h"

enum { RESULTS_MAX = 50, ID_MAX = 64, CACHE_DEFAULT = 300, CACHE_MAX = 86400 };

/* --- what people get */

/* Files as the caller gets them; a result whose file is gone is left out. */
static int lay_over(struct rpc_call *c, struct tl_vec *results)
{
	const struct media_origin from = {.kind = MEDIA_FROM_UPLOAD};
	uint32_t kept = 0;
	int r = 0;

	for (uint32_t i = 0; i < results->n; i++) {
		struct tl_botInlineMediaResult *m = TL_AS(botInlineMediaResult, results->v[i]);

		r = 0;
		if (m && TL_IS(photoEmpty, m->photo))
			r = media_file_view(c, TL_AS(photoEmpty, m->photo)->id, &from, &m->photo);
		else if (m && TL_IS(documentEmpty, m->document))
			r = media_file_view(c, TL_AS(documentEmpty, m->document)->id, &from, &m->document);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		if (r >= 0)
			results->v[kept++] = results->v[i];
	}
	results->n = kept;
	return 0;
}

static int results_view(struct rpc_call *c, struct slice body)
{
	struct tl_messages_botResults *o = TL_AS(messages_botResults, bot_decode(&c->arena, body));
	struct view v;
	int r;

	if (!o)
		return rpc_fail(c, 400, "BOT_RESPONSE_TIMEOUT");
	view_init(&v, c);
	for (uint32_t i = 0; i < o->results.n; i++) {
		const struct tl_botInlineResult *a = TL_AS(botInlineResult, o->results.v[i]);
		const struct tl_botInlineMessageText *t = a ? TL_AS(botInlineMessageText, a->send_message)
		                                            : NULL;

		if (t)
			markup_note(&v, t->reply_markup);
	}
	if ((r = lay_over(c, &o->results)) < 0 || (r = view_users(&v, &o->users)) < 0)
		return r;
	return rpc_reply(c, &o->o);
}

static struct tl_obj *peer_type(struct arena *a, const struct peer *p, int64_t bot)
{
	if (p->key == bot)
		return &TL_NEW(a, inlineQueryPeerTypeSameBotPM)->o;
	if (p->channel)
		return p->channel->row.flags & STORE_CHANNEL_BROADCAST
		               ? &TL_NEW(a, inlineQueryPeerTypeBroadcast)->o
		               : &TL_NEW(a, inlineQueryPeerTypeMegagroup)->o;
	if (p->chat)
		return &TL_NEW(a, inlineQueryPeerTypeChat)->o;
	return peer_is_bot(p->key) ? &TL_NEW(a, inlineQueryPeerTypeBotPM)->o
	                           : &TL_NEW(a, inlineQueryPeerTypePM)->o;
}

int messages_getInlineBotResults(struct rpc_call *c, const struct tl_messages_getInlineBotResults *q)
{
	struct tl_updateBotInlineQuery *u = TL_NEW(&c->arena, updateBotInlineQuery);
	struct bot_answer asked = {.user = c->user_id, .query = q->query, .offset = q->offset}, had;
	struct store_bot b;
	struct peer peer;
	int r;

	if ((r = user_resolve(c, q->bot, &asked.bot)) < 0)
		return r;
	r = store_bot_get(c->db, asked.bot, &c->arena, &b);
	if (r < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "BOT_INVALID") : r;
	if (!(b.flags & STORE_BOT_INLINE))
		return rpc_fail(c, 400, "BOT_INLINE_DISABLED");
	if (!utf8_valid(q->query) || utf8_len(q->query) > LIMIT_INLINE_QUERY || q->offset.n > ID_MAX)
		return rpc_fail(c, 400, "INPUT_FETCH_ERROR");
	if (!TL_IS(inputPeerEmpty, q->peer)) {
		if ((r = peer_resolve(c, q->peer, &peer)) < 0)
			return r;
		u->peer_type = peer_type(&c->arena, &peer, asked.bot);
	}
	if (bot_answers_find(c->app->answers, &asked, clock_usec(), &c->arena, &had))
		return results_view(c, had.body);
	asked.id = u->query_id = bot_query_id();
	u->user_id = c->user_id;
	u->query = q->query.p ? q->query : SLICE_LIT("");
	u->offset = q->offset.p ? q->offset : SLICE_LIT("");
	bot_answers_ask(c->app->answers, &asked);
	return bot_ask(c, asked.bot, asked.id, &u->o, results_view);
}

/* --- what the bot says */

static int caption_of(struct rpc_call *c, const struct tl_inputBotInlineMessageMediaAuto *in,
                      struct tl_obj **ret)
{
	struct tl_botInlineMessageMediaAuto *m = TL_NEW(&c->arena, botInlineMessageMediaAuto);
	int r;

	*ret = &m->o;
	m->invert_media = in->invert_media;
	if ((r = text_prepare(c, in->message, &in->entities, TEXT_CAPTION, &m->message, &m->entities)) < 0)
		return r;
	bot_commands_drop(&m->entities);
	return markup_prepare(c, in->reply_markup, true, false, &m->reply_markup);
}

static int text_of(struct rpc_call *c, const struct tl_inputBotInlineMessageText *in, struct tl_obj **ret)
{
	struct tl_botInlineMessageText *m = TL_NEW(&c->arena, botInlineMessageText);
	int r;

	*ret = &m->o;
	m->no_webpage = in->no_webpage;
	m->invert_media = in->invert_media;
	if ((r = text_prepare(c, in->message, &in->entities, TEXT_MESSAGE, &m->message, &m->entities)) < 0)
		return r;
	bot_commands_drop(&m->entities);
	return markup_prepare(c, in->reply_markup, true, false, &m->reply_markup);
}

/* What is sent when a result is chosen. Places, contacts, games and invoices are not taken here. */
static int message_of(struct rpc_call *c, const struct tl_obj *in, bool has_file, struct tl_obj **ret)
{
	if (TL_IS(inputBotInlineMessageText, in))
		return text_of(c, TL_AS(inputBotInlineMessageText, in), ret);
	if (TL_IS(inputBotInlineMessageMediaAuto, in) && has_file)
		return caption_of(c, TL_AS(inputBotInlineMessageMediaAuto, in), ret);
	return rpc_fail(c, 400, "SEND_MESSAGE_TYPE_INVALID");
}

/* An address elsewhere: nobody here fetches it, clients may. */
static struct tl_obj *web_document(struct arena *a, const struct tl_obj *in)
{
	const struct tl_inputWebDocument *w = TL_AS(inputWebDocument, in);
	struct tl_webDocumentNoProxy *o = TL_NEW(a, webDocumentNoProxy);

	if (!w)
		return NULL;
	o->url = w->url;
	o->size = w->size;
	o->mime_type = w->mime_type;
	o->attributes = w->attributes;
	return &o->o;
}

static int check_id(struct rpc_call *c, struct slice id, const struct tl_vec *before)
{
	if (!id.n || id.n > ID_MAX)
		return rpc_fail(c, 400, "RESULT_ID_INVALID");
	for (uint32_t i = 0; i < before->n; i++) {
		const struct tl_botInlineMediaResult *m = TL_AS(botInlineMediaResult, before->v[i]);
		const struct tl_botInlineResult *a = TL_AS(botInlineResult, before->v[i]);

		if (slice_eq(id, m ? m->id : a->id))
			return rpc_fail(c, 400, "RESULT_ID_DUPLICATE");
	}
	return 0;
}

static struct slice present(struct slice s)
{
	return s.n ? s : (struct slice){0};
}

static int article(struct rpc_call *c, const struct tl_inputBotInlineResult *in, struct tl_obj **ret)
{
	struct tl_botInlineResult *o = TL_NEW(&c->arena, botInlineResult);

	o->id = in->id;
	o->type = in->type;
	o->title = present(in->title);
	o->description = present(in->description);
	o->url = present(in->url);
	o->thumb = web_document(&c->arena, in->thumb);
	o->content = web_document(&c->arena, in->content);
	*ret = &o->o;
	return message_of(c, in->send_message, false, &o->send_message);
}

static int photo(struct rpc_call *c, const struct tl_inputBotInlineResultPhoto *in, struct tl_obj **ret)
{
	struct tl_botInlineMediaResult *o = TL_NEW(&c->arena, botInlineMediaResult);
	struct tl_photoEmpty *p = TL_NEW(&c->arena, photoEmpty);
	int r = media_resolve_photo(c, in->photo, -1, &p->id);

	o->id = in->id;
	o->type = in->type;
	o->photo = &p->o;
	*ret = &o->o;
	return r < 0 ? r : message_of(c, in->send_message, true, &o->send_message);
}

static int document(struct rpc_call *c, const struct tl_inputBotInlineResultDocument *in, struct tl_obj **ret)
{
	struct tl_botInlineMediaResult *o = TL_NEW(&c->arena, botInlineMediaResult);
	struct tl_documentEmpty *d = TL_NEW(&c->arena, documentEmpty);
	int r = media_resolve_document(c, in->document, -1, &d->id);

	o->id = in->id;
	o->type = in->type;
	o->title = present(in->title);
	o->description = present(in->description);
	o->document = &d->o;
	*ret = &o->o;
	return r < 0 ? r : message_of(c, in->send_message, true, &o->send_message);
}

static int result_of(struct rpc_call *c, const struct tl_obj *in, const struct tl_vec *before,
                     struct tl_obj **ret)
{
	const struct tl_inputBotInlineResultDocument *d = TL_AS(inputBotInlineResultDocument, in);
	const struct tl_inputBotInlineResultPhoto *p = TL_AS(inputBotInlineResultPhoto, in);
	const struct tl_inputBotInlineResult *a = TL_AS(inputBotInlineResult, in);
	int r;

	if (!d && !p && !a)
		return rpc_fail(c, 400, "RESULT_TYPE_INVALID");
	if ((r = check_id(c, d ? d->id : p ? p->id : a->id, before)) < 0)
		return r;
	return d ? document(c, d, ret) : p ? photo(c, p, ret) : article(c, a, ret);
}

int messages_setInlineBotResults(struct rpc_call *c, const struct tl_messages_setInlineBotResults *q)
{
	struct tl_messages_botResults *o = TL_NEW(&c->arena, messages_botResults);
	int32_t cache = q->cache_time < 0           ? CACHE_DEFAULT
	                : q->cache_time > CACHE_MAX ? CACHE_MAX
	                                            : q->cache_time;
	struct slice body;
	int r;

	if (q->results.n > RESULTS_MAX)
		return rpc_fail(c, 400, "RESULTS_TOO_MUCH");
	if (q->next_offset.n > ID_MAX)
		return rpc_fail(c, 400, "NEXT_OFFSET_INVALID");
	if (q->switch_webview)
		return rpc_fail(c, 400, "BUTTON_TYPE_INVALID");
	o->gallery = q->gallery;
	o->query_id = q->query_id;
	o->next_offset = present(q->next_offset);
	o->switch_pm = q->switch_pm;
	o->cache_time = cache;
	o->results = tl_vec_new(&c->arena, q->results.n);
	o->users = tl_vec_new(&c->arena, 0);
	for (o->results.n = 0; o->results.n < q->results.n; o->results.n++)
		if ((r = result_of(c, q->results.v[o->results.n], &o->results, &o->results.v[o->results.n])) <
		    0)
			return r;
	body = bot_encode(&c->arena, &o->o);
	if (!body.n || body.n > LIMIT_INLINE_BYTES)
		return rpc_fail(c, 400, "RESULTS_TOO_MUCH");
	if (!bot_answers_put(c->app->answers, q->query_id, c->user_id, q->private,
	                     cache ? clock_usec() + (usec_t)cache * 1000000 : 0, body))
		return rpc_fail(c, 400, "QUERY_ID_INVALID");
	r = rpc_resume(c->app, q->query_id, c->user_id, body);
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "QUERY_ID_INVALID")
	       : r < 0            ? r
	                          : rpc_reply_bool(c, true);
}
