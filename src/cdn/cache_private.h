/* cache_private.h - what a cache is made of; for its tests, which alter what lies there. */
#ifndef CDN_CACHE_PRIVATE_H
#define CDN_CACHE_PRIVATE_H

#include <pthread.h>

#include "cdn/cache.h"
#include "cdn/fifo.h"

struct cdn_cache {
	struct cdn_fifo *ram, *disk; /* disk: NULL without a file */
	uint8_t *slots;              /* CDN_SLOT bytes each */
	size_t slots_n;
	int fd;
	uint64_t disk_n;
	pthread_mutex_t write; /* one writer; guards `number` */
	uint64_t number;       /* of the next sealing under this key */
	uint8_t key[32];       /* changes while nobody can hold a chunk */
	_Atomic bool open;
	_Atomic uint64_t evicted, damaged, unwritten;
};

#endif
