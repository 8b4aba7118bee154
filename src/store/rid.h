/* rid.h - random_ids of sends, for a day and more: a repeat finds the first result. Write lane. */
#ifndef STORE_RID_H
#define STORE_RID_H

#include "base/clock.h"
#include "sql/sql.h"

/* The pts at which what (owner, random_id) sent today or yesterday was born, in the box that it went to. -ERR_NOTFOUND. */
int store_rid_find(struct sql_db *db, int64_t owner, int64_t random_id, unixtime_t now, int32_t *ret_pts);
int store_rid_put(struct sql_db *db, int64_t owner, int64_t random_id, unixtime_t now, int32_t pts);
/* Drops up to `limit` rows of days before yesterday; returns how many. */
int store_rid_prune(struct sql_db *db, unixtime_t now, int limit);

#endif
