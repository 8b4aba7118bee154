/* secret_chat.c - see secret_chat.h. */
#include "store/secret_chat.h"

#include "base/err.h"
#include "store/file.h"

#define COLUMNS                                                                                              \
	"owner, id, peer, admin, state, date, key, g, fingerprint, read_until, read_at, ended, deleted"

static struct store_secret_chat row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_secret_chat){.owner = sql_int(s, 0),
	                                  .id = (int32_t)sql_int(s, 1),
	                                  .peer = sql_int(s, 2),
	                                  .is_admin = sql_int(s, 3) != 0,
	                                  .state = (enum store_secret_state)sql_int(s, 4),
	                                  .date = sql_int(s, 5),
	                                  .key = sql_int(s, 6),
	                                  .g = sql_copy(s, 7, a),
	                                  .fingerprint = sql_int(s, 8),
	                                  .read_until = (int32_t)sql_int(s, 9),
	                                  .read_at = sql_int(s, 10),
	                                  .ended = sql_int(s, 11),
	                                  .history_deleted = sql_int(s, 12) != 0};
}

int store_secret_chat_get(struct sql_db *db, int64_t owner, int32_t id, struct arena *a,
                          struct store_secret_chat *ret)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT " COLUMNS " FROM secret_chat WHERE owner = $1 AND id = $2");
	int r;

	SQL_BIND_INTS(s, owner, id);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_secret_chat_insert(struct sql_db *db, const struct store_secret_chat *c)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO secret_chat (" COLUMNS
	                                     ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, 0)"
	                                     " ON CONFLICT (owner, id) DO NOTHING");
	int r;

	SQL_BIND_INTS(s, c->owner, c->id, c->peer, c->is_admin, c->state, c->date, c->key);
	sql_bind_bytes(s, 8, c->g);
	sql_bind_int(s, 9, c->fingerprint);
	r = sql_run(s);
	return r < 0 || sql_changes(db) ? r : -ERR_EXISTS;
}

int store_secret_chat_update(struct sql_db *db, const struct store_secret_chat *c)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE secret_chat SET state = $3, key = $4, g = $5, fingerprint = $6, read_until = $7,"
		    " read_at = $8, ended = $9, deleted = $10 WHERE owner = $1 AND id = $2");

	SQL_BIND_INTS(s, c->owner, c->id, c->state, c->key);
	sql_bind_bytes(s, 5, c->g);
	sql_bind_int(s, 6, c->fingerprint);
	sql_bind_int(s, 7, c->read_until);
	sql_bind_int(s, 8, c->read_at);
	sql_bind_int(s, 9, c->ended);
	sql_bind_int(s, 10, c->history_deleted);
	return sql_run_found(s);
}

int store_secret_chat_of_key(struct sql_db *db, int64_t owner, int64_t key, uint32_t limit, struct arena *a,
                             struct store_secret_chat **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM secret_chat WHERE owner = $1 AND key = $2 AND ended = 0"
	                                     " ORDER BY id LIMIT $3");
	struct store_secret_chat *v = ARENA_ARRAY(a, struct store_secret_chat, limit + 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, owner, key, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = row_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_secret_chat_prune(struct sql_db *db, unixtime_t before, int limit)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "DELETE FROM secret_chat WHERE (owner, id) IN (SELECT owner, id FROM"
	                                 " secret_chat WHERE ended <> 0 AND ended < $1 LIMIT $2)");

	SQL_BIND_INTS(s, before, limit);
	return sql_run_count(s);
}

/* --- files */

int store_secret_file_hold(struct sql_db *db, int64_t owner, int32_t chat, int64_t file, unixtime_t until,
                           unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO secret_file (owner, chat, file, until) VALUES ($1, $2, $3, $4)"
		    " ON CONFLICT (owner, chat, file) DO NOTHING");
	int r;

	SQL_BIND_INTS(s, owner, chat, file, until);
	r = sql_run(s);
	if (r < 0 || sql_changes(db))
		return r < 0 ? r : store_file_ref(db, file, 1, now);
	s = sql_prepare(db, "UPDATE secret_file SET until = $4 WHERE owner = $1 AND chat = $2 AND file = $3"
	                    " AND until < $4");
	SQL_BIND_INTS(s, owner, chat, file, until);
	return sql_run(s);
}

int store_secret_file_shorten(struct sql_db *db, int64_t owner, int32_t chat, unixtime_t until)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE secret_file SET until = $3 WHERE owner = $1 AND chat = $2 AND until > $3");

	SQL_BIND_INTS(s, owner, chat, until);
	return sql_run(s);
}

struct held {
	int64_t owner, chat, file;
};

static int release(struct sql_db *db, const struct held *h, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM secret_file WHERE owner = $1 AND chat = $2 AND file = $3");
	int r;

	SQL_BIND_INTS(s, h->owner, h->chat, h->file);
	r = sql_run(s);
	if (r < 0)
		return r;
	r = store_file_ref(db, h->file, -1, now);
	return r == -ERR_NOTFOUND ? 0 : r;
}

int store_secret_file_release(struct sql_db *db, unixtime_t now, uint32_t limit)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT owner, chat, file FROM secret_file WHERE until < $1 ORDER BY until LIMIT $2");
	struct arena a;
	struct held *v;
	size_t n = 0;
	int r;

	arena_init(&a, 0);
	v = ARENA_ARRAY(&a, struct held, limit + 1);
	SQL_BIND_INTS(s, now, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = (struct held){sql_int(s, 0), sql_int(s, 1), sql_int(s, 2)};
	sql_done(s);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = release(db, &v[i], now);
	arena_fini(&a);
	return r < 0 ? r : (int)n;
}
