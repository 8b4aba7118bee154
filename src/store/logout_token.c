/* logout_token.c - see logout_token.h. */
#include "store/logout_token.h"

#include "base/err.h"

int store_logout_token_put(struct sql_db *db, struct slice token, int64_t user_id, unixtime_t expires)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO logout_token (token, user_id, expires) VALUES ($1, $2, $3)"
		    " ON CONFLICT (token) DO UPDATE SET user_id = $2, expires = $3");

	sql_bind_bytes(s, 1, token);
	sql_bind_int(s, 2, user_id);
	sql_bind_int(s, 3, expires);
	return sql_run(s);
}

int store_logout_token_find(struct sql_db *db, struct slice token, unixtime_t now, int64_t *ret_user_id)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT user_id FROM logout_token WHERE token = $1 AND expires > $2");
	int r;

	sql_bind_bytes(s, 1, token);
	sql_bind_int(s, 2, now);
	r = sql_value(s, ret_user_id);
	return r == 1 ? 0 : r < 0 ? r : -ERR_NOTFOUND;
}

int store_logout_token_delete(struct sql_db *db, struct slice token)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM logout_token WHERE token = $1");

	sql_bind_bytes(s, 1, token);
	return sql_run(s);
}

int store_logout_token_prune(struct sql_db *db, unixtime_t now, int limit)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM logout_token WHERE token IN"
	                                     " (SELECT token FROM logout_token WHERE expires < $1 LIMIT $2)");
	int r;

	sql_bind_int(s, 1, now);
	sql_bind_int(s, 2, limit);
	r = sql_run(s);
	return r < 0 ? r : (int)sql_changes(db);
}
