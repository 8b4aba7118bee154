/*
 * wrapper.h - what stands around a call: invokeWithLayer, initConnection, gzip and the rest, in any order. Bytes only: what follows
 * from it is call.c's. For the files of mtproto/. Threads: the session's loop.
 */
#ifndef MTPROTO_WRAPPER_H
#define MTPROTO_WRAPPER_H

#include "base/rd.h"
#include "mtproto/server.h"

struct mt_wrap { /* starts zeroed */
	int32_t layer;
	bool has_info, without_updates, for_business;
	struct mt_client_info info;
	int64_t *after; /* what it is to run after; of the heap */
	uint32_t n_after;
	int64_t takeout_id;
	struct buf plain; /* unzipped query */
	int gzips;
};

/* All wrappers off: r stands before the bare call, in what it read or in w->plain. -ERR_INVALID: malformed, or too deep. */
int mt_unwrap(struct mt_wrap *w, struct rd *r);
void mt_wrap_fini(struct mt_wrap *w);

#endif
