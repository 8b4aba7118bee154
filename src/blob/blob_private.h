/* blob_private.h - what the files of blob/ share: the store, its shards, names on disk. */
#ifndef BLOB_BLOB_PRIVATE_H
#define BLOB_BLOB_PRIVATE_H

#include <pthread.h>

#include <uthash.h>

#include "base/clock.h"
#include "blob/blob.h"
#include "blob/seal.h"

enum {
	BLOB_SHARDS = 64,
	BLOB_IDLE_FILES = 16, /* kept open a shard though nobody reads them */
	BLOB_NAME_SIZE = 3 + 64 + 1,
	BLOB_TEMP_SIZE = 32,
};

struct blob_file { /* an open content; guarded by its shard's lock, but fd, size and key, which stay as they are */
	UT_hash_handle hh;
	struct blob_id id;
	int fd;
	uint64_t size;
	uint8_t key[32]; /* sealed */
	unsigned users;
	bool gone; /* dropped, no longer in the table: closed when the last user is done */
	struct blob_file *prev, *next; /* idle ones, the longest idle first */
};

struct blob_hold { /* hold.c */
	UT_hash_handle hh;
	struct blob_id id;
	usec_t until;
	unsigned kept; /* finished uploads that may still be asked for */
};

struct blob_shard { /* of contents by their id: the lock is also held while a name is made or removed */
	pthread_mutex_t lock;
	struct blob_file *files, *idle;
	unsigned n_idle;
	struct blob_hold *holds;
};

struct uploads;

struct blob_store {
	char *dir; /* DIR/blobs, for words */
	int fd, in_fd;
	struct seal *seal; /* NULL: contents lie as they are */
	uint64_t max_size;
	struct blob_shard shards[BLOB_SHARDS];
	struct uploads *uploads;
};

static inline struct blob_shard *blob_shard_of(struct blob_store *s, const struct blob_id *id)
{
	return &s->shards[id->b[0] % BLOB_SHARDS];
}

/* "ab/abcdef...", under s->fd. */
void blob_name(const struct blob_store *s, const struct blob_id *id, char out[BLOB_NAME_SIZE]);
/* A new file under s->in_fd: its descriptor, or negative. */
int blob_temp(struct blob_store *s, char ret_name[BLOB_TEMP_SIZE]);
/*
 * The file `from` (under from_dir) holds this content, synced: it gets its name, or is removed if that is there already. Held
 * from now on; with `keep`, until blob_hold_end().
 */
int blob_adopt(struct blob_store *s, int from_dir, const char *from, const struct blob_id *id,
               uint64_t disk_size, bool keep);
/* pwrite and pread until all is done; -ERR_IO at an early end. */
int blob_pwrite(int fd, const void *p, size_t n, uint64_t off);
int blob_pread(int fd, void *p, size_t n, uint64_t off);
/* The same, but as many as there are: their number. */
ssize_t blob_pread_some(int fd, void *p, size_t n, uint64_t off);

/* hold.c: with the shard's lock held. */
void blob_hold(struct blob_shard *h, const struct blob_id *id, bool keep);
bool blob_hold_has(struct blob_shard *h, const struct blob_id *id, usec_t now);
void blob_holds_free(struct blob_shard *h);
/* Without it. The content need not be there: false then. */
bool blob_hold_again(struct blob_store *s, const struct blob_id *id, bool keep);
void blob_hold_end(struct blob_store *s, const struct blob_id *id);

/* file.c */
int blob_file_get(struct blob_store *s, const struct blob_id *id, struct blob_file **ret);
void blob_file_put(struct blob_store *s, struct blob_file *f);
int blob_file_read(struct blob_store *s, struct blob_file *f, uint64_t off, uint32_t len, struct buf *out);
/* Nobody finds it any more; with the lock held. */
void blob_file_forget(struct blob_shard *h, const struct blob_id *id);
void blob_files_free(struct blob_shard *h);

#endif
