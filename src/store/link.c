/* link.c - see link.h. */
#include "store/link.h"

#include "base/err.h"
#include "store/list.h"

#define COLUMNS "hash, admin, flags, date, start, expires, most, used, waiting, title"

static void bind(struct sql_stmt *s, const struct store_link *l)
{
	sql_bind_int(s, 1, l->peer);
	sql_bind_text(s, 2, l->hash);
	sql_bind_int(s, 3, l->admin);
	sql_bind_int(s, 4, l->flags);
	sql_bind_int(s, 5, l->date);
	sql_bind_int(s, 6, l->start);
	sql_bind_int(s, 7, l->expires);
	sql_bind_int(s, 8, l->most);
	sql_bind_int(s, 9, l->used);
	sql_bind_int(s, 10, l->waiting);
	sql_bind_text(s, 11, l->title);
}

static void read_row(struct sql_stmt *s, int64_t peer, struct arena *a, struct store_link *ret)
{
	*ret = (struct store_link){.peer = peer,
	                           .hash = sql_copy(s, 0, a),
	                           .admin = sql_int(s, 1),
	                           .flags = (int)sql_int(s, 2),
	                           .date = sql_int(s, 3),
	                           .start = sql_int(s, 4),
	                           .expires = sql_int(s, 5),
	                           .most = (int32_t)sql_int(s, 6),
	                           .used = (int32_t)sql_int(s, 7),
	                           .waiting = (int32_t)sql_int(s, 8),
	                           .title = sql_copy(s, 9, a)};
}

int store_link_insert(struct sql_db *db, const struct store_link *l)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO dir_link (hash, peer) VALUES ($1, $2) ON CONFLICT DO NOTHING");
	int r;

	sql_bind_text(s, 1, l->hash);
	sql_bind_int(s, 2, l->peer);
	if ((r = sql_run(s)) < 0)
		return r;
	if (!sql_changes(db))
		return -ERR_EXISTS;
	s = sql_prepare(db, "INSERT INTO link (peer, " COLUMNS
	                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
	bind(s, l);
	return sql_run(s);
}

int store_link_put(struct sql_db *db, const struct store_link *l)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE link SET admin = $3, flags = $4, date = $5, start = $6, expires = $7, most = $8,"
		    " used = $9, waiting = $10, title = $11 WHERE peer = $1 AND hash = $2");

	bind(s, l);
	return sql_run(s);
}

int store_link_get(struct sql_db *db, int64_t peer, struct slice hash, struct arena *a,
                   struct store_link *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM link WHERE peer = $1 AND hash = $2");
	int r;

	sql_bind_int(s, 1, peer);
	sql_bind_text(s, 2, hash);
	if ((r = sql_step(s)) == 1)
		read_row(s, peer, a, ret);
	sql_done(s);
	return sql_found(r);
}

int store_link_find(struct sql_db *db, struct slice hash, int64_t *ret_peer)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT peer FROM dir_link WHERE hash = $1");
	int r;

	sql_bind_text(s, 1, hash);
	r = sql_value(s, ret_peer);
	return sql_found(r);
}

int store_link_delete(struct sql_db *db, int64_t peer, struct slice hash)
{
	static const char *const texts[] = {
		"DELETE FROM dir_link WHERE peer = $1 AND hash = $2",
		"DELETE FROM link WHERE peer = $1 AND hash = $2",
		"DELETE FROM link_user WHERE peer = $1 AND hash = $2",
	};
	int r = 0;

	for (int i = 0; r >= 0 && i < 3; i++) {
		struct sql_stmt *s = sql_prepare(db, texts[i]);

		sql_bind_int(s, 1, peer);
		sql_bind_text(s, 2, hash);
		r = sql_run(s);
	}
	return r;
}

int store_links_of(struct sql_db *db, int64_t peer, int64_t admin, bool revoked, unixtime_t date,
                   struct slice hash, uint32_t limit, struct arena *a, struct store_link **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM link WHERE peer = $1 AND admin = $2 AND (flags & 2) = $3"
	                                     " AND ($4 = 0 OR date < $4 OR (date = $4 AND hash < $5))"
	                                     " ORDER BY date DESC, hash DESC LIMIT $6");
	struct store_link *v = ARENA_ARRAY(a, struct store_link, limit ? limit : 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, peer, admin, revoked ? STORE_LINK_REVOKED : 0, date);
	sql_bind_text(s, 5, hash.p ? hash : SLICE_LIT(""));
	sql_bind_int(s, 6, limit);
	while ((r = sql_step(s)) == 1)
		read_row(s, peer, a, &v[n++]);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_link_permanent(struct sql_db *db, int64_t peer, int64_t admin, struct arena *a,
                         struct store_link *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM link WHERE peer = $1 AND admin = $2"
	                                     " AND (flags & 3) = 1 ORDER BY date DESC LIMIT 1");
	int r;

	SQL_BIND_INTS(s, peer, admin);
	if ((r = sql_step(s)) == 1)
		read_row(s, peer, a, ret);
	sql_done(s);
	return sql_found(r);
}

int store_links_count(struct sql_db *db, int64_t peer, uint32_t limit, struct arena *a,
                      struct store_link_count **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT admin, sum((flags & 2) = 0), sum((flags & 2) <> 0) FROM link"
	                                 " WHERE peer = $1 GROUP BY admin ORDER BY admin LIMIT $2");
	struct store_link_count *v = ARENA_ARRAY(a, struct store_link_count, limit ? limit : 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, peer, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_link_count){sql_int(s, 0), (uint32_t)sql_int(s, 1),
		                                   (uint32_t)sql_int(s, 2)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_links_move(struct sql_db *db, int64_t from, int64_t to)
{
	static const char *const steps[] = {
		"UPDATE dir_link SET peer = $2 WHERE hash IN (SELECT hash FROM link WHERE peer = $1)",
		"UPDATE link SET peer = $2 WHERE peer = $1", "UPDATE link_user SET peer = $2 WHERE peer = $1",
		"UPDATE join_request SET peer = $2 WHERE peer = $1"};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct sql_stmt *s = sql_prepare(db, steps[i]);

		SQL_BIND_INTS(s, from, to);
		r = sql_run(s);
	}
	return r;
}

int store_requests_count(struct sql_db *db, int64_t peer, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM join_request WHERE peer = $1");

	sql_bind_int(s, 1, peer);
	return store_count_of(s, ret);
}
