/* msg_count.c - see msg_count.h. */
#include "store/msg_count.h"

int store_msg_count_get(struct sql_db *db, int64_t channel, int32_t id, struct store_msg_count *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT views, forwards FROM msg_count WHERE channel = $1 AND id = $2");
	int r;

	*ret = (struct store_msg_count){0};
	SQL_BIND_INTS(s, channel, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_msg_count){(int32_t)sql_int(s, 0), (int32_t)sql_int(s, 1)};
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_msg_count_add(struct sql_db *db, int64_t channel, int32_t id, int32_t views, int32_t forwards)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO msg_count (channel, id, views, forwards) VALUES ($1, $2, $3, $4)"
		    " ON CONFLICT (channel, id) DO UPDATE SET views = msg_count.views + excluded.views,"
		    " forwards = msg_count.forwards + excluded.forwards");

	SQL_BIND_INTS(s, channel, id, views, forwards);
	return sql_run(s);
}

int store_msg_count_delete(struct sql_db *db, int64_t channel, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM msg_count WHERE channel = $1 AND id = $2");

	SQL_BIND_INTS(s, channel, id);
	return sql_run(s);
}
