/* heard.c - see heard.h. */
#include "store/heard.h"

int store_heard_is(struct sql_db *db, int64_t user, int64_t channel, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id FROM heard WHERE owner = $1 AND channel = $2 AND id = $3");
	int64_t found;

	SQL_BIND_INTS(s, user, channel, id);
	return sql_value(s, &found);
}

int store_heard_put(struct sql_db *db, int64_t user, int64_t channel, int32_t id, unixtime_t now)
{
	struct sql_stmt *s;
	int r = store_heard_is(db, user, channel, id);

	if (r != 0)
		return r < 0 ? r : 0;
	s = sql_prepare(db, "INSERT INTO heard (owner, channel, id, date) VALUES ($1, $2, $3, $4)");
	SQL_BIND_INTS(s, user, channel, id, now);
	r = sql_run(s);
	return r < 0 ? r : 1;
}

int store_heard_prune(struct sql_db *db, unixtime_t before, uint32_t limit)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM heard WHERE (owner, channel, id) IN (SELECT owner, channel, id"
		    " FROM heard WHERE date < $1 ORDER BY date LIMIT $2)");

	SQL_BIND_INTS(s, before, limit);
	return sql_run_count(s);
}
