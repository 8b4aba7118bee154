/*
 * callback.c - buttons that ask their bot: messages.getBotCallbackAnswer waits, without a thread, for setBotCallbackAnswer. A bot
 * that is not connected hears of nothing, and whoever pressed learns after ten seconds that it did not answer.
 */
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "crypto/siphash.h"
#include "domain/bots/markup.h"
#include "domain/bots/private.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "rpc/park.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { ANSWER_MSEC = 10000, ALERT_TEXT = 200 };

int64_t bot_query_id(void)
{
	return (int64_t)(rng_u64() >> 1 | 1);
}

int bot_ask(struct rpc_call *c, int64_t bot, int64_t query_id, const struct tl_obj *update,
            int (*make)(struct rpc_call *c, struct slice said))
{
	struct upd_event ev = {.owner = bot, .kind = UPD_BOT_QUERY, .peer = c->user_id};
	int r;

	ev.payload = bot_encode(&c->arena, update);
	if (!ev.payload.n)
		return -ERR_INVALID;
	if ((r = rpc_log_event(c, &ev)) < 0)
		return r;
	return rpc_park(c, query_id, bot, ANSWER_MSEC, make);
}

int bot_query_view(struct view *v, struct slice payload, struct tl_obj **ret)
{
	const struct tl_updateInlineBotCallbackQuery *away;
	const struct tl_updateBotCallbackQuery *here;
	const struct tl_updateBotInlineQuery *query;
	const struct tl_updateBotInlineSend *sent;

	*ret = bot_decode(&v->c->arena, payload);
	if (!*ret)
		return -ERR_CORRUPT;
	away = TL_AS(updateInlineBotCallbackQuery, *ret);
	here = TL_AS(updateBotCallbackQuery, *ret);
	query = TL_AS(updateBotInlineQuery, *ret);
	sent = TL_AS(updateBotInlineSend, *ret);
	view_peer(v, peer_user(here    ? here->user_id
	                       : away  ? away->user_id
	                       : query ? query->user_id
	                       : sent  ? sent->user_id
	                               : 0));
	if (here)
		view_peer(v, peer_key(here->peer));
	return 0;
}

/* The same for all who press in one chat, and for no other. */
static int64_t chat_instance(const struct rpc_call *c, int64_t bot, int64_t chat)
{
	int64_t in[3] = {bot, 0x6863, chat};

	return (int64_t)siphash(c->app->access_secret, in, sizeof(in));
}

static int answered(struct rpc_call *c, struct slice said)
{
	struct tl_obj *o = bot_decode(&c->arena, said);

	return o ? rpc_reply(c, o) : rpc_fail(c, 400, "BOT_RESPONSE_TIMEOUT");
}

/* Under which id and in which chat the bot has this message of the caller's. */
static int as_bot_sees(struct rpc_call *c, int64_t bot, const struct store_msg *row, int32_t *ret_id,
                       int64_t *ret_peer)
{
	struct store_msg theirs;
	int r = 0;

	*ret_id = row->id;
	*ret_peer = row->peer;
	if (peer_is_channel(row->owner))
		return 0;
	if (peer_is_user(row->peer))
		*ret_peer = c->user_id;
	if (row->origin_owner == bot)
		*ret_id = row->origin_id;
	else if ((r = store_msg_by_origin(c->db, bot, row->origin_owner, row->origin_id, &c->arena,
	                                  &theirs)) == 0)
		*ret_id = theirs.id;
	return r;
}

/* Whose buttons these are. 0: nobody's who could answer. */
static int64_t asked(const struct tl_message *m, const struct store_msg *row)
{
	int64_t bot = m->has_via_bot_id ? m->via_bot_id : row->origin_owner;

	return peer_is_bot(bot) ? bot : 0;
}

/* Under a message that came by the bot: it need not be in that chat. */
static int ask_away(struct rpc_call *c, int64_t bot, const struct store_msg *row, struct slice data)
{
	struct tl_updateInlineBotCallbackQuery *u = TL_NEW(&c->arena, updateInlineBotCallbackQuery);

	u->query_id = bot_query_id();
	u->user_id = c->user_id;
	u->msg_id = away_id(c, bot, row);
	u->chat_instance = chat_instance(c, bot, peer_is_user(row->peer) ? row->origin_owner : row->peer);
	u->data = data;
	return bot_ask(c, bot, u->query_id, &u->o, answered);
}

int messages_getBotCallbackAnswer(struct rpc_call *c, const struct tl_messages_getBotCallbackAnswer *q)
{
	struct tl_updateBotCallbackQuery *u = TL_NEW(&c->arena, updateBotCallbackQuery);
	struct rd body;
	const struct tl_message *m;
	struct store_msg row;
	struct place place;
	struct tl_obj *o;
	struct peer peer;
	int64_t bot, chat;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0)
		return r;
	r = place_message(c, &place, q->msg_id, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MESSAGE_ID_INVALID") : r;
	body = rd_of(row.body.p, row.body.n);
	if (tl_decode(&body, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	m = TL_AS(message, o);
	bot = m ? asked(m, &row) : 0;
	if (!bot || q->game || !q->data.p || !markup_has_data(m->reply_markup, q->data))
		return rpc_fail(c, 400, "DATA_INVALID");
	if (m->has_via_bot_id)
		return ask_away(c, bot, &row, q->data);
	r = as_bot_sees(c, bot, &row, &u->msg_id, &chat);
	if (r < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MESSAGE_ID_INVALID") : r;
	u->query_id = bot_query_id();
	u->user_id = c->user_id;
	u->peer = peer_to_tl(&c->arena, chat);
	u->chat_instance = chat_instance(c, bot, peer_is_user(row.peer) ? c->user_id : row.peer);
	u->data = q->data;
	return bot_ask(c, bot, u->query_id, &u->o, answered);
}

static bool may_open(struct slice url)
{
	static const char *const with[] = {"https://t.me/", "http://t.me/", "tg://", "t.me/"};

	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		if (url.n > strlen(with[i]) && memcmp(url.p, with[i], strlen(with[i])) == 0)
			return true;
	return false;
}

int messages_setBotCallbackAnswer(struct rpc_call *c, const struct tl_messages_setBotCallbackAnswer *q)
{
	struct tl_messages_botCallbackAnswer *a = TL_NEW(&c->arena, messages_botCallbackAnswer);
	int r;

	if (!utf8_valid(q->message) || utf8_len(q->message) > ALERT_TEXT)
		return rpc_fail(c, 400, "MESSAGE_TOO_LONG");
	if (q->url.n && !may_open(q->url))
		return rpc_fail(c, 400, "URL_INVALID");
	a->alert = q->alert;
	a->message = q->message;
	a->url = q->url.n ? q->url : (struct slice){0};
	a->has_url = q->url.n > 0;
	a->native_ui = true;
	a->cache_time = q->cache_time > 0 ? q->cache_time : 0;
	r = rpc_resume(c->app, q->query_id, c->user_id, bot_encode(&c->arena, &a->o));
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "QUERY_ID_INVALID")
	       : r < 0            ? r
	                          : rpc_reply_bool(c, true);
}
