/*
 * away.c - messages that came by a bot, in chats where it is not: it names them by what was told to it with a press or a choice, and may
 * change their text and buttons (messages.editInlineBotMessage). The name is the message's place in the box where it was born, and
 * a hash under the server's secret for this bot alone.
 */
#include "base/err.h"
#include "crypto/siphash.h"
#include "domain/bots/markup.h"
#include "domain/bots/private.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/messages/text.h"
#include "domain/messages/twin.h"
#include "rpc_methods.h"
#include "store/msg.h"
#include "updates/peer.h"

static int64_t hash_of(const struct rpc_call *c, int64_t bot, int64_t owner, int32_t id)
{
	int64_t in[4] = {bot, 0x6177, owner, id};

	return (int64_t)siphash(c->app->access_secret, in, sizeof(in));
}

struct tl_obj *away_id(struct rpc_call *c, int64_t bot, const struct store_msg *row)
{
	struct tl_inputBotInlineMessageID64 *o = TL_NEW(&c->arena, inputBotInlineMessageID64);
	bool here = peer_is_channel(row->owner);

	o->dc_id = HOME_DC;
	o->owner_id = here ? row->owner : row->origin_owner;
	o->id = here ? row->id : row->origin_id;
	o->access_hash = hash_of(c, bot, o->owner_id, o->id);
	return &o->o;
}

/* The message, and where it is, as whoever sent it would name that. */
static int find(struct rpc_call *c, const struct tl_obj *input, struct store_msg *row, struct peer *ret_peer,
                struct tl_message **ret)
{
	const struct tl_inputBotInlineMessageID64 *in = TL_AS(inputBotInlineMessageID64, input);
	struct rd body;
	struct tl_obj *o;
	int r;

	if (!in || in->access_hash != hash_of(c, c->user_id, in->owner_id, in->id))
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	r = store_msg_find(c->db, in->owner_id, in->id, &c->arena, row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "MESSAGE_ID_INVALID") : r;
	body = rd_of(row->body.p, row->body.n);
	if (tl_decode(&body, &c->arena, &o) < 0)
		return -ERR_CORRUPT;
	*ret = TL_AS(message, o);
	if (!*ret || !(*ret)->has_via_bot_id || (*ret)->via_bot_id != c->user_id)
		return rpc_fail(c, 400, "MESSAGE_ID_INVALID");
	*ret_peer = (struct peer){.key = row->peer};
	if (!peer_is_chat(row->peer))
		return 0;
	ret_peer->chat = ARENA_NEW(&c->arena, struct chat);
	return chat_load(c, peer_chat_id(row->peer), ret_peer->chat);
}

/* A group hears of it from the box in which the message was born. */
static int edit_in_box(struct rpc_call *c, const struct peer *peer, struct store_msg *row,
                       struct tl_message *m)
{
	int r;

	RPC_ACT_AS(c, peer->chat ? row->owner : c->user_id);
	if (peer->chat && (r = chat_catch_up(c, peer->chat->row.id, c->user_id)) < 0)
		return r;
	return message_edit(c, peer, row, m, NULL, 0);
}

int messages_editInlineBotMessage(struct rpc_call *c, const struct tl_messages_editInlineBotMessage *q)
{
	struct tl_message *m = NULL;
	struct store_msg row;
	struct peer peer;
	int r;

	if (q->media)
		return rpc_fail(c, 400, "MEDIA_NEW_INVALID");
	if ((r = find(c, q->id, &row, &peer, &m)) < 0)
		return r;
	if (q->message.p &&
	    (r = text_prepare(c, q->message, &q->entities, m->media ? TEXT_CAPTION : TEXT_MESSAGE,
	                      &m->message, &m->entities)) < 0)
		return r;
	bot_commands_drop(&m->entities);
	m->edit_hide = !q->message.p;
	if ((r = markup_prepare(c, q->reply_markup, true, false, &m->reply_markup)) < 0)
		return r;
	return (r = edit_in_box(c, &peer, &row, m)) < 0 ? r : rpc_reply_bool(c, true);
}
