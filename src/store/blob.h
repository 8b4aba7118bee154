/*
 * blob.h - which contents are needed, by how many, and the hashes of their windows. The bytes themselves are in src/blob/.
 * A content that nobody needs any more keeps its row, with the time since when, until the job has dropped its bytes.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_BLOB_ID = 32 };

/*
 * One more file needs this content; its row and its windows are made if they are new. windows: 32 bytes for each 131,072 of
 * the content, absent: a small output of ours (a thumb), whose table is never asked for. Only after the content was put
 * (blob/blob.h says why).
 */
int store_blob_ref(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], int64_t size, struct slice windows,
                   unixtime_t now);
/* One less. At zero it waits to be dropped (store_blob_unneeded). -ERR_NOTFOUND. */
int store_blob_unref(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now);
/* Windows [first, first+n) that there are, 32 bytes each. -ERR_NOTFOUND: no such content, or it has no table. Any lane. */
int store_blob_windows(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], uint32_t first, uint32_t n,
                       struct arena *a, struct slice *ret);
/* References and size; -ERR_NOTFOUND. Any lane. */
int store_blob_get(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], int64_t *ret_refs, int64_t *ret_size);
/* Contents that nobody has needed since before `before`, at most `limit`. */
int store_blob_unneeded(struct sql_db *db, unixtime_t before, uint32_t limit, struct arena *a,
                        struct slice **ret_ids, size_t *ret_n);
/* The row and its windows go, if still nobody needs it: 1 gone, 0 it is needed again. The bytes were dropped before. */
int store_blob_forget(struct sql_db *db, const uint8_t id[STORE_BLOB_ID]);
/* Every content with a row, by id, from `after` on (32 zero bytes: the first). Any lane. */
int store_blob_walk(struct sql_db *db, const uint8_t after[STORE_BLOB_ID], uint32_t limit, struct arena *a,
                    struct slice **ret_ids, size_t *ret_n);

#endif
