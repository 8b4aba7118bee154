/*
 * upload_log.h - the records of an upload on disk. Only for the other files of this folder.
 *
 *   head 64: "chaparU2" │ salt 32 │ owner 8 │ file_id 8 │ sealed 4 │ check 4
 *   record 40: kind 4 │ number 4 │ size 4 │ total 4 │ n 4 │ nonce 12 │ check 8, then n bytes:
 *     PART_IN_DATA  16, the sum of the part's bytes (crypto/sum.h, its key is the salt)
 *     PART_HERE     the same, and the bytes
 *     DONE          the content's id 32, size 8, md5 16, parts 4, part_size 4, and the hashes of its windows
 *   All little-endian. Open, `check` covers the record's head and all but the bytes of a part, which their sum covers. Sealed,
 *   the n bytes are one AES-256-GCM message (head as additional data, tag behind), and `check` covers the head.
 *
 * A record that is not whole ends the log: it was never acknowledged.
 * Threads: one holder at a time.
 */
#ifndef BLOB_UPLOAD_LOG_H
#define BLOB_UPLOAD_LOG_H

#include "base/buf.h"
#include "blob/blob.h"
#include "blob/seal.h"
#include "blob/upload.h"
#include "crypto/sum.h"

enum upload_kind { UPLOAD_PART_IN_DATA = 1, UPLOAD_PART_HERE = 2, UPLOAD_RECORD_DONE = 3 };
enum {
	UPLOAD_LOG_HEAD = 64,
	UPLOAD_RECORD_HEAD = 40,
	UPLOAD_DONE_HEAD = 32 + 8 + 16 + 4 + 4,
};

struct upload_record {
	enum upload_kind kind;
	uint32_t number, size;
	int32_t total; /* 0: not known */
	uint64_t at;   /* where it begins in the log */
	uint32_t n;
	uint8_t nonce[GCM_NONCE];
	uint8_t head[UPLOAD_RECORD_HEAD];
};

struct upload_log {
	int fd; /* -1: not open */
	const struct seal *seal;
	uint8_t key[32], sum_key[SUM_KEY];
	uint64_t end; /* where the next record goes; 0: nothing is there yet */
};

static inline uint32_t upload_n_windows(uint64_t size)
{
	return (uint32_t)((size + BLOB_WINDOW - 1) / BLOB_WINDOW);
}

/* Of an empty file: writes the head. */
int upload_log_begin(struct upload_log *l, int64_t owner, int64_t file_id);
/* Reads the head: -ERR_CORRUPT if it is none, of another upload, or sealed otherwise than we are. */
int upload_log_open(struct upload_log *l, int64_t owner, int64_t file_id);
/* The record at l->end, which moves behind it: 1, 0 at the end, -ERR_CORRUPT: torn from here on, -ERR_IO. */
int upload_log_next(struct upload_log *l, struct upload_record *ret);
/* The head of one record again. */
int upload_log_record(const struct upload_log *l, uint64_t at, struct upload_record *ret);
/* in_data: the bytes are there, and only summed here. On an error nothing was added. */
int upload_log_part(struct upload_log *l, uint32_t number, struct slice bytes, int32_t total, bool in_data,
                    uint64_t *ret_at);
/* Are these the bytes of the part whose record is at `at`, by its sum? 1; 0: they are not; -ERR_CORRUPT: there is no such record; -ERR_IO. */
int upload_log_is_of(const struct upload_log *l, uint64_t at, struct slice bytes);
/* The bytes of PART_HERE, rec->size of them, compared with their sum: -ERR_CORRUPT. */
int upload_log_bytes(const struct upload_log *l, const struct upload_record *rec, uint8_t *to);

struct upload_finished {
	struct blob_id id;
	uint64_t size;
	uint8_t md5[16];
	uint32_t parts, part_size;
};
int upload_log_done(struct upload_log *l, const struct upload_finished *f, struct slice windows);
/* windows may be NULL. */
int upload_log_read_done(const struct upload_log *l, const struct upload_record *rec,
                         struct upload_finished *ret, struct buf *windows);

#endif
