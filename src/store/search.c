/* search.c - see search.h. */
#include "store/search.h"

#include "base/err.h"
#include "store/channel.h"
#include "store/list.h"

/* Owners fill 31 bits, ids 31: both are ours to give. The bit above the id says that the owner is a channel. */
int64_t store_search_row(int64_t owner, int32_t id)
{
	if (owner < STORE_CHANNEL_KEY(0))
		return (STORE_CHANNEL_KEY(0) - owner) << 32 | 1LL << 31 | id;
	return (owner & 0x7fffffff) << 32 | id;
}

int store_search_done(struct sql_db *db, int64_t owner, int32_t *ret_pts)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT pts FROM search_box WHERE owner = $1");
	int r;

	sql_bind_int(s, 1, owner);
	*ret_pts = 0;
	r = sql_step(s);
	if (r == 1)
		*ret_pts = (int32_t)sql_int(s, 0);
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_search_set_done(struct sql_db *db, int64_t owner, int32_t pts)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO search_box (owner, pts) VALUES ($1, $2)"
	                                     " ON CONFLICT (owner) DO UPDATE SET pts = excluded.pts");

	SQL_BIND_INTS(s, owner, pts);
	return sql_run(s);
}

int store_search_add(struct sql_db *db, int64_t owner, int32_t id, struct slice words)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO search (rowid, words) VALUES ($1, $2)");

	sql_bind_int(s, 1, store_search_row(owner, id));
	sql_bind_text(s, 2, words);
	return sql_run(s);
}

int store_search_remove(struct sql_db *db, int64_t owner, int32_t id, struct slice words)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO search (search, rowid, words) VALUES ('delete', $1, $2)");

	sql_bind_int(s, 1, store_search_row(owner, id));
	sql_bind_text(s, 2, words);
	return sql_run(s);
}

int store_search_merge(struct sql_db *db, int pages)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO search (search, rank) VALUES ('merge', $1)");
	int64_t before = sql_all_changes(db);
	int r;

	sql_bind_int(s, 1, pages);
	r = sql_run(s);
	return r < 0 ? r : sql_all_changes(db) - before > 1; /* one is the statement's own */
}

int store_search_set_stale(struct sql_db *db, int64_t owner, int32_t id, bool stale)
{
	struct sql_stmt *s =
		stale ? sql_prepare(
				db,
				"INSERT INTO search_stale (owner, id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
		      : sql_prepare(db, "DELETE FROM search_stale WHERE owner = $1 AND id = $2");

	SQL_BIND_INTS(s, owner, id);
	return sql_run(s);
}

int store_search_is_stale(struct sql_db *db, int64_t owner, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM search_stale WHERE owner = $1 AND id = $2");
	int r;

	SQL_BIND_INTS(s, owner, id);
	r = sql_step(s);
	sql_done(s);
	return r < 0 ? r : r ? 0 : -ERR_NOTFOUND;
}

int store_search_match(struct sql_db *db, int64_t owner, struct slice expression, int32_t from, bool up,
                       uint32_t limit, struct arena *a, int32_t **ret, size_t *ret_n)
{
	struct sql_stmt *s;
	int32_t *v = ARENA_ARRAY(a, int32_t, limit ? limit : 1);
	size_t n = 0;
	int r;

	if (up)
		s = sql_prepare(
			db, "SELECT rowid FROM search WHERE search MATCH $1 AND rowid >= $2 AND rowid <= $3"
			    " ORDER BY rowid LIMIT $4");
	else
		s = sql_prepare(
			db, "SELECT rowid FROM search WHERE search MATCH $1 AND rowid >= $2 AND rowid <= $3"
			    " ORDER BY rowid DESC LIMIT $4");
	sql_bind_text(s, 1, expression);
	sql_bind_int(s, 2, store_search_row(owner, up ? from : 1));
	sql_bind_int(s, 3, store_search_row(owner, up ? INT32_MAX : from - 1));
	sql_bind_int(s, 4, limit);
	while (n < limit && (r = sql_step(s)) == 1)
		v[n++] = (int32_t)(sql_int(s, 0) & 0x7fffffff);
	if (n == limit)
		r = 0;
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_search_count(struct sql_db *db, int64_t owner, struct slice expression, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT count(*) FROM search WHERE search MATCH $1 AND rowid >= $2 AND rowid <= $3");

	sql_bind_text(s, 1, expression);
	sql_bind_int(s, 2, store_search_row(owner, 1));
	sql_bind_int(s, 3, store_search_row(owner, INT32_MAX));
	return store_count_of(s, ret);
}
