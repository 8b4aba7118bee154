/* later.c - see later.h. */
#include "store/later.h"

#include "base/err.h"
#include "store/list.h"

#define COLUMNS                                                                                              \
	"owner, peer, id, date, author, from_id, flags, edit_date, reply_to, grouped_id, random_id, "        \
	"source, "                                                                                           \
	"source_id, body"

static int top_of(struct sql_db *db, int64_t owner, int64_t peer, int64_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT top FROM later_top WHERE owner = $1 AND peer = $2");

	*ret = 0;
	SQL_BIND_INTS(s, owner, peer);
	return sql_value(s, ret);
}

static int set_top(struct sql_db *db, int64_t owner, int64_t peer, int64_t top)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO later_top (owner, peer, top) VALUES ($1, $2, $3)"
	                                     " ON CONFLICT (owner, peer) DO UPDATE SET top = $3");

	SQL_BIND_INTS(s, owner, peer, top);
	return sql_run(s);
}

/* 1 or 0. */
static int is_taken(struct sql_db *db, int64_t owner, int64_t peer, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT id FROM later WHERE owner = $1 AND peer = $2 AND id = $3");

	SQL_BIND_INTS(s, owner, peer, id);
	return sql_value(s, &id);
}

/* The one behind the last that was given; the sequence begins anew behind its end, where few wait. */
static int next_id(struct sql_db *db, struct store_later *m)
{
	int64_t id;
	int r = top_of(db, m->owner, m->peer, &id);

	for (int i = 0; r >= 0 && i < STORE_LATER_ID_MAX; i++) {
		id = id % STORE_LATER_ID_MAX + 1;
		r = is_taken(db, m->owner, m->peer, id);
		if (r != 0)
			continue;
		m->id = (int32_t)id;
		return set_top(db, m->owner, m->peer, id);
	}
	return r < 0 ? r : -ERR_FULL;
}

int store_later_insert(struct sql_db *db, struct store_later *m)
{
	struct sql_stmt *s;
	int r = next_id(db, m);

	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO later (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
	                    " $11, $12, $13, $14)");
	SQL_BIND_INTS(s, m->owner, m->peer, m->id, m->date, m->author, m->from_id, m->flags, m->edit_date,
	              m->reply_to, m->grouped_id, m->random_id, m->source, m->source_id);
	sql_bind_bytes(s, 14, m->body);
	return sql_run(s);
}

static struct store_later row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_later){.owner = sql_int(s, 0),
	                            .peer = sql_int(s, 1),
	                            .id = (int32_t)sql_int(s, 2),
	                            .date = sql_int(s, 3),
	                            .author = sql_int(s, 4),
	                            .from_id = sql_int(s, 5),
	                            .flags = (int)sql_int(s, 6),
	                            .edit_date = sql_int(s, 7),
	                            .reply_to = (int32_t)sql_int(s, 8),
	                            .grouped_id = sql_int(s, 9),
	                            .random_id = sql_int(s, 10),
	                            .source = sql_int(s, 11),
	                            .source_id = (int32_t)sql_int(s, 12),
	                            .body = sql_copy(s, 13, a)};
}

int store_later_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct arena *a,
                    struct store_later *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM later WHERE owner = $1 AND peer = $2 AND id = $3");
	int r;

	SQL_BIND_INTS(s, owner, peer, id);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_later_list(struct sql_db *db, int64_t owner, int64_t peer, struct arena *a,
                     struct store_later **ret, size_t *ret_n)
{
	struct sql_stmt *s;
	uint32_t most;
	size_t n = 0;
	int r = store_later_count(db, owner, peer, &most);

	*ret = ARENA_ARRAY(a, struct store_later, most + 1);
	*ret_n = 0;
	if (r < 0 || !most)
		return r;
	s = sql_prepare(db, "SELECT " COLUMNS " FROM later WHERE owner = $1 AND peer = $2"
	                    " ORDER BY date DESC, id DESC LIMIT $3");
	SQL_BIND_INTS(s, owner, peer, most);
	while ((r = sql_step(s)) == 1)
		(*ret)[n++] = row_of(s, a);
	sql_done(s);
	*ret_n = n;
	return r;
}

int store_later_any(struct sql_db *db, int64_t owner, int64_t peer)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id FROM later WHERE owner = $1 AND peer = $2 LIMIT 1");
	int64_t id;

	SQL_BIND_INTS(s, owner, peer);
	return sql_value(s, &id);
}

int store_later_count(struct sql_db *db, int64_t owner, int64_t peer, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM later WHERE owner = $1 AND peer = $2");

	SQL_BIND_INTS(s, owner, peer);
	return store_count_of(s, ret);
}

int store_later_set(struct sql_db *db, const struct store_later *m)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE later SET date = $4, edit_date = $5, body = $6"
	                                     " WHERE owner = $1 AND peer = $2 AND id = $3");

	SQL_BIND_INTS(s, m->owner, m->peer, m->id, m->date, m->edit_date);
	sql_bind_bytes(s, 6, m->body);
	return sql_run(s);
}

int store_later_delete(struct sql_db *db, int64_t owner, int64_t peer, int32_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM later WHERE owner = $1 AND peer = $2 AND id = $3");

	SQL_BIND_INTS(s, owner, peer, id);
	return sql_run(s);
}

int store_later_for(struct sql_db *db, int64_t user, uint32_t limit, struct arena *a, int64_t **ret,
                    size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT DISTINCT owner FROM later WHERE peer = $1 AND date = 2147483646 LIMIT $2");

	sql_bind_int(s, 2, limit);
	return store_list_of(s, user, a, ret, ret_n);
}
