/* start.c - messages.startBot: a person speaks to a bot first, perhaps by a deep link; or brings it into a group by one. */
#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/messages/reply.h"
#include "rpc_methods.h"
#include "store/user.h"
#include "updates/peer.h"

/* A deep link may bring the bot into a group; in a channel it is an admin or nothing. */
static int bring(struct rpc_call *c, struct peer *to, int64_t bot)
{
	if (to->chat)
		return chat_invite(c, to->chat, bot);
	if (!to->channel)
		return 0;
	if (to->channel->row.flags & STORE_CHANNEL_BROADCAST)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	return channel_invite(c, to->channel, bot);
}

static bool is_parameter(struct slice s)
{
	if (s.n > LIMIT_START_PARAM)
		return false;
	for (uint32_t i = 0; i < s.n; i++) {
		uint8_t ch = s.p[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
		      ch == '_' || ch == '-'))
			return false;
	}
	return true;
}

/* A command as a text of its own, or with what follows it. */
static struct tl_message *command(struct arena *a, struct slice word, struct slice parameter)
{
	struct tl_messageEntityBotCommand *e = TL_NEW(a, messageEntityBotCommand);
	struct tl_message *m = TL_NEW(a, message);

	m->message = arena_printf(a, "%.*s%s%.*s", (int)word.n, (const char *)word.p, parameter.n ? " " : "",
	                          (int)parameter.n, parameter.n ? (const char *)parameter.p : "");
	m->entities = tl_vec_new(a, 1);
	m->entities.v[0] = &e->o;
	e->length = (int32_t)word.n;
	return m;
}

/*
 * In a group all see the command alone, as TDLib shows it before it is sent; what the link carried is for the bot, and lies in the body
 * as a piece of code of no length, which nobody can send.
 */
static void hide(struct arena *a, struct tl_message *m, int64_t bot, struct slice parameter)
{
	struct tl_messageEntityPre *e = TL_NEW(a, messageEntityPre);
	struct tl_vec both = tl_vec_new(a, 2);

	e->language = arena_printf(a, "%lld %.*s", (long long)bot, (int)parameter.n,
	                           (const char *)parameter.p);
	both.v[0] = m->entities.v[0];
	both.v[1] = &e->o;
	m->entities = both;
}

void bot_start_view(struct view *v, struct tl_message *m)
{
	const struct tl_messageEntityPre *e;
	struct slice word;
	int64_t bot = 0;
	uint32_t i;

	if (m->entities.n != 2 || !(e = TL_AS(messageEntityPre, m->entities.v[1])) || e->length)
		return;
	m->entities.n = 1;
	for (i = 0; i < e->language.n && e->language.p[i] >= '0' && e->language.p[i] <= '9'; i++)
		bot = bot * 10 + (e->language.p[i] - '0');
	if (bot != v->viewer)
		return;
	word = m->message;
	m->message = arena_printf(&v->c->arena, "%.*s%.*s", (int)word.n, (const char *)word.p,
	                          (int)(e->language.n - i), (const char *)e->language.p + i);
}

int messages_startBot(struct rpc_call *c, const struct tl_messages_startBot *q)
{
	struct message_draft m = {.random_id = q->random_id, .except_key = c->client->auth_key_id};
	struct slice word = SLICE_LIT("/start");
	struct tl_message *said;
	struct store_user u;
	struct peer to;
	int64_t bot;
	int32_t id;
	int r;

	if ((r = user_resolve(c, q->bot, &bot)) < 0)
		return r;
	if (!peer_is_bot(bot))
		return rpc_fail(c, 400, "BOT_INVALID");
	if (!is_parameter(q->start_param))
		return rpc_fail(c, 400, "START_PARAM_INVALID");
	if (TL_IS(inputPeerEmpty, q->peer) || TL_IS(inputPeerSelf, q->peer))
		to = (struct peer){.key = peer_user(bot)};
	else if ((r = peer_resolve(c, q->peer, &to)) < 0)
		return r;
	if (!q->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if (peer_is_user(to.key) && to.key != bot)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if ((r = message_are_repeats(c, &to, &q->random_id, 1)) != 0)
		return r < 0 ? r : 0;
	if ((r = bring(c, &to, bot)) < 0 || (r = message_may_send(c, &to)) < 0 ||
	    (r = store_user_load(c->db, bot, &c->arena, &u)) < 0)
		return r;
	if (!peer_is_user(to.key))
		word = arena_printf(&c->arena, "/start@%.*s", (int)u.username.n, (const char *)u.username.p);
	said = command(&c->arena, word, (struct slice){0});
	m.content = &said->o;
	if (peer_is_user(to.key) && q->start_param.n)
		m.theirs = &command(&c->arena, word, q->start_param)->o;
	else if (q->start_param.n)
		hide(&c->arena, said, bot, q->start_param);
	if ((r = message_send_as(c, &to, NULL, &m, said)) < 0 || (r = message_send(c, &to, &m, &id)) < 0)
		return r;
	return rpc_reply_after(c, message_reply_updates, NULL);
}
