/*
 * content.h - bodies of messages that lie in many boxes (basic groups): once, under the id that the message has in its sender's box.
 * An edit makes another version, named by its edit_date, which a box has from the moment on at which the edit reaches it: what
 * it shows and what its index knows are never ahead of its events. Each row of a box counts one reference, and so does a
 * delivery that waits (chat_out.h). store/msg.c hides all of it from who reads messages. Write lane, but for what only reads.
 */
#ifndef STORE_CONTENT_H
#define STORE_CONTENT_H

#include "base/clock.h"
#include "sql/sql.h"

struct content_key {
	int64_t owner;
	int32_t id;
	unixtime_t version; /* 0: as it was sent */
};

/* With one reference. */
int store_content_insert(struct sql_db *db, const struct content_key *k, struct slice body);
/* -ERR_NOTFOUND. Any lane. */
int store_content_get(struct sql_db *db, const struct content_key *k, struct arena *a, struct slice *ret);
int store_content_set(struct sql_db *db, const struct content_key *k, struct slice body);
/* `by` references more; who takes the last one away takes the body away. -ERR_NOTFOUND. */
int store_content_refer(struct sql_db *db, const struct content_key *k, int by);

/* 1: a body of this message, in whatever version, is there; 0: nobody has it any more. Any lane. */
int store_content_is(struct sql_db *db, int64_t owner, int32_t id);

#endif
