/* ask.h - one upload.getCdnFile: what was asked for, and the answer to it. No I/O but the cache's. Only for the other files of this folder. */
#ifndef CDN_ASK_H
#define CDN_ASK_H

#include "base/buf.h"
#include "cdnwire/frame.h"

struct cdn_cache;
struct cdn_counts;
struct cdn_term;

struct cdn_ask {
	uint8_t token[CDN_TOKEN_SIZE];
	struct cdn_token opened;
	struct cdn_node_keys keys;
	unixtime_t now;
	int64_t offset;
	int32_t limit;
};

/* Bytes that the answer to this call may have; 0: it is no getCdnFile that brings any. */
uint32_t cdn_ask_size(struct slice call);
/* 0: what to do for it. Else `ret_error` is what it is answered: its code is 400. */
int cdn_ask_open(struct slice call, int32_t dc, struct cdn_term *term, struct cdn_ask *ret,
                 const char **ret_error);
/*
 * The answer as mt_server_reply takes it: true with MT_REPLY_BULK, its bytes; false without, that a chunk is missing. `now`: -ERR_AGAIN if the
 * disk would have to be read; nothing is in `out` then.
 */
int cdn_ask_answer(const struct cdn_ask *a, struct cdn_cache *cache, struct cdn_counts *counts, bool now,
                   struct buf *out, bool *ret_bulk);

#endif
