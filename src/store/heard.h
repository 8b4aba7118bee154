/*
 * heard.h - who has listened to which voice or round video message of a supergroup: a row for each who did, none for those who did not.
 * What is older than STORE_HEARD_SECONDS counts as heard, so rows go then. Write lane, but for what only reads.
 */
#ifndef STORE_HEARD_H
#define STORE_HEARD_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_HEARD_SECONDS = 604800 }; /* help.getConfig: channels_read_media_period */

/* 1: he has now; 0: he had before. */
int store_heard_put(struct sql_db *db, int64_t user, int64_t channel, int32_t id, unixtime_t now);
/* 1 or 0. */
int store_heard_is(struct sql_db *db, int64_t user, int64_t channel, int32_t id);
/* Up to `limit` rows of before that time go. Returns how many. */
int store_heard_prune(struct sql_db *db, unixtime_t before, uint32_t limit);

#endif
