/* link_user.c - who came by a link, and who waits to be let in; see link.h. */
#include "base/err.h"
#include "store/link.h"

int store_link_came(struct sql_db *db, int64_t peer, struct slice hash, const struct store_link_user *u)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"INSERT INTO link_user (peer, hash, user_id, date, approved_by) VALUES ($1, $2, $3, $4, $5)"
		" ON CONFLICT (peer, hash, user_id) DO UPDATE SET date = excluded.date,"
		" approved_by = excluded.approved_by");

	sql_bind_int(s, 1, peer);
	sql_bind_text(s, 2, hash);
	sql_bind_int(s, 3, u->user);
	sql_bind_int(s, 4, u->date);
	sql_bind_int(s, 5, u->approved_by);
	return sql_run(s);
}

/* Columns: user, date, approved_by, hash. $1 peer, $2 hash, $3 date, $4 user, $5 limit. */
static int page(struct sql_stmt *s, int64_t peer, struct slice hash, unixtime_t date, int64_t user,
                uint32_t limit, struct arena *a, struct store_link_user **ret, size_t *ret_n)
{
	struct store_link_user *v = ARENA_ARRAY(a, struct store_link_user, limit ? limit : 1);
	size_t n = 0;
	int r;

	sql_bind_int(s, 1, peer);
	sql_bind_text(s, 2, hash.p ? hash : SLICE_LIT(""));
	sql_bind_int(s, 3, date ? date : INT64_MAX);
	sql_bind_int(s, 4, user);
	sql_bind_int(s, 5, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_link_user){.user = sql_int(s, 0),
		                                  .date = sql_int(s, 1),
		                                  .approved_by = sql_int(s, 2),
		                                  .hash = sql_copy(s, 3, a)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_link_users(struct sql_db *db, int64_t peer, struct slice hash, unixtime_t date, int64_t user,
                     uint32_t limit, struct arena *a, struct store_link_user **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"SELECT user_id, date, approved_by, hash FROM link_user WHERE peer = $1 AND hash = $2"
		" AND date <= $3 AND (date < $3 OR user_id < $4) ORDER BY date DESC, user_id DESC LIMIT $5");

	return page(s, peer, hash, date, user, limit, a, ret, ret_n);
}

/* One more or fewer waits for this link. */
static int waiting(struct sql_db *db, int64_t peer, struct slice hash, int by)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE link SET waiting = waiting + $3 WHERE peer = $1 AND hash = $2");

	sql_bind_int(s, 1, peer);
	sql_bind_text(s, 2, hash);
	sql_bind_int(s, 3, by);
	return sql_run(s);
}

int store_request_put(struct sql_db *db, int64_t peer, const struct store_link_user *u)
{
	struct slice hash = u->hash.p ? u->hash : SLICE_LIT("");
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO join_request (peer, user_id, hash, date) VALUES ($1, $2, $3, $4)"
		    " ON CONFLICT DO NOTHING");
	int r;

	SQL_BIND_INTS(s, peer, u->user);
	sql_bind_text(s, 3, hash);
	sql_bind_int(s, 4, u->date);
	if ((r = sql_run(s)) < 0 || !sql_changes(db))
		return r;
	r = hash.n ? waiting(db, peer, hash, 1) : 0;
	return r < 0 ? r : 1;
}

int store_request_get(struct sql_db *db, int64_t peer, int64_t user, struct arena *a,
                      struct store_link_user *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT date, hash FROM join_request WHERE peer = $1 AND user_id = $2");
	int r;

	SQL_BIND_INTS(s, peer, user);
	if ((r = sql_step(s)) == 1)
		*ret = (struct store_link_user){
			.user = user, .date = sql_int(s, 0), .hash = sql_copy(s, 1, a)};
	sql_done(s);
	return sql_found(r);
}

int store_request_delete(struct sql_db *db, int64_t peer, int64_t user)
{
	struct store_link_user u;
	struct sql_stmt *s;
	struct arena a;
	int r;

	arena_init(&a, 0);
	r = store_request_get(db, peer, user, &a, &u);
	if (r == 0 && u.hash.n)
		r = waiting(db, peer, u.hash, -1);
	arena_fini(&a);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	s = sql_prepare(db, "DELETE FROM join_request WHERE peer = $1 AND user_id = $2");
	SQL_BIND_INTS(s, peer, user);
	r = sql_run(s);
	return r < 0 ? r : 1;
}

int store_requests(struct sql_db *db, int64_t peer, struct slice hash, unixtime_t date, int64_t user,
                   uint32_t limit, struct arena *a, struct store_link_user **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"SELECT user_id, date, 0, hash FROM join_request WHERE peer = $1 AND ($2 = '' OR hash = $2)"
		" AND date <= $3 AND (date < $3 OR user_id < $4) ORDER BY date DESC, user_id DESC LIMIT $5");

	return page(s, peer, hash, date, user, limit, a, ret, ret_n);
}

int store_links_forget(struct sql_db *db, int64_t peer, uint32_t limit)
{
	static const char *const texts[] = {
		"DELETE FROM link_user WHERE (peer, hash, user_id) IN (SELECT peer, hash, user_id FROM "
		"link_user"
		" WHERE peer = $1 LIMIT $2)",
		"DELETE FROM join_request WHERE (peer, user_id) IN (SELECT peer, user_id FROM join_request"
		" WHERE peer = $1 LIMIT $2)",
		"DELETE FROM dir_link WHERE hash IN (SELECT hash FROM link WHERE peer = $1 ORDER BY hash "
		"LIMIT $2)",
		"DELETE FROM link WHERE peer = $1 AND hash IN (SELECT hash FROM link WHERE peer = $1 ORDER "
		"BY hash"
		" LIMIT $2)",
	};
	bool more = false;

	for (int i = 0; i < 4; i++) {
		struct sql_stmt *s = sql_prepare(db, texts[i]);
		int r;

		SQL_BIND_INTS(s, peer, limit);
		if ((r = sql_run(s)) < 0)
			return r;
		more |= sql_changes(db) >= limit;
	}
	return more;
}
