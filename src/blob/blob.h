/*
 * blob.h - content by address: bytes go in once, come out by range, and are the same for ever. Knows nothing of users, chats,
 * messages or Telegram's file ids; domain/media/ does. Who still needs a content is counted in the store (store/blob.h).
 *
 * A content is a file named by the SHA-256 of its plain bytes: DIR/blobs/ab/abcdef....  Without a key file its bytes are the
 * content itself, so that sha256sum, cp and file do. With one, names are HMACs of the SHA-256, and each 64 KiB chunk is
 * sealed (seal.h): without the key nothing shows but rough sizes and times. Parts of uploads are sealed likewise (upload.h).
 *
 * Order on disk of a new content: its bytes are written to DIR/blobs/in/ and synced, it is renamed to its name, the folder
 * is synced. So a name always has its whole content, and after a return of 0 both are there for good.
 *
 * A content that was put is held for BLOB_HOLD_S: blob_drop refuses it. In that time whoever put it writes the row that needs
 * it. So: put first, then store_blob_ref() in a transaction; a row that is not held by somebody else may only be made or
 * raised for a content that was just put. A server that ends holds nothing any more, and has no calls under way either.
 * Threads: every function but blob_read_now may block on the disk: blob lanes, jobs, never a loop. Any number at once.
 */
#ifndef BLOB_BLOB_H
#define BLOB_BLOB_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/slice.h"

struct blob_store;

enum {
	BLOB_ID_SIZE = 32,
	BLOB_READ_MAX = 1048576, /* bytes of one blob_read */
	BLOB_WINDOW = 131072,    /* bytes of a window of the table of hashes (api.md 7.7) */
	BLOB_HOLD_S = 3600,
	BLOB_FOLDERS = 256,
	BLOB_FD_SEALED_MAX = 512 << 20, /* bytes of a sealed content that blob_fd gives */
};

struct blob_id { /* SHA-256 of the plain content */
	uint8_t b[BLOB_ID_SIZE];
};

struct blob_config {
	const char *dir; /* DIR of the server; blobs/ is made in it (0700), or is a mount or a link already */
	const char *key_file; /* 32 bytes or more, outside of dir; NULL or "": content lies as it is */
	uint64_t max_size;    /* of one content */
};

/*
 * -ERR_NOTFOUND: the store was sealed and there is no key file; -ERR_INVALID: the key file is another one, is inside dir, is
 * too short, or what is there already lies open. The words for the operator go to `why` (at most `n` bytes).
 */
int blob_open(const struct blob_config *cfg, char *why, size_t n, struct blob_store **ret);
void blob_close(struct blob_store *s); /* NULL is allowed */
uint64_t blob_max_size(const struct blob_store *s);
bool blob_is_sealed(const struct blob_store *s);

/*
 * A content on its way in, bytes in order. blob_in_seal ends it: names it, syncs it; a content that is there already is kept and
 * the new copy dropped. windows: SHA-256 of each BLOB_WINDOW of the plain bytes, 32 bytes each, appended while it is hashed
 * anyway; may be NULL. blob_in_free without a seal drops it. A crash in between leaves a file that blob_open removes.
 * After an error of put only blob_in_free is left.
 */
struct blob_in;
int blob_in_new(struct blob_store *s, struct blob_in **ret);
int blob_in_put(struct blob_in *in, struct slice bytes); /* -ERR_TOO_BIG, -ERR_NOSPACE, -ERR_IO */
int blob_in_seal(struct blob_in *in, struct blob_id *ret_id, uint64_t *ret_size, struct buf *ret_windows);
void blob_in_free(struct blob_in *in); /* NULL is allowed */
/* All of it at once. windows may be NULL. */
int blob_put(struct blob_store *s, struct slice bytes, struct blob_id *ret_id, struct buf *ret_windows);
/* What a file descriptor gives from its beginning to its end: the output of a worker. It stays the caller's. */
int blob_put_fd(struct blob_store *s, int fd, struct blob_id *ret_id, uint64_t *ret_size,
                struct buf *ret_windows);

/*
 * Append [off, off+len) of a content to `out`: the bytes that are there, fewer past its end, none beyond (0 is returned).
 * len: 1 .. BLOB_READ_MAX. Files are kept open for a while, so reading on costs no look-up.
 * -ERR_NOTFOUND: this store never had it; -ERR_CORRUPT: a sealed chunk does not open; -ERR_IO.
 */
int blob_read(struct blob_store *s, const struct blob_id *id, uint64_t off, uint32_t len, struct buf *out);
/*
 * The same for whoever must not wait: only of a file that is open already, and what of it lies in memory (sealed chunks are opened
 * there and then, which costs less than their packet). -ERR_AGAIN: blob_read it is, and nothing was appended. Thread: any.
 */
int blob_read_now(struct blob_store *s, const struct blob_id *id, uint64_t off, uint32_t len,
                  struct buf *out);
int blob_size(struct blob_store *s, const struct blob_id *id, uint64_t *ret_size);
/*
 * A file descriptor that reads the plain content from its beginning, for another process: the file itself, or, sealed, a
 * memory file (memfd) with a copy of it; -ERR_TOO_BIG above BLOB_FD_SEALED_MAX. The caller closes it.
 */
int blob_fd(struct blob_store *s, const struct blob_id *id, int *ret_fd);
/*
 * Gone for good, synced. -ERR_NOTFOUND; -ERR_BUSY: it is held. Whoever reads it at this moment still gets its bytes.
 * `asked`: when (clock_usec) it was found that nobody needs it; longer ago than BLOB_HOLD_S is -ERR_BUSY, too: ask again.
 * Order of a removal, so that no content is dropped that somebody needs: nobody refers to it (store_blob_unneeded), then
 * blob_drop, then its row goes (store_blob_forget): who put it after the question has it held, who put it before has a
 * row by now. Killed in between, a row that nobody needs has no bytes, which is no fault, and the next round ends it.
 */
int blob_drop(struct blob_store *s, const struct blob_id *id, usec_t asked);
bool blob_held(struct blob_store *s, const struct blob_id *id);

/* For the operator: every content there is, in no order; f returns negative to end it. */
int blob_each(struct blob_store *s, int (*f)(void *arg, const struct blob_id *id, uint64_t disk_bytes),
              void *arg);
/* Those of one folder, 0 .. BLOB_FOLDERS - 1: some at a time. f may drop what it is given. */
int blob_each_of(struct blob_store *s, int folder,
                 int (*f)(void *arg, const struct blob_id *id, uint64_t disk_bytes), void *arg);
/* Read all of it and compare with its name: 0, -ERR_CORRUPT, -ERR_NOTFOUND, -ERR_IO. */
int blob_verify(struct blob_store *s, const struct blob_id *id);
/* A damaged one no longer has its name, so that it can come again; it lies in DIR/blobs/damaged/ for a person to look at. */
int blob_set_aside(struct blob_store *s, const struct blob_id *id);
/* Of the disk under DIR/blobs. */
int blob_disk_free(struct blob_store *s, uint64_t *ret_bytes);

#endif
