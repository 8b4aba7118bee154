/* logout_token.h - what logOut leaves with a device, so that it may come back without a code (future_auth_token). */
#ifndef STORE_LOGOUT_TOKEN_H
#define STORE_LOGOUT_TOKEN_H

#include "base/clock.h"
#include "sql/sql.h"

/* `token` is a hash of it. */
int store_logout_token_put(struct sql_db *db, struct slice token, int64_t user_id, unixtime_t expires);
/* -ERR_NOTFOUND: there is none, or it has expired. */
int store_logout_token_find(struct sql_db *db, struct slice token, unixtime_t now, int64_t *ret_user_id);
int store_logout_token_delete(struct sql_db *db, struct slice token);
/* Up to `limit` that expired before `now`; returns how many went. */
int store_logout_token_prune(struct sql_db *db, unixtime_t now, int limit);

#endif
