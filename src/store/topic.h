/*
 * topic.h - topics of a forum: a row each, beside the thread (store/thread.h) of the same top. Owner: the channel, by its peer key. The topic
 * of id 1, "General", is there from the first message of a forum on. Write lane, but for what only reads.
 */
#ifndef STORE_TOPIC_H
#define STORE_TOPIC_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_TOPIC_GENERAL = 1 };

enum store_topic_flag { STORE_TOPIC_CLOSED = 1, STORE_TOPIC_HIDDEN = 2 };

struct store_topic {
	int64_t channel;
	int32_t id;
	int64_t creator, from_id; /* who made it, and as whom */
	unixtime_t date;
	struct slice title;
	int32_t color;
	int64_t icon; /* a custom emoji; 0: none */
	int flags;
	int32_t pin; /* > 0: pinned, the highest first */
};

/* -ERR_NOTFOUND. */
int store_topic_get(struct sql_db *db, int64_t channel, int32_t id, struct arena *a, struct store_topic *ret);
/* New, or in the place of what was. */
int store_topic_put(struct sql_db *db, const struct store_topic *t);
int store_topic_drop(struct sql_db *db, int64_t channel, int32_t id);
int store_topic_count(struct sql_db *db, int64_t channel, uint32_t *ret);
/* Pinned ones in their order. */
int store_topic_pinned(struct sql_db *db, int64_t channel, struct arena *a, struct store_topic **ret,
                       size_t *ret_n);
/* The others, whose newest message is below `from`, the newest first, up to `limit`. */
int store_topic_walk(struct sql_db *db, int64_t channel, int32_t from, uint32_t limit, struct arena *a,
                     struct store_topic **ret, size_t *ret_n);

#endif
