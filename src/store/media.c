/* media.c - see media.h. By kind, for what is asked for is a kind; several are merged here, each read no further than needed. */
#include "store/media.h"

#include <assert.h>
#include <stdlib.h>

#include "base/err.h"
#include "store/file.h"
#include "store/poll.h"

#define COLUMNS   "owner, peer, kind, id, file, date"
#define ALL_KINDS "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14"

static_assert(STORE_MEDIA_KINDS == 15, "ALL_KINDS names every kind");

static int came(struct sql_db *db, const struct store_media *m)
{
	if (!m->file)
		return 0;
	return m->kind == STORE_MEDIA_POLL ? store_poll_carried(db, m->file, m->owner, m->peer, m->id)
	                                   : store_file_ref(db, m->file, 1, m->date);
}

static int went(struct sql_db *db, const struct store_media *m, unixtime_t now)
{
	if (!m->file)
		return 0;
	return m->kind == STORE_MEDIA_POLL ? store_poll_dropped(db, m->file, now)
	                                   : store_file_ref(db, m->file, -1, now);
}

int store_media_insert(struct sql_db *db, const struct store_media *m)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "INSERT INTO media (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)");
	int r;

	SQL_BIND_INTS(s, m->owner, m->peer, m->kind, m->id, m->file, m->date);
	r = sql_run(s);
	return r < 0 ? r : came(db, m);
}

static struct store_media row_of(struct sql_stmt *s)
{
	return (struct store_media){.owner = sql_int(s, 0),
	                            .peer = sql_int(s, 1),
	                            .kind = (enum store_media_kind)sql_int(s, 2),
	                            .id = (int32_t)sql_int(s, 3),
	                            .file = sql_int(s, 4),
	                            .date = sql_int(s, 5)};
}

int store_media_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct store_media *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM media WHERE owner = $1 AND peer = $2"
	                                     " AND kind IN (" ALL_KINDS ") AND id = $3");
	int r;

	SQL_BIND_INTS(s, owner, peer, id);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s);
	sql_done(s);
	return sql_found(r);
}

int store_media_delete(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, unixtime_t now)
{
	struct store_media had;
	struct sql_stmt *s;
	int r = store_media_get(db, owner, peer, id, &had);

	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	s = sql_prepare(db, "DELETE FROM media WHERE owner = $1 AND peer = $2 AND kind = $3 AND id = $4");
	SQL_BIND_INTS(s, owner, peer, had.kind, id);
	r = sql_run(s);
	return r < 0 ? r : went(db, &had, now);
}

static struct sql_stmt *walk_dialog(struct sql_db *db, int64_t peer, bool up)
{
	struct sql_stmt *s = up ? sql_prepare(db, "SELECT " COLUMNS
	                                          " FROM media WHERE owner = $1 AND kind = $2 AND id >= $3"
	                                          " AND peer = $5 ORDER BY id LIMIT $4")
	                        : sql_prepare(db, "SELECT " COLUMNS
	                                          " FROM media WHERE owner = $1 AND kind = $2 AND id < $3"
	                                          " AND peer = $5 ORDER BY id DESC LIMIT $4");

	sql_bind_int(s, 5, peer);
	return s;
}

static struct sql_stmt *walk_box(struct sql_db *db, bool up)
{
	return up ? sql_prepare(db,
	                        "SELECT " COLUMNS " FROM media WHERE owner = $1 AND kind = $2 AND id >= $3"
	                        " ORDER BY id LIMIT $4")
	          : sql_prepare(db, "SELECT " COLUMNS " FROM media WHERE owner = $1 AND kind = $2 AND id < $3"
	                            " ORDER BY id DESC LIMIT $4");
}

static int by_id(const void *a, const void *b)
{
	int32_t x = ((const struct store_media *)a)->id, y = ((const struct store_media *)b)->id;

	return x < y ? -1 : x > y;
}

static int newest_first(const void *a, const void *b)
{
	return by_id(b, a);
}

int store_media_walk(struct sql_db *db, int64_t owner, int64_t peer, uint32_t kinds, int32_t from, bool up,
                     uint32_t limit, struct arena *a, struct store_media **ret, size_t *ret_n)
{
	size_t n_kinds = (size_t)__builtin_popcount(kinds), n = 0;
	struct store_media *v = ARENA_ARRAY(a, struct store_media, n_kinds * limit + 1);
	int r = 0;

	for (int kind = 1; r >= 0 && kind < STORE_MEDIA_KINDS; kind++) {
		struct sql_stmt *s;

		if (!(kinds & 1u << kind))
			continue;
		s = peer ? walk_dialog(db, peer, up) : walk_box(db, up);
		SQL_BIND_INTS(s, owner, kind, from, limit);
		for (uint32_t k = 0; k < limit && (r = sql_step(s)) == 1; k++)
			v[n++] = row_of(s);
		sql_done(s);
	}
	qsort(v, n, sizeof(*v), up ? by_id : newest_first);
	*ret = v;
	*ret_n = n < limit ? n : limit;
	return r < 0 ? r : 0;
}

int store_media_count(struct sql_db *db, int64_t owner, int64_t peer, uint32_t kinds, int64_t *ret)
{
	int r = 0;

	*ret = 0;
	for (int kind = 1; r >= 0 && kind < STORE_MEDIA_KINDS; kind++) {
		struct sql_stmt *s;

		if (!(kinds & 1u << kind))
			continue;
		s = peer ? sql_prepare(
				   db,
				   "SELECT count(*) FROM media WHERE owner = $1 AND kind = $2 AND peer = $3")
		         : sql_prepare(db, "SELECT count(*) FROM media WHERE owner = $1 AND kind = $2");
		SQL_BIND_INTS(s, owner, kind);
		if (peer)
			sql_bind_int(s, 3, peer);
		r = sql_step(s);
		if (r == 1)
			*ret += sql_int(s, 0);
		sql_done(s);
	}
	return r < 0 ? r : 0;
}
