/* authorization.h - who is signed in on which permanent key: what getAuthorizations lists. */
#ifndef STORE_AUTHORIZATION_H
#define STORE_AUTHORIZATION_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_authorization {
	int64_t user_id, key_id, hash;
	unixtime_t created, active;
	int32_t api_id;
	int flags;
	struct slice device, system, app, ip, country;
};

int store_authorization_put(struct sql_db *db, const struct store_authorization *z);
/* -ERR_NOTFOUND. */
int store_authorization_get(struct sql_db *db, int64_t user_id, int64_t key_id, struct arena *a,
                            struct store_authorization *ret);
int store_authorization_delete(struct sql_db *db, int64_t user_id, int64_t key_id);
/* Used at `now`: written only if that was last noted more than `every` seconds ago. Nothing if it is gone. */
int store_authorization_used(struct sql_db *db, int64_t user_id, int64_t key_id, unixtime_t now,
                             unixtime_t every);
/* Newest activity first. */
int store_authorization_list(struct sql_db *db, int64_t user_id, uint32_t limit, struct arena *a,
                             struct store_authorization **ret, size_t *ret_n);

#endif
