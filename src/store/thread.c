/* thread.c - see thread.h. */
#include "store/thread.h"

#include "base/err.h"
#include "store/list.h"

static void bind3(struct sql_stmt *s, int64_t a, int64_t b, int64_t c)
{
	SQL_BIND_INTS(s, a, b, c);
}

int store_thread_get(struct sql_db *db, int64_t channel, int32_t top, struct store_thread *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count, max_id, pts, read_top, read_second, read_by"
	                                     " FROM thread WHERE channel = $1 AND top = $2");
	int r;

	*ret = (struct store_thread){.channel = channel, .top = top};
	SQL_BIND_INTS(s, channel, top);
	r = sql_step(s);
	if (r == 1) {
		ret->count = (int32_t)sql_int(s, 0);
		ret->max_id = (int32_t)sql_int(s, 1);
		ret->pts = (int32_t)sql_int(s, 2);
		ret->read_top = (int32_t)sql_int(s, 3);
		ret->read_second = (int32_t)sql_int(s, 4);
		ret->read_by = sql_int(s, 5);
	}
	sql_done(s);
	return r;
}

int store_thread_put(struct sql_db *db, const struct store_thread *t)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO thread (channel, top, count, max_id, pts, read_top, read_second, read_by)"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (channel, top) DO UPDATE SET"
		    " count = excluded.count, max_id = excluded.max_id, pts = excluded.pts,"
		    " read_top = excluded.read_top, read_second = excluded.read_second,"
		    " read_by = excluded.read_by");

	bind3(s, t->channel, t->top, t->count);
	sql_bind_int(s, 4, t->max_id);
	sql_bind_int(s, 5, t->pts);
	sql_bind_int(s, 6, t->read_top);
	sql_bind_int(s, 7, t->read_second);
	sql_bind_int(s, 8, t->read_by);
	return sql_run(s);
}

int store_thread_drop(struct sql_db *db, int64_t channel, int32_t top)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM thread WHERE channel = $1 AND top = $2");

	SQL_BIND_INTS(s, channel, top);
	return sql_run(s);
}

int store_thread_add(struct sql_db *db, int64_t channel, int32_t top, int32_t id, int64_t author,
                     int64_t from_id)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO thread_msg (channel, top, id, author, from_id)"
	                                     " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");

	bind3(s, channel, top, id);
	sql_bind_int(s, 4, author);
	sql_bind_int(s, 5, from_id);
	return sql_run(s);
}

int store_thread_remove(struct sql_db *db, int64_t channel, int32_t top, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM thread_msg WHERE channel = $1 AND top = $2 AND id = $3");
	int r;

	bind3(s, channel, top, id);
	r = sql_run(s);
	return r < 0 ? r : sql_changes(db) > 0;
}

int store_thread_has(struct sql_db *db, int64_t channel, int32_t top, int32_t id)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT 1 FROM thread_msg WHERE channel = $1 AND top = $2 AND id = $3");
	int r;

	bind3(s, channel, top, id);
	r = sql_step(s);
	sql_done(s);
	return r;
}

int store_thread_newest(struct sql_db *db, int64_t channel, int32_t top, int32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id FROM thread_msg WHERE channel = $1 AND top = $2"
	                                     " ORDER BY id DESC LIMIT 1");
	int r;

	SQL_BIND_INTS(s, channel, top);
	r = sql_step(s);
	*ret = r == 1 ? (int32_t)sql_int(s, 0) : 0;
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_thread_walk(struct sql_db *db, int64_t channel, int32_t top, int32_t from, bool up, uint32_t skip,
                      uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n)
{
	struct store_msg *v = ARENA_ARRAY(a, struct store_msg, limit + 1u);
	int32_t *ids = ARENA_ARRAY(a, int32_t, limit + 1u);
	struct sql_stmt *s;
	size_t n = 0, k = 0;
	int r;

	if (up)
		s = sql_prepare(db, "SELECT id FROM thread_msg WHERE channel = $1 AND top = $2 AND id >= $3"
		                    " ORDER BY id LIMIT $4 OFFSET $5");
	else
		s = sql_prepare(db, "SELECT id FROM thread_msg WHERE channel = $1 AND top = $2 AND id < $3"
		                    " ORDER BY id DESC LIMIT $4 OFFSET $5");
	bind3(s, channel, top, from);
	sql_bind_int(s, 4, limit);
	sql_bind_int(s, 5, skip);
	while ((r = sql_step(s)) == 1 && n < limit)
		ids[n++] = (int32_t)sql_int(s, 0);
	sql_done(s);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = store_msg_get(db, channel, channel, ids[i], a, &v[k]);
		if (r == 0)
			k++;
		else if (r == -ERR_NOTFOUND)
			r = 0;
	}
	*ret = v;
	*ret_n = k;
	return r < 0 ? r : 0;
}

