/*
 * bot.h - bots beside their rows in user.h: whose they are, their token, what they say of themselves by language, their commands by
 * scope and language, their menu buttons. Write lane, but for what only reads.
 */
#ifndef STORE_BOT_H
#define STORE_BOT_H

#include "base/clock.h"
#include "sql/sql.h"

/* Ids of bots are above this, those of people below (updates/peer.h). */
#define STORE_BOT_BASE 7000000000LL

enum store_bot_flag {
	STORE_BOT_HEARS_ALL = 1, /* in groups, whatever is said; else what is meant for it */
	STORE_BOT_NO_GROUPS = 2, /* nobody brings it into a group */
	STORE_BOT_INLINE = 4,    /* answers inline queries */
};

struct store_bot {
	int64_t id, owner;
	struct slice secret; /* SHA-256 of what follows the ':' of its token */
	int flags;
	int32_t version; /* grows with whatever clients keep of it */
	unixtime_t created;
	struct slice placeholder; /* of the field in which an inline query is typed */
	struct slice menu; /* TL BotMenuButton for everybody who has none of his own; absent: the default */
};

/* Draws its id. */
int store_bot_insert(struct sql_db *db, struct store_bot *b);
/* -ERR_NOTFOUND. */
int store_bot_get(struct sql_db *db, int64_t id, struct arena *a, struct store_bot *ret);
int store_bot_put(struct sql_db *db, const struct store_bot *b);
/* With all that belongs to it. */
int store_bot_delete(struct sql_db *db, int64_t id);
/* Of this owner (0: of all), ids above `after`, ascending. */
int store_bot_ids(struct sql_db *db, int64_t owner, int64_t after, uint32_t limit, int64_t *ret,
                  size_t *ret_n);

struct store_bot_text { /* absent or empty: not in this language */
	struct slice name, about, description;
};
/* lang: empty is the default. -ERR_NOTFOUND. */
int store_bot_text_get(struct sql_db *db, int64_t bot, struct slice lang, struct arena *a,
                       struct store_bot_text *ret);
int store_bot_text_put(struct sql_db *db, int64_t bot, struct slice lang, const struct store_bot_text *t);

struct store_bot_scope {
	int kind;     /* the domain's */
	int64_t peer; /* a chat; 0: none */
	int64_t user; /* somebody in it; 0: none */
	struct slice lang;
};
/* body: TL, as the domain writes it; empty deletes. */
int store_bot_commands_put(struct sql_db *db, int64_t bot, const struct store_bot_scope *s,
                           struct slice body);
/* 1: it has commands of their own for some languages; 0: not. */
int store_bot_speaks_languages(struct sql_db *db, int64_t bot);
/* For whom it has commands of this scope there. */
int store_bot_scope_users(struct sql_db *db, int64_t bot, int kind, int64_t peer, uint32_t limit,
                          struct arena *a, int64_t **ret, size_t *ret_n);
int store_bot_commands_get(struct sql_db *db, int64_t bot, const struct store_bot_scope *s, struct arena *a,
                           struct slice *ret);

/* TL BotMenuButton for one user; empty deletes. */
int store_bot_menu_put(struct sql_db *db, int64_t bot, int64_t user, struct slice body);
int store_bot_menu_get(struct sql_db *db, int64_t bot, int64_t user, struct arena *a, struct slice *ret);

#endif
