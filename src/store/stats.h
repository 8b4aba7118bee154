/* stats.h - how much there is, for the operator. Each call reads whole indexes: for people, not for loops. */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_stats {
	int64_t users, deleted; /* accounts that are, accounts that were */
	int64_t active_day;     /* seen within the last 24 hours */
	int64_t authorizations, keys;
	int64_t dialogs, messages; /* rows of boxes: a private message counts twice */
	int64_t jobs, invites;
	int64_t bytes, log_bytes; /* of the database; of its write-ahead log */
};

int store_stats_read(struct sql_db *db, unixtime_t now, struct store_stats *ret);

#endif
