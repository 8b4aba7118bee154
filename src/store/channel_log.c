/* channel_log.c - see channel_log.h. */
#include "store/channel_log.h"

#include "store/meta.h"

int store_channel_log_add(struct sql_db *db, struct store_channel_log *l)
{
	struct sql_stmt *s;
	int r = store_meta_next(db, "next_channel_log", 1,
	                        &l->id); /* rows go by age: an id is never given twice */

	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO chan_log (channel, id, date, user_id, kind, body, before, after)"
	                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	SQL_BIND_INTS(s, l->channel, l->id, l->date, l->user, l->kind);
	sql_bind_bytes(s, 6, l->body);
	sql_bind_bytes(s, 7, l->before);
	sql_bind_bytes(s, 8, l->after);
	return sql_run(s);
}

int store_channel_log_walk(struct sql_db *db, int64_t channel, int64_t max, int64_t min, int64_t kinds,
                           uint32_t limit, struct arena *a, struct store_channel_log **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id, date, user_id, kind, body, before, after FROM chan_log WHERE channel = $1"
		    " AND id < $2 AND id > $3 AND ((1 << kind) & $4) <> 0 ORDER BY id DESC LIMIT $5");
	struct store_channel_log *v = ARENA_ARRAY(a, struct store_channel_log, limit ? limit : 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, channel, max ? max : INT64_MAX, min, kinds, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_channel_log){.channel = channel,
		                                    .id = sql_int(s, 0),
		                                    .date = sql_int(s, 1),
		                                    .user = sql_int(s, 2),
		                                    .kind = (int)sql_int(s, 3),
		                                    .body = sql_copy(s, 4, a),
		                                    .before = sql_copy(s, 5, a),
		                                    .after = sql_copy(s, 6, a)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_channel_log_prune(struct sql_db *db, unixtime_t date, uint32_t limit)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM chan_log WHERE (channel, id) IN (SELECT channel, id FROM chan_log"
		    " WHERE date < $1 ORDER BY date LIMIT $2)");

	SQL_BIND_INTS(s, date, limit);
	return sql_run_count(s);
}
