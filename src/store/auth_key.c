/* auth_key.c - see auth_key.h. */
#include "store/auth_key.h"

#include "base/err.h"
#include "store/imported_key.h"

int store_auth_key_load(struct sql_db *db, int64_t id, struct arena *a, struct store_auth_key *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT body, kind, dc, first_salt, created, expires, perm_id, layer, user_id, info"
		    " FROM auth_key WHERE id = $1");
	struct slice body;
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1) {
		body = sql_bytes(s, 0);
		*ret = (struct store_auth_key){.id = id,
		                               .kind = (int)sql_int(s, 1),
		                               .dc = (int)sql_int(s, 2),
		                               .first_salt = sql_int(s, 3),
		                               .created = sql_int(s, 4),
		                               .expires = sql_int(s, 5),
		                               .perm_id = sql_int(s, 6),
		                               .layer = (int)sql_int(s, 7),
		                               .user_id = sql_int(s, 8)};
		if (body.n == sizeof(ret->body))
			memcpy(ret->body, body.p, body.n);
		else
			r = -ERR_CORRUPT;
		ret->info = sql_copy(s, 9, a);
	}
	sql_done(s);
	return sql_found(r);
}

int store_auth_key_insert(struct sql_db *db, const struct store_auth_key *k)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO auth_key (id, body, kind, dc, first_salt, created, expires, perm_id, layer,"
		    " user_id, info) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

	sql_bind_int(s, 1, k->id);
	sql_bind_bytes(s, 2, slice_of(k->body, sizeof(k->body)));
	sql_bind_int(s, 3, k->kind);
	sql_bind_int(s, 4, k->dc);
	sql_bind_int(s, 5, k->first_salt);
	sql_bind_int(s, 6, k->created);
	sql_bind_int(s, 7, k->expires);
	sql_bind_int(s, 8, k->perm_id);
	sql_bind_int(s, 9, k->layer);
	sql_bind_int(s, 10, k->user_id);
	sql_bind_bytes(s, 11, k->info);
	return sql_run(s);
}

static int keep_newest(struct sql_db *db, int64_t perm_id, int max)
{
	/* "perm_id <> 0" is what the index is for; without these words it is not used. */
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM auth_key WHERE perm_id = $1 AND perm_id <> 0 AND id IN"
		    " (SELECT id FROM auth_key WHERE perm_id = $1 AND perm_id <> 0 ORDER BY created DESC"
		    " LIMIT 1000 OFFSET $2)");

	SQL_BIND_INTS(s, perm_id, max);
	return sql_run(s);
}

int store_auth_key_bind(struct sql_db *db, int64_t temp_id, int64_t perm_id, unixtime_t expires, int max)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT perm_id FROM auth_key WHERE id = $1");
	int64_t had = 0;
	int r;

	sql_bind_int(s, 1, temp_id);
	r = sql_step(s);
	if (r == 1)
		had = sql_int(s, 0);
	sql_done(s);
	if (r <= 0)
		return r < 0 ? r : -ERR_NOTFOUND;
	if (had && had != perm_id)
		return -ERR_EXISTS;
	s = sql_prepare(db, "UPDATE auth_key SET perm_id = $2, expires = $3 WHERE id = $1");
	SQL_BIND_INTS(s, temp_id, perm_id, expires);
	r = sql_run(s);
	return r < 0 ? r : keep_newest(db, perm_id, max);
}

int store_auth_key_delete(struct sql_db *db, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM auth_key WHERE id = $1");
	int64_t n;
	int r;

	sql_bind_int(s, 1, id);
	r = sql_run(s);
	n = sql_changes(db);
	if (r < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM auth_key WHERE perm_id = $1 AND perm_id <> 0");
	sql_bind_int(s, 1, id);
	r = sql_run(s);
	if (r >= 0)
		r = store_imported_key_delete(db, id);
	return r < 0 ? r : n ? 0 : -ERR_NOTFOUND;
}

int store_auth_key_drop_temp(struct sql_db *db, int64_t perm_id, const int64_t *except, uint32_t n_except)
{
	int64_t ids[256];
	struct sql_stmt *s;
	uint32_t n = 0;
	int r;

	s = sql_prepare(db, "SELECT id FROM auth_key WHERE perm_id = $1 AND perm_id <> 0");
	sql_bind_int(s, 1, perm_id);
	while ((r = sql_step(s)) == 1 && n < 256) {
		int64_t id = sql_int(s, 0);
		bool keep = false;

		for (uint32_t i = 0; i < n_except; i++)
			keep |= except[i] == id;
		if (!keep)
			ids[n++] = id;
	}
	sql_done(s);
	for (uint32_t i = 0; r >= 0 && i < n; i++)
		r = store_auth_key_delete(db, ids[i]);
	return r < 0 ? r : 0;
}

int store_auth_key_set_client(struct sql_db *db, int64_t id, int layer, struct slice info)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE auth_key SET layer = $2, info = $3 WHERE id = $1");

	SQL_BIND_INTS(s, id, layer);
	sql_bind_bytes(s, 3, info);
	return sql_run(s);
}

int store_auth_key_set_user(struct sql_db *db, int64_t id, int64_t user_id)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE auth_key SET user_id = $2 WHERE id = $1");

	SQL_BIND_INTS(s, id, user_id);
	return sql_run(s);
}

int store_auth_key_prune(struct sql_db *db, unixtime_t now, int limit)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM auth_key WHERE id IN"
		    " (SELECT id FROM auth_key WHERE expires <> 0 AND expires < $1 LIMIT $2)");

	SQL_BIND_INTS(s, now, limit);
	return sql_run_count(s);
}

static int list_nobody(struct sql_db *db, const char *sql, unixtime_t before, int64_t *ids, size_t max,
                       size_t *n)
{
	struct sql_stmt *s = sql_prepare(db, sql);
	int r = 0;

	SQL_BIND_INTS(s, before, (int64_t)(max - *n));
	while (*n < max && (r = sql_step(s)) == 1)
		ids[(*n)++] = sql_int(s, 0);
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_auth_key_prune_nobody(struct sql_db *db, unixtime_t unused, unixtime_t used, int64_t *ret_ids,
                                size_t max, size_t *ret_n)
{
	size_t n = 0;
	int r;

	r = list_nobody(
		db,
		"SELECT id FROM auth_key WHERE user_id = 0 AND kind = 1 AND layer = 0 AND created < $1"
		" ORDER BY created LIMIT $2",
		unused, ret_ids, max, &n);
	if (r == 0)
		r = list_nobody(db,
		                "SELECT id FROM auth_key WHERE user_id = 0 AND kind = 1 AND layer <> 0 AND "
		                "created < $1"
		                " ORDER BY created LIMIT $2",
		                used, ret_ids, max, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_auth_key_delete(db, ret_ids[i]);
	*ret_n = n;
	return r < 0 ? r : 0;
}
