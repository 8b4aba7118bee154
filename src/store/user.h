/* user.h - accounts: one row each, and the directories that find them by phone or name. */
#ifndef STORE_USER_H
#define STORE_USER_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_user_flag {
	STORE_USER_BOT = 1,
	STORE_USER_DELETED = 2,
	STORE_USER_PREMIUM = 4,
	STORE_USER_SUPPORT = 8,
	STORE_USER_VERIFIED = 16,
	STORE_USER_BANNED = 32,
	STORE_USER_PHOTO = 64, /* there are rows of profile_photo.h */
};

struct store_user {
	int64_t id;
	struct slice phone, first, last, username, about; /* absent or empty: none */
	int flags;
	unixtime_t created;
	unixtime_t seen; /* online until, if in the future; else last seen */
	int ttl_days;    /* account deletes itself after this; 0: the default */
};

/* -ERR_NOTFOUND. Texts in the arena. */
int store_user_load(struct sql_db *db, int64_t id, struct arena *a, struct store_user *ret);
int store_user_insert(struct sql_db *db, const struct store_user *u);
/* Writes all fields but `seen`. */
int store_user_update(struct sql_db *db, const struct store_user *u);
int store_user_set_seen(struct sql_db *db, int64_t id, unixtime_t seen);
/* Ids above `after`, ascending, for lists and jobs. */
int store_user_ids(struct sql_db *db, int64_t after, uint32_t limit, int64_t *ret, size_t *ret_n);
/* 1: there is such an account, 0: not. */
int store_user_exists(struct sql_db *db, int64_t id);
int store_user_count(struct sql_db *db, int64_t *ret);

/* Directory: claimed by inserting. -ERR_EXISTS if another has it; the same owner may claim again. */
int store_phone_claim(struct sql_db *db, struct slice phone, int64_t user_id);
int store_phone_find(struct sql_db *db, struct slice phone, int64_t *ret_user_id);
int store_phone_free(struct sql_db *db, struct slice phone, int64_t user_id);
/* Names are folded by the caller (lower case). A peer is a user or a channel (updates/peer.h). */
int store_username_claim(struct sql_db *db, struct slice folded, int64_t peer);
int store_username_find(struct sql_db *db, struct slice folded, int64_t *ret_peer);
int store_username_free(struct sql_db *db, struct slice folded, int64_t peer);
/* Names that begin with `prefix`, up to `limit`. */
int store_username_prefix(struct sql_db *db, struct slice prefix, uint32_t limit, int64_t *ret_peers,
                          size_t *ret_n);

#endif
