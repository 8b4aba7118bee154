/*
 * upload.h - contents that come in parts, in any order, over several connections, repeated, and resumed after a restart
 * (api.md 7.1). A part is on disk before upload_parts says so. Finished and unfinished uploads expire (settings).
 *
 * On disk: DIR/blobs/uploads/<owner>-<file_id>.log holds a record for each part (number, size, a sum of its bytes). The bytes of a
 * part that lies where it belongs are in <owner>-<file_id>.data, which becomes the content by a new name; those of any other
 * (replaced, smaller than the rest and first, or of a sealed store) are in the record. Bytes are synced, then records, in one
 * go for all who wait. At a start the records are read again; a torn one at the end is cut off, and a part of which the
 * disk has kept only the record is found by its sum and missing.
 * Memory: a table of parts an upload, 16 bytes each, none of their bytes.
 * Threads: blob lanes and jobs; any number at once, also on one upload.
 */
#ifndef BLOB_UPLOAD_H
#define BLOB_UPLOAD_H

#include "base/clock.h"
#include "blob/blob.h"

enum {
	UPLOAD_PART_MAX = 524288, /* bytes */
	UPLOAD_PART_UNIT = 1024, /* every part but the last is a multiple of it and divides UPLOAD_PART_MAX */
	UPLOAD_PARTS_MAX = 8000,
};

struct upload_limits {  /* of one owner, by whoever calls */
	uint64_t quota; /* bytes of unfinished uploads of one owner */
	uint32_t parts; /* of one upload, at most UPLOAD_PARTS_MAX */
};
enum { UPLOAD_OWNER_MAX = 1000 /* unfinished uploads of one owner: as its quota */ };

/* One part. total: file_total_parts of saveBigFilePart, -1 where it is not known yet, 0 of saveFilePart. */
struct upload_arrival {
	struct upload_arrival *next;
	int64_t owner, file_id;
	int32_t part, total;
	struct slice bytes; /* stay where they are until it is done */
	int r;              /* what became of it: 0 or -ERR_* */
	const char *why;    /* the protocol's own error, static text; NULL: none */
};
/*
 * Parts that wait together, of one upload or several: each upload is synced once.
 * What is wrong with one comes as its r with its why ("FILE_PART_INVALID" ...):
 * FILE_PART_INVALID (number), FILE_PART_EMPTY, FILE_PART_TOO_BIG, FILE_PART_SIZE_INVALID, FILE_PART_SIZE_CHANGED,
 * FILE_PARTS_INVALID (total; also larger than a content may be), and for -ERR_FULL (quota) "STORAGE_QUOTA_EXCEEDED". -ERR_NOSPACE and -ERR_IO have none.
 * A repeat with the same bytes is 0 and writes nothing; other bytes replace the part.
 */
void upload_parts(struct blob_store *s, const struct upload_limits *l, struct upload_arrival *list,
                  unixtime_t now);

struct upload_done {
	struct blob_id id;
	uint64_t size;
	struct buf windows; /* the caller's, buf_fini */
};

/*
 * All parts to a content: [0, parts) of `file_id`. md5: what the client said in hex, absent or empty: not checked.
 * What was finished is known until upload_drop or its expiry, so that a call that failed later may be repeated; the same
 * upload finished twice gives the same content and costs nothing the second time. The content is held (blob.h) as long.
 * -ERR_*, and *ret_why: FILE_PART_<n>_MISSING (in `missing`, at least 40 bytes; nothing of that id: n is 0),
 * FILE_PARTS_INVALID, MD5_CHECKSUM_INVALID. Without *ret_why: -ERR_NOSPACE, -ERR_IO.
 */
int upload_finish(struct blob_store *s, int64_t owner, int64_t file_id, int32_t parts, struct slice md5,
                  char *missing, struct upload_done *ret, const char **ret_why);
void upload_drop(struct blob_store *s, int64_t owner, int64_t file_id);
/* All of one owner (his account ended). */
void upload_drop_owner(struct blob_store *s, int64_t owner);
/* Those not touched since `before` go. Returns how many. */
int upload_expire(struct blob_store *s, unixtime_t before);

struct upload_stat {
	uint64_t uploads, bytes;
};
void upload_stats(struct blob_store *s, struct upload_stat *ret);

#endif
