/*
 * later.h - messages that wait for their time, which are in nobody's box yet. Owner of the rows: the channel for the posts of a broadcast
 * channel, which its admins share; elsewhere who wrote them. Their ids are a sequence of their own in each (owner, peer), within 18
 * bits: clients keep the date in the others. Write lane, but for what only reads.
 */
#ifndef STORE_LATER_H
#define STORE_LATER_H

#include "base/clock.h"
#include "sql/sql.h"

enum {
	STORE_LATER_ID_MAX = (1 << 18) - 1,
	STORE_LATER_ONLINE = 0x7ffffffe /* date: as soon as the other is online */
};

struct store_later {
	int64_t owner, peer;
	int32_t id;
	unixtime_t date;
	int64_t author;  /* who wrote it */
	int64_t from_id; /* whose it will be shown to be */
	int flags;       /* STORE_MSG_SILENT, STORE_MSG_NOFORWARDS */
	unixtime_t edit_date;
	int32_t reply_to;
	int64_t grouped_id;
	int64_t random_id;
	int64_t source; /* the channel whose post it passes on, and its id there; 0: none */
	int32_t source_id;
	struct slice body;
};

/* Gives it its id, the next in its chat that is free. -ERR_FULL: none is. */
int store_later_insert(struct sql_db *db, struct store_later *m);
/* -ERR_NOTFOUND. */
int store_later_get(struct sql_db *db, int64_t owner, int64_t peer, int32_t id, struct arena *a,
                    struct store_later *ret);
/* All of a chat, latest first. */
int store_later_list(struct sql_db *db, int64_t owner, int64_t peer, struct arena *a,
                     struct store_later **ret, size_t *ret_n);
/* 1: something waits there; 0: nothing. */
int store_later_any(struct sql_db *db, int64_t owner, int64_t peer);
int store_later_count(struct sql_db *db, int64_t owner, int64_t peer, uint32_t *ret);
/* Its date, edit_date and body as they are now. */
int store_later_set(struct sql_db *db, const struct store_later *m);
int store_later_delete(struct sql_db *db, int64_t owner, int64_t peer, int32_t id);
/* Owners of what waits for this user to come online, each once, up to `limit`. */
int store_later_for(struct sql_db *db, int64_t user, uint32_t limit, struct arena *a, int64_t **ret,
                    size_t *ret_n);

#endif
