/* day.c - see day.h. */
#include "store/day.h"

#include <string.h>

#include "base/err.h"

int store_day_add(struct sql_db *db, int64_t channel, unixtime_t now, int kind, int64_t n)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO chan_day (channel, day, kind, count) VALUES ($1, $2, $3, $4)"
		    " ON CONFLICT (channel, day, kind) DO UPDATE SET count = chan_day.count + $4");

	SQL_BIND_INTS(s, channel, now / STORE_DAY_SECONDS, kind, n);
	return sql_run(s);
}

/* Rows of (day, kind, count), at most `most`. */
static int days_of(struct sql_stmt *s, uint32_t most, struct arena *a, struct store_day **ret, size_t *ret_n)
{
	struct store_day *v = ARENA_ARRAY(a, struct store_day, most);
	size_t n = 0;
	int r = 1;

	while (n < most && (r = sql_step(s)) == 1)
		v[n++] = (struct store_day){
			.day = (int32_t)sql_int(s, 0), .kind = (int)sql_int(s, 1), .count = sql_int(s, 2)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

enum { ROWS_MAX = 4096, POST_ROWS_MAX = 400 };

int store_day_list(struct sql_db *db, int64_t channel, int32_t first, bool languages, struct arena *a,
                   struct store_day **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT day, kind, count FROM chan_day WHERE channel = $1 AND day >= $2"
		    " AND kind >= $3 AND kind < $4 ORDER BY day");

	SQL_BIND_INTS(s, channel, first, languages ? STORE_DAY_LANGUAGE : 0,
	              languages ? INT32_MAX : STORE_DAY_LANGUAGE);
	return days_of(s, ROWS_MAX, a, ret, ret_n);
}

int store_post_day_add(struct sql_db *db, int64_t channel, int32_t id, unixtime_t now, int64_t views)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO post_day (channel, id, day, views) VALUES ($1, $2, $3, $4)"
		    " ON CONFLICT (channel, id, day) DO UPDATE SET views = post_day.views + $4");

	SQL_BIND_INTS(s, channel, id, now / STORE_DAY_SECONDS, views);
	return sql_run(s);
}

int store_post_day_list(struct sql_db *db, int64_t channel, int32_t id, int32_t first, struct arena *a,
                        struct store_day **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT day, 0, views FROM post_day WHERE channel = $1"
	                                     " AND id = $2 AND day >= $3 ORDER BY day");

	SQL_BIND_INTS(s, channel, id, first);
	return days_of(s, POST_ROWS_MAX, a, ret, ret_n);
}

int store_forward_put(struct sql_db *db, int64_t channel, int32_t id, const struct store_forward *f)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO post_forward (channel, id, date, peer, msg) VALUES"
	                                     " ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");

	SQL_BIND_INTS(s, channel, id, f->date, f->peer, f->id);
	return sql_run(s);
}

int store_forward_walk(struct sql_db *db, int64_t channel, int32_t id, const struct store_forward *after,
                       uint32_t limit, struct arena *a, struct store_forward **ret, size_t *ret_n)
{
	struct store_forward *v = ARENA_ARRAY(a, struct store_forward, limit + 1u);
	struct sql_stmt *s = sql_prepare(
		db, "SELECT date, peer, msg FROM post_forward WHERE channel = $1 AND id = $2"
		    " AND (date, peer, msg) < ($3, $4, $5) ORDER BY date DESC, peer DESC, msg DESC LIMIT $6");
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, channel, id, after ? after->date : INT64_MAX, after ? after->peer : 0,
	              after ? after->id : 0, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_forward){
			.date = sql_int(s, 0), .peer = sql_int(s, 1), .id = (int32_t)sql_int(s, 2)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_post_forget(struct sql_db *db, int64_t channel, int32_t id)
{
	static const char *const texts[] = {
		"DELETE FROM post_day WHERE channel = $1 AND id = $2",
		"DELETE FROM post_forward WHERE channel = $1 AND id = $2",
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < 2; i++) {
		struct sql_stmt *s = sql_prepare(db, texts[i]);

		SQL_BIND_INTS(s, channel, id);
		r = sql_run(s);
	}
	return r;
}
