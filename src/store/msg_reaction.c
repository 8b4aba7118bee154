/* msg_reaction.c - see msg_reaction.h. */
#include "store/msg_reaction.h"

#include "base/err.h"

static void bind(struct sql_stmt *s, int64_t owner, int32_t id)
{
	SQL_BIND_INTS(s, owner, id);
}

static int many(struct sql_stmt *s, uint32_t limit, struct arena *a, struct store_msg_reaction **ret,
                size_t *ret_n)
{
	struct store_msg_reaction *v = ARENA_ARRAY(a, struct store_msg_reaction, limit + 1);
	size_t n = 0;
	int r;

	while ((r = sql_step(s)) == 1 && n < limit) {
		v[n++] = (struct store_msg_reaction){.user = sql_int(s, 0),
		                                     .place = (int32_t)sql_int(s, 1),
		                                     .what = sql_copy(s, 2, a),
		                                     .date = sql_int(s, 3),
		                                     .big = sql_int(s, 4) != 0,
		                                     .as = sql_int(s, 5)};
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_msg_reactions_of(struct sql_db *db, int64_t owner, int32_t id, int64_t user, struct arena *a,
                           struct store_msg_reaction **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT user_id, place, what, date, big, as_peer FROM msg_reaction"
	                                 " WHERE owner = $1 AND id = $2 AND user_id = $3 ORDER BY place");

	bind(s, owner, id);
	sql_bind_int(s, 3, user);
	return many(s, STORE_REACTIONS_OF_ONE, a, ret, ret_n);
}

/* One more or less of a kind; a kind of which there is none is not known. */
static int count(struct sql_db *db, int64_t owner, int32_t id, struct slice what, int by, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"INSERT INTO msg_reaction_count (owner, id, what, count, since) VALUES ($1, $2, $3, $4, $5)"
		" ON CONFLICT (owner, id, what) DO UPDATE SET count = msg_reaction_count.count + $4");
	int r;

	bind(s, owner, id);
	sql_bind_text(s, 3, what);
	sql_bind_int(s, 4, by);
	sql_bind_int(s, 5, now);
	if ((r = sql_run(s)) < 0 || by > 0)
		return r;
	s = sql_prepare(
		db,
		"DELETE FROM msg_reaction_count WHERE owner = $1 AND id = $2 AND what = $3 AND count <= 0");
	bind(s, owner, id);
	sql_bind_text(s, 3, what);
	return sql_run(s);
}

static int insert(struct sql_db *db, int64_t owner, int32_t id, const struct store_msg_reaction *x)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO msg_reaction (owner, id, user_id, place, what, date, big, as_peer)"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

	bind(s, owner, id);
	sql_bind_int(s, 3, x->user);
	sql_bind_int(s, 4, x->place);
	sql_bind_text(s, 5, x->what);
	sql_bind_int(s, 6, x->date);
	sql_bind_int(s, 7, x->big);
	sql_bind_int(s, 8, x->as);
	return sql_run(s);
}

static int drop_of(struct sql_db *db, int64_t owner, int32_t id, int64_t user)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM msg_reaction WHERE owner = $1 AND id = $2 AND user_id = $3");

	bind(s, owner, id);
	sql_bind_int(s, 3, user);
	return sql_run(s);
}

static const struct store_msg_reaction *find(const struct store_msg_reaction *v, size_t n, struct slice what)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(v[i].what, what))
			return &v[i];
	return NULL;
}

static bool is_among(const struct slice *what, size_t n, struct slice one)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(what[i], one))
			return true;
	return false;
}

int store_msg_reactions_set(struct sql_db *db, int64_t owner, int32_t id, int64_t user, int64_t as,
                            const struct slice *what, size_t n, bool big, unixtime_t now)
{
	struct store_msg_reaction *old;
	struct arena a;
	size_t n_old;
	int r;

	arena_init(&a, 0);
	r = store_msg_reactions_of(db, owner, id, user, &a, &old, &n_old);
	if (r >= 0)
		r = drop_of(db, owner, id, user);
	for (size_t i = 0; r >= 0 && i < n_old; i++)
		if (!is_among(what, n, old[i].what))
			r = count(db, owner, id, old[i].what, -1, now);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		const struct store_msg_reaction *had = find(old, n_old, what[i]);
		struct store_msg_reaction x = {.user = user,
		                               .as = as,
		                               .place = (int32_t)i,
		                               .what = what[i],
		                               .date = now,
		                               .big = big};

		if (had) {
			x.date = had->date;
			x.big = had->big;
		} else if ((r = count(db, owner, id, what[i], 1, now)) < 0) {
			break;
		}
		r = insert(db, owner, id, &x);
	}
	arena_fini(&a);
	return r < 0 ? r : 0;
}

