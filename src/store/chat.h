/*
 * chat.h - basic groups and their members; owner of the rows: the group (id > 0 here, peer key -id elsewhere).
 * Write lane, but for what only reads.
 */
#ifndef STORE_CHAT_H
#define STORE_CHAT_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_CHAT_MEMBERS_MAX = 1000 }; /* read at once; the limit of members is in limits.def */

enum store_chat_flag { STORE_CHAT_NOFORWARDS = 1, STORE_CHAT_DEACTIVATED = 2, STORE_CHAT_GONE = 4 };
enum store_chat_role { STORE_CHAT_MEMBER = 0, STORE_CHAT_ADMIN = 1, STORE_CHAT_CREATOR = 2 };

struct store_chat {
	int64_t id, creator;
	struct slice title, about;
	unixtime_t date;
	int flags;
	int32_t version, members;
	int64_t banned;      /* default banned rights, bits of api.md 6.3 */
	int64_t photo;       /* file; 0: none */
	int64_t migrated_to; /* channel id; 0: not */
	int32_t ttl;
	struct slice reactions; /* TL ChatReactions; absent: all */
};

enum { STORE_RANK_BYTES = 64 };

struct store_chat_member {
	int64_t chat, user, inviter;
	unixtime_t date;
	enum store_chat_role role;
	uint8_t rank_n; /* the words beside his name; 0: none */
	char rank[STORE_RANK_BYTES];
};

/* A new id is drawn from the sequence of groups (meta); >= 1. */
int store_chat_insert(struct sql_db *db, struct store_chat *c);
int store_chat_get(struct sql_db *db, int64_t id, struct arena *a,
                   struct store_chat *ret); /* -ERR_NOTFOUND */
int store_chat_put(struct sql_db *db, const struct store_chat *c);
/* Who is new begins with what happens from now on (chat_out.h). */
int store_chat_member_put(struct sql_db *db, const struct store_chat_member *m);
int store_chat_member_delete(struct sql_db *db, int64_t chat, int64_t user); /* -ERR_NOTFOUND */
int store_chat_member_get(struct sql_db *db, int64_t chat, int64_t user, struct store_chat_member *ret);
/* All, by date of joining. */
int store_chat_members(struct sql_db *db, int64_t chat, struct arena *a, struct store_chat_member **ret,
                       size_t *ret_n);
/* Groups of a user. */
int store_chats_of(struct sql_db *db, int64_t user, struct arena *a, int64_t **ret, size_t *ret_n);

#endif
