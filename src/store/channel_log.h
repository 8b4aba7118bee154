/*
 * channel_log.h - what admins did in a channel, for its admin log: kept for as long as the domain says. Owner of the rows: the
 * channel. Write lane, but for what only reads.
 */
#ifndef STORE_CHANNEL_LOG_H
#define STORE_CHANNEL_LOG_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_channel_log {
	int64_t channel, id;
	unixtime_t date;
	int64_t user;               /* who did it */
	int kind;                   /* domain/channels/log.h */
	struct slice body;          /* TL ChannelAdminLogEventAction; absent: made of the two messages */
	struct slice before, after; /* messages as they were and are; absent: none */
};

/* Draws its id. */
int store_channel_log_add(struct sql_db *db, struct store_channel_log *l);
/* Ids below `max` (0: any) and above `min`, newest first; `kinds`: bits 1 << kind. */
int store_channel_log_walk(struct sql_db *db, int64_t channel, int64_t max, int64_t min, int64_t kinds,
                           uint32_t limit, struct arena *a, struct store_channel_log **ret, size_t *ret_n);
/* Up to `limit` rows of before `date`, of all channels, oldest first, go. Returns how many. */
int store_channel_log_prune(struct sql_db *db, unixtime_t date, uint32_t limit);

#endif
