/* contact.c - see contact.h. */
#include "store/contact.h"

#include "base/err.h"
#include "store/list.h"

static struct store_contact row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_contact){sql_int(s, 0),     sql_int(s, 1),     sql_copy(s, 2, a),
	                              sql_copy(s, 3, a), sql_copy(s, 4, a), sql_int(s, 5)};
}

static int list(struct sql_stmt *s, uint32_t limit, struct arena *a, struct store_contact **ret,
                size_t *ret_n)
{
	size_t n = 0, cap = 16;
	struct store_contact *v = ARENA_ARRAY(a, struct store_contact, cap), *more;
	int r;

	while ((r = sql_step(s)) == 1 && n < limit) {
		if (n == cap) {
			more = ARENA_ARRAY(a, struct store_contact, cap * 2);
			memcpy(more, v, n * sizeof(*v));
			v = more;
			cap *= 2;
		}
		v[n++] = row_of(s, a);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_contact_get(struct sql_db *db, int64_t owner, int64_t user_id, struct arena *a,
                      struct store_contact *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT owner, user_id, first, last, phone, date FROM contact"
	                                     " WHERE owner = $1 AND user_id = $2");
	int r;

	SQL_BIND_INTS(s, owner, user_id);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_contact_put(struct sql_db *db, const struct store_contact *c)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO contact (owner, user_id, first, last, phone, date)"
		    " VALUES ($1, $2, $3, $4, $5, $6)"
		    " ON CONFLICT (owner, user_id) DO UPDATE SET first = $3, last = $4, phone = $5");
	int r;

	SQL_BIND_INTS(s, c->owner, c->user_id);
	sql_bind_text(s, 3, c->first);
	sql_bind_text(s, 4, c->last);
	sql_bind_text(s, 5, c->phone);
	sql_bind_int(s, 6, c->date);
	r = sql_run(s);
	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO known_by (owner, by_id, date) VALUES ($1, $2, $3) ON CONFLICT "
	                    "(owner, by_id) DO NOTHING");
	SQL_BIND_INTS(s, c->user_id, c->owner, c->date);
	return sql_run(s);
}

static int delete_pair(struct sql_db *db, const char *text, int64_t a, int64_t b)
{
	struct sql_stmt *s = sql_prepare(db, text);

	SQL_BIND_INTS(s, a, b);
	return sql_run(s);
}

int store_contact_delete(struct sql_db *db, int64_t owner, int64_t user_id)
{
	int64_t n;
	int r;

	r = delete_pair(db, "DELETE FROM contact WHERE owner = $1 AND user_id = $2", owner, user_id);
	n = sql_changes(db);
	if (r == 0)
		r = delete_pair(db, "DELETE FROM known_by WHERE owner = $1 AND by_id = $2", user_id, owner);
	return r < 0 ? r : n ? 0 : -ERR_NOTFOUND;
}

int store_contact_list(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                       struct store_contact **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT owner, user_id, first, last, phone, date FROM contact WHERE owner = $1"
		    " ORDER BY user_id LIMIT $2");

	SQL_BIND_INTS(s, owner, limit);
	return list(s, limit, a, ret, ret_n);
}

int store_contact_count(struct sql_db *db, int64_t owner, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM contact WHERE owner = $1");

	sql_bind_int(s, 1, owner);
	return store_count_of(s, ret);
}

static int exists(struct sql_db *db, const char *text, int64_t a, int64_t b)
{
	struct sql_stmt *s = sql_prepare(db, text);
	int r;

	SQL_BIND_INTS(s, a, b);
	r = sql_step(s);
	sql_done(s);
	return r;
}

int store_contact_is_known_by(struct sql_db *db, int64_t owner, int64_t by)
{
	return exists(db, "SELECT 1 FROM known_by WHERE owner = $1 AND by_id = $2", owner, by);
}

