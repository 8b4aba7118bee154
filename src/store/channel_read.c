/* channel_read.c - how far a supergroup was read by anybody; see channel.h. One row a group, whatever the number of its members;
 * and, in small ones, when each member did. */
#include "store/channel.h"

#include "base/err.h"

struct mark {
	int64_t top, by, second;
};

static int get(struct sql_db *db, int64_t channel, struct mark *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT top, by_id, second FROM chan_read WHERE channel = $1");
	int r;

	*ret = (struct mark){0};
	sql_bind_int(s, 1, channel);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct mark){sql_int(s, 0), sql_int(s, 1), sql_int(s, 2)};
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_channel_read_put(struct sql_db *db, int64_t channel, int64_t user, int32_t id, int32_t *ret_before)
{
	struct sql_stmt *s;
	struct mark m, was;
	int r = get(db, channel, &m);

	if (r < 0)
		return r;
	was = m;
	if (id > m.top) {
		if (user != m.by)
			m.second = m.top;
		m.top = id;
		m.by = user;
	} else if (user != m.by && id > m.second) {
		m.second = id;
	} else {
		return 0;
	}
	s = sql_prepare(db, "INSERT INTO chan_read (channel, top, by_id, second) VALUES ($1, $2, $3, $4)"
	                    " ON CONFLICT (channel) DO UPDATE SET top = excluded.top, by_id = excluded.by_id,"
	                    " second = excluded.second");
	SQL_BIND_INTS(s, channel, m.top, m.by, m.second);
	/* To him who was ahead it is the second that grew; to all others the first. */
	*ret_before = (int32_t)(m.top > was.top && user == was.by ? was.top : was.second);
	r = sql_run(s);
	return r < 0 ? r : 1;
}

int store_channel_read_of_others(struct sql_db *db, int64_t channel, int64_t user, int32_t *ret)
{
	struct mark m;
	int r = get(db, channel, &m);

	*ret = (int32_t)(m.by == user ? m.second : m.top);
	return r;
}

int store_channel_read_lift(struct sql_db *db, int64_t channel, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO chan_read (channel, top, by_id, second) SELECT id, $2, 0, $2 FROM chan"
		    " WHERE id = $1 AND flags & $3 <> 0"
		    " ON CONFLICT (channel) DO UPDATE SET top = excluded.top, second = excluded.second");

	SQL_BIND_INTS(s, channel, id, STORE_CHANNEL_MEGAGROUP);
	return sql_run(s);
}

int store_channel_reader_put(struct sql_db *db, int64_t channel, int64_t user, int32_t id, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO chan_reader (channel, user_id, id, date) VALUES"
	                                     " ($1, $2, $3, $4) ON CONFLICT DO NOTHING");

	SQL_BIND_INTS(s, channel, user, id, now);
	return sql_run(s);
}

int store_channel_reader_get(struct sql_db *db, int64_t channel, int64_t user, int32_t id, unixtime_t *ret)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT date FROM chan_reader WHERE channel = $1 AND user_id = $2"
	                                 " AND id >= $3 ORDER BY id LIMIT 1");
	int r;

	SQL_BIND_INTS(s, channel, user, id);
	r = sql_step(s);
	if (r == 1)
		*ret = sql_int(s, 0);
	sql_done(s);
	return sql_found(r);
}

int store_channel_readers_prune(struct sql_db *db, unixtime_t before, uint32_t limit)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM chan_reader WHERE (channel, user_id, id) IN (SELECT channel, user_id, id"
		    " FROM chan_reader WHERE date < $1 ORDER BY date LIMIT $2)");

	SQL_BIND_INTS(s, before, limit);
	return sql_run_count(s);
}
