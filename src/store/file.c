/* file.c - see file.h. */
#include "store/file.h"

#include "base/buf.h"
#include "base/err.h"

enum { PARTS_MAX = 32 };

int store_file_insert(struct sql_db *db, const struct store_file *f)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "INSERT INTO file (id, kind, owner, date, epoch, refs, idle, body)"
	                                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

	SQL_BIND_INTS(s, f->id, f->kind, f->owner, f->date, f->epoch, f->refs,
	              f->refs ? 0 : f->date + STORE_FILE_WAIT);
	sql_bind_bytes(s, 8, f->body);
	return sql_run(s);
}

int store_file_part_insert(struct sql_db *db, const struct store_file_part *p)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO file_part (file, type, blob, size) VALUES ($1, $2, $3, $4)");

	SQL_BIND_INTS(s, p->file, (unsigned char)p->type);
	sql_bind_bytes(s, 3, slice_of(p->blob, STORE_BLOB_ID));
	sql_bind_int(s, 4, p->size);
	return sql_run(s);
}

int store_file_get(struct sql_db *db, int64_t id, struct arena *a, struct store_file *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id, kind, owner, date, epoch, refs, body FROM file WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret = (struct store_file){.id = sql_int(s, 0),
		                           .kind = (enum store_file_kind)sql_int(s, 1),
		                           .owner = sql_int(s, 2),
		                           .date = sql_int(s, 3),
		                           .epoch = sql_int(s, 4),
		                           .refs = sql_int(s, 5),
		                           .body = sql_copy(s, 6, a)};
	sql_done(s);
	return sql_found(r);
}

int store_file_epoch(struct sql_db *db, int64_t id, int64_t *ret_epoch)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT epoch FROM file WHERE id = $1");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_step(s);
	if (r == 1)
		*ret_epoch = sql_int(s, 0);
	sql_done(s);
	return sql_found(r);
}

/* file, type, blob, size: a blob of another length is not ours. */
static int part_of(struct sql_stmt *s, struct store_file_part *ret)
{
	struct slice blob = sql_bytes(s, 2);

	if (blob.n != STORE_BLOB_ID)
		return -ERR_CORRUPT;
	ret->file = sql_int(s, 0);
	ret->type = (char)sql_int(s, 1);
	memcpy(ret->blob, blob.p, STORE_BLOB_ID);
	ret->size = sql_int(s, 3);
	return 1;
}

int store_file_part_get(struct sql_db *db, int64_t id, char type, struct store_file_part *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT file, type, blob, size FROM file_part WHERE file = $1 AND type = $2");
	int r;

	SQL_BIND_INTS(s, id, (unsigned char)type);
	r = sql_step(s);
	if (r == 1)
		r = part_of(s, ret);
	sql_done(s);
	return sql_found(r);
}

int store_file_parts(struct sql_db *db, int64_t id, struct arena *a, struct store_file_part **ret,
                     size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT file, type, blob, size FROM file_part WHERE file = $1 ORDER BY type");
	struct store_file_part *v = ARENA_ARRAY(a, struct store_file_part, PARTS_MAX);
	size_t n = 0;
	int r;

	sql_bind_int(s, 1, id);
	while ((r = sql_step(s)) == 1 && n < PARTS_MAX && (r = part_of(s, &v[n])) == 1)
		n++;
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_file_set_body(struct sql_db *db, int64_t id, struct slice body)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE file SET body = $2 WHERE id = $1");

	sql_bind_int(s, 1, id);
	sql_bind_bytes(s, 2, body);
	return sql_run_found(s);
}

int store_file_ref(struct sql_db *db, int64_t id, int64_t delta, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "UPDATE file SET refs = refs + $2, idle = CASE WHEN refs + $2 > 0"
	                                 " THEN 0 ELSE $3 END WHERE id = $1");

	SQL_BIND_INTS(s, id, delta, now);
	return sql_run_found(s);
}

int store_file_raise_epoch(struct sql_db *db, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE file SET epoch = epoch + 1 WHERE id = $1");

	sql_bind_int(s, 1, id);
	return sql_run_found(s);
}

int store_file_unneeded(struct sql_db *db, unixtime_t before, uint32_t limit, struct arena *a, int64_t **ret,
                        size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id FROM file WHERE idle <> 0 AND idle < $1 ORDER BY idle LIMIT $2");
	int64_t *v = ARENA_ARRAY(a, int64_t, limit ? limit : 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, before, limit);
	while ((r = sql_step(s)) == 1 && n < limit)
		v[n++] = sql_int(s, 0);
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

static int drop_parts(struct sql_db *db, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM file_part WHERE file = $1");

	sql_bind_int(s, 1, id);
	return sql_run(s);
}

int store_file_empty(struct sql_db *db, int64_t id, unixtime_t now)
{
	struct store_file_part *parts;
	struct arena a;
	size_t n;
	int r;

	arena_init(&a, 0);
	r = store_file_parts(db, id, &a, &parts, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_blob_unref(db, parts[i].blob, now);
	arena_fini(&a);
	if (r >= 0)
		r = drop_parts(db, id);
	return r < 0 ? r : 0;
}

int store_file_forget(struct sql_db *db, int64_t id, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM file WHERE id = $1 AND refs <= 0");
	int r;

	sql_bind_int(s, 1, id);
	r = sql_run(s);
	if (r < 0 || !sql_changes(db))
		return r;
	r = store_file_empty(db, id, now);
	return r < 0 ? r : 1;
}

int store_file_with_blob(struct sql_db *db, const uint8_t blob[STORE_BLOB_ID], struct arena *a, int64_t **ret,
                         size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT DISTINCT file FROM file_part WHERE blob = $1");
	struct buf ids = {0};
	int r;

	sql_bind_bytes(s, 1, slice_of(blob, STORE_BLOB_ID));
	while ((r = sql_step(s)) == 1) {
		int64_t id = sql_int(s, 0);

		buf_put(&ids, &id, sizeof(id));
	}
	sql_done(s);
	*ret_n = ids.n / sizeof(int64_t);
	*ret = ARENA_ARRAY(a, int64_t, *ret_n + 1);
	memcpy(*ret, buf_slice(&ids).p ? buf_slice(&ids).p : (const uint8_t *)"", ids.n);
	buf_fini(&ids);
	return r < 0 ? r : 0;
}

int store_file_by_blob(struct sql_db *db, const uint8_t blob[STORE_BLOB_ID], int64_t owner, int64_t *ret_file)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT f.id FROM file_part p JOIN file f ON f.id = p.file"
	                                     " WHERE p.blob = $1 AND p.type = 0 AND f.owner = $2 AND f.kind "
	                                     "= 2 ORDER BY f.date DESC LIMIT 1");
	int r;

	sql_bind_bytes(s, 1, slice_of(blob, STORE_BLOB_ID));
	sql_bind_int(s, 2, owner);
	r = sql_value(s, ret_file);
	return sql_found(r);
}
