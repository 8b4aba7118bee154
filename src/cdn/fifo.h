/*
 * fifo.h - which chunk lies in which slot, and which one goes when there is no room: S3-FIFO (Yang, Zhang, Qiu, Yue, Vinayak, "FIFO
 * queues are all you need for cache eviction", SOSP 2023). New chunks wait in a small queue; those that were asked for again while they
 * were there, or come back soon after they left it, live in the main one; a ghost queue remembers who left. Knows no bytes of chunks.
 *
 * A chunk costs 24 bytes of entry, 4 of hash table and 3.6 of ghost queue, and a fifo 1.2 KiB: at most 32 bytes a chunk from 300 MiB on.
 * Of an object's 16 bytes 8 are kept. They are an HMAC's, so two hardly ever meet; who reads verifies all of them (wrap.h).
 *
 * Threads: one writer at a time (the caller's lock) and any number of readers. A reader holds a chunk from _hold to _release, in which time
 * its slot stays what it is; the writer waits for that, so holders must not block.
 */
#ifndef CDN_FIFO_H
#define CDN_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cdn_fifo;

#define CDN_NO_SLOT UINT32_MAX

struct cdn_key {
	uint64_t object; /* the first 8 bytes of its id */
	uint32_t chunk;
};

struct cdn_key cdn_key_of(const uint8_t object[16], uint32_t chunk);

/* slots: 1 .. 2^31. Nothing else grows later. */
struct cdn_fifo *cdn_fifo_new(uint32_t slots);
void cdn_fifo_free(struct cdn_fifo *f); /* NULL is allowed */
/* All bytes that it takes. */
size_t cdn_fifo_bytes(const struct cdn_fifo *f);

/* Its slot, and its size in bytes, held until _release with the same key; CDN_NO_SLOT: not here, nothing is held. `touch`: it is asked for. */
uint32_t cdn_fifo_hold(struct cdn_fifo *f, struct cdn_key key, bool touch, uint32_t *ret_size);
void cdn_fifo_release(struct cdn_fifo *f, struct cdn_key key);
/* It is no more to be found, its slot comes back in its turn. While it is held, or by the writer. False: it was so already. */
bool cdn_fifo_kill(struct cdn_fifo *f, uint32_t slot);

/* ---- the writer ---- */

/*
 * The slot that is to be used next. If a chunk lives there (true), it still does, and may be copied elsewhere until _drop. Then the slot
 * is the caller's until _add, or _give for one that is not used after all.
 */
bool cdn_fifo_next(struct cdn_fifo *f, uint32_t *ret_slot, struct cdn_key *ret_key, uint32_t *ret_size);
void cdn_fifo_drop(struct cdn_fifo *f, uint32_t slot);
void cdn_fifo_give(struct cdn_fifo *f, uint32_t slot);
/* size: 1 .. 131072. The key is not in here. */
void cdn_fifo_add(struct cdn_fifo *f, uint32_t slot, struct cdn_key key, uint32_t size);
/* All chunks of an object; each slot is told while nobody holds it. Looks at all slots: for take-downs. */
void cdn_fifo_kill_object(struct cdn_fifo *f, uint64_t object, void (*killed)(void *arg, uint32_t slot),
                          void *arg);
/* Empty, as new, once nobody holds anything. `now_empty` runs while nobody can hold. */
void cdn_fifo_clear(struct cdn_fifo *f, void (*now_empty)(void *arg), void *arg);
/* Chunks that can be found. */
uint32_t cdn_fifo_count(const struct cdn_fifo *f);
/* Their bytes. */
uint64_t cdn_fifo_size(const struct cdn_fifo *f);

#endif