int store_thread_unread(struct sql_db *db, int64_t channel, int32_t top, int32_t after, int64_t author,
                        uint32_t limit, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT count(*) FROM (SELECT 1 FROM thread_msg WHERE channel = $1 AND top = $2"
		    " AND id > $3 AND author <> $4 LIMIT $5) AS x");

	bind3(s, channel, top, after);
	sql_bind_int(s, 4, author);
	sql_bind_int(s, 5, limit);
	return store_count_of(s, ret);
}

static int distinct(struct sql_stmt *s, uint32_t limit, struct arena *a, int64_t **ret, size_t *ret_n)
{
	int64_t *v = ARENA_ARRAY(a, int64_t, limit + 1u);
	size_t n = 0, k;
	int r;

	while ((r = sql_step(s)) == 1 && n < limit) {
		v[n] = sql_int(s, 0);
		for (k = 0; k < n && v[k] != v[n]; k++)
			;
		n += k == n;
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_thread_repliers(struct sql_db *db, int64_t channel, int32_t top, uint32_t looks, uint32_t limit,
                          struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT from_id FROM thread_msg WHERE channel = $1 AND top = $2"
	                                     " ORDER BY id DESC LIMIT $3");

	bind3(s, channel, top, looks);
	return distinct(s, limit, a, ret, ret_n);
}

int store_thread_authors(struct sql_db *db, int64_t channel, int32_t top, int32_t after, int32_t upto,
                         uint32_t limit, struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT author FROM thread_msg WHERE channel = $1 AND top = $2"
	                                     " AND id > $3 AND id <= $4 ORDER BY id DESC LIMIT $5");

	bind3(s, channel, top, after);
	sql_bind_int(s, 4, upto);
	sql_bind_int(s, 5, limit);
	return distinct(s, limit, a, ret, ret_n);
}

/* The lowest id of the newest `limit` below `from`; 0: fewer are left. */
static int end_of_slice(struct sql_db *db, int64_t channel, int32_t from, uint32_t limit, int32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id FROM msg WHERE owner = $1 AND peer = $1 AND id < $2"
	                                     " ORDER BY id DESC LIMIT 1 OFFSET $3");
	int r;

	bind3(s, channel, from, limit - 1);
	r = sql_step(s);
	*ret = r == 1 ? (int32_t)sql_int(s, 0) : 0;
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_thread_fill(struct sql_db *db, int64_t channel, int32_t top, int32_t from, uint32_t limit,
                      int32_t *ret_from)
{
	struct store_thread t;
	struct sql_stmt *s;
	int r = end_of_slice(db, channel, from, limit, ret_from);

	if (r < 0)
		return r;
	s = sql_prepare(
		db,
		"INSERT INTO thread_msg (channel, top, id, author, from_id)"
		" SELECT owner, $2, id, origin_owner, from_id FROM msg AS m WHERE owner = $1 AND peer = $1"
		" AND id < $3 AND id >= $4"
		" AND NOT EXISTS (SELECT 1 FROM topic AS t JOIN thread_msg AS x ON x.channel = t.channel"
		" AND x.top = t.id WHERE t.channel = $1 AND x.id = m.id) ON CONFLICT DO NOTHING");
	bind3(s, channel, top, from);
	sql_bind_int(s, 4, *ret_from);
	if ((r = sql_run(s)) < 0)
		return r;
	limit = (uint32_t)sql_changes(db);
	if ((r = store_thread_get(db, channel, top, &t)) < 0)
		return r;
	t.count += (int32_t)limit;
	if (store_thread_has(db, channel, top, top) > 0 && *ret_from <= top && from > top && limit)
		t.count--; /* its root is not counted */
	if ((r = store_thread_newest(db, channel, top, &t.max_id)) < 0)
		return r;
	return store_thread_put(db, &t);
}

