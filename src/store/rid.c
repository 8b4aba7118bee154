/* rid.c - see rid.h. */
#include "store/rid.h"

#include "base/err.h"

enum { DAY = 86400 };

static int find(struct sql_db *db, int64_t day, int64_t owner, int64_t random_id, int32_t *ret_id)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id FROM rid WHERE day = $1 AND random_id = $2 AND owner = $3");
	int r;

	SQL_BIND_INTS(s, day, random_id, owner);
	r = sql_step(s);
	if (r == 1)
		*ret_id = (int32_t)sql_int(s, 0);
	sql_done(s);
	return sql_found(r);
}

int store_rid_find(struct sql_db *db, int64_t owner, int64_t random_id, unixtime_t now, int32_t *ret_id)
{
	int r = find(db, now / DAY, owner, random_id, ret_id);

	return r == -ERR_NOTFOUND ? find(db, now / DAY - 1, owner, random_id, ret_id) : r;
}

int store_rid_put(struct sql_db *db, int64_t owner, int64_t random_id, unixtime_t now, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO rid (day, random_id, owner, id) VALUES ($1, $2, $3, $4)");

	SQL_BIND_INTS(s, now / DAY, random_id, owner, id);
	return sql_run(s);
}

int store_rid_prune(struct sql_db *db, unixtime_t now, int limit)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "DELETE FROM rid WHERE (day, random_id, owner) IN"
	                                 " (SELECT day, random_id, owner FROM rid WHERE day < $1 LIMIT $2)");

	SQL_BIND_INTS(s, now / DAY - 1, limit);
	return sql_run_count(s);
}
