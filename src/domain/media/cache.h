/*
 * cache.h - what a location came to lately: a file's size letter to its content. A download asks for the same one hundreds of
 * times; the answer is here without the store. Small, by place of the key's hash; an entry holds for CACHE_SECONDS.
 * Threads: any; a lock for a few entries each, held for a copy.
 */
#ifndef DOMAIN_MEDIA_CACHE_H
#define DOMAIN_MEDIA_CACHE_H

#include "base/clock.h"
#include "blob/blob.h"
#include "store/file.h"

enum { CACHE_SECONDS = 60 };

struct media_cache;

struct media_content {
	int64_t file;
	char type;
	enum store_file_kind kind;
	int64_t epoch;
	struct blob_id blob;
	uint64_t size;
	uint32_t magic; /* constructor of storage.FileType, by its first bytes */
	unixtime_t date;
};

struct media_cache *media_cache_new(void);
void media_cache_free(struct media_cache *m); /* NULL is allowed */
bool media_cache_get(struct media_cache *m, int64_t file, char type, struct media_content *ret);
void media_cache_put(struct media_cache *m, const struct media_content *content);
/* All of a file: it is gone, or its references are void. */
void media_cache_drop(struct media_cache *m, int64_t file);

#endif
