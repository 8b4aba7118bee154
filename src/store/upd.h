/* upd.h - the log of a box: one row an event, by pts. New-message rows stay for good; they are the id index of the box. */
#ifndef STORE_UPD_H
#define STORE_UPD_H

#include "base/clock.h"
#include "sql/sql.h"

/* The kinds that the store itself knows, by their numbers in enum upd_kind; updates/box.c checks that they are equal. */
enum { STORE_UPD_NEW = 1, STORE_UPD_EPOCH = 9 };

struct store_upd {
	int64_t owner;
	int32_t pts, count;
	int kind; /* enum upd_kind */
	int64_t peer;
	int32_t id;
	unixtime_t date;
	int64_t random_id;
	struct slice payload;
};

/* The highest pts of a box; 0 for a box without events. */
int store_upd_max(struct sql_db *db, int64_t owner, int32_t *ret_pts);
int store_upd_append(struct sql_db *db, const struct store_upd *u);
/* Up to `limit` rows with pts > after, ascending. */
int store_upd_range(struct sql_db *db, int64_t owner, int32_t after, uint32_t limit, struct arena *a,
                    struct store_upd **ret, size_t *ret_n);
/* Are there more than n rows with pts > after? 1 or 0; passes over n index rows at most. */
int store_upd_more_than(struct sql_db *db, int64_t owner, int32_t after, uint32_t n);
/* The peer in whose dialog message `id` was born. -ERR_NOTFOUND: no message was. */
int store_upd_peer_of(struct sql_db *db, int64_t owner, int32_t id, int64_t *ret_peer);

/*
 * When the other side of a dialog read an own message: the date of the first row of this kind and peer whose id reaches `id`,
 * looked for from the message's birth on. -ERR_NOTFOUND: it did not, or the row is gone.
 */
int store_upd_reached(struct sql_db *db, int64_t owner, int kind, int64_t peer, int32_t id,
                      unixtime_t *ret_date);

/* Of a channel, whose ids are no pts: was message `id` born after `pts`? 1 or 0; reads the log from there on. */
int store_upd_born_after(struct sql_db *db, int64_t owner, int32_t pts, int32_t id);

/* One row goes. Never that of a message's birth, nor the newest of a box. */
int store_upd_drop(struct sql_db *db, int64_t owner, int32_t pts);

#endif
