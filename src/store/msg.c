/* msg.c - see msg.h. */
#include "store/msg.h"

#include "base/err.h"
#include "store/content.h"
#include "store/list.h"
#include "store/upd.h"

#define COLUMNS                                                                                              \
	"owner, peer, id, date, from_id, flags, edit_date, origin_owner, origin_id, reply_to, grouped_id, "  \
	"ttl, body"

static int set_pin(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, bool pinned)
{
	struct sql_stmt *s =
		pinned ? sql_prepare(db, "INSERT INTO pin (owner, peer, id) VALUES ($1, $2, $3)"
	                                 " ON CONFLICT DO NOTHING")
		       : sql_prepare(db, "DELETE FROM pin WHERE owner = $1 AND peer = $2 AND id = $3");

	SQL_BIND_INTS(s, owner, peer, id);
	return sql_run(s);
}

static struct content_key content_of(const struct store_msg *m)
{
	return (struct content_key){m->origin_owner, m->origin_id, m->edit_date};
}

static int put_shared(struct sql_db *db, const struct store_msg *m)
{
	struct content_key k = content_of(m);

	if (m->origin_owner == m->owner)
		return store_content_insert(db, &k, m->body);
	return store_content_refer(db, &k, 1);
}

/* Where the body of a row lies. 1: there, 0: in the row, or there is none. */
static int shared_at(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct content_key *ret)
{
	struct sql_stmt *s;
	int r;

	if (peer >= 0 || owner == peer) /* basic groups alone share */
		return 0;
	s = sql_prepare(db, "SELECT origin_owner, origin_id, edit_date FROM msg WHERE owner = $1"
	                    " AND peer = $2 AND id = $3 AND flags & 256 <> 0");
	SQL_BIND_INTS(s, owner, peer, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct content_key){sql_int(s, 0), (int32_t)sql_int(s, 1), sql_int(s, 2)};
	sql_done(s);
	return r;
}

/* From one version to the next: the origin brings it, the others take it. */
static int move_shared(struct sql_db *db, int64_t owner, const struct content_key *at, struct slice body,
                       unixtime_t version)
{
	struct content_key next = {at->owner, at->id, version};
	int r;

	if (at->version == version)
		return at->owner == owner ? store_content_set(db, at, body) : 0;
	r = at->owner == owner ? store_content_insert(db, &next, body) : store_content_refer(db, &next, 1);
	return r < 0 ? r : store_content_refer(db, at, -1);
}

static int fetch_shared(struct sql_db *db, struct arena *a, struct store_msg *v, size_t n)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct content_key k = content_of(&v[i]);

		if (v[i].flags & STORE_MSG_SHARED)
			r = store_content_get(db, &k, a, &v[i].body);
	}
	return r == -ERR_NOTFOUND ? -ERR_CORRUPT : r;
}

int store_msg_insert(struct sql_db *db, const struct store_msg *m)
{
	struct sql_stmt *s;
	int r = m->flags & STORE_MSG_SHARED ? put_shared(db, m) : 0;

	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO msg (" COLUMNS ")"
	                    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
	SQL_BIND_INTS(s, m->owner, m->peer, m->id, m->date, m->from_id, m->flags, m->edit_date,
	              m->origin_owner, m->origin_id, m->reply_to, m->grouped_id, m->ttl);
	sql_bind_bytes(s, 13, m->flags & STORE_MSG_SHARED ? (struct slice){0} : m->body);
	r = sql_run(s);
	return r < 0 || !(m->flags & STORE_MSG_PINNED) ? r : set_pin(db, m->owner, m->peer, m->id, true);
}

static struct store_msg row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_msg){.owner = sql_int(s, 0),
	                          .peer = sql_int(s, 1),
	                          .id = (int32_t)sql_int(s, 2),
	                          .date = sql_int(s, 3),
	                          .from_id = sql_int(s, 4),
	                          .flags = (int)sql_int(s, 5),
	                          .edit_date = sql_int(s, 6),
	                          .origin_owner = sql_int(s, 7),
	                          .origin_id = (int32_t)sql_int(s, 8),
	                          .reply_to = (int32_t)sql_int(s, 9),
	                          .grouped_id = sql_int(s, 10),
	                          .ttl = (int32_t)sql_int(s, 11),
	                          .body = sql_copy(s, 12, a)};
}

static int one(struct sql_db *db, struct sql_stmt *s, struct arena *a, struct store_msg *ret)
{
	int r = sql_step(s);

	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return r == 1 ? fetch_shared(db, a, ret, 1) : r < 0 ? r : -ERR_NOTFOUND;
}

static int many(struct sql_db *db, struct sql_stmt *s, uint32_t limit, struct arena *a,
                struct store_msg **ret, size_t *ret_n)
{
	struct store_msg *v = ARENA_ARRAY(a, struct store_msg, limit ? limit : 1);
	size_t n = 0;
	int r;

	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = row_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : fetch_shared(db, a, v, n);
}

int store_msg_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct arena *a,
                  struct store_msg *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM msg WHERE owner = $1 AND peer = $2 AND id = $3");

	SQL_BIND_INTS(s, owner, peer, id);
	return one(db, s, a, ret);
}