int store_thread_mark_get(struct sql_db *db, int64_t owner, int64_t channel, int32_t top, struct arena *a,
                          struct store_thread_mark *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT read_in, draft, draft_date FROM thread_mark"
	                                     " WHERE owner = $1 AND channel = $2 AND top = $3");
	int r;

	*ret = (struct store_thread_mark){.owner = owner, .channel = channel, .top = top};
	bind3(s, owner, channel, top);
	r = sql_step(s);
	if (r == 1) {
		ret->read_in = (int32_t)sql_int(s, 0);
		ret->draft = sql_copy(s, 1, a);
		ret->draft_date = sql_int(s, 2);
	}
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_thread_mark_put(struct sql_db *db, const struct store_thread_mark *m)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO thread_mark (owner, channel, top, read_in, draft, draft_date)"
		    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner, channel, top) DO UPDATE SET"
		    " read_in = excluded.read_in, draft = excluded.draft, draft_date = excluded.draft_date");

	bind3(s, m->owner, m->channel, m->top);
	sql_bind_int(s, 4, m->read_in);
	sql_bind_bytes(s, 5, m->draft);
	sql_bind_int(s, 6, m->draft_date);
	return sql_run(s);
}

static int forget_of(struct sql_db *db, struct sql_stmt *s, int64_t channel, uint32_t limit)
{
	int r;

	SQL_BIND_INTS(s, channel, limit);
	r = sql_run(s);
	return r < 0 ? r : sql_changes(db) >= (int)limit;
}

int store_thread_marks_forget(struct sql_db *db, int64_t channel, int32_t top, uint32_t limit)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM thread_mark WHERE channel = $1 AND top = $3 AND owner IN"
		    " (SELECT owner FROM thread_mark WHERE channel = $1 AND top = $3 LIMIT $2)");

	sql_bind_int(s, 3, top);
	return forget_of(db, s, channel, limit);
}

int store_thread_forget(struct sql_db *db, int64_t channel, uint32_t limit)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM thread_msg WHERE channel = $1 AND (top, id) IN"
	                                     " (SELECT top, id FROM thread_msg WHERE channel = $1 LIMIT $2)");
	int r = forget_of(db, s, channel, limit), more = r;

	if (r < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM thread WHERE channel = $1 AND top IN"
	                    " (SELECT top FROM thread WHERE channel = $1 LIMIT $2)");
	if ((r = forget_of(db, s, channel, limit)) < 0)
		return r;
	more |= r;
	s = sql_prepare(db, "DELETE FROM topic WHERE channel = $1 AND id IN"
	                    " (SELECT id FROM topic WHERE channel = $1 LIMIT $2)");
	if ((r = forget_of(db, s, channel, limit)) < 0)
		return r;
	more |= r;
	s = sql_prepare(db, "DELETE FROM thread_mark WHERE channel = $1 AND (owner, top) IN"
	                    " (SELECT owner, top FROM thread_mark WHERE channel = $1 LIMIT $2)");
	r = forget_of(db, s, channel, limit);
	return r < 0 ? r : more | r;
}

int store_thread_above(struct sql_db *db, int64_t channel, int32_t after, uint32_t limit, struct arena *a,
                       int32_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT h.top FROM thread AS h JOIN topic AS t ON t.channel = h.channel AND t.id = h.top"
		    " WHERE h.channel = $1 AND h.max_id > $2 LIMIT $3");
	int32_t *v = ARENA_ARRAY(a, int32_t, limit + 1u);
	size_t n = 0;
	int r;

	bind3(s, channel, after, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = (int32_t)sql_int(s, 0);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}
