/* authorization.c - see authorization.h. */
#include "store/authorization.h"

#define COLUMNS "user_id, key_id, hash, created, active, api_id, flags, device, system, app, ip, country"

static struct store_authorization row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_authorization){.user_id = sql_int(s, 0),
	                                    .key_id = sql_int(s, 1),
	                                    .hash = sql_int(s, 2),
	                                    .created = sql_int(s, 3),
	                                    .active = sql_int(s, 4),
	                                    .api_id = (int32_t)sql_int(s, 5),
	                                    .flags = (int)sql_int(s, 6),
	                                    .device = sql_copy(s, 7, a),
	                                    .system = sql_copy(s, 8, a),
	                                    .app = sql_copy(s, 9, a),
	                                    .ip = sql_copy(s, 10, a),
	                                    .country = sql_copy(s, 11, a)};
}

int store_authorization_put(struct sql_db *db, const struct store_authorization *z)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO authorization_ (" COLUMNS ")"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
		    " ON CONFLICT (user_id, key_id) DO UPDATE SET hash = $3, created = $4, active = $5,"
		    " api_id = $6, flags = $7, device = $8, system = $9, app = $10, ip = $11, country = $12");

	SQL_BIND_INTS(s, z->user_id, z->key_id, z->hash, z->created, z->active, z->api_id, z->flags);
	sql_bind_text(s, 8, z->device);
	sql_bind_text(s, 9, z->system);
	sql_bind_text(s, 10, z->app);
	sql_bind_text(s, 11, z->ip);
	sql_bind_text(s, 12, z->country);
	return sql_run(s);
}

int store_authorization_get(struct sql_db *db, int64_t user_id, int64_t key_id, struct arena *a,
                            struct store_authorization *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM authorization_ WHERE user_id = $1 AND key_id = $2");
	int r;

	SQL_BIND_INTS(s, user_id, key_id);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_authorization_delete(struct sql_db *db, int64_t user_id, int64_t key_id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM authorization_ WHERE user_id = $1 AND key_id = $2");

	SQL_BIND_INTS(s, user_id, key_id);
	return sql_run(s);
}

int store_authorization_used(struct sql_db *db, int64_t user_id, int64_t key_id, unixtime_t now,
                             unixtime_t every)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE authorization_ SET active = $3"
	                                     " WHERE user_id = $1 AND key_id = $2 AND active < $4");

	SQL_BIND_INTS(s, user_id, key_id, now, now - every);
	return sql_run(s);
}

int store_authorization_list(struct sql_db *db, int64_t user_id, uint32_t limit, struct arena *a,
                             struct store_authorization **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"SELECT " COLUMNS " FROM authorization_ WHERE user_id = $1 ORDER BY active DESC LIMIT $2");
	struct store_authorization *v = ARENA_ARRAY(a, struct store_authorization, limit + 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, user_id, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = row_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}
