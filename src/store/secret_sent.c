/* secret_sent.c - see secret_sent.h. */
#include "store/secret_sent.h"

#include "base/err.h"

enum { DAY = 86400 };

static int find(struct sql_db *db, int64_t day, int64_t owner, int64_t random_id,
                struct store_secret_sent *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT date, file FROM secret_sent WHERE day = $1 AND random_id = $2 AND owner = $3");
	int r;

	SQL_BIND_INTS(s, day, random_id, owner);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_secret_sent){sql_int(s, 0), sql_int(s, 1)};
	sql_done(s);
	return sql_found(r);
}

int store_secret_sent_find(struct sql_db *db, int64_t owner, int64_t random_id, unixtime_t now,
                           struct store_secret_sent *ret)
{
	int r = find(db, now / DAY, owner, random_id, ret);

	return r == -ERR_NOTFOUND ? find(db, now / DAY - 1, owner, random_id, ret) : r;
}

int store_secret_sent_put(struct sql_db *db, int64_t owner, int64_t random_id,
                          const struct store_secret_sent *t)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"INSERT INTO secret_sent (day, random_id, owner, date, file) VALUES ($1, $2, $3, $4, $5)");

	SQL_BIND_INTS(s, t->date / DAY, random_id, owner, t->date, t->file);
	return sql_run(s);
}

int store_secret_sent_prune(struct sql_db *db, unixtime_t now, int limit)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM secret_sent WHERE (day, random_id, owner) IN"
		    " (SELECT day, random_id, owner FROM secret_sent WHERE day < $1 LIMIT $2)");

	SQL_BIND_INTS(s, now / DAY - 1, limit);
	return sql_run_count(s);
}