int store_contact_known_by(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a, int64_t **ret,
                           size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT by_id FROM known_by WHERE owner = $1 ORDER BY by_id LIMIT $2");
	size_t n = 0, cap = 64;
	int64_t *v = ARENA_ARRAY(a, int64_t, cap), *more;
	int r;

	SQL_BIND_INTS(s, owner, limit);
	while ((r = sql_step(s)) == 1) {
		if (n == cap) {
			more = ARENA_ARRAY(a, int64_t, cap * 2);
			memcpy(more, v, n * sizeof(*v));
			v = more;
			cap *= 2;
		}
		v[n++] = sql_int(s, 0);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}

int store_wanted_put(struct sql_db *db, struct slice phone, int64_t owner, struct slice first,
                     struct slice last)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO phone_wanted (phone, owner, first, last) VALUES ($1, $2, $3, $4)"
		    " ON CONFLICT (phone, owner) DO UPDATE SET first = $3, last = $4");

	sql_bind_text(s, 1, phone);
	sql_bind_int(s, 2, owner);
	sql_bind_text(s, 3, first);
	sql_bind_text(s, 4, last);
	return sql_run(s);
}

int store_wanted_by(struct sql_db *db, struct slice phone, uint32_t limit, struct arena *a,
                    struct store_contact **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT owner, 0, first, last, phone, 0 FROM phone_wanted WHERE phone = $1"
		    " ORDER BY owner LIMIT $2");

	sql_bind_text(s, 1, phone);
	sql_bind_int(s, 2, limit);
	return list(s, limit, a, ret, ret_n);
}

int store_wanted_delete(struct sql_db *db, struct slice phone, int64_t owner)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM phone_wanted WHERE phone = $1 AND owner = $2");

	sql_bind_text(s, 1, phone);
	sql_bind_int(s, 2, owner);
	return sql_run(s);
}

int store_wanted_list(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                      struct store_contact **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT owner, 0, first, last, phone, 0 FROM phone_wanted WHERE owner = $1"
		    " ORDER BY phone LIMIT $2");

	SQL_BIND_INTS(s, owner, limit);
	return list(s, limit, a, ret, ret_n);
}

int store_wanted_clear(struct sql_db *db, int64_t owner)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM phone_wanted WHERE owner = $1");

	sql_bind_int(s, 1, owner);
	return sql_run(s);
}

int store_blocked_is(struct sql_db *db, int64_t owner, int64_t peer)
{
	return exists(db, "SELECT 1 FROM blocked WHERE owner = $1 AND peer = $2", owner, peer);
}

int store_blocked_set(struct sql_db *db, int64_t owner, int64_t peer, bool blocked, unixtime_t date)
{
	struct sql_stmt *s;
	int r;

	r = store_blocked_is(db, owner, peer);
	if (r < 0 || (r == 1) == blocked)
		return r < 0 ? r : 0;
	if (!blocked) {
		r = delete_pair(db, "DELETE FROM blocked WHERE owner = $1 AND peer = $2", owner, peer);
	} else {
		s = sql_prepare(db, "INSERT INTO blocked (owner, peer, date) VALUES ($1, $2, $3)");
		SQL_BIND_INTS(s, owner, peer, date);
		r = sql_run(s);
	}
	return r < 0 ? r : 1;
}

int store_blocked_list(struct sql_db *db, int64_t owner, uint32_t offset, uint32_t limit, struct arena *a,
                       int64_t **ret_peers, int32_t **ret_dates, size_t *ret_n, uint32_t *ret_count)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM blocked WHERE owner = $1");
	int64_t *peers = ARENA_ARRAY(a, int64_t, limit + 1);
	int32_t *dates = ARENA_ARRAY(a, int32_t, limit + 1);
	size_t n = 0;
	int r;

	sql_bind_int(s, 1, owner);
	if ((r = store_count_of(s, ret_count)) < 0)
		return r;
	s = sql_prepare(db, "SELECT peer, date FROM blocked WHERE owner = $1 ORDER BY date DESC, peer LIMIT "
	                    "$2 OFFSET $3");
	SQL_BIND_INTS(s, owner, limit, offset);
	while ((r = sql_step(s)) == 1) {
		peers[n] = sql_int(s, 0);
		dates[n++] = (int32_t)sql_int(s, 1);
	}
	sql_done(s);
	*ret_peers = peers;
	*ret_dates = dates;
	*ret_n = n;
	return r;
}
