/*
 * tell_commands.c - who hears that a bot offers other commands: those who talk to it, members of its groups, whoever they are meant for.
 * Nobody is told where the bot speaks several languages: which one somebody reads is known when he asks, not here.
 */
#include "base/err.h"
#include "domain/bots/private.h"
#include "domain/channels/rights.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/channel.h"
#include "store/chat.h"
#include "updates/event.h"
#include "updates/peer.h"

enum {
	CHANNELS_MAX = 500,
	GROUPS_MAX = 50,
	SCOPED_MAX = 100
}; /* beyond these clients learn of it when they look again */

static int tell_user(struct rpc_call *c, int64_t bot, int64_t group, int64_t user)
{
	struct upd_event ev = {.owner = user,
	                       .kind = UPD_GROUP_COMMANDS,
	                       .peer = group,
	                       .payload = slice_of(&bot, sizeof(bot))};

	return rpc_log_event(c, &ev);
}

static int tell_members(struct rpc_call *c, int64_t bot, int64_t chat)
{
	struct store_chat_member *m;
	size_t n;
	int r = store_chat_members(c->db, chat, &c->arena, &m, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		if (!peer_is_bot(m[i].user))
			r = tell_user(c, bot, peer_chat(chat), m[i].user);
	return r < 0 ? r : 0;
}

static int tell_group(struct rpc_call *c, int64_t bot, int64_t group)
{
	return peer_is_chat(group) ? tell_members(c, bot, peer_chat_id(group))
	                           : tell_user(c, bot, group, group); /* the box of all */
}

static int tell_groups(struct rpc_call *c, int64_t bot)
{
	int64_t *ids;
	size_t n;
	int r = store_channels_of(c->db, bot, &c->arena, &ids, &n);

	for (size_t i = 0; r >= 0 && i < n && i < CHANNELS_MAX; i++)
		r = tell_group(c, bot, peer_channel(ids[i]));
	if (r < 0 || (r = store_chats_of(c->db, bot, &c->arena, &ids, &n)) < 0)
		return r;
	for (size_t i = 0; r >= 0 && i < n && i < GROUPS_MAX; i++)
		r = tell_group(c, bot, peer_chat(ids[i]));
	return r < 0 ? r : 0;
}

int bot_tell_commands(struct rpc_call *c, int64_t bot, const struct store_bot_scope *s)
{
	struct upd_event one = {.owner = s->peer, .kind = UPD_BOT_COMMANDS, .peer = bot};
	bool private = s->kind == SCOPE_DEFAULT || s->kind == SCOPE_USERS, any = s->kind != SCOPE_USERS;
	int r = store_bot_speaks_languages(c->db, bot);

	if (r != 0)
		return r < 0 ? r : 0;
	if (peer_is_user(s->peer) && s->kind == SCOPE_PEER)
		return rpc_log_event(c, &one);
	if (private && (r = user_tell_chats(c, bot, UPD_BOT_COMMANDS)) <
	                       0) /* TDLib does not look again for the version */
		return r;
	if (s->kind == SCOPE_PEER_USER)
		return tell_user(c, bot, s->peer, s->user);
	if (s->peer)
		return tell_group(c, bot, s->peer);
	return any ? tell_groups(c, bot) : 0;
}

static int64_t bot_of(const struct upd_event *ev)
{
	int64_t bot = 0;

	if (ev->payload.n == sizeof(bot))
		memcpy(&bot, ev->payload.p, sizeof(bot));
	return bot;
}

int bot_commands_meant(struct rpc_call *c, const struct upd_event *ev, int64_t **ret, size_t *ret_n)
{
	struct store_channel_member *admins;
	int64_t *scoped;
	size_t n, n_scoped;
	int r = store_channel_members(c->db, peer_channel_id(ev->owner), STORE_CHANNEL_ADMINS, 0,
	                              LIMIT_CHANNEL_ADMINS + 1, &c->arena, &admins, &n);

	*ret_n = 0;
	if (r < 0 || (r = store_bot_scope_users(c->db, bot_of(ev), SCOPE_PEER_USER, ev->owner, SCOPED_MAX,
	                                        &c->arena, &scoped, &n_scoped)) < 0)
		return r;
	*ret = ARENA_ARRAY(&c->arena, int64_t, n + n_scoped + 1);
	for (size_t i = 0; i < n; i++)
		(*ret)[(*ret_n)++] = admins[i].user;
	for (size_t i = 0; i < n_scoped; i++)
		(*ret)[(*ret_n)++] = scoped[i];
	return 0;
}

int bot_group_commands_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret)
{
	struct tl_updateBotCommands *u = TL_NEW(&v->c->arena, updateBotCommands);
	int r;

	*ret = NULL;
	if (peer_is_bot(v->viewer))
		return 0;
	u->bot_id = bot_of(ev);
	if ((r = bot_commands_for(v->c, u->bot_id, ev->peer, &u->commands)) < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	u->peer = peer_to_tl(&v->c->arena, ev->peer);
	view_peer(v, ev->peer);
	view_peer(v, u->bot_id);
	*ret = &u->o;
	return 0;
}
