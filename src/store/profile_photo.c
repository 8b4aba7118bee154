/* profile_photo.c - see profile_photo.h. */
#include "store/profile_photo.h"

#include "base/err.h"
#include "store/file.h"
#include "store/list.h"

static int insert(struct sql_db *db, const struct store_profile_photo *p, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO user_photo (owner, place, file, thumb, video) VALUES ($1, $2, $3, $4, $5)");
	int r;

	SQL_BIND_INTS(s, p->owner, p->place, p->file);
	sql_bind_bytes(s, 4, p->thumb);
	sql_bind_int(s, 5, p->video);
	r = sql_run(s);
	return r < 0 ? r : store_file_ref(db, p->file, 1, now);
}

static int highest(struct sql_db *db, int64_t owner, int64_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT max(place) FROM user_photo WHERE owner = $1");
	int r;

	*ret = 0;
	sql_bind_int(s, 1, owner);
	r = sql_value(s, ret);
	return r < 0 ? r : 0;
}

int store_profile_photo_put(struct sql_db *db, const struct store_profile_photo *p, unixtime_t now)
{
	struct store_profile_photo row = *p;
	int r = store_profile_photo_delete(db, p->owner, p->file, now);

	if (r < 0 || (r = highest(db, p->owner, &row.place)) < 0)
		return r;
	row.place++;
	return insert(db, &row, now);
}

int store_profile_photo_put_public(struct sql_db *db, const struct store_profile_photo *p, unixtime_t now)
{
	struct store_profile_photo row = *p, old;
	struct arena a;
	int r;

	row.place = STORE_PHOTO_PUBLIC;
	arena_init(&a, 0);
	r = store_profile_photo_top(db, p->owner, true, &a, &old);
	arena_fini(&a);
	if (r == 0)
		r = store_profile_photo_delete(db, p->owner, old.file, now);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	r = store_profile_photo_delete(db, p->owner, p->file, now);
	return r < 0 ? r : insert(db, &row, now);
}

int store_profile_photo_delete(struct sql_db *db, int64_t owner, int64_t file, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM user_photo WHERE owner = $1 AND file = $2");
	int r;

	SQL_BIND_INTS(s, owner, file);
	r = sql_run(s);
	if (r < 0 || !sql_changes(db))
		return r < 0 ? r : 0;
	r = store_file_ref(db, file, -1, now);
	return r < 0 && r != -ERR_NOTFOUND ? r : 1;
}

static int one(struct sql_stmt *s, struct arena *a, struct store_profile_photo *ret)
{
	int r = sql_step(s);

	if (r == 1)
		*ret = (struct store_profile_photo){.owner = sql_int(s, 0),
		                                    .place = sql_int(s, 1),
		                                    .file = sql_int(s, 2),
		                                    .thumb = sql_copy(s, 3, a),
		                                    .video = sql_int(s, 4) != 0};
	sql_done(s);
	return sql_found(r);
}

int store_profile_photo_top(struct sql_db *db, int64_t owner, bool public, struct arena *a,
                            struct store_profile_photo *ret)
{
	struct sql_stmt *s = sql_prepare(db, public ? "SELECT owner, place, file, thumb, video FROM "
	                                              "user_photo WHERE owner = $1 AND place = 0"
	                                            : "SELECT owner, place, file, thumb, video FROM "
	                                              "user_photo WHERE owner = $1 AND place > 0"
	                                              " ORDER BY place DESC LIMIT 1");

	sql_bind_int(s, 1, owner);
	return one(s, a, ret);
}

int store_profile_photo_find(struct sql_db *db, int64_t owner, int64_t file, struct arena *a,
                             struct store_profile_photo *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT owner, place, file, thumb, video FROM user_photo WHERE owner = $1 AND file = $2");

	SQL_BIND_INTS(s, owner, file);
	return one(s, a, ret);
}

int store_profile_photo_list(struct sql_db *db, int64_t owner, struct arena *a, int64_t **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT file FROM user_photo WHERE owner = $1 AND place > 0 ORDER BY place DESC");

	return store_list_of(s, owner, a, ret, ret_n);
}

int store_profile_photo_clear(struct sql_db *db, int64_t owner, size_t most, struct arena *a, unixtime_t now)
{
	int64_t *files;
	size_t n;
	int r = store_profile_photo_list(db, owner, a, &files, &n);

	for (size_t i = 0; r >= 0 && i < n && i < most; i++)
		r = store_profile_photo_delete(db, owner, files[i], now);
	return r < 0 ? r : n > most;
}
