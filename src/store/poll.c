/* poll.c - see poll.h. */
#include "store/poll.h"

int store_poll_insert(struct sql_db *db, const struct store_poll *p, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO poll (id, creator, closed, close_date, voters, refs, idle, body)"
		    " VALUES ($1, $2, $3, $4, 0, 0, $5, $6)");

	SQL_BIND_INTS(s, p->id, p->creator, p->closed, p->close_date, now);
	sql_bind_bytes(s, 6, p->body);
	return sql_run(s);
}

int store_poll_get(struct sql_db *db, int64_t id, struct arena *a, struct store_poll *ret)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT creator, closed, close_date, voters, home_owner, home_peer,"
	                                 " home_id, body FROM poll WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_poll){.id = id,
		                           .creator = sql_int(s, 0),
		                           .closed = sql_int(s, 1) != 0,
		                           .close_date = sql_int(s, 2),
		                           .voters = (int32_t)sql_int(s, 3),
		                           .home_owner = sql_int(s, 4),
		                           .home_peer = sql_int(s, 5),
		                           .home_id = (int32_t)sql_int(s, 6),
		                           .body = sql_copy(s, 7, a)};
	sql_done(s);
	return sql_found(r);
}

int store_poll_set_end(struct sql_db *db, const struct store_poll *p)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE poll SET close_date = $2, body = $3 WHERE id = $1");

	sql_bind_int(s, 1, p->id);
	sql_bind_int(s, 2, p->close_date);
	sql_bind_bytes(s, 3, p->body);
	return sql_run(s);
}

int store_poll_close(struct sql_db *db, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE poll SET closed = 1 WHERE id = $1");

	sql_bind_int(s, 1, id);
	return sql_run(s);
}

int store_poll_carried(struct sql_db *db, int64_t id, int64_t owner, int64_t peer, int32_t msg_id)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE poll SET refs = refs + 1, idle = 0,"
		    " home_owner = CASE WHEN home_id = 0 THEN $2 ELSE home_owner END,"
		    " home_peer = CASE WHEN home_id = 0 THEN $3 ELSE home_peer END,"
		    " home_id = CASE WHEN home_id = 0 THEN $4 ELSE home_id END WHERE id = $1");

	SQL_BIND_INTS(s, id, owner, peer, msg_id);
	return sql_run(s);
}

int store_poll_dropped(struct sql_db *db, int64_t id, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "UPDATE poll SET refs = refs - 1, idle = CASE WHEN refs > 1 THEN 0"
	                                 " ELSE $2 END WHERE id = $1");

	SQL_BIND_INTS(s, id, now);
	return sql_run(s);
}

/* One that nobody carries. 1: there is one. */
static int idle(struct sql_db *db, unixtime_t before, int64_t *ret_id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id FROM poll WHERE idle <> 0 AND idle < $1 LIMIT 1");

	sql_bind_int(s, 1, before);
	return sql_value(s, ret_id);
}

int store_poll_sweep(struct sql_db *db, unixtime_t before, uint32_t limit)
{
	struct sql_stmt *s;
	int64_t id;
	int r;

	if ((r = idle(db, before, &id)) <= 0)
		return r;
	s = sql_prepare(db, "DELETE FROM poll_vote WHERE poll = $1 AND (user_id, opt) IN"
	                    " (SELECT user_id, opt FROM poll_vote WHERE poll = $1 LIMIT $2)");
	SQL_BIND_INTS(s, id, limit);
	if ((r = sql_run(s)) < 0 || sql_changes(db) >= limit)
		return r < 0 ? r : 1;
	s = sql_prepare(db, "DELETE FROM poll_count WHERE poll = $1");
	sql_bind_int(s, 1, id);
	if ((r = sql_run(s)) < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM poll WHERE id = $1");
	sql_bind_int(s, 1, id);
	r = sql_run(s);
	return r < 0 ? r : 1;
}

int store_poll_counts(struct sql_db *db, int64_t id, int32_t *ret, size_t n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT opt, count FROM poll_count WHERE poll = $1");
	int r;

	for (size_t i = 0; i < n; i++)
		ret[i] = 0;
	sql_bind_int(s, 1, id);
	while ((r = sql_step(s)) == 1) {
		int64_t option = sql_int(s, 0);

		if (option >= 0 && option < (int64_t)n)
			ret[option] = (int32_t)sql_int(s, 1);
	}
	sql_done(s);
	return r;
}

int store_poll_choice(struct sql_db *db, int64_t id, int64_t user, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT opt FROM poll_vote WHERE poll = $1 AND user_id = $2");
	int r;

	*ret = 0;
	SQL_BIND_INTS(s, id, user);
	while ((r = sql_step(s)) == 1)
		*ret |= 1u << (sql_int(s, 0) & 31);
	sql_done(s);
	return r;
}

static int count(struct sql_db *db, int64_t id, int32_t option, int by)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO poll_count (poll, opt, count) VALUES ($1, $2, $3)"
		    " ON CONFLICT (poll, opt) DO UPDATE SET count = poll_count.count + $3");

	SQL_BIND_INTS(s, id, option, by);
	return sql_run(s);
}

