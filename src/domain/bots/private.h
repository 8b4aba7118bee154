/* private.h - what the files of the area share. */
#ifndef DOMAIN_BOTS_PRIVATE_H
#define DOMAIN_BOTS_PRIVATE_H

#include "domain/bots/bot.h"

/* A stored TL object; absent or damaged: NULL. */
struct tl_obj *bot_decode(struct arena *a, struct slice body);
/* In the arena; absent if it cannot be encoded. */
struct slice bot_encode(struct arena *a, const struct tl_obj *o);
/* Widest last; stored, so never renumbered. */
enum scope {
	SCOPE_DEFAULT = 0,
	SCOPE_USERS = 1,
	SCOPE_CHATS = 2,
	SCOPE_CHAT_ADMINS = 3,
	SCOPE_PEER = 4,
	SCOPE_PEER_ADMINS = 5,
	SCOPE_PEER_USER = 6
};

/* Commands of the bot as the caller is offered them in this chat: the narrowest scope and language that has some. */
int bot_commands_for(struct rpc_call *c, int64_t bot, int64_t peer, struct tl_vec *ret);
/* Those of this scope have changed: whoever may be offered them hears of it. */
int bot_tell_commands(struct rpc_call *c, int64_t bot, const struct store_bot_scope *s);
/* "en" of "en-US", if it is a language; else empty. */
struct slice bot_lang(const char *lang_code);

/*
 * Asks a bot: its update goes out to where it is connected, the call waits for rpc_resume() by query_id, which was drawn for it.
 * make: see rpc/park.h. Read lanes.
 */
int bot_ask(struct rpc_call *c, int64_t bot, int64_t query_id, const struct tl_obj *update,
            int (*make)(struct rpc_call *c, struct slice said));
int64_t bot_query_id(void); /* above 0 */

/* Of what may be said anywhere: nobody knows whether a bot will hear it. */
void bot_commands_drop(struct tl_vec *entities);

struct store_msg;
/* --- away.c: messages that came by a bot, in chats where it is not */

/* InputBotInlineMessageID of this message, for the bot. */
struct tl_obj *away_id(struct rpc_call *c, int64_t bot, const struct store_msg *row);

#endif
