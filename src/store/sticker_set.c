/* sticker_set.c - see sticker_set.h. */
#include "store/sticker_set.h"

#include "base/err.h"
#include "store/file.h"
#include "store/list.h"

#define SET  "id, owner, maker, kind, flags, title, name, date, version, thumb, thumb_doc, count, formats"
#define ITEM "set_id, file, place, format, emoji, keywords"

enum { ITEMS_MAX = 256 };

static int claim(struct sql_db *db, struct slice folded, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO dir_sticker (name, set_id) VALUES ($1, $2)"
	                                     " ON CONFLICT (name) DO NOTHING");
	int r;

	sql_bind_text(s, 1, folded);
	sql_bind_int(s, 2, id);
	r = sql_run(s);
	return r < 0 ? r : sql_changes(db) ? 0 : -ERR_EXISTS;
}

int store_sticker_set_insert(struct sql_db *db, const struct store_sticker_set *x, struct slice folded)
{
	struct sql_stmt *s;
	int r = claim(db, folded, x->id);

	if (r < 0)
		return r;
	s = sql_prepare(db,
	                "INSERT INTO sticker_set (" SET ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, "
	                "$10, $11, $12)");
	SQL_BIND_INTS(s, x->id, x->owner, x->maker, x->kind, x->flags);
	sql_bind_text(s, 6, x->title);
	sql_bind_text(s, 7, x->name);
	sql_bind_int(s, 8, x->date);
	sql_bind_int(s, 9, x->thumb);
	sql_bind_int(s, 10, x->thumb_doc);
	sql_bind_int(s, 11, x->count);
	sql_bind_int(s, 12, x->formats);
	return sql_run(s);
}

static struct store_sticker_set set_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_sticker_set){.id = sql_int(s, 0),
	                                  .owner = sql_int(s, 1),
	                                  .maker = sql_int(s, 2),
	                                  .kind = (enum store_sticker_kind)sql_int(s, 3),
	                                  .flags = (int)sql_int(s, 4),
	                                  .title = sql_copy(s, 5, a),
	                                  .name = sql_copy(s, 6, a),
	                                  .date = sql_int(s, 7),
	                                  .version = (int32_t)sql_int(s, 8),
	                                  .thumb = sql_int(s, 9),
	                                  .thumb_doc = sql_int(s, 10),
	                                  .count = (int32_t)sql_int(s, 11),
	                                  .formats = (int)sql_int(s, 12)};
}

int store_sticker_set_get(struct sql_db *db, int64_t id, struct arena *a, struct store_sticker_set *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " SET " FROM sticker_set WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret = set_of(s, a);
	sql_done(s);
	return sql_found(r);
}

int store_sticker_set_find(struct sql_db *db, struct slice folded, int64_t *ret_id)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT set_id FROM dir_sticker WHERE name = $1");
	int r;

	sql_bind_text(s, 1, folded);
	r = sql_value(s, ret_id);
	return sql_found(r);
}

int store_sticker_set_update(struct sql_db *db, const struct store_sticker_set *x)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE sticker_set SET title = $2, thumb = $3, thumb_doc = $4, count = $5, formats = $6,"
		    " version = version + 1 WHERE id = $1");

	sql_bind_int(s, 1, x->id);
	sql_bind_text(s, 2, x->title);
	sql_bind_int(s, 3, x->thumb);
	sql_bind_int(s, 4, x->thumb_doc);
	sql_bind_int(s, 5, x->count);
	sql_bind_int(s, 6, x->formats);
	return sql_run(s);
}

int store_sticker_set_delete(struct sql_db *db, int64_t id, struct slice folded)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM dir_sticker WHERE name = $1 AND set_id = $2");
	int r;

	sql_bind_text(s, 1, folded);
	sql_bind_int(s, 2, id);
	if ((r = sql_run(s)) < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM sticker_set WHERE id = $1");
	sql_bind_int(s, 1, id);
	return sql_run(s);
}

int store_sticker_set_of(struct sql_db *db, int64_t owner, int64_t before, uint32_t limit, struct arena *a,
                         int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id FROM sticker_set WHERE owner = $1 AND id < $2"
	                                     " ORDER BY id DESC LIMIT $3");

	sql_bind_int(s, 2, before ? before : INT64_MAX);
	sql_bind_int(s, 3, limit);
	return store_list_of(s, owner, a, ret, ret_n);
}

