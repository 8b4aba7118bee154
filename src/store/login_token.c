/* login_token.c - see login_token.h. */
#include "store/login_token.h"

#define COLUMNS "token, kind, key_id, user_id, created, expires, api_id, device, system, app, ip"

static int one(struct sql_stmt *s, struct arena *a, struct store_login_token *ret)
{
	int r = sql_step(s);

	if (r == 1)
		*ret = (struct store_login_token){.token = sql_copy(s, 0, a),
		                                  .kind = (int)sql_int(s, 1),
		                                  .key_id = sql_int(s, 2),
		                                  .user_id = sql_int(s, 3),
		                                  .created = sql_int(s, 4),
		                                  .expires = sql_int(s, 5),
		                                  .api_id = (int32_t)sql_int(s, 6),
		                                  .device = sql_copy(s, 7, a),
		                                  .system = sql_copy(s, 8, a),
		                                  .app = sql_copy(s, 9, a),
		                                  .ip = sql_copy(s, 10, a)};
	sql_done(s);
	return sql_found(r);
}

int store_login_token_get(struct sql_db *db, struct slice token, struct arena *a,
                          struct store_login_token *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM login_token WHERE token = $1");

	sql_bind_bytes(s, 1, token);
	return one(s, a, ret);
}

int store_login_token_of_key(struct sql_db *db, int64_t key_id, int kind, unixtime_t now, struct arena *a,
                             struct store_login_token *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT " COLUMNS " FROM login_token WHERE key_id = $1 AND kind = $2 AND expires > $3"
		    " ORDER BY created DESC LIMIT 1");

	SQL_BIND_INTS(s, key_id, kind, now);
	return one(s, a, ret);
}

int store_login_token_put(struct sql_db *db, const struct store_login_token *t)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO login_token (" COLUMNS ")"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
		    " ON CONFLICT (token) DO UPDATE SET kind = $2, key_id = $3, user_id = $4, expires = $6");

	sql_bind_bytes(s, 1, t->token);
	sql_bind_int(s, 2, t->kind);
	sql_bind_int(s, 3, t->key_id);
	sql_bind_int(s, 4, t->user_id);
	sql_bind_int(s, 5, t->created);
	sql_bind_int(s, 6, t->expires);
	sql_bind_int(s, 7, t->api_id);
	sql_bind_text(s, 8, t->device);
	sql_bind_text(s, 9, t->system);
	sql_bind_text(s, 10, t->app);
	sql_bind_text(s, 11, t->ip);
	return sql_run(s);
}

int store_login_token_delete(struct sql_db *db, struct slice token)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM login_token WHERE token = $1");

	sql_bind_bytes(s, 1, token);
	return sql_run(s);
}

int store_login_token_prune(struct sql_db *db, unixtime_t before)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM login_token WHERE expires < $1");

	sql_bind_int(s, 1, before);
	return sql_run(s);
}