int store_msg_find(struct sql_db *db, int64_t owner, int32_t id, struct arena *a, struct store_msg *ret)
{
	int64_t peer;
	int r;

	r = store_upd_peer_of(db, owner, id, &peer);
	return r < 0 ? r : store_msg_get(db, owner, peer, id, a, ret);
}

int store_msg_by_origin(struct sql_db *db, int64_t owner, int64_t origin_owner, int32_t origin_id,
                        struct arena *a, struct store_msg *ret)
{
	struct sql_stmt *s;

	if (owner == origin_owner)
		return store_msg_find(db, owner, origin_id, a, ret);
	s = sql_prepare(db, "SELECT " COLUMNS
	                    " FROM msg WHERE owner = $1 AND origin_owner = $2 AND origin_id = $3"
	                    " AND origin_owner <> owner");
	SQL_BIND_INTS(s, owner, origin_owner, origin_id);
	return one(db, s, a, ret);
}

int store_msg_set_body(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct slice body,
                       unixtime_t edit_date)
{
	struct content_key at;
	struct sql_stmt *s;
	int r, shared = shared_at(db, owner, peer, id, &at);

	if (shared < 0)
		return shared;
	if (shared && (r = move_shared(db, owner, &at, body, edit_date)) < 0)
		return r;
	s = sql_prepare(
		db, "UPDATE msg SET body = $4, edit_date = $5 WHERE owner = $1 AND peer = $2 AND id = $3");
	SQL_BIND_INTS(s, owner, peer, id);
	sql_bind_bytes(s, 4, shared ? (struct slice){0} : body);
	sql_bind_int(s, 5, edit_date);
	return sql_run(s);
}

int store_msg_set_flags(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, int flags)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE msg SET flags = $4 WHERE owner = $1 AND peer = $2 AND id = $3");
	int r;

	SQL_BIND_INTS(s, owner, peer, id, flags);
	r = sql_run(s);
	return r < 0 || !sql_changes(db) ? r : set_pin(db, owner, peer, id, flags & STORE_MSG_PINNED);
}

int store_msg_delete(struct sql_db *db, int64_t owner, int64_t peer, int32_t id)
{
	struct content_key at;
	struct sql_stmt *s;
	int r, shared = shared_at(db, owner, peer, id, &at);

	if (shared < 0)
		return shared;
	s = sql_prepare(db, "DELETE FROM msg WHERE owner = $1 AND peer = $2 AND id = $3");
	SQL_BIND_INTS(s, owner, peer, id);
	r = sql_run(s);
	if (r < 0 || !sql_changes(db))
		return r < 0 ? r : -ERR_NOTFOUND;
	if (shared && (r = store_content_refer(db, &at, -1)) < 0)
		return r == -ERR_NOTFOUND ? -ERR_CORRUPT : r;
	return set_pin(db, owner, peer, id, false);
}

static void bind_walk(struct sql_stmt *s, int64_t owner, int64_t peer, int32_t from, uint32_t limit)
{
	SQL_BIND_INTS(s, owner, peer, from, limit);
}

int store_msg_walk(struct sql_db *db, int64_t owner, int64_t peer, int32_t from, bool up, uint32_t skip,
                   uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n)
{
	struct sql_stmt *s;

	if (up)
		s = sql_prepare(db, "SELECT " COLUMNS " FROM msg WHERE owner = $1 AND peer = $2 AND id >= $3"
		                    " ORDER BY id LIMIT $4 OFFSET $5");
	else
		s = sql_prepare(db, "SELECT " COLUMNS " FROM msg WHERE owner = $1 AND peer = $2 AND id < $3"
		                    " ORDER BY id DESC LIMIT $4 OFFSET $5");
	bind_walk(s, owner, peer, from, limit);
	sql_bind_int(s, 5, skip);
	return many(db, s, limit, a, ret, ret_n);
}

int store_msg_walk_pinned(struct sql_db *db, int64_t owner, int64_t peer, int32_t from, bool up,
                          uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n)
{
	struct sql_stmt *s;

	if (up)
		s = sql_prepare(db, "SELECT " COLUMNS " FROM msg WHERE owner = $1 AND peer = $2 AND id IN"
		                    " (SELECT id FROM pin WHERE owner = $1 AND peer = $2 AND id >= $3"
		                    " ORDER BY id LIMIT $4) ORDER BY id");
	else
		s = sql_prepare(db, "SELECT " COLUMNS " FROM msg WHERE owner = $1 AND peer = $2 AND id IN"
		                    " (SELECT id FROM pin WHERE owner = $1 AND peer = $2 AND id < $3"
		                    " ORDER BY id DESC LIMIT $4) ORDER BY id DESC");
	bind_walk(s, owner, peer, from, limit);
	return many(db, s, limit, a, ret, ret_n);
}

