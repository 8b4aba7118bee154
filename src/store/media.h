/*
 * media.h - messages of a box that carry something, by what it is: for shared media, counters, filters of search, and for
 * counting references to files and polls. A row lives and dies with its message; its file counts one reference meanwhile.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_MEDIA_H
#define STORE_MEDIA_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_media_kind { /* one a message; filters of search are sets of them */
	                STORE_MEDIA_PHOTO = 1,
	                STORE_MEDIA_VIDEO = 2,
	                STORE_MEDIA_DOCUMENT = 3,
	                STORE_MEDIA_GIF = 4,
	                STORE_MEDIA_VOICE = 5,
	                STORE_MEDIA_MUSIC = 6,
	                STORE_MEDIA_ROUND = 7,
	                STORE_MEDIA_GEO = 8,
	                STORE_MEDIA_CONTACT = 9,
	                STORE_MEDIA_STICKER = 10,
	                STORE_MEDIA_POLL = 11,
	                STORE_MEDIA_OTHER = 12, /* dice ...: found by no filter */
	                STORE_MEDIA_CHAT_PHOTO = 14,
	                STORE_MEDIA_KINDS =
	                        15, /* one more than the last; 13 is free: addresses in texts are the search index's */
};

struct store_media {
	int64_t owner, peer;
	enum store_media_kind kind;
	int32_t id;   /* the message's */
	int64_t file; /* 0: none; of a poll: the poll */
	unixtime_t date;
};

/* Adds the row and, if it has a file, a reference to it. */
int store_media_insert(struct sql_db *db, const struct store_media *m);
/* The rows of a message go (an edit changed it, or it was deleted), and their references. None is no error. */
int store_media_delete(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, unixtime_t now);
/* The row of a message. -ERR_NOTFOUND: it carries nothing. Any lane. */
int store_media_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct store_media *ret);
/*
 * Messages of the kinds in `kinds` (bits 1 << kind), in one dialog (peer 0: in all of the box): below `from` downwards,
 * newest first (INT32_MAX: from the newest), or at it and above upwards, oldest first. Any lane.
 */
int store_media_walk(struct sql_db *db, int64_t owner, int64_t peer, uint32_t kinds, int32_t from, bool up,
                     uint32_t limit, struct arena *a, struct store_media **ret, size_t *ret_n);
/* How many; costs as many index rows. Any lane. */
int store_media_count(struct sql_db *db, int64_t owner, int64_t peer, uint32_t kinds, int64_t *ret);

#endif
