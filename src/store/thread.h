/*
 * thread.h - threads of a supergroup: which messages answer which root (the comments of a post, the messages of a topic), by an index
 * of (channel, top, id) and a head for each; and how far somebody has read there, and what he has begun to write. Owner of the rows: the
 * channel (its peer key), but of marks: the user. Write lane, but for what only reads.
 */
#ifndef STORE_THREAD_H
#define STORE_THREAD_H

#include "base/clock.h"
#include "sql/sql.h"
#include "store/msg.h"

struct store_thread {
	int64_t channel;
	int32_t top;
	int32_t count;  /* messages in it, without its root */
	int32_t max_id; /* the newest; 0: none is left */
	int32_t pts;    /* of the channel, when it last changed */
	/* How far it was read: the highest, by whom, and the highest of anybody else (store_channel_read_put). */
	int32_t read_top, read_second;
	int64_t read_by;
};

/* Zeroed, with channel and top: 1 = there is one, 0 = nothing was ever answered there. */
int store_thread_get(struct sql_db *db, int64_t channel, int32_t top, struct store_thread *ret);
int store_thread_put(struct sql_db *db, const struct store_thread *t);
int store_thread_drop(struct sql_db *db, int64_t channel, int32_t top);

/* The message belongs to this thread: author wrote it (a user), shown as from_id. Once more is no harm. */
int store_thread_add(struct sql_db *db, int64_t channel, int32_t top, int32_t id, int64_t author,
                     int64_t from_id);
/* 1: it did and does no more, 0: it did not. */
int store_thread_remove(struct sql_db *db, int64_t channel, int32_t top, int32_t id);
/* 1 or 0. */
int store_thread_has(struct sql_db *db, int64_t channel, int32_t top, int32_t id);
/* The newest that is in it; 0: none. */
int store_thread_newest(struct sql_db *db, int64_t channel, int32_t top, int32_t *ret);
/* As store_msg_walk(), of one thread. */
int store_thread_walk(struct sql_db *db, int64_t channel, int32_t top, int32_t from, bool up, uint32_t skip,
                      uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n);
/* Messages above `after` that `author` has not written, counted up to `limit`. */
int store_thread_unread(struct sql_db *db, int64_t channel, int32_t top, int32_t after, int64_t author,
                        uint32_t limit, uint32_t *ret);
/* As whom the newest `looks` of it were written, each once, the newest first, up to `limit`. */
int store_thread_repliers(struct sql_db *db, int64_t channel, int32_t top, uint32_t looks, uint32_t limit,
                          struct arena *a, int64_t **ret, size_t *ret_n);
/* Who wrote in (after, upto], each once, up to `limit`. */
int store_thread_authors(struct sql_db *db, int64_t channel, int32_t top, int32_t after, int32_t upto,
                         uint32_t limit, struct arena *a, int64_t **ret, size_t *ret_n);
/* Topics whose newest message is above `after`, up to `limit`. */
int store_thread_above(struct sql_db *db, int64_t channel, int32_t after, uint32_t limit, struct arena *a,
                       int32_t **ret, size_t *ret_n);
/*
 * Of the newest `limit` messages of the channel below `from`, those that stand in no topic come into this thread, with its head.
 * *ret_from: where the next begin; 0: that was all.
 */
int store_thread_fill(struct sql_db *db, int64_t channel, int32_t top, int32_t from, uint32_t limit,
                      int32_t *ret_from);

struct store_thread_mark {
	int64_t owner, channel;
	int32_t top, read_in;
	struct slice draft; /* TL DraftMessage; absent: none */
	unixtime_t draft_date;
};

/* Zeroed with its key, if there is none. */
int store_thread_mark_get(struct sql_db *db, int64_t owner, int64_t channel, int32_t top, struct arena *a,
                          struct store_thread_mark *ret);
int store_thread_mark_put(struct sql_db *db, const struct store_thread_mark *m);

/* Up to `limit` marks of anybody in this thread: 1 if there may be more. */
int store_thread_marks_forget(struct sql_db *db, int64_t channel, int32_t top, uint32_t limit);
/* Up to `limit` rows of each kind, marks of members among them, once the channel is closed: 1 if there may be more. */
int store_thread_forget(struct sql_db *db, int64_t channel, uint32_t limit);

#endif
