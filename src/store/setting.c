/* setting.c - see setting.h. */
#include "store/setting.h"

int store_setting_get(struct sql_db *db, int64_t owner, const char *key, struct arena *a, struct slice *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT v FROM setting WHERE owner = $1 AND k = $2");
	int r;

	sql_bind_int(s, 1, owner);
	sql_bind_text(s, 2, slice_str(key));
	r = sql_step(s);
	if (r == 1)
		*ret = sql_copy(s, 0, a);
	sql_done(s);
	return sql_found(r);
}

int store_setting_put(struct sql_db *db, int64_t owner, const char *key, struct slice value)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO setting (owner, k, v) VALUES ($1, $2, $3)"
	                                     " ON CONFLICT (owner, k) DO UPDATE SET v = $3");

	sql_bind_int(s, 1, owner);
	sql_bind_text(s, 2, slice_str(key));
	sql_bind_bytes(s, 3, value);
	return sql_run(s);
}

int store_setting_delete(struct sql_db *db, int64_t owner, const char *key)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM setting WHERE owner = $1 AND k = $2");

	sql_bind_int(s, 1, owner);
	sql_bind_text(s, 2, slice_str(key));
	return sql_run(s);
}

int store_setting_list(struct sql_db *db, int64_t owner, const char *prefix, uint32_t limit, struct arena *a,
                       struct slice **ret_keys, struct slice **ret_values, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT k, v FROM setting WHERE owner = $1 AND k >= $2 ORDER BY k LIMIT $3");
	struct slice *keys = ARENA_ARRAY(a, struct slice, limit + 1),
		     *values = ARENA_ARRAY(a, struct slice, limit + 1);
	size_t n = 0, len = strlen(prefix);
	int r;

	sql_bind_int(s, 1, owner);
	sql_bind_text(s, 2, slice_str(prefix));
	sql_bind_int(s, 3, limit);
	while ((r = sql_step(s)) == 1) {
		struct slice k = sql_bytes(s, 0);

		if (k.n < len || memcmp(k.p, prefix, len) != 0)
			break;
		keys[n] = sql_copy(s, 0, a);
		values[n++] = sql_copy(s, 1, a);
	}
	sql_done(s);
	*ret_keys = keys;
	*ret_values = values;
	*ret_n = n;
	return r < 0 ? r : 0;
}
