/*
 * msg.h - messages as rows of boxes: (owner, peer, id). The body is content, opaque here.
 * Reading one message by (owner, id) is two index look-ups: upd for its peer, then the row.
 */
#ifndef STORE_MSG_H
#define STORE_MSG_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_msg_flag {
	STORE_MSG_OUT = 1,
	STORE_MSG_MENTIONED = 2,
	STORE_MSG_MEDIA_UNREAD = 4,
	STORE_MSG_SILENT = 8,
	STORE_MSG_PINNED = 16, /* has a row in `pin`, too */
	STORE_MSG_NOFORWARDS = 32,
	STORE_MSG_SERVICE = 64,
	STORE_MSG_MEDIA = 128, /* has a row in `media` (store/media.h) */
	STORE_MSG_SHARED =
		256, /* the body lies with the origin, for all boxes that have it (store/content.h) */
	STORE_MSG_REACTIONS =
		512, /* there have been reactions to it (store/msg_reaction.h); not kept in basic groups */
	STORE_MSG_HEARD = 4096, /* of a supergroup: somebody has listened to it (store/heard.h) */
	STORE_MSG_LATER =
		2048, /* no row of a box, but one that waits for its time (store/later.h): never stored */
	STORE_MSG_THREAD =
		1024, /* of a channel: somebody answered it, or it is discussed elsewhere (store/thread.h) */
};

struct store_msg {
	int64_t owner, peer;
	int32_t id;
	unixtime_t date;
	int64_t from_id;
	int flags;
	unixtime_t edit_date;
	int64_t origin_owner; /* whose send it was */
	int32_t origin_id;    /* and its id there */
	int32_t reply_to;
	int64_t grouped_id;
	int32_t ttl;
	struct slice body;
};

enum { STORE_MSG_LOOK_BACK = 10000 };

/* A shared one brings its body if it is its own origin; the others refer to it: -ERR_NOTFOUND where it is gone. */
int store_msg_insert(struct sql_db *db, const struct store_msg *m);
/* -ERR_NOTFOUND. Body in the arena. */
int store_msg_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct arena *a,
                  struct store_msg *ret);
int store_msg_find(struct sql_db *db, int64_t owner, int32_t id, struct arena *a, struct store_msg *ret);
int store_msg_by_origin(struct sql_db *db, int64_t owner, int64_t origin_owner, int32_t origin_id,
                        struct arena *a, struct store_msg *ret);
/*
 * Of a shared one another edit_date is another version, which the origin brings; the others take it and their `body` is not looked
 * at: -ERR_NOTFOUND where it is not there.
 */
int store_msg_set_body(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct slice body,
                       unixtime_t edit_date);
int store_msg_set_flags(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, int flags);
/* -ERR_NOTFOUND if there was none. */
int store_msg_delete(struct sql_db *db, int64_t owner, int64_t peer, int32_t id);

/*
 * Up to `limit` messages of a dialog from `from` on: below it downwards (newest first), or at it and above upwards (oldest
 * first). from = INT32_MAX downwards begins at the newest. The first `skip` of them are passed over.
 */
int store_msg_walk(struct sql_db *db, int64_t owner, int64_t peer, int32_t from, bool up, uint32_t skip,
                   uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n);
/* The same over pinned messages only, without skipping. */
int store_msg_walk_pinned(struct sql_db *db, int64_t owner, int64_t peer, int32_t from, bool up,
                          uint32_t limit, struct arena *a, struct store_msg **ret, size_t *ret_n);
int store_msg_count_pinned(struct sql_db *db, int64_t owner, int64_t peer, uint32_t *ret);
/* When the newest message of a dialog with an id up to `id` was written; 0: there is none. */
int store_msg_date_upto(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, unixtime_t *ret);
/* The newest id of a dialog whose date is below `date`, for dates that grow with the ids; 0 if there is none. */
int store_msg_before_date(struct sql_db *db, int64_t owner, int64_t peer, unixtime_t date, int32_t *ret_id);
/* Incoming messages with id > after, counted up to `limit`. */
int store_msg_count_unread(struct sql_db *db, int64_t owner, int64_t peer, int32_t after, uint32_t limit,
                           uint32_t *ret);
/* Of a channel: what `author` wrote there, ids above `after`: how many; the newest below `from`, downwards. */
int store_msg_count_by(struct sql_db *db, int64_t channel, int64_t author, int32_t after, uint32_t *ret);
int store_msg_walk_by(struct sql_db *db, int64_t channel, int64_t author, int32_t from, uint32_t limit,
                      struct arena *a, struct store_msg **ret, size_t *ret_n);
/* Who wrote the newest `limit` messages with ids in (after, upto] of a channel, each once. */
int store_msg_authors(struct sql_db *db, int64_t channel, int32_t after, int32_t upto, uint32_t limit,
                      struct arena *a, int64_t **ret, size_t *ret_n);
/* Who wrote the newest `limit` messages with ids in (after, upto] that are not the owner's, each with the id of his last one in his own box. */
struct store_msg_writer {
	int64_t user;
	int32_t id;
};
int store_msg_writers(struct sql_db *db, int64_t owner, int64_t peer, int32_t after, int32_t upto,
                      uint32_t limit, struct arena *a, struct store_msg_writer **ret, size_t *ret_n);
/*
 * The newest own or foreign message (own: flags has OUT) at or below `id`, among the STORE_MSG_LOOK_BACK newest there: a
 * stranger's flood must not make us read all of it. -ERR_NOTFOUND.
 */
int store_msg_last(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, bool own, struct arena *a,
                   struct store_msg *ret);

#endif
