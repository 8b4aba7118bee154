/* saved.c - see saved.h. */
#include "store/saved.h"

#include "base/err.h"

int store_saved_put(struct sql_db *db, int64_t owner, int64_t peer, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO saved (owner, id, peer) VALUES ($1, $2, $3)"
	                                     " ON CONFLICT (owner, id) DO UPDATE SET peer = $3");

	SQL_BIND_INTS(s, owner, id, peer);
	return sql_run(s);
}

int store_saved_delete(struct sql_db *db, int64_t owner, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM saved WHERE owner = $1 AND id = $2");

	SQL_BIND_INTS(s, owner, id);
	return sql_run(s);
}

/* The one number that a statement gives. -ERR_NOTFOUND. */
static int number(struct sql_stmt *s, int64_t owner, int64_t key, int64_t *ret)
{
	int r;

	SQL_BIND_INTS(s, owner, key);
	r = sql_value(s, ret);
	return sql_found(r);
}

int store_saved_peer_of(struct sql_db *db, int64_t owner, int32_t id, int64_t *ret_peer)
{
	return number(sql_prepare(db, "SELECT peer FROM saved WHERE owner = $1 AND id = $2"), owner, id,
	              ret_peer);
}

int store_saved_peers(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                      struct store_saved **ret, size_t *ret_n)
{
	struct store_saved *v = ARENA_ARRAY(a, struct store_saved, limit + 1u);
	int64_t peer = INT64_MIN, id;
	size_t n = 0;
	int r = 0;

	/* From one to the next: two look-ups each, however much is saved. */
	while (n < limit) {
		r = number(sql_prepare(db, "SELECT peer FROM saved WHERE owner = $1 AND peer > $2 ORDER BY "
		                           "peer LIMIT 1"),
		           owner, peer, &peer);
		if (r < 0)
			break;
		r = number(sql_prepare(db, "SELECT id FROM saved WHERE owner = $1 AND peer = $2 ORDER BY id "
		                           "DESC LIMIT 1"),
		           owner, peer, &id);
		if (r < 0)
			break;
		v[n++] = (struct store_saved){peer, (int32_t)id};
	}
	*ret = v;
	*ret_n = n;
	return r == -ERR_NOTFOUND ? 0 : r;
}

int store_saved_count(struct sql_db *db, int64_t owner, int64_t peer, uint32_t *ret)
{
	int64_t n = 0;
	int r = number(sql_prepare(db, "SELECT count(*) FROM saved WHERE owner = $1 AND peer = $2"), owner,
	               peer, &n);

	*ret = (uint32_t)n;
	return r;
}

int store_saved_walk(struct sql_db *db, int64_t owner, int64_t peer, int32_t from, bool up, uint32_t skip,
                     uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n)
{
	struct sql_stmt *s;
	struct store_msg *v = ARENA_ARRAY(a, struct store_msg, limit + 1u);
	int32_t *ids = ARENA_ARRAY(a, int32_t, limit + 1u);
	size_t n = 0, found = 0;
	int r;

	if (up)
		s = sql_prepare(db, "SELECT id FROM saved WHERE owner = $1 AND peer = $2 AND id >= $3"
		                    " ORDER BY id LIMIT $4 OFFSET $5");
	else
		s = sql_prepare(db, "SELECT id FROM saved WHERE owner = $1 AND peer = $2 AND id < $3"
		                    " ORDER BY id DESC LIMIT $4 OFFSET $5");
	SQL_BIND_INTS(s, owner, peer, from, limit, skip);
	while ((r = sql_step(s)) == 1 && n < limit)
		ids[n++] = (int32_t)sql_int(s, 0);
	sql_done(s);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = store_msg_get(db, owner, owner, ids[i], a, &v[found]);
		found += r == 0;
		r = r == -ERR_NOTFOUND ? 0 : r;
	}
	*ret = v;
	*ret_n = found;
	return r < 0 ? r : 0;
}