/* Id and date of the newest message below `from`. 1: there is one. */
static int below(struct sql_db *db, int64_t owner, int64_t peer, int64_t from, int32_t *ret_id,
                 unixtime_t *ret_date)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT id, date FROM msg WHERE owner = $1 AND peer = $2 AND id < $3"
	                                 " ORDER BY id DESC LIMIT 1");
	int r;

	SQL_BIND_INTS(s, owner, peer, from);
	r = sql_step(s);
	if (r == 1) {
		*ret_id = (int32_t)sql_int(s, 0);
		*ret_date = sql_int(s, 1);
	}
	sql_done(s);
	return r;
}

int store_msg_date_upto(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, unixtime_t *ret)
{
	int32_t found;

	*ret = 0;
	return below(db, owner, peer, (int64_t)id + 1, &found, ret);
}

int store_msg_count_pinned(struct sql_db *db, int64_t owner, int64_t peer, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM pin WHERE owner = $1 AND peer = $2");

	SQL_BIND_INTS(s, owner, peer);
	return store_count_of(s, ret);
}

/* By halves, for dates grow with ids: 31 look-ups at most, whatever the length of the dialog. */
int store_msg_before_date(struct sql_db *db, int64_t owner, int64_t peer, unixtime_t date, int32_t *ret_id)
{
	int64_t low = 0, high = (int64_t)INT32_MAX + 1, middle; /* the answer is in [low, high) */
	int32_t id;
	unixtime_t d;
	int r = 1;

	*ret_id = 0;
	for (middle = high; low < high; middle = low + (high - low + 1) / 2) {
		r = below(db, owner, peer, middle, &id, &d);
		if (r < 0)
			return r;
		if (r == 1 && id >= low && d >= date) {
			high = id;
		} else {
			if (r == 1 && d < date && id > *ret_id)
				*ret_id = id;
			low = middle;
		}
	}
	return 0;
}

int store_msg_count_unread(struct sql_db *db, int64_t owner, int64_t peer, int32_t after, uint32_t limit,
                           uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT count(*) FROM (SELECT 1 FROM msg WHERE owner = $1 AND peer = $2 AND id > $3"
		    " AND flags & 1 = 0 LIMIT $4) AS x");

	bind_walk(s, owner, peer, after, limit);
	return store_count_of(s, ret);
}

int store_msg_last(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, bool own, struct arena *a,
                   struct store_msg *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT " COLUMNS " FROM (SELECT " COLUMNS
		    " FROM msg WHERE owner = $1 AND peer = $2 AND id <= $3"
		    " ORDER BY id DESC LIMIT $5) AS x WHERE flags & 1 = $4 ORDER BY id DESC LIMIT 1");

	bind_walk(s, owner, peer, id, own);
	sql_bind_int(s, 5, STORE_MSG_LOOK_BACK);
	return one(db, s, a, ret);
}

int store_msg_count_by(struct sql_db *db, int64_t channel, int64_t author, int32_t after, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM msg WHERE owner = $1 AND origin_owner = $2"
	                                     " AND origin_id > $3 AND origin_owner <> owner");

	SQL_BIND_INTS(s, channel, author, after);
	return store_count_of(s, ret);
}

int store_msg_walk_by(struct sql_db *db, int64_t channel, int64_t author, int32_t from, uint32_t limit,
                      struct arena *a, struct store_msg **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT " COLUMNS " FROM msg WHERE owner = $1 AND origin_owner = $2"
		    " AND origin_id < $3 AND origin_owner <> owner ORDER BY origin_id DESC LIMIT $4");

	bind_walk(s, channel, author, from, limit);
	return many(db, s, limit, a, ret, ret_n);
}

int store_msg_authors(struct sql_db *db, int64_t channel, int32_t after, int32_t upto, uint32_t limit,
                      struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT DISTINCT origin_owner FROM (SELECT origin_owner FROM "
	                                     "msg WHERE owner = $1 AND peer = $1"
	                                     " AND id > $2 AND id <= $3 ORDER BY id DESC LIMIT $4) AS x");
	int64_t *v = ARENA_ARRAY(a, int64_t, limit + 1u);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, channel, after, upto, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = sql_int(s, 0);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_msg_writers(struct sql_db *db, int64_t owner, int64_t peer, int32_t after, int32_t upto,
                      uint32_t limit, struct arena *a, struct store_msg_writer **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT origin_owner, max(origin_id) FROM (SELECT origin_owner, origin_id FROM msg"
		    " WHERE owner = $1 AND peer = $2 AND id > $3 AND id <= $4 AND flags & 1 = 0"
		    " ORDER BY id DESC LIMIT $5) AS x GROUP BY origin_owner");
	struct store_msg_writer *v = NULL, *more;
	size_t n = 0, cap = 0;
	int r;

	SQL_BIND_INTS(s, owner, peer, after, upto, limit);
	while ((r = sql_step(s)) == 1) {
		if (n == cap) {
			more = ARENA_ARRAY(a, struct store_msg_writer, cap = cap ? cap * 2 : 16);
			if (n)
				memcpy(more, v, n * sizeof(*v));
			v = more;
		}
		v[n++] = (struct store_msg_writer){sql_int(s, 0), (int32_t)sql_int(s, 1)};
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}
