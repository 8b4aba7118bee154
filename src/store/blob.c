/* blob.c - see blob.h. Windows lie 64 in a row: two kilobytes for 8 MiB of a file. */
#include "store/blob.h"

#include <stdio.h>

#include "base/err.h"

enum { WINDOWS_A_ROW = 64, WINDOW_HASH = 32, ROW_BYTES = WINDOWS_A_ROW * WINDOW_HASH };

static struct slice id_of(const uint8_t id[STORE_BLOB_ID])
{
	return slice_of(id, STORE_BLOB_ID);
}

static int has_windows(struct sql_db *db, const uint8_t id[STORE_BLOB_ID])
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM blob_window WHERE hash = $1 AND part = 0");
	int r;

	sql_bind_bytes(s, 1, id_of(id));
	r = sql_step(s);
	sql_done(s);
	return r;
}

static int put_windows(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], struct slice windows)
{
	int r = windows.n ? has_windows(db, id) : 1;

	if (r != 0)
		return r < 0 ? r : 0;
	for (uint32_t at = 0, part = 0; r >= 0 && at < windows.n; at += ROW_BYTES, part++) {
		struct sql_stmt *s = sql_prepare(
			db, "INSERT INTO blob_window (hash, part, body) VALUES ($1, $2, $3)");
		uint32_t n = windows.n - at < ROW_BYTES ? windows.n - at : ROW_BYTES;

		sql_bind_bytes(s, 1, id_of(id));
		sql_bind_int(s, 2, part);
		sql_bind_bytes(s, 3, slice_of(windows.p + at, n));
		r = sql_run(s);
	}
	return r;
}

int store_blob_ref(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], int64_t size, struct slice windows,
                   struct slice home, unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "INSERT INTO blob (hash, size, refs, since, lost, home) VALUES ($1, $2, 1, 0, 0, $3)"
		    " ON CONFLICT (hash) DO UPDATE SET refs = blob.refs + 1, since = 0, lost = 0");
	int r;

	sql_bind_bytes(s, 1, id_of(id));
	sql_bind_int(s, 2, size);
	sql_bind_text(s, 3, home.n ? home : SLICE_LIT(""));
	r = sql_run(s);
	return r < 0 ? r : put_windows(db, id, windows);
}

int store_blob_unref(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "UPDATE blob SET refs = refs - 1, since = CASE WHEN refs > 1 THEN 0"
	                                 " ELSE $2 END WHERE hash = $1");

	sql_bind_bytes(s, 1, id_of(id));
	sql_bind_int(s, 2, now);
	return sql_run_found(s);
}

int store_blob_windows(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], uint32_t first, uint32_t n,
                       struct arena *a, struct slice *ret)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT part, body FROM blob_window WHERE hash = $1 AND part >= $2"
	                                 " AND part <= $3 ORDER BY part");
	uint64_t from = (uint64_t)first * WINDOW_HASH, to = from + (uint64_t)n * WINDOW_HASH;
	uint8_t *p = arena_alloc(a, (size_t)n * WINDOW_HASH + 1);
	uint32_t have = 0;
	int r;

	sql_bind_bytes(s, 1, id_of(id));
	sql_bind_int(s, 2, first / WINDOWS_A_ROW);
	sql_bind_int(s, 3, (int64_t)((to ? to - 1 : 0) / ROW_BYTES));
	while ((r = sql_step(s)) == 1) {
		uint64_t at = (uint64_t)sql_int(s, 0) * ROW_BYTES;
		struct slice body = sql_bytes(s, 1);

		for (uint32_t k = 0; k + WINDOW_HASH <= body.n; k += WINDOW_HASH)
			if (at + k >= from && at + k < to) {
				memcpy(p + have, body.p + k, WINDOW_HASH);
				have += WINDOW_HASH;
			}
	}
	sql_done(s);
	if (r == 0 && !have) { /* beyond the end, or none at all */
		r = has_windows(db, id);
		if (r == 0)
			return -ERR_NOTFOUND;
	}
	if (r < 0)
		return r;
	*ret = slice_of(p, have);
	return 0;
}

int store_blob_get(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], int64_t *ret_refs, int64_t *ret_size)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT refs, size FROM blob WHERE hash = $1");
	int r;

	sql_bind_bytes(s, 1, id_of(id));
	r = sql_step(s);
	if (r == 1) {
		*ret_refs = sql_int(s, 0);
		*ret_size = sql_int(s, 1);
	}
	sql_done(s);
	return sql_found(r);
}

int store_blob_home(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], char ret[3])
{
	struct sql_stmt *s = sql_prepare(db, "SELECT home FROM blob WHERE hash = $1");
	struct slice home;
	int r;

	sql_bind_bytes(s, 1, id_of(id));
	r = sql_step(s);
	if (r == 1) {
		home = sql_bytes(s, 0);
		snprintf(ret, 3, "%.*s", (int)home.n, (const char *)home.p);
	}
	sql_done(s);
	return r == 1 ? 0 : r < 0 ? r : -ERR_NOTFOUND;
}

