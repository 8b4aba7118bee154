/* refused.c - see refused.h. */
#include "store/refused.h"

int store_refused_put(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO refused (hash, since) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING");

	sql_bind_bytes(s, 1, slice_of(id, STORE_BLOB_ID));
	sql_bind_int(s, 2, now);
	return sql_run(s);
}

int store_refused_delete(struct sql_db *db, const uint8_t id[STORE_BLOB_ID])
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM refused WHERE hash = $1");

	sql_bind_bytes(s, 1, slice_of(id, STORE_BLOB_ID));
	return sql_run_found(s);
}

int store_refused_is(struct sql_db *db, const uint8_t id[STORE_BLOB_ID])
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM refused WHERE hash = $1");
	int64_t one;

	sql_bind_bytes(s, 1, slice_of(id, STORE_BLOB_ID));
	return sql_value(s, &one);
}

int store_refused_walk(struct sql_db *db, const uint8_t after[STORE_BLOB_ID], uint32_t limit, struct arena *a,
                       struct store_refused **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT hash, since FROM refused WHERE hash > $1 ORDER BY hash LIMIT $2");
	struct store_refused *v = ARENA_ARRAY(a, struct store_refused, limit ? limit : 1);
	size_t n = 0;
	int r;

	sql_bind_bytes(s, 1, slice_of(after, STORE_BLOB_ID));
	sql_bind_int(s, 2, limit);
	while ((r = sql_step(s)) == 1 && n < limit) {
		struct slice id = sql_bytes(s, 0);

		if (id.n != STORE_BLOB_ID)
			continue;
		memcpy(v[n].id, id.p, STORE_BLOB_ID);
		v[n++].since = sql_int(s, 1);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}
