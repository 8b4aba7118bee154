/* login_token.h - short-lived secrets that sign a key in: QR codes, and authorisations on their way to another DC. */
#ifndef STORE_LOGIN_TOKEN_H
#define STORE_LOGIN_TOKEN_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_token_kind {
	STORE_TOKEN_QR = 1,
	STORE_TOKEN_EXPORT = 2,
	STORE_TOKEN_IMPORTED = 3 /* was an export; key_id took it */
};

struct store_login_token {
	struct slice token;
	int kind;
	int64_t key_id;  /* that waits, or that it was exported from */
	int64_t user_id; /* who confirmed it; 0: nobody yet */
	unixtime_t created, expires;
	int32_t api_id;
	struct slice device, system, app, ip; /* of the waiting key, for who confirms */
};

/* -ERR_NOTFOUND. */
int store_login_token_get(struct sql_db *db, struct slice token, struct arena *a,
                          struct store_login_token *ret);
/* The newest one of a key that has not expired. -ERR_NOTFOUND. */
int store_login_token_of_key(struct sql_db *db, int64_t key_id, int kind, unixtime_t now, struct arena *a,
                             struct store_login_token *ret);
/* Inserts or replaces. */
int store_login_token_put(struct sql_db *db, const struct store_login_token *t);
int store_login_token_delete(struct sql_db *db, struct slice token);
int store_login_token_prune(struct sql_db *db, unixtime_t before);

#endif
