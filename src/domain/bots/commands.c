/* commands.c - bots.setBotCommands, getBotCommands, resetBotCommands: by scope and language, and which of them somebody is offered. */
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "domain/bots/private.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "updates/peer.h"

struct tl_obj *bot_decode(struct arena *a, struct slice body)
{
	struct rd in = rd_of(body.p, body.n);
	struct tl_obj *o;

	return body.n && tl_decode(&in, a, &o) == 0 ? o : NULL;
}

struct slice bot_encode(struct arena *a, const struct tl_obj *o)
{
	struct slice s = {0};
	struct buf b = {0};

	if (tl_encode(&b, o, TL_LAYER_MAX) == 0)
		s = arena_slice(a, buf_slice(&b));
	buf_fini(&b);
	return s;
}

static bool is_small(uint8_t ch)
{
	return ch >= 'a' && ch <= 'z';
}

struct slice bot_lang(const char *lang_code)
{
	struct slice s = slice_str(lang_code ? lang_code : "");

	return s.n >= 2 && is_small(s.p[0]) && is_small(s.p[1]) ? slice_of(s.p, 2) : SLICE_LIT("");
}

/* Two small letters, or nothing: for all languages. */
static int check_lang(struct rpc_call *c, struct slice lang)
{
	if (!lang.n || (lang.n == 2 && is_small(lang.p[0]) && is_small(lang.p[1])))
		return 0;
	return rpc_fail(c, 400, "LANG_CODE_INVALID");
}

/* A group or channel of the caller's, or (users too) a person. */
static int resolve_peer(struct rpc_call *c, const struct tl_obj *in, bool users, int64_t *ret)
{
	struct peer p;
	int r;

	if ((r = peer_resolve(c, in, &p)) < 0)
		return r;
	if (peer_is_user(p.key) && !users)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	*ret = p.key;
	return 0;
}

static int scope_of(struct rpc_call *c, const struct tl_obj *in, struct slice lang,
                    struct store_bot_scope *ret)
{
	const struct tl_botCommandScopePeerAdmins *admins = TL_AS(botCommandScopePeerAdmins, in);
	const struct tl_botCommandScopePeerUser *user = TL_AS(botCommandScopePeerUser, in);
	const struct tl_botCommandScopePeer *peer = TL_AS(botCommandScopePeer, in);
	int r = check_lang(c, lang);

	*ret = (struct store_bot_scope){.lang = lang.n ? lang : SLICE_LIT("")};
	if (r < 0)
		return r;
	if (peer) {
		ret->kind = SCOPE_PEER;
		return resolve_peer(c, peer->peer, true, &ret->peer);
	}
	if (admins) {
		ret->kind = SCOPE_PEER_ADMINS;
		return resolve_peer(c, admins->peer, false, &ret->peer);
	}
	if (user) {
		ret->kind = SCOPE_PEER_USER;
		if ((r = resolve_peer(c, user->peer, false, &ret->peer)) < 0)
			return r;
		return user_resolve(c, user->user_id, &ret->user);
	}
	ret->kind = TL_IS(botCommandScopeUsers, in)        ? SCOPE_USERS
	            : TL_IS(botCommandScopeChats, in)      ? SCOPE_CHATS
	            : TL_IS(botCommandScopeChatAdmins, in) ? SCOPE_CHAT_ADMINS
	                                                   : SCOPE_DEFAULT;
	return 0;
}

/* 1..32 of [a-z0-9_]; capitals are made small. */
static int check_command(struct rpc_call *c, struct tl_botCommand *b)
{
	uint8_t *p;

	if (!b->command.n || b->command.n > LIMIT_BOT_COMMAND)
		return rpc_fail(c, 400, "BOT_COMMAND_INVALID");
	p = arena_alloc(&c->arena, b->command.n);
	for (uint32_t i = 0; i < b->command.n; i++) {
		uint8_t ch = b->command.p[i];

		ch = ch >= 'A' && ch <= 'Z' ? (uint8_t)(ch + 32) : ch;
		if (!is_small(ch) && !(ch >= '0' && ch <= '9') && ch != '_')
			return rpc_fail(c, 400, "BOT_COMMAND_INVALID");
		p[i] = ch;
	}
	b->command = slice_of(p, b->command.n);
	if (!utf8_valid(b->description) || !b->description.n ||
	    utf8_len(b->description) > LIMIT_BOT_COMMAND_TEXT)
		return rpc_fail(c, 400, "BOT_COMMAND_DESCRIPTION_INVALID");
	return 0;
}

static int put(struct rpc_call *c, const struct store_bot_scope *s, struct slice body)
{
	struct store_bot b;
	int r;

	if ((r = store_bot_commands_put(c->db, c->user_id, s, body)) < 0 ||
	    (r = store_bot_get(c->db, c->user_id, &c->arena, &b)) < 0 || (r = bot_changed(c, &b)) < 0 ||
	    (r = bot_tell_commands(c, b.id, s)) < 0)
		return r;
	return rpc_reply_bool(c, true);
}

