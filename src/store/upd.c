/* upd.c - see upd.h. */
#include "store/upd.h"

int store_upd_max(struct sql_db *db, int64_t owner, int32_t *ret_pts)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT pts FROM upd WHERE owner = $1 ORDER BY pts DESC LIMIT 1");
	int r;

	sql_bind_int(s, 1, owner);
	r = sql_step(s);
	if (r >= 0)
		*ret_pts = r == 1 ? (int32_t)sql_int(s, 0) : 0;
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_upd_append(struct sql_db *db, const struct store_upd *u)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO upd (owner, pts, count, kind, peer, id, date, random_id, payload)"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

	SQL_BIND_INTS(s, u->owner, u->pts, u->count, u->kind, u->peer, u->id, u->date, u->random_id);
	sql_bind_bytes(s, 9, u->payload);
	return sql_run(s);
}

int store_upd_range(struct sql_db *db, int64_t owner, int32_t after, uint32_t limit, struct arena *a,
                    struct store_upd **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT pts, count, kind, peer, id, date, random_id, payload FROM upd"
		    " WHERE owner = $1 AND pts > $2 ORDER BY pts LIMIT $3");
	struct store_upd *v = ARENA_ARRAY(a, struct store_upd, limit ? limit : 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, owner, after, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_upd){.owner = owner,
		                            .pts = (int32_t)sql_int(s, 0),
		                            .count = (int32_t)sql_int(s, 1),
		                            .kind = (int)sql_int(s, 2),
		                            .peer = sql_int(s, 3),
		                            .id = (int32_t)sql_int(s, 4),
		                            .date = sql_int(s, 5),
		                            .random_id = sql_int(s, 6),
		                            .payload = sql_copy(s, 7, a)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_upd_more_than(struct sql_db *db, int64_t owner, int32_t after, uint32_t n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT 1 FROM upd WHERE owner = $1 AND pts > $2 ORDER BY pts LIMIT 1 OFFSET $3");
	int r;

	SQL_BIND_INTS(s, owner, after, n);
	r = sql_step(s);
	sql_done(s);
	return r;
}

int store_upd_peer_of(struct sql_db *db, int64_t owner, int32_t id, int64_t *ret_peer)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT peer FROM upd WHERE owner = $1 AND pts = $2 AND kind = 1");
	int r;

	SQL_BIND_INTS(s, owner, id);
	r = sql_value(s, ret_peer);
	return sql_found(r);
}

int store_upd_reached(struct sql_db *db, int64_t owner, int kind, int64_t peer, int32_t id,
                      unixtime_t *ret_date)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT date FROM upd WHERE owner = $1 AND pts > $4 AND kind = $2"
	                                 " AND peer = $3 AND id >= $4 ORDER BY pts LIMIT 1");
	int r;

	SQL_BIND_INTS(s, owner, kind, peer, id);
	r = sql_value(s, ret_date);
	return sql_found(r);
}

int store_upd_born_after(struct sql_db *db, int64_t owner, int32_t pts, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT 1 FROM upd WHERE owner = $1 AND pts > $2 AND kind = $3 AND id = $4 LIMIT 1");
	int r;

	SQL_BIND_INTS(s, owner, pts, STORE_UPD_NEW, id);
	r = sql_step(s);
	sql_done(s);
	return r;
}

int store_upd_drop(struct sql_db *db, int64_t owner, int32_t pts)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM upd WHERE owner = $1 AND pts = $2 AND kind <> 1");

	SQL_BIND_INTS(s, owner, pts);
	return sql_run(s);
}
