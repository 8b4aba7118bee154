/* sticker_own.c - see sticker_own.h. */
#include "store/sticker_own.h"

#include "base/err.h"
#include "store/file.h"
#include "store/list.h"

enum { ENTRIES_MAX = 512 };

int store_sticker_own_put(struct sql_db *db, const struct store_sticker_own *o)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO sticker_own (owner, set_id, kind, archived, place, date) VALUES ($1, $2, "
		    "$3, $4, $5, $6)"
		    " ON CONFLICT (owner, set_id) DO UPDATE SET archived = $4, place = $5, date = $6");

	SQL_BIND_INTS(s, o->owner, o->set, o->kind, o->archived, o->place, o->date);
	return sql_run(s);
}

int store_sticker_own_delete(struct sql_db *db, int64_t owner, int64_t set)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM sticker_own WHERE owner = $1 AND set_id = $2");
	int r;

	SQL_BIND_INTS(s, owner, set);
	r = sql_run(s);
	return r < 0 ? r : sql_changes(db) > 0;
}

int store_sticker_own_get(struct sql_db *db, int64_t owner, int64_t set, struct store_sticker_own *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT kind, archived, place, date FROM sticker_own WHERE owner = $1 AND set_id = $2");
	int r;

	SQL_BIND_INTS(s, owner, set);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_sticker_own){.owner = owner,
		                                  .set = set,
		                                  .kind = (enum store_sticker_kind)sql_int(s, 0),
		                                  .archived = sql_int(s, 1) != 0,
		                                  .place = sql_int(s, 2),
		                                  .date = sql_int(s, 3)};
	sql_done(s);
	return sql_found(r);
}

int store_sticker_own_list(struct sql_db *db, int64_t owner, enum store_sticker_kind kind, bool archived,
                           struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT set_id FROM sticker_own WHERE owner = $1 AND kind = $2 AND archived = $3"
		    " ORDER BY place DESC");

	sql_bind_int(s, 2, kind);
	sql_bind_int(s, 3, archived);
	return store_list_of(s, owner, a, ret, ret_n);
}

int store_sticker_own_top(struct sql_db *db, int64_t owner, enum store_sticker_kind kind, int64_t *ret_place)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT max(place) FROM sticker_own WHERE owner = $1 AND kind = $2");
	int r;

	*ret_place = 0;
	SQL_BIND_INTS(s, owner, kind);
	r = sql_value(s, ret_place);
	++*ret_place;
	return r < 0 ? r : 0;
}

int store_sticker_own_who(struct sql_db *db, int64_t set, int64_t after, uint32_t limit, struct arena *a,
                          int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT owner FROM sticker_own WHERE set_id = $1 AND owner > $2"
	                                     " ORDER BY owner LIMIT $3");

	sql_bind_int(s, 2, after);
	sql_bind_int(s, 3, limit);
	return store_list_of(s, set, a, ret, ret_n);
}

int store_sticker_entry_delete(struct sql_db *db, int64_t owner, enum store_sticker_list list, int64_t file,
                               unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "DELETE FROM sticker_list WHERE owner = $1 AND list = $2 AND file = $3");
	int r;

	SQL_BIND_INTS(s, owner, list, file);
	r = sql_run(s);
	if (r < 0 || !sql_changes(db))
		return r < 0 ? r : 0;
	r = store_file_ref(db, file, -1, now);
	return r < 0 && r != -ERR_NOTFOUND ? r : 1;
}

static int insert(struct sql_db *db, int64_t owner, enum store_sticker_list list, int64_t file, int64_t place,
                  unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO sticker_list (owner, list, file, place, date) VALUES ($1, $2, $3, $4, $5)");
	int r;

	SQL_BIND_INTS(s, owner, list, file, place, now);
	r = sql_run(s);
	return r < 0 ? r : store_file_ref(db, file, 1, now);
}

static int next_place(struct sql_db *db, int64_t owner, enum store_sticker_list list, int64_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT max(place) FROM sticker_list WHERE owner = $1 AND list = $2");
	int r;

	*ret = 0;
	SQL_BIND_INTS(s, owner, list);
	r = sql_value(s, ret);
	++*ret;
	return r < 0 ? r : 0;
}

int store_sticker_entry_put(struct sql_db *db, int64_t owner, enum store_sticker_list list, int64_t file,
                            uint32_t limit, unixtime_t now)
{
	struct store_sticker_entry *v;
	struct arena a;
	int64_t place;
	size_t n;
	int r;

	if ((r = next_place(db, owner, list, &place)) < 0 ||
	    (r = store_sticker_entry_delete(db, owner, list, file, now)) < 0 ||
	    (r = insert(db, owner, list, file, place, now)) < 0)
		return r;
	arena_init(&a, 0);
	r = store_sticker_entry_list(db, owner, list, &a, &v, &n);
	for (size_t i = limit; r >= 0 && i < n; i++)
		r = store_sticker_entry_delete(db, owner, list, v[i].file, now);
	arena_fini(&a);
	return r < 0 ? r : 0;
}

int store_sticker_entry_list(struct sql_db *db, int64_t owner, enum store_sticker_list list, struct arena *a,
                             struct store_sticker_entry **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT file, date FROM sticker_list WHERE owner = $1 AND list = $2 ORDER BY place DESC");
	struct store_sticker_entry *v = ARENA_ARRAY(a, struct store_sticker_entry, ENTRIES_MAX);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, owner, list);
	while ((r = sql_step(s)) == 1 && n < ENTRIES_MAX)
		v[n++] = (struct store_sticker_entry){sql_int(s, 0), sql_int(s, 1)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}
