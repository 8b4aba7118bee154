/*
 * file.h - what Telegram calls photos and documents: an id, a body (TL of the newest layer, without access hash, file
 * reference and dc_id), and the contents behind it: the original ('\0') and each size by its letter.
 * A file lives as long as somebody refers to it: message rows (store/media.h), profile photos, sticker sets, saved GIFs ...
 * each count one. What nobody refers to goes, with its references to contents, by the job of domain/media.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/clock.h"
#include "sql/sql.h"
#include "store/blob.h"

enum store_file_kind { STORE_FILE_PHOTO = 1, STORE_FILE_DOCUMENT = 2, STORE_FILE_ENCRYPTED = 3 };

struct store_file {
	int64_t id; /* > 0, drawn at random */
	enum store_file_kind kind;
	int64_t owner; /* who uploaded it */
	unixtime_t date;
	int64_t epoch; /* raised by a take-down: file references of older epochs are void */
	int64_t refs;
	struct slice body;
};

enum { STORE_FILE_WAIT = 82800 }; /* what was uploaded for an album or a set is sent within a day */

struct store_file_part {
	int64_t file;
	char type; /* size letter; '\0': the original of a document */
	uint8_t blob[STORE_BLOB_ID];
	int64_t size;
};

/* With f->refs; 0: it waits for its first reference for STORE_FILE_WAIT seconds more than a file that lost its last. */
int store_file_insert(struct sql_db *db, const struct store_file *f);
/* One content of it. The caller has counted the reference to the blob by store_blob_ref; store_file_forget gives it back. */
int store_file_part_insert(struct sql_db *db, const struct store_file_part *p);
/* -ERR_NOTFOUND. Any lane. */
int store_file_get(struct sql_db *db, int64_t id, struct arena *a, struct store_file *ret);
/* Its epoch alone. -ERR_NOTFOUND. Any lane. */
int store_file_epoch(struct sql_db *db, int64_t id, int64_t *ret_epoch);
int store_file_part_get(struct sql_db *db, int64_t id, char type, struct store_file_part *ret);
int store_file_parts(struct sql_db *db, int64_t id, struct arena *a, struct store_file_part **ret,
                     size_t *ret_n);
int store_file_set_body(struct sql_db *db, int64_t id, struct slice body);
/* delta references more or less. */
int store_file_ref(struct sql_db *db, int64_t id, int64_t delta, unixtime_t now);
/* A take-down: references to the file that viewers hold are void from now on. -ERR_NOTFOUND. */
int store_file_raise_epoch(struct sql_db *db, int64_t id);
/* Files without references since before `before`. */
int store_file_unneeded(struct sql_db *db, unixtime_t before, uint32_t limit, struct arena *a, int64_t **ret,
                        size_t *ret_n);
/* The row and its parts go, if still nobody refers to it, and each part's reference to its blob: 1 gone, 0 needed again. */
int store_file_forget(struct sql_db *db, int64_t id, unixtime_t now);
/* Files that have this content as one of theirs. Any lane. */
int store_file_with_blob(struct sql_db *db, const uint8_t blob[STORE_BLOB_ID], struct arena *a, int64_t **ret,
                         size_t *ret_n);
/* Its parts go, with their references to blobs; the row stays for those who refer to it. */
int store_file_empty(struct sql_db *db, int64_t id, unixtime_t now);
/* The newest document of this content that `owner` uploaded. -ERR_NOTFOUND. Any lane. */
int store_file_by_blob(struct sql_db *db, const uint8_t blob[STORE_BLOB_ID], int64_t owner,
                       int64_t *ret_file);

#endif
