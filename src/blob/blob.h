/*
 * blob.h - content by address: bytes go in once, come out by range, and are the same for ever. Knows nothing of users, chats,
 * messages or Telegram's file ids; domain/media/ does. Who still needs a content is counted in the store (store/blob.h).
 *
 * A content is a file named by the SHA-256 of its plain bytes: DIR/blobs/ab/abcdef....  Without a key file its bytes are the
 * content itself, so that sha256sum, cp and file do. With one each 64 KiB chunk is sealed (AES-256-GCM, key by HKDF of the
 * key file and the name, the chunk's number and whether it is the last in the nonce): without the key nothing shows but
 * rough sizes. Parts of uploads are sealed likewise (upload.h).
 *
 * What is promised after a return of 0: blob_sealed: content and its name are on disk (data, then the folder, are synced).
 * Threads: every function may block on the disk: blob lanes, jobs, never a loop. Any number at once.
 */
#ifndef BLOB_BLOB_H
#define BLOB_BLOB_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

struct blob_store;

enum {
	BLOB_ID_SIZE = 32,
	BLOB_READ_MAX = 1048576, /* bytes of one blob_read */
	BLOB_WINDOW = 131072,    /* bytes of a window of the table of hashes (api.md 7.7) */
};

struct blob_id { /* SHA-256 of the plain content */
	uint8_t b[BLOB_ID_SIZE];
};

struct blob_config {
	const char *dir;      /* DIR of the server; blobs/ and uploads/ are made in it, 0700 */
	const char *key_file; /* 32 bytes or more, outside of dir; NULL: content lies as it is */
	uint64_t max_size;    /* of one content */
};

/*
 * -ERR_NOTFOUND: the store was sealed and there is no key file; -ERR_INVALID: the key file is another one, or is inside dir.
 * The words for the operator go to `why` (at most `n` bytes).
 */
int blob_open(const struct blob_config *cfg, char *why, size_t n, struct blob_store **ret);
void blob_close(struct blob_store *s);

/*
 * A content on its way in, bytes in order. blob_seal ends it: names it, syncs it; a content that is there already is kept and
 * the new copy dropped. windows: SHA-256 of each BLOB_WINDOW of the plain bytes, 32 bytes each, appended while it is hashed
 * anyway. blob_in_free without a seal drops it. A crash in between leaves a file that blob_open removes.
 */
struct blob_in;
int blob_in_new(struct blob_store *s, struct blob_in **ret);
int blob_in_put(struct blob_in *in, struct slice bytes); /* -ERR_TOO_BIG, -ERR_NOSPACE, -ERR_IO */
int blob_in_seal(struct blob_in *in, struct blob_id *ret_id, uint64_t *ret_size, struct buf *ret_windows);
void blob_in_free(struct blob_in *in); /* NULL is allowed */
/* All of it at once. windows may be NULL. */
int blob_put(struct blob_store *s, struct slice bytes, struct blob_id *ret_id, struct buf *ret_windows);

/*
 * Append [off, off+len) of a content to `out`: the bytes that are there, fewer past its end, none beyond (0 is returned).
 * len: 1 .. BLOB_READ_MAX. Files are kept open for a while, so reading on costs no look-up.
 * -ERR_NOTFOUND: this store never had it; -ERR_CORRUPT: a sealed chunk does not open; -ERR_IO.
 */
int blob_read(struct blob_store *s, const struct blob_id *id, uint64_t off, uint32_t len, struct buf *out);
int blob_size(struct blob_store *s, const struct blob_id *id, uint64_t *ret_size);
/*
 * A file descriptor that reads the plain content from its beginning, for another process: the file itself, or, sealed, a
 * memory file (memfd) with a copy of it. The caller closes it.
 */
int blob_fd(struct blob_store *s, const struct blob_id *id, int *ret_fd);
/* Gone for good, synced. -ERR_NOTFOUND. Whoever reads it at this moment still gets its bytes. */
int blob_drop(struct blob_store *s, const struct blob_id *id);

/* For the operator: every content there is, in no order; f returns negative to end it. */
int blob_each(struct blob_store *s, int (*f)(void *arg, const struct blob_id *id, uint64_t disk_bytes),
              void *arg);
/* Read all of it and compare with its name: 0, -ERR_CORRUPT, -ERR_NOTFOUND, -ERR_IO. */
int blob_verify(struct blob_store *s, const struct blob_id *id);

#endif
