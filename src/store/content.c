/* content.c - see content.h. */
#include "store/content.h"

#include "base/err.h"

static void bind(struct sql_stmt *s, const struct content_key *k)
{
	SQL_BIND_INTS(s, k->owner, k->id, k->version);
}

int store_content_insert(struct sql_db *db, const struct content_key *k, struct slice body)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO content (owner, id, version, refs, body) VALUES ($1, $2, $3, 1, $4)");

	bind(s, k);
	sql_bind_bytes(s, 4, body);
	return sql_run(s);
}

int store_content_get(struct sql_db *db, const struct content_key *k, struct arena *a, struct slice *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT body FROM content WHERE owner = $1 AND id = $2 AND version = $3");
	int r;

	bind(s, k);
	r = sql_step(s);
	if (r == 1)
		*ret = sql_copy(s, 0, a);
	sql_done(s);
	return sql_found(r);
}

int store_content_set(struct sql_db *db, const struct content_key *k, struct slice body)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE content SET body = $4 WHERE owner = $1 AND id = $2 AND version = $3");

	bind(s, k);
	sql_bind_bytes(s, 4, body);
	return sql_run(s);
}

int store_content_refer(struct sql_db *db, const struct content_key *k, int by)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE content SET refs = refs + $4 WHERE owner = $1 AND id = $2 AND version = $3");
	int r;

	bind(s, k);
	sql_bind_int(s, 4, by);
	r = sql_run(s);
	if (r < 0 || !sql_changes(db))
		return r < 0 ? r : -ERR_NOTFOUND;
	if (by > 0)
		return 0;
	s = sql_prepare(db,
	                "DELETE FROM content WHERE owner = $1 AND id = $2 AND version = $3 AND refs <= 0");
	bind(s, k);
	return sql_run(s);
}

int store_content_is(struct sql_db *db, int64_t owner, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM content WHERE owner = $1 AND id = $2 LIMIT 1");
	int64_t one;

	SQL_BIND_INTS(s, owner, id);
	return sql_value(s, &one);
}
