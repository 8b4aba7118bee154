/*
 * heads.h - what everybody may know of a channel's box without reading it: one head a channel, in memory. Loaded from the store at
 * the first question, published by the write lane after each commit that changed it. Lists of chats, unread counts and
 * differences of users in many channels read heads, not logs.
 * Threads: upd_heads_get from any (a lock of one of 64 parts, held for a look-up); upd_heads_publish from the write lane, after
 * the commit.
 */
#ifndef UPDATES_HEADS_H
#define UPDATES_HEADS_H

#include "base/clock.h"

struct sql_db;
struct upd_heads;

struct upd_head {
	int64_t channel; /* peer key, < -10^12 */
	int32_t pts;
	int32_t top_id;
	unixtime_t top_date;
	unixtime_t changed; /* of whatever a difference would tell */
	uint64_t
		commit; /* in which it became so: what an older snapshot shows of the channel is older than this head */
};

struct upd_heads *upd_heads_new(void);
void upd_heads_free(struct upd_heads *h);

/*
 * Present, or loaded through `db`, a snapshot that shows no commit after `commit`. -ERR_NOTFOUND: there is no such channel.
 * Handlers: rpc_head().
 */
int upd_heads_get(struct upd_heads *h, struct sql_db *db, uint64_t commit, int64_t channel,
                  struct upd_head *ret);
/* Newer by pts or changed; an older one is ignored (a reader that loaded late must not undo a commit). */
void upd_heads_publish(struct upd_heads *h, const struct upd_head *head);
/* After a restore. */
void upd_heads_clear(struct upd_heads *h);

#endif