/* Ids from a statement of one column. */
static int collect(struct sql_stmt *s, uint32_t limit, struct arena *a, struct slice **ret_ids, size_t *ret_n)
{
	struct slice *v = ARENA_ARRAY(a, struct slice, limit ? limit : 1);
	size_t n = 0;
	int r;

	while ((r = sql_step(s)) == 1 && n < limit)
		if (sql_bytes(s, 0).n == STORE_BLOB_ID)
			v[n++] = sql_copy(s, 0, a);
	sql_done(s);
	*ret_ids = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_blob_unneeded(struct sql_db *db, unixtime_t before, uint32_t limit, struct arena *a,
                        struct slice **ret_ids, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT hash FROM blob WHERE since <> 0 AND since < $1 ORDER BY since LIMIT $2");

	SQL_BIND_INTS(s, before, limit);
	return collect(s, limit, a, ret_ids, ret_n);
}

int store_blob_unknown(struct sql_db *db, uint32_t limit, struct arena *a, struct slice **ret_ids,
                       size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT DISTINCT p.blob FROM file_part p WHERE NOT EXISTS"
	                                     " (SELECT 1 FROM blob b WHERE b.hash = p.blob) LIMIT $1");

	sql_bind_int(s, 1, limit);
	return collect(s, limit, a, ret_ids, ret_n);
}

int store_blob_forget(struct sql_db *db, const uint8_t id[STORE_BLOB_ID])
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM blob WHERE hash = $1 AND refs <= 0");
	int r;

	sql_bind_bytes(s, 1, id_of(id));
	r = sql_run(s);
	if (r < 0 || !sql_changes(db))
		return r;
	s = sql_prepare(db, "DELETE FROM blob_window WHERE hash = $1");
	sql_bind_bytes(s, 1, id_of(id));
	r = sql_run(s);
	return r < 0 ? r : 1;
}

int store_blob_walk(struct sql_db *db, const uint8_t after[STORE_BLOB_ID], uint32_t limit, struct arena *a,
                    struct store_blob **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT b.hash, b.size, b.refs, b.since, b.lost,"
	                                     " (SELECT count(*) FROM file_part p WHERE p.blob = b.hash)"
	                                     " FROM blob b WHERE b.hash > $1 ORDER BY b.hash LIMIT $2");
	struct store_blob *v = ARENA_ARRAY(a, struct store_blob, limit ? limit : 1);
	size_t n = 0;
	int r;

	sql_bind_bytes(s, 1, id_of(after));
	sql_bind_int(s, 2, limit);
	while ((r = sql_step(s)) == 1 && n < limit) {
		struct slice id = sql_bytes(s, 0);

		if (id.n != STORE_BLOB_ID)
			continue;
		memcpy(v[n].id, id.p, STORE_BLOB_ID);
		v[n].size = sql_int(s, 1);
		v[n].refs = sql_int(s, 2);
		v[n].since = sql_int(s, 3);
		v[n].lost = sql_int(s, 4);
		v[n++].parts = sql_int(s, 5);
	}
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int store_blob_recount(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE blob SET refs = (SELECT count(*) FROM file_part p WHERE p.blob = $1),"
		    " since = CASE WHEN EXISTS (SELECT 1 FROM file_part p WHERE p.blob = $1) THEN 0"
		    " WHEN since <> 0 THEN since ELSE $2 END WHERE hash = $1");

	sql_bind_bytes(s, 1, id_of(id));
	sql_bind_int(s, 2, now);
	return sql_run_found(s);
}

int store_blob_set_lost(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE blob SET lost = $2 WHERE hash = $1");

	sql_bind_bytes(s, 1, id_of(id));
	sql_bind_int(s, 2, now);
	return sql_run_found(s);
}

int store_blob_stats(struct sql_db *db, struct store_blob_stats *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*), sum(CASE WHEN since = 0 THEN size ELSE 0 END),"
	                                     " sum(CASE WHEN since <> 0 THEN 1 ELSE 0 END), sum(CASE WHEN "
	                                     "since <> 0 THEN size ELSE 0 END),"
	                                     " sum(CASE WHEN since = 0 THEN refs ELSE 0 END), sum(CASE WHEN "
	                                     "since = 0 THEN refs * size ELSE 0 END),"
	                                     " sum(CASE WHEN lost <> 0 THEN 1 ELSE 0 END) FROM blob");
	int r = sql_step(s);

	if (r == 1)
		*ret = (struct store_blob_stats){.contents = sql_int(s, 0) - sql_int(s, 2),
		                                 .bytes = sql_int(s, 1),
		                                 .unneeded = sql_int(s, 2),
		                                 .unneeded_bytes = sql_int(s, 3),
		                                 .files = sql_int(s, 4),
		                                 .file_bytes = sql_int(s, 5),
		                                 .lost = sql_int(s, 6)};
	sql_done(s);
	return r < 0 ? r : 0;
}
