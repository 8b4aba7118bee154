/* user.c - see user.h. */
#include "store/user.h"

#include "base/err.h"

int store_user_load(struct sql_db *db, int64_t id, struct arena *a, struct store_user *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT phone, first, last, username, about, flags, created, seen, ttl_days FROM usr"
		    " WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_user){.id = id,
		                           .phone = sql_copy(s, 0, a),
		                           .first = sql_copy(s, 1, a),
		                           .last = sql_copy(s, 2, a),
		                           .username = sql_copy(s, 3, a),
		                           .about = sql_copy(s, 4, a),
		                           .flags = (int)sql_int(s, 5),
		                           .created = sql_int(s, 6),
		                           .seen = sql_int(s, 7),
		                           .ttl_days = (int)sql_int(s, 8)};
	sql_done(s);
	return sql_found(r);
}

static void bind(struct sql_stmt *s, const struct store_user *u)
{
	sql_bind_int(s, 1, u->id);
	sql_bind_text(s, 2, u->phone);
	sql_bind_text(s, 3, u->first);
	sql_bind_text(s, 4, u->last);
	sql_bind_text(s, 5, u->username);
	sql_bind_text(s, 6, u->about);
	sql_bind_int(s, 7, u->flags);
	sql_bind_int(s, 8, u->created);
	sql_bind_int(s, 9, u->ttl_days);
}

int store_user_insert(struct sql_db *db, const struct store_user *u)
{
	struct sql_stmt *s = sql_prepare(
		db,
		"INSERT INTO usr (id, phone, first, last, username, about, flags, created, ttl_days, seen)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

	bind(s, u);
	sql_bind_int(s, 10, u->seen);
	return sql_run(s);
}

int store_user_update(struct sql_db *db, const struct store_user *u)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE usr SET phone = $2, first = $3, last = $4, username = $5, about = $6, flags = $7,"
		    " created = $8, ttl_days = $9 WHERE id = $1");

	bind(s, u);
	return sql_run(s);
}

int store_user_set_seen(struct sql_db *db, int64_t id, unixtime_t seen)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE usr SET seen = $2 WHERE id = $1");

	SQL_BIND_INTS(s, id, seen);
	return sql_run(s);
}

static int ids(struct sql_stmt *s, int64_t *ret, size_t *ret_n)
{
	size_t n = 0;
	int r;

	while ((r = sql_step(s)) == 1)
		ret[n++] = sql_int(s, 0);
	sql_done(s);
	*ret_n = n;
	return r;
}

int store_user_ids(struct sql_db *db, int64_t after, uint32_t limit, int64_t *ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id FROM usr WHERE id > $1 ORDER BY id LIMIT $2");

	SQL_BIND_INTS(s, after, limit);
	return ids(s, ret, ret_n);
}

static int number(struct sql_stmt *s, int64_t *ret)
{
	int r = sql_value(s, ret);

	return sql_found(r);
}

int store_user_count(struct sql_db *db, int64_t *ret)
{
	return number(sql_prepare(db, "SELECT count(*) FROM usr"), ret);
}

int store_phone_find(struct sql_db *db, struct slice phone, int64_t *ret_user_id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT user_id FROM dir_phone WHERE phone = $1");

	sql_bind_text(s, 1, phone);
	return number(s, ret_user_id);
}

int store_phone_claim(struct sql_db *db, struct slice phone, int64_t user_id)
{
	struct sql_stmt *s;
	int64_t has;
	int r;

	r = store_phone_find(db, phone, &has);
	if (r != -ERR_NOTFOUND)
		return r < 0 ? r : has == user_id ? 0 : -ERR_EXISTS;
	s = sql_prepare(db, "INSERT INTO dir_phone (phone, user_id) VALUES ($1, $2)");
	sql_bind_text(s, 1, phone);
	sql_bind_int(s, 2, user_id);
	return sql_run(s);
}

int store_phone_free(struct sql_db *db, struct slice phone, int64_t user_id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM dir_phone WHERE phone = $1 AND user_id = $2");

	sql_bind_text(s, 1, phone);
	sql_bind_int(s, 2, user_id);
	return sql_run(s);
}

int store_username_find(struct sql_db *db, struct slice folded, int64_t *ret_peer)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT peer FROM dir_username WHERE name = $1");

	sql_bind_text(s, 1, folded);
	return number(s, ret_peer);
}

int store_username_claim(struct sql_db *db, struct slice folded, int64_t peer)
{
	struct sql_stmt *s;
	int64_t has;
	int r;

	r = store_username_find(db, folded, &has);
	if (r != -ERR_NOTFOUND)
		return r < 0 ? r : has == peer ? 0 : -ERR_EXISTS;
	s = sql_prepare(db, "INSERT INTO dir_username (name, peer) VALUES ($1, $2)");
	sql_bind_text(s, 1, folded);
	sql_bind_int(s, 2, peer);
	return sql_run(s);
}

int store_username_free(struct sql_db *db, struct slice folded, int64_t peer)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM dir_username WHERE name = $1 AND peer = $2");

	sql_bind_text(s, 1, folded);
	sql_bind_int(s, 2, peer);
	return sql_run(s);
}

int store_username_prefix(struct sql_db *db, struct slice prefix, uint32_t limit, int64_t *ret_peers,
                          size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT peer FROM dir_username WHERE name >= $1 AND name < $2 ORDER BY name LIMIT $3");
	uint8_t end[64];
	uint32_t n = prefix.n < sizeof(end) - 1 ? prefix.n : (uint32_t)sizeof(end) - 1;

	memcpy(end, prefix.p, n);
	end[n] = 0x7f; /* behind every letter that a name may have */
	sql_bind_text(s, 1, prefix);
	sql_bind_text(s, 2, slice_of(end, n + 1u));
	sql_bind_int(s, 3, limit);
	return ids(s, ret_peers, ret_n);
}

int store_user_exists(struct sql_db *db, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM usr WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	sql_done(s);
	return r;
}