int store_msg_reaction_counts(struct sql_db *db, int64_t owner, int32_t id, struct arena *a,
                              struct store_msg_reaction_count **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT what, count FROM msg_reaction_count WHERE owner = $1 AND id = $2"
		    " ORDER BY count DESC, since, what LIMIT $3");
	struct store_msg_reaction_count *v = ARENA_ARRAY(a, struct store_msg_reaction_count,
	                                                 STORE_REACTION_KINDS);
	size_t n = 0;
	int r;

	bind(s, owner, id);
	sql_bind_int(s, 3, STORE_REACTION_KINDS);
	while ((r = sql_step(s)) == 1 && n < STORE_REACTION_KINDS) {
		v[n].what = sql_copy(s, 0, a);
		v[n++].count = (int32_t)sql_int(s, 1);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_msg_reaction_walk(struct sql_db *db, int64_t owner, int32_t id, struct slice what,
                            const struct store_msg_reaction *after, uint32_t limit, struct arena *a,
                            struct store_msg_reaction **ret, size_t *ret_n)
{
	static const struct store_msg_reaction newest = {
		.date = INT64_MAX, .user = INT64_MAX, .place = INT32_MAX};
	const struct store_msg_reaction *from = after ? after : &newest;
	struct sql_stmt *s;

	if (what.p)
		s = sql_prepare(db, "SELECT user_id, place, what, date, big, as_peer FROM msg_reaction"
		                    " WHERE owner = $1 AND id = $2 AND what = $7 AND (date, user_id, place) "
		                    "< ($3, $4, $5)"
		                    " ORDER BY date DESC, user_id DESC, place DESC LIMIT $6");
	else
		s = sql_prepare(db, "SELECT user_id, place, what, date, big, as_peer FROM msg_reaction"
		                    " WHERE owner = $1 AND id = $2 AND (date, user_id, place) < ($3, $4, $5)"
		                    " ORDER BY date DESC, user_id DESC, place DESC LIMIT $6");
	bind(s, owner, id);
	sql_bind_int(s, 3, from->date);
	sql_bind_int(s, 4, from->user);
	sql_bind_int(s, 5, from->place);
	sql_bind_int(s, 6, limit);
	if (what.p)
		sql_bind_text(s, 7, what);
	return many(s, limit, a, ret, ret_n);
}

int store_msg_reactions_since(struct sql_db *db, int64_t owner, int32_t id, unixtime_t *ret)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT since FROM msg_reaction_seen WHERE owner = $1 AND id = $2");
	int64_t since = 0;
	int r;

	bind(s, owner, id);
	r = sql_value(s, &since);
	*ret = since;
	return r < 0 ? r : 0;
}

int store_msg_reactions_set_since(struct sql_db *db, int64_t owner, int32_t id, unixtime_t since)
{
	struct sql_stmt *s;

	if (since) {
		s = sql_prepare(db, "INSERT INTO msg_reaction_seen (owner, id, since) VALUES ($1, $2, $3)"
		                    " ON CONFLICT (owner, id) DO NOTHING");
		sql_bind_int(s, 3, since);
	} else {
		s = sql_prepare(db, "DELETE FROM msg_reaction_seen WHERE owner = $1 AND id = $2");
	}
	bind(s, owner, id);
	return sql_run(s);
}

int store_msg_reactions_forget(struct sql_db *db, int64_t owner, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"INSERT INTO msg_reaction_gone (owner, id) SELECT $1, $2 WHERE EXISTS"
		" (SELECT 1 FROM msg_reaction_count WHERE owner = $1 AND id = $2) ON CONFLICT DO NOTHING");
	int r;

	bind(s, owner, id);
	if ((r = sql_run(s)) < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM msg_reaction_count WHERE owner = $1 AND id = $2");
	bind(s, owner, id);
	if ((r = sql_run(s)) < 0)
		return r;
	return store_msg_reactions_set_since(db, owner, id, 0);
}

/* The next of those that are gone. 1: there is one. */
static int gone(struct sql_db *db, int64_t *ret_owner, int32_t *ret_id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT owner, id FROM msg_reaction_gone LIMIT 1");
	int r = sql_step(s);

	if (r == 1) {
		*ret_owner = sql_int(s, 0);
		*ret_id = (int32_t)sql_int(s, 1);
	}
	sql_done(s);
	return r;
}

int store_msg_reactions_sweep(struct sql_db *db, uint32_t limit)
{
	struct sql_stmt *s;
	int64_t owner;
	int32_t id;
	int r;

	if ((r = gone(db, &owner, &id)) <= 0)
		return r;
	s = sql_prepare(db, "DELETE FROM msg_reaction WHERE owner = $1 AND id = $2 AND (user_id, place) IN "
	                    "(SELECT user_id,"
	                    " place FROM msg_reaction WHERE owner = $1 AND id = $2 LIMIT $3)");
	bind(s, owner, id);
	sql_bind_int(s, 3, limit);
	if ((r = sql_run(s)) < 0 || sql_changes(db) >= limit)
		return r < 0 ? r : 1;
	s = sql_prepare(db, "DELETE FROM msg_reaction_gone WHERE owner = $1 AND id = $2");
	bind(s, owner, id);
	r = sql_run(s);
	return r < 0 ? r : 1;
}
