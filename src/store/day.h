/*
 * day.h - what happens in channels, counted by day for their statistics: one row a channel, day and kind, whatever the number of
 * people; how often each post was seen, by day; and where posts were passed on to. `channel` is its peer key. Write lane, but for what
 * only reads. Days are of UTC, since 1970.
 */
#ifndef STORE_DAY_H
#define STORE_DAY_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_day_kind {
	STORE_DAY_JOINED = 1, /* by themselves, without a link */
	STORE_DAY_ADDED = 2,  /* others brought them */
	STORE_DAY_LEFT = 3,   /* or were thrown out */
	STORE_DAY_VIEWS = 4,
	STORE_DAY_FORWARDS = 5,
	STORE_DAY_REACTIONS = 6,
	STORE_DAY_BY_LINK = 7, /* came by an invite link */
	STORE_DAY_LET_IN = 8,  /* asked, and were let in */
	STORE_DAY_MUTED =
		9, /* subscribers who want to hear of no posts any more, and those who want to again */
	STORE_DAY_UNMUTED = 10,
	STORE_DAY_READERS = 11, /* members who read something written that day */
	STORE_DAY_SEEN_IN =
		12, /* views by where: by subscribers, by others in the channel, in groups, in private chats */
	STORE_DAY_SEEN_FROM_OUTSIDE = 13,
	STORE_DAY_SEEN_IN_GROUPS = 14,
	STORE_DAY_SEEN_IN_PRIVATE = 15,
	STORE_DAY_KINDS = 16,
	STORE_DAY_HOUR = 32, /* and the 23 after it: views by hour */
	STORE_DAY_LANGUAGE =
		1000 /* and a language's number (base/language.h): views of a channel's posts, readers of a group */
};

enum { STORE_DAY_SECONDS = 86400 };

struct store_day {
	int32_t day;
	int kind;
	int64_t count;
};

int store_day_add(struct sql_db *db, int64_t channel, unixtime_t now, int kind, int64_t n);
/* Rows of `first` and the days after it; those of languages, or all others. */
int store_day_list(struct sql_db *db, int64_t channel, int32_t first, bool languages, struct arena *a,
                   struct store_day **ret, size_t *ret_n);

int store_post_day_add(struct sql_db *db, int64_t channel, int32_t id, unixtime_t now, int64_t views);
/* Of one post, from `first` on; kind is 0. */
int store_post_day_list(struct sql_db *db, int64_t channel, int32_t id, int32_t first, struct arena *a,
                        struct store_day **ret, size_t *ret_n);

/* A post was passed on into a channel or supergroup: where it is there. */
struct store_forward {
	unixtime_t date;
	int64_t peer;
	int32_t id;
};

int store_forward_put(struct sql_db *db, int64_t channel, int32_t id, const struct store_forward *f);
/* Newest first, behind *after (NULL: from the newest). */
int store_forward_walk(struct sql_db *db, int64_t channel, int32_t id, const struct store_forward *after,
                       uint32_t limit, struct arena *a, struct store_forward **ret, size_t *ret_n);
/* What is kept of one post. */
int store_post_forget(struct sql_db *db, int64_t channel, int32_t id);

#endif
