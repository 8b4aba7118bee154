/* personal_photo.c - see personal_photo.h. */
#include "store/personal_photo.h"

#include "base/err.h"
#include "store/file.h"

int store_personal_photo_put(struct sql_db *db, const struct store_profile_photo *p, unixtime_t now)
{
	struct sql_stmt *s;
	int r = store_personal_photo_delete(db, p->owner, p->place, now);

	if (r < 0)
		return r;
	s = sql_prepare(db, "INSERT INTO personal_photo (owner, contact, file, thumb, video) VALUES ($1, $2, "
	                    "$3, $4, $5)");
	SQL_BIND_INTS(s, p->owner, p->place, p->file);
	sql_bind_bytes(s, 4, p->thumb);
	sql_bind_int(s, 5, p->video);
	r = sql_run(s);
	return r < 0 ? r : store_file_ref(db, p->file, 1, now);
}

int store_personal_photo_get(struct sql_db *db, int64_t owner, int64_t contact, struct arena *a,
                             struct store_profile_photo *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT file, thumb, video FROM personal_photo WHERE owner = $1 AND contact = $2");
	int r;

	SQL_BIND_INTS(s, owner, contact);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_profile_photo){.owner = owner,
		                                    .place = contact,
		                                    .file = sql_int(s, 0),
		                                    .thumb = sql_copy(s, 1, a),
		                                    .video = sql_int(s, 2) != 0};
	sql_done(s);
	return sql_found(r);
}

int store_personal_photo_delete(struct sql_db *db, int64_t owner, int64_t contact, unixtime_t now)
{
	struct store_profile_photo old;
	struct sql_stmt *s;
	struct arena a;
	int r;

	arena_init(&a, 0);
	r = store_personal_photo_get(db, owner, contact, &a, &old);
	arena_fini(&a);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	s = sql_prepare(db, "DELETE FROM personal_photo WHERE owner = $1 AND contact = $2");
	SQL_BIND_INTS(s, owner, contact);
	if ((r = sql_run(s)) < 0)
		return r;
	r = store_file_ref(db, old.file, -1, now);
	return r < 0 && r != -ERR_NOTFOUND ? r : 1;
}
