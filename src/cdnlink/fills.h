/*
 * fills.h - what one node is to be sent, and what it was sent lately. Pure: no I/O, no lock; its holder has one. Inside cdnlink/.
 *
 * Somebody who waits asks for a window of 1 MiB, which is what a client asks again for; its chunks go first, each once however many ask.
 * After them, and never more than FILLS_BEHIND at once, go whole files in the background. How much is in flight follows the link: more
 * while answers come within a second, half once one took two; so on a slow link, too, whoever asks waits for little of what others wanted,
 * and leases for little of both; the background has at most half of it. Of chunks that were sent a table is kept that
 * forgets by chance (FILLS_KNOWN of them, 1.2 MiB): what it forgot is sent again, which costs a chunk and harms nothing.
 * Bounds: windows FILLS_WINDOWS, who waits FILLS_WAITERS, files FILLS_FILES; above them -ERR_FULL, and the caller does without.
 */
#ifndef CDNLINK_FILLS_H
#define CDNLINK_FILLS_H

#include <stdbool.h>

#include "base/clock.h"
#include "cdnwire/frame.h"

enum {
	FILLS_KNOWN = 16384,
	FILLS_BEHIND = 8, /* chunks of the background in flight: whoever asks waits for 1 MiB at most */
	FILLS_WINDOWS = 4096,
	FILLS_WAITERS = 20000,
	FILLS_FILES = 1024,
	FILLS_WINDOW_CHUNKS = 8,
};

struct fills;

struct fills_object { /* a content as this node has it */
	uint8_t id[CDN_OBJECT_SIZE], content[CDN_CONTENT_SIZE];
	uint64_t size;
};

struct fills_chunk { /* one to be sent, or that was sent */
	struct fills_object object;
	uint32_t chunk;
	usec_t at;      /* when it was handed out, or answered */
	uint32_t fills; /* answered: how many the node had taken by then */
};

/* Who waited, and is told now. Zeroed is empty; free(v). */
struct fills_told {
	int64_t *v;
	size_t n, cap;
};

struct fills *fills_new(void);
void fills_free(struct fills *f); /* NULL is allowed */

/*
 * This window (of 1 MiB, number `mib`) is wanted. key: who waits; 0: nobody does, and what was sent before is not sent again. With a
 * key it is, unless it came there after the node missed it, which was when it had taken `fills`: many miss it at once, and who repeats what a
 * node once said moves nothing.
 * 1: there is nothing to wait for; 0: `key` is told; -ERR_FULL; -ERR_INVALID: the file has no such window.
 */
int fills_ask(struct fills *f, const struct fills_object *o, uint32_t mib, int64_t key, uint32_t fills);
/* All of it, when there is time. -ERR_FULL. */
int fills_follow(struct fills *f, const struct fills_object *o, usec_t now);

/* The next chunk to be sent now, which is in flight from then on. False: none. */
bool fills_next(struct fills *f, usec_t now, struct fills_chunk *ret);
/* The one that was handed out last could not be read: it was not sent. */
void fills_unread(struct fills *f, struct fills_told *no);
/*
 * The node's answer to the oldest in flight. Keys whose window is whole go to `yes`, those that it refused to `no`.
 * -ERR_INVALID: it answers something else.
 */
int fills_answered(struct fills *f, const struct cdn_fill_answer *a, usec_t now, struct fills_told *yes,
                   struct fills_told *no);
/* Since when an answer is waited for: the last answer, or when the oldest in flight was handed out; 0: none is in flight. */
usec_t fills_silent(const struct fills *f);
/* When the last answer came; 0: none has. */
usec_t fills_answered_at(const struct fills *f);
unsigned fills_in_flight(const struct fills *f);

/* The link ended: nothing is wanted any more. */
void fills_end(struct fills *f, struct fills_told *no);
/* The node has an empty cache. */
void fills_forget_all(struct fills *f);
/* A content is gone: what waits of it goes, too. */
void fills_forget(struct fills *f, const uint8_t object[CDN_OBJECT_SIZE], struct fills_told *no);
/* Up to `max` chunks that it was sent lately and should have, in no order. */
size_t fills_known(const struct fills *f, struct fills_chunk *ret, size_t max);
/* Windows and files that wait. */
void fills_count(const struct fills *f, size_t *ret_windows, size_t *ret_files);

#endif