int bots_setBotCommands(struct rpc_call *c, const struct tl_bots_setBotCommands *q)
{
	struct tl_botInfo *kept = TL_NEW(&c->arena, botInfo);
	struct store_bot_scope s;
	struct slice body;
	int r;

	if ((r = scope_of(c, q->scope, q->lang_code, &s)) < 0)
		return r;
	if (q->commands.n > LIMIT_BOT_COMMANDS)
		return rpc_fail(c, 400, "BOT_COMMANDS_TOO_MUCH");
	for (uint32_t i = 0; i < q->commands.n; i++)
		if ((r = check_command(c, TL_AS(botCommand, q->commands.v[i]))) < 0)
			return r;
	kept->commands = q->commands;
	body = bot_encode(&c->arena, &kept->o);
	return put(c, &s, q->commands.n ? body : (struct slice){0});
}

int bots_resetBotCommands(struct rpc_call *c, const struct tl_bots_resetBotCommands *q)
{
	struct store_bot_scope s;
	int r = scope_of(c, q->scope, q->lang_code, &s);

	return r < 0 ? r : put(c, &s, (struct slice){0});
}

/* Those of exactly this scope: 1, 0 if there are none. */
static int get(struct rpc_call *c, int64_t bot, const struct store_bot_scope *s, struct tl_vec *ret)
{
	struct tl_botInfo *kept;
	struct slice body;
	int r = store_bot_commands_get(c->db, bot, s, &c->arena, &body);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	kept = TL_AS(botInfo, bot_decode(&c->arena, body));
	if (!kept)
		return -ERR_CORRUPT;
	*ret = kept->commands;
	return ret->n > 0;
}

int bots_getBotCommands(struct rpc_call *c, const struct tl_bots_getBotCommands *q)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct store_bot_scope s;
	int r;

	v->objs = tl_vec_new(&c->arena, 0);
	if ((r = scope_of(c, q->scope, q->lang_code, &s)) < 0 || (r = get(c, c->user_id, &s, &v->objs)) < 0)
		return r;
	return rpc_reply(c, &v->o);
}

/* This scope in the caller's language, then in all. */
static int look(struct rpc_call *c, int64_t bot, enum scope kind, int64_t peer, int64_t user,
                struct tl_vec *ret)
{
	struct store_bot_scope s = {.kind = (int)kind,
	                            .peer = peer,
	                            .user = user,
	                            .lang = bot_lang(c->client ? c->client->lang_code : NULL)};
	int r = s.lang.n ? get(c, bot, &s, ret) : 0;

	s.lang = SLICE_LIT("");
	return r != 0 ? r : get(c, bot, &s, ret);
}

static int is_admin(struct rpc_call *c, int64_t peer)
{
	struct channel ch;
	struct chat g;
	int r;

	if (peer_is_channel(peer)) {
		r = channel_load(c, peer_channel_id(peer), &ch);
		return r < 0 ? r : channel_is_admin(&ch);
	}
	r = chat_load(c, peer_chat_id(peer), &g);
	return r < 0 ? r : g.in && chat_is_admin(&g);
}

int bot_commands_for(struct rpc_call *c, int64_t bot, int64_t peer, struct tl_vec *ret)
{
	int r, admin;

	*ret = (struct tl_vec){0};
	if (peer_is_user(peer)) {
		if ((r = look(c, bot, SCOPE_PEER, c->user_id, 0, ret)) == 0 &&
		    (r = look(c, bot, SCOPE_USERS, 0, 0, ret)) == 0)
			r = look(c, bot, SCOPE_DEFAULT, 0, 0, ret);
		return r < 0 ? r : 0;
	}
	if ((admin = is_admin(c, peer)) < 0)
		return admin;
	if ((r = look(c, bot, SCOPE_PEER_USER, peer, c->user_id, ret)) == 0 &&
	    (!admin || (r = look(c, bot, SCOPE_PEER_ADMINS, peer, 0, ret)) == 0) &&
	    (r = look(c, bot, SCOPE_PEER, peer, 0, ret)) == 0 &&
	    (!admin || (r = look(c, bot, SCOPE_CHAT_ADMINS, 0, 0, ret)) == 0) &&
	    (r = look(c, bot, SCOPE_CHATS, 0, 0, ret)) == 0)
		r = look(c, bot, SCOPE_DEFAULT, 0, 0, ret);
	return r < 0 ? r : 0;
}

int bot_commands_view(struct view *v, int64_t bot, struct tl_obj **ret)
{
	struct tl_updateBotCommands *u = TL_NEW(&v->c->arena, updateBotCommands);
	int r = bot_commands_for(v->c, bot, bot, &u->commands);

	if (r < 0)
		return r;
	u->peer = peer_to_tl(&v->c->arena, bot);
	u->bot_id = bot;
	view_peer(v, bot);
	*ret = &u->o;
	return 0;
}