int store_sticker_set_count_of(struct sql_db *db, int64_t owner, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM sticker_set WHERE owner = $1");

	sql_bind_int(s, 1, owner);
	return store_count_of(s, ret);
}

int store_sticker_set_newest(struct sql_db *db, enum store_sticker_kind kind, uint32_t limit, struct arena *a,
                             struct store_sticker_set **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT " SET " FROM sticker_set WHERE kind = $1 ORDER BY date DESC, id LIMIT $2");
	struct store_sticker_set *v = ARENA_ARRAY(a, struct store_sticker_set, limit + 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, kind, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = set_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

static struct store_sticker item_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_sticker){.set = sql_int(s, 0),
	                              .file = sql_int(s, 1),
	                              .place = (int32_t)sql_int(s, 2),
	                              .format = (int)sql_int(s, 3),
	                              .emoji = sql_copy(s, 4, a),
	                              .keywords = sql_copy(s, 5, a)};
}

int store_sticker_list(struct sql_db *db, int64_t set, struct arena *a, struct store_sticker **ret,
                       size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " ITEM
	                                     " FROM sticker_item WHERE set_id = $1 ORDER BY place");
	struct store_sticker *v = ARENA_ARRAY(a, struct store_sticker, ITEMS_MAX);
	size_t n = 0;
	int r;

	sql_bind_int(s, 1, set);
	while ((r = sql_step(s)) == 1 && n < ITEMS_MAX)
		v[n++] = item_of(s, a);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_sticker_of_file(struct sql_db *db, int64_t file, struct arena *a, struct store_sticker *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " ITEM " FROM sticker_item WHERE file = $1");
	int r;

	sql_bind_int(s, 1, file);
	r = sql_step(s);
	if (r == 1)
		*ret = item_of(s, a);
	sql_done(s);
	return sql_found(r);
}

static int insert_item(struct sql_db *db, const struct store_sticker *x)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO sticker_item (" ITEM
	                                     ") VALUES ($1, $2, $3, $4, $5, $6)");

	SQL_BIND_INTS(s, x->set, x->file, x->place, x->format);
	sql_bind_text(s, 5, x->emoji);
	sql_bind_text(s, 6, x->keywords);
	return sql_run(s);
}

int store_sticker_put_all(struct sql_db *db, int64_t set, const struct store_sticker *v, size_t n,
                          unixtime_t now)
{
	struct sql_stmt *s;
	struct store_sticker *old, x;
	struct arena a;
	size_t n_old;
	int r;

	arena_init(&a, 0);
	r = store_sticker_list(db, set, &a, &old, &n_old);
	/* New references before old ones go, so that no file is idle in between. */
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_file_ref(db, v[i].file, 1, now);
	for (size_t i = 0; r >= 0 && i < n_old; i++)
		r = store_file_ref(db, old[i].file, -1, now);
	arena_fini(&a);
	if (r < 0)
		return r;
	s = sql_prepare(db, "DELETE FROM sticker_item WHERE set_id = $1");
	sql_bind_int(s, 1, set);
	r = sql_run(s);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		x = v[i];
		x.set = set;
		x.place = (int32_t)i;
		r = insert_item(db, &x);
	}
	return r < 0 ? r : 0;
}

int store_sticker_emoji_put(struct sql_db *db, struct slice emoji, enum store_sticker_kind kind, int64_t file)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "INSERT INTO sticker_emoji (emoji, kind, file) VALUES ($1, $2, $3)"
	                                 " ON CONFLICT (emoji, kind, file) DO NOTHING");

	sql_bind_text(s, 1, emoji);
	sql_bind_int(s, 2, kind);
	sql_bind_int(s, 3, file);
	return sql_run(s);
}

int store_sticker_emoji_clear(struct sql_db *db, int64_t file)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM sticker_emoji WHERE file = $1");

	sql_bind_int(s, 1, file);
	return sql_run(s);
}

int store_sticker_emoji_find(struct sql_db *db, struct slice emoji, enum store_sticker_kind kind,
                             uint32_t limit, struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT file FROM sticker_emoji WHERE kind = $1 AND emoji = $2"
	                                     " ORDER BY file LIMIT $3");

	sql_bind_text(s, 2, emoji);
	sql_bind_int(s, 3, limit);
	return store_list_of(s, kind, a, ret, ret_n);
}
