/* imported_key.c - see imported_key.h. */
#include "store/imported_key.h"

int store_imported_key_put(struct sql_db *db, int64_t key_id, int64_t by_key)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO imported_key (key_id, by_key) VALUES ($1, $2)"
	                                     " ON CONFLICT (key_id) DO UPDATE SET by_key = $2");

	SQL_BIND_INTS(s, key_id, by_key);
	return sql_run(s);
}

int store_imported_key_of(struct sql_db *db, int64_t key_id, int64_t *ret_by_key)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT by_key FROM imported_key WHERE key_id = $1");
	int r;

	sql_bind_int(s, 1, key_id);
	r = sql_step(s);
	if (r >= 0)
		*ret_by_key = r == 1 ? sql_int(s, 0) : key_id;
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_imported_key_list(struct sql_db *db, int64_t by_key, uint32_t limit, int64_t *ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT key_id FROM imported_key WHERE by_key = $1 LIMIT $2");
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, by_key, limit);
	while ((r = sql_step(s)) == 1)
		ret[n++] = sql_int(s, 0);
	sql_done(s);
	*ret_n = n;
	return r;
}

int store_imported_key_delete(struct sql_db *db, int64_t key_id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM imported_key WHERE key_id = $1");

	sql_bind_int(s, 1, key_id);
	return sql_run(s);
}
