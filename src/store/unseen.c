/* unseen.c - see unseen.h. */
#include "store/unseen.h"

#include "store/list.h"

static void bind(struct sql_stmt *s, int64_t owner, int64_t channel, enum store_unseen_kind kind, int32_t id)
{
	SQL_BIND_INTS(s, owner, channel, kind, id);
}

static void bind_mention(struct sql_stmt *s, int64_t owner, int64_t channel, int32_t id)
{
	SQL_BIND_INTS(s, owner, channel, id);
}

static int is_there(struct sql_stmt *s)
{
	int r = sql_step(s);

	sql_done(s);
	return r;
}

int store_mention_put(struct sql_db *db, int64_t owner, int64_t channel, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO mention (owner, channel, id) VALUES ($1, $2, $3)"
	                                     " ON CONFLICT DO NOTHING");
	int r;

	bind_mention(s, owner, channel, id);
	r = sql_run(s);
	return r < 0 ? r : store_unseen_put(db, owner, channel, STORE_UNSEEN_MENTION, id);
}

int store_mention_is(struct sql_db *db, int64_t owner, int64_t channel, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT 1 FROM mention WHERE owner = $1 AND channel = $2 AND id = $3");

	bind_mention(s, owner, channel, id);
	return is_there(s);
}

int store_mention_of(struct sql_db *db, int64_t channel, int32_t id, struct arena *a, int64_t **ret,
                     size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT owner FROM mention WHERE channel = $1 AND id = $2");

	sql_bind_int(s, 2, id);
	return store_list_of(s, channel, a, ret, ret_n);
}

int store_mention_drop(struct sql_db *db, int64_t channel, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM unseen WHERE channel = $1 AND kind = 1 AND id = $2 AND owner IN"
		    " (SELECT owner FROM mention WHERE channel = $1 AND id = $2)");
	int r;

	SQL_BIND_INTS(s, channel, id);
	r = sql_run(s);
	if (r < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM mention WHERE channel = $1 AND id = $2");
	SQL_BIND_INTS(s, channel, id);
	return sql_run(s);
}

int store_unseen_put(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                     int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO unseen (owner, channel, kind, id)"
	                                     " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");

	bind(s, owner, channel, kind, id);
	return sql_run(s);
}

int store_unseen_delete(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                        int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM unseen WHERE owner = $1 AND channel = $2 AND kind = $3 AND id = $4");
	int r;

	bind(s, owner, channel, kind, id);
	r = sql_run(s);
	return r < 0 ? r : sql_changes(db) > 0;
}

int store_unseen_is(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                    int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT 1 FROM unseen WHERE owner = $1 AND channel = $2 AND kind = $3 AND id = $4");

	bind(s, owner, channel, kind, id);
	return is_there(s);
}

int store_unseen_count(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                       uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT count(*) FROM unseen WHERE owner = $1 AND channel = $2 AND kind = $3");

	SQL_BIND_INTS(s, owner, channel, kind);
	return store_count_of(s, ret);
}

int store_unseen_walk(struct sql_db *db, int64_t owner, int64_t channel, enum store_unseen_kind kind,
                      int32_t from, bool up, uint32_t skip, uint32_t limit, struct arena *a, int32_t **ret,
                      size_t *ret_n)
{
	struct sql_stmt *s;
	int32_t *v = ARENA_ARRAY(a, int32_t, limit + 1u);
	size_t n = 0;
	int r;

	if (up)
		s = sql_prepare(db, "SELECT id FROM unseen WHERE owner = $1 AND channel = $2 AND kind = $3"
		                    " AND id >= $4 ORDER BY id LIMIT $5 OFFSET $6");
	else
		s = sql_prepare(db, "SELECT id FROM unseen WHERE owner = $1 AND channel = $2 AND kind = $3"
		                    " AND id < $4 ORDER BY id DESC LIMIT $5 OFFSET $6");
	bind(s, owner, channel, kind, from);
	sql_bind_int(s, 5, limit);
	sql_bind_int(s, 6, skip);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = (int32_t)sql_int(s, 0);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}
