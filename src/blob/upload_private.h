/* upload_private.h - what the files upload*.c share: uploads in memory, their locks and moves. */
#ifndef BLOB_UPLOAD_PRIVATE_H
#define BLOB_UPLOAD_PRIVATE_H

#include "blob/blob_private.h"
#include "blob/upload_log.h"

enum { UPLOADS_OPEN_MAX = 256, UPLOAD_NAME_SIZE = 48 };

struct upload_part {
	uint64_t at; /* its record in the log; 0: the part is not there */
	uint32_t size;
	bool in_data;  /* else its bytes are in the record */
	bool untested; /* read at a start, or a sync failed: the disk may not have its bytes */
};

/*
 *   OPEN ──finish──▶ FINISHING ──▶ DONE       GONE: out of the table, its files removed; whoever has it looks again
 *     ▲──on failure──────┘                     (from OPEN and DONE)
 */
enum upload_state { UPLOAD_OPEN, UPLOAD_FINISHING, UPLOAD_DONE, UPLOAD_GONE };

/* What sizes the parts have: which is the highest, how large is it, and how large are the others (0: there are none). */
struct upload_sizes {
	int32_t highest; /* -1: there are no parts */
	uint32_t highest_size, others;
	bool differ; /* the others */
};

struct upload_key {
	int64_t owner, file_id;
};

struct upload {
	/* Guarded by uploads->lock. */
	UT_hash_handle hh;
	struct upload_key key;
	unsigned users;
	bool gone;
	unixtime_t touched;
	uint64_t bytes;             /* of its owner's quota */
	struct upload *prev, *next; /* nobody uses it and its files are open; the longest idle first */
	bool idle;

	/* Guarded by lock, which is taken before uploads->lock where both are needed. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum upload_state state;
	struct upload_log log;
	int data_fd;
	bool has_data, new_names; /* a name that the folder's sync has not seen */
	struct upload_part *parts;
	uint32_t n_parts, have; /* room, and those that are there */
	struct upload_sizes sizes;
	int32_t total;                    /* 0: not known */
	uint64_t written, synced, failed; /* records: appended, on disk, and up to which a sync failed */
	int failed_r;
	bool syncing;
	struct upload_finished done; /* DONE; its windows are in the file */
};

struct upload_owner {
	UT_hash_handle hh;
	int64_t owner;
	uint64_t bytes;
	unsigned n; /* uploads, those that are done not counted */
};

struct uploads {
	int dir;
	pthread_mutex_t lock;
	struct upload *all, *idle;
	struct upload_owner *owners;
	unsigned n_idle;
};

/* --- upload.c: the table */

struct uploads *uploads_new(int dir_fd); /* taken over */
bool uploads_empty(const struct uploads *t);
/* What the last process left. */
int uploads_load(struct blob_store *s);
void uploads_free(struct uploads *t); /* NULL is allowed */

/*
 * The upload with its lock taken, its state not FINISHING (waits) nor GONE; -ERR_NOTFOUND, or with `make` a new one;
 * -ERR_FULL: its owner has too many.
 */
int upload_get(struct blob_store *s, struct upload_key key, bool make, unixtime_t now, struct upload **ret);
/* Gives lock and upload back. An empty new one goes again. */
void upload_put(struct blob_store *s, struct upload *u);
/* With its lock held: out of the table, files removed. */
void upload_remove(struct blob_store *s, struct upload *u);
/* Its share of its owner's quota; -ERR_FULL. */
int upload_charge(struct uploads *t, struct upload *u, uint64_t more, uint64_t quota);
/* It is done: no longer of the quota. */
void upload_settle(struct uploads *t, struct upload *u);

enum upload_file { UPLOAD_FILE_LOG, UPLOAD_FILE_DATA, UPLOAD_FILE_DONE, UPLOAD_FILE_DONE_NEW };
void upload_name(struct upload_key key, enum upload_file which, char out[UPLOAD_NAME_SIZE]);
/* Its files are open after that, as far as there are any. */
int upload_wake(struct blob_store *s, struct upload *u);
void upload_note_part(struct upload *u, const struct upload_record *rec, bool untested);

/* --- upload_shape.c: do the parts fit together? */

/* The part `number` was added, changed, or is gone. */
void upload_sizes_note(struct upload *u, uint32_t number, bool is_new);

struct upload_shape {
	int32_t total;      /* 0: not known */
	uint32_t part_size; /* 0: not known for sure */
	uint64_t size_max;  /* the content has at most so many bytes, as far as can be told */
};
/* NULL, or what is wrong with one more part (or another in its place). */
const char *upload_fits(const struct upload *u, uint32_t limit, int32_t number, uint32_t size, int32_t total,
                        struct upload_shape *ret);
/* NULL, or what is wrong with [0, parts) as a whole. missing: at least 40 bytes. */
const char *upload_whole(const struct upload *u, int32_t parts, char *missing, uint64_t *ret_size);

/* --- upload_sync.c */

/* With the lock held: until the record number `mine` and what came before it are on disk. */
int upload_sync(struct blob_store *s, struct upload *u, uint64_t mine);

#endif
