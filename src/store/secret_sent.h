/* secret_sent.h - which random_ids were sent of late in secret chats, and what was answered. Write lane, but for what says otherwise. */
#ifndef STORE_SECRET_SENT_H
#define STORE_SECRET_SENT_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_secret_sent {
	unixtime_t date;
	int64_t file; /* 0: none */
};
/* What (owner, random_id) was answered today or yesterday. -ERR_NOTFOUND. Any lane. */
int store_secret_sent_find(struct sql_db *db, int64_t owner, int64_t random_id, unixtime_t now,
                           struct store_secret_sent *ret);
int store_secret_sent_put(struct sql_db *db, int64_t owner, int64_t random_id,
                          const struct store_secret_sent *t);
/* Up to `limit` rows of days before yesterday go; returns how many. */
int store_secret_sent_prune(struct sql_db *db, unixtime_t now, int limit);

#endif
