/*
 * blob.h - which contents are needed, by how many, and the hashes of their windows. The bytes themselves are in src/blob/.
 * A content that nobody needs any more keeps its row, with the time since when, until the job has dropped its bytes. A row whose
 * bytes were missed is marked; the mark goes when the content comes again.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_BLOB_ID = 32 };

/*
 * One more file needs this content; its row and its windows are made if they are new. windows: 32 bytes for each 131,072 of
 * the content, absent: a small output of ours (a thumb), whose table is never asked for. home: the country of who brings it, two
 * letters, absent: unknown; a row that is there keeps its own. Only after the content was put (blob/blob.h says why).
 */
int store_blob_ref(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], int64_t size, struct slice windows,
                   struct slice home, unixtime_t now);
/* One less. At zero it waits to be dropped (store_blob_unneeded). -ERR_NOTFOUND. */
int store_blob_unref(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now);
/* Windows [first, first+n) that there are, 32 bytes each. -ERR_NOTFOUND: no such content, or it has no table. Any lane. */
int store_blob_windows(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], uint32_t first, uint32_t n,
                       struct arena *a, struct slice *ret);
/* References and size; -ERR_NOTFOUND. Any lane. */
int store_blob_get(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], int64_t *ret_refs, int64_t *ret_size);
/* Its home: two letters, or "". -ERR_NOTFOUND. Any lane. */
int store_blob_home(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], char ret[3]);
/* Contents that nobody has needed since before `before`, at most `limit`, the longest first. Any lane. */
int store_blob_unneeded(struct sql_db *db, unixtime_t before, uint32_t limit, struct arena *a,
                        struct slice **ret_ids, size_t *ret_n);
/* The row and its windows go, if still nobody needs it: 1 gone, 0 it is needed again. The bytes were dropped before. */
int store_blob_forget(struct sql_db *db, const uint8_t id[STORE_BLOB_ID]);

struct store_blob {
	uint8_t id[STORE_BLOB_ID];
	int64_t size, refs;
	int64_t parts;    /* of files (store/file.h) that have it: as many as refs, if all is well */
	unixtime_t since; /* nobody needs it since then; 0: somebody does */
	unixtime_t lost;  /* its bytes were missed then; 0: never */
};
/* Contents by id, from `after` on (32 zero bytes: the first). Any lane. */
int store_blob_walk(struct sql_db *db, const uint8_t after[STORE_BLOB_ID], uint32_t limit, struct arena *a,
                    struct store_blob **ret, size_t *ret_n);
/* Contents that parts of files name and that have no row: there should be none. Reads all parts. Any lane. */
int store_blob_unknown(struct sql_db *db, uint32_t limit, struct arena *a, struct slice **ret_ids,
                       size_t *ret_n);
/* For repairs: as many references as there are parts; -ERR_NOTFOUND. Its bytes are missing (`now`) or there again (0). */
int store_blob_recount(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now);
int store_blob_set_lost(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now);

struct store_blob_stats {
	int64_t contents, bytes; /* of those that are needed */
	int64_t unneeded, unneeded_bytes;
	int64_t files, file_bytes; /* references, and what they would take if each had its own copy */
	int64_t lost;
};
/* Reads the whole table: for people. Any lane. */
int store_blob_stats(struct sql_db *db, struct store_blob_stats *ret);

#endif
