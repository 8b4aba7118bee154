/*
 * cache.h - the chunks that a node has: in RAM, and what falls out of there in a file, if there is one. All of them sealed (wrap.h), each
 * verified when it is read, straight into the reader's buffer. Of a chunk that does not open nothing more is known than that it is not here.
 *
 * The file is slots of CDN_SLOT bytes and nothing else: which chunk lies where is known in RAM alone, so after a restart it is of no use to
 * anybody. What cannot be written there is dropped.
 *
 * Threads: any; who writes waits for who writes. Readers of RAM wait for nobody's disk.
 */
#ifndef CDN_CACHE_H
#define CDN_CACHE_H

#include <stdbool.h>

#include "base/slice.h"
#include "cdnwire/token.h"

struct cdn_cache;

struct cdn_cache_config {
	uint64_t ram;     /* bytes of chunks; at least CDN_CACHE_RAM_MIN */
	const char *path; /* of the file; NULL: none */
	uint64_t disk;    /* bytes of chunks there */
};

enum { CDN_CACHE_RAM_MIN = 8 * CDN_CHUNK };

/*
 * Without a key: nothing is taken. The file is made, or emptied, mode 0600, and held until the end.
 * -ERR_BUSY: another process holds it; -ERR_INVALID: it is no plain file; others of the system.
 */
int cdn_cache_new(const struct cdn_cache_config *cfg, struct cdn_cache **ret_c);
void cdn_cache_free(struct cdn_cache *c); /* wipes; NULL is allowed */

/* A new, empty cache under this key. The room on disk is taken now; if it cannot be had, it is tried again at each write. */
void cdn_cache_open(struct cdn_cache *c, const uint8_t key[32]);
/* The key is gone, RAM given back, the file cut to nothing. */
void cdn_cache_wipe(struct cdn_cache *c);
/* False: after cdn_cache_wipe, or before the first _open. */
bool cdn_cache_is_open(const struct cdn_cache *c);

/*
 * [from, from + n) of a chunk of this size, n > 0, all within it. -ERR_NOTFOUND: it is not here, or did not open. With `now` only RAM is
 * read, and -ERR_AGAIN says that the disk would have to be.
 */
int cdn_cache_read(struct cdn_cache *c, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk, uint32_t size,
                   uint32_t from, uint32_t n, bool now, uint8_t *out);
/* It can be read from now on. -ERR_DENIED: not open. */
int cdn_cache_put(struct cdn_cache *c, const uint8_t object[CDN_OBJECT_SIZE], uint32_t chunk,
                  struct slice bytes);
/* All chunks of an object; their sealed bytes lose what opens them. */
void cdn_cache_drop(struct cdn_cache *c, const uint8_t object[CDN_OBJECT_SIZE]);

struct cdn_cache_figures {
	uint64_t ram, disk, chunks;           /* now; bytes */
	uint64_t evicted, damaged, unwritten; /* ever */
};
void cdn_cache_figures(const struct cdn_cache *c, struct cdn_cache_figures *ret);

#endif
