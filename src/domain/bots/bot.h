/*
 * bot.h - the area's door: accounts that programs sign in to. Whose they are, what they look like, what they hear in groups.
 * A bot's id says that it is one (updates/peer.h). Threads: lanes, with c->db.
 */
#ifndef DOMAIN_BOTS_BOT_H
#define DOMAIN_BOTS_BOT_H

#include "domain/users/view.h"
#include "store/bot.h"

enum { BOT_SECRET = 35 }; /* characters behind the ':' of a token, as clients check */

/*
 * Write lane: a new bot of this owner; `b` says the rest (flags, placeholder). Its token, which nobody is told again, in the arena.
 * 400 USERNAME_INVALID (it must end in "bot"), USERNAME_OCCUPIED, FIRSTNAME_INVALID, BOTS_TOO_MUCH.
 */
int bot_create(struct rpc_call *c, struct slice username, struct slice name, struct store_bot *b,
               struct slice *ret_token);
/* Write lane: another token; the old one and whoever is signed in by it end. */
int bot_revoke(struct rpc_call *c, struct store_bot *b, struct slice *ret_token);
/* Write lane: the row has changed in what clients keep. */
int bot_changed(struct rpc_call *c, struct store_bot *b);

/* What a User object says of a bot. */
int bot_user_view(struct rpc_call *c, int64_t id, struct tl_user *o);
/* BotInfo as the caller gets it in a chat with the bot, or (peer other than the bot's) in a group. NULL: it is no bot. */
int bot_info_view(struct view *v, int64_t bot, int64_t peer, struct tl_obj **ret);

/* What UserFull says of a bot's wishes: rights where it is made an admin. Of a person: nothing. */
int bot_full_view(struct rpc_call *c, int64_t id, struct tl_userFull *f);

/* UPD_BOT_COMMANDS: what the bot offers the viewer in their chat. Read lanes. */
int bot_commands_view(struct view *v, int64_t bot, struct tl_obj **ret);

/* UPD_GROUP_COMMANDS: the same in a group; nothing for other bots. */
struct upd_event;
int bot_group_commands_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret);
/* Who is offered others than the crowd of a supergroup: its admins, and those for whom some are meant; in the arena. */
int bot_commands_meant(struct rpc_call *c, const struct upd_event *ev, int64_t **ret, size_t *ret_n);

/* What a deep link into a group carried: the bot's own view of the command has it, nobody else's. */
void bot_start_view(struct view *v, struct tl_message *m);

/* 1: `bot` may write to this person, who has written to it before; 0: not. */
int bot_may_write(struct rpc_call *c, int64_t bot, int64_t user);
/* 1: the bot has met this person, so that it may name him without an access hash; 0: not. */
int bot_has_met(struct rpc_call *c, int64_t bot, int64_t user);

struct store_msg;
struct peer;
/*
 * 1: the bot hears what has this body in a group of which it is a member; meant: it is mentioned or answered there. For a row of a
 * channel's box, the second.
 */
int bot_hears(struct rpc_call *c, int64_t bot, int64_t group, struct slice body, bool meant);
int bot_hears_row(struct rpc_call *c, int64_t bot, const struct store_msg *row);
/* Commands that were found in what the caller says there mean something only where a bot may hear them; else they are left out. */
int bot_commands_mean(struct rpc_call *c, const struct peer *to, struct tl_vec *entities);
/* 400 BOT_GROUPS_BLOCKED for a bot that nobody may bring into a group; people and the other bots: 0. */
int bot_may_join(struct rpc_call *c, int64_t user);
/* --- told.c: what a bot is told in the order of its qts, and finds in its differences for as long as it is kept */

/* Write lane: the bot is told this Update, in which those of v->peers stand; its qts is set when it is shown. */
int bot_tell(struct view *v, int64_t bot, const struct tl_obj *update);
/* Write lane: the caller has stopped a bot that he has spoken to, or lets it write again. */
int bot_stopped(struct rpc_call *c, int64_t bot, bool stopped);
/* UPD_BOT_TOLD as the bot gets it; NULL: it is not kept any more. Read lanes. */
int bot_told_view(struct view *v, int32_t qts, struct tl_obj **ret);
/* The calling bot's last qts. Any lane. */
int bot_qts(struct rpc_call *c, int32_t *ret_qts);
/* Updates after that qts, up to `limit`, the qts that they come to, and whether there are more. Read lanes. */
int bot_difference(struct view *v, int32_t qts, int32_t limit, struct tl_vec *ret, int32_t *ret_qts,
                   bool *ret_more);

/* An update of UPD_BOT_QUERY as the bot gets it. */
int bot_query_view(struct view *v, struct slice payload, struct tl_obj **ret);
/* Its menu button for this user (0: for who has none of his own); NULL: the default. */
int bot_menu_for(struct rpc_call *c, const struct store_bot *b, int64_t user, struct tl_obj **ret);

#endif
