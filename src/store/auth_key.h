/* auth_key.h - auth keys as rows. The fields are those of mtproto/keystore.h, which roles/keystore.c translates. */
#ifndef STORE_AUTH_KEY_H
#define STORE_AUTH_KEY_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_auth_key {
	int64_t id;
	uint8_t body[256];
	int kind, dc;
	int64_t first_salt;
	unixtime_t created, expires;
	int64_t perm_id;
	int layer;
	int64_t user_id;
	struct slice info; /* opaque: initConnection's fields */
};

/* -ERR_NOTFOUND. info in the arena. */
int store_auth_key_load(struct sql_db *db, int64_t id, struct arena *a, struct store_auth_key *ret);
/* -ERR_EXISTS on an id that is taken. */
int store_auth_key_insert(struct sql_db *db, const struct store_auth_key *k);
/* -ERR_EXISTS if it is bound to another, -ERR_NOTFOUND if it is gone. Keeps the newest `max` of the permanent key. */
int store_auth_key_bind(struct sql_db *db, int64_t temp_id, int64_t perm_id, unixtime_t expires, int max);
/* With the temporary keys bound to it. -ERR_NOTFOUND. */
int store_auth_key_delete(struct sql_db *db, int64_t id);
/* Temporary keys of a permanent one, but for `except`. */
int store_auth_key_drop_temp(struct sql_db *db, int64_t perm_id, const int64_t *except, uint32_t n_except);
int store_auth_key_set_client(struct sql_db *db, int64_t id, int layer, struct slice info);
int store_auth_key_set_user(struct sql_db *db, int64_t id, int64_t user_id);
/* Up to `limit` expired temporary keys go; returns how many. */
int store_auth_key_prune(struct sql_db *db, unixtime_t now, int limit);
/*
 * Permanent keys on which nobody is signed in go, with what is bound to them: those that never named a layer if they were made
 * before `unused`, others before `used`. At most `max` of them, in ret_ids.
 */
int store_auth_key_prune_nobody(struct sql_db *db, unixtime_t unused, unixtime_t used, int64_t *ret_ids,
                                size_t max, size_t *ret_n);

#endif
