/* filter.c - see filter.h. */
#include "store/filter.h"

int store_filter_get(struct sql_db *db, int64_t owner, int32_t id, struct arena *a, struct store_filter *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id, ord, body FROM filter WHERE owner = $1 AND id = $2");
	int r;

	SQL_BIND_INTS(s, owner, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_filter){(int32_t)sql_int(s, 0), (int32_t)sql_int(s, 1),
		                             sql_copy(s, 2, a)};
	sql_done(s);
	return sql_found(r);
}

int store_filter_put(struct sql_db *db, int64_t owner, const struct store_filter *f)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "INSERT INTO filter (owner, id, ord, body) VALUES ($1, $2, $3, $4)"
	                                 " ON CONFLICT (owner, id) DO UPDATE SET ord = $3, body = $4");

	SQL_BIND_INTS(s, owner, f->id, f->ord);
	sql_bind_bytes(s, 4, f->body);
	return sql_run(s);
}

int store_filter_delete(struct sql_db *db, int64_t owner, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM filter WHERE owner = $1 AND id = $2");

	SQL_BIND_INTS(s, owner, id);
	return sql_run(s);
}

int store_filter_list(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                      struct store_filter **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id, ord, body FROM filter WHERE owner = $1 ORDER BY ord, id LIMIT $2");
	struct store_filter *v = ARENA_ARRAY(a, struct store_filter, limit + 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, owner, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_filter){(int32_t)sql_int(s, 0), (int32_t)sql_int(s, 1),
		                               sql_copy(s, 2, a)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}