static int count_voters(struct sql_db *db, int64_t id, int by)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE poll SET voters = voters + $2 WHERE id = $1");

	SQL_BIND_INTS(s, id, by);
	return sql_run(s);
}

static int drop_vote(struct sql_db *db, int64_t id, int64_t user)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM poll_vote WHERE poll = $1 AND user_id = $2");

	SQL_BIND_INTS(s, id, user);
	return sql_run(s);
}

static int choose(struct sql_db *db, int64_t id, int64_t user, int64_t as, int32_t option, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO poll_vote (poll, user_id, opt, date, as_peer) VALUES ($1, $2, $3, $4, $5)");

	SQL_BIND_INTS(s, id, user, option, now, as);
	return sql_run(s);
}

int store_poll_vote(struct sql_db *db, int64_t id, int64_t user, int64_t as, uint32_t options, unixtime_t now)
{
	uint32_t had;
	int r = store_poll_choice(db, id, user, &had);

	if (r >= 0 && had)
		r = drop_vote(db, id, user);
	for (int32_t i = 0; r >= 0 && i < STORE_POLL_OPTIONS; i++) {
		uint32_t bit = 1u << i;

		if ((had ^ options) & bit)
			r = count(db, id, i, options & bit ? 1 : -1);
		if (r >= 0 && options & bit)
			r = choose(db, id, user, as, i, now);
	}
	if (r >= 0 && !had != !options)
		r = count_voters(db, id, options ? 1 : -1);
	return r < 0 ? r : 0;
}

int store_poll_walk(struct sql_db *db, int64_t id, int32_t option, const struct store_poll_vote *after,
                    uint32_t limit, struct arena *a, struct store_poll_vote **ret, size_t *ret_n)
{
	static const struct store_poll_vote newest = {
		.user = INT64_MAX, .option = INT32_MAX, .date = INT64_MAX};
	const struct store_poll_vote *from = after ? after : &newest;
	struct store_poll_vote *v = ARENA_ARRAY(a, struct store_poll_vote, limit + 1);
	struct sql_stmt *s;
	size_t n = 0;
	int r;

	if (option >= 0)
		s = sql_prepare(
			db, "SELECT user_id, opt, date, as_peer FROM poll_vote WHERE poll = $1 AND opt = $5"
			    " AND (date, user_id) < ($2, $3) ORDER BY date DESC, user_id DESC LIMIT $4");
	else
		s = sql_prepare(db, "SELECT user_id, opt, date, as_peer FROM poll_vote WHERE poll = $1 AND "
		                    "(date, user_id, opt)"
		                    " < ($2, $3, $5) ORDER BY date DESC, user_id DESC, opt DESC LIMIT $4");
	SQL_BIND_INTS(s, id, from->date, from->user, limit, option >= 0 ? option : from->option);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = (struct store_poll_vote){.user = sql_int(s, 0),
		                                  .option = (int32_t)sql_int(s, 1),
		                                  .date = sql_int(s, 2),
		                                  .as = sql_int(s, 3)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}
