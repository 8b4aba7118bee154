/* msg_count.h - how often messages of channels were seen and passed on; a row for those that ever were; `channel` is its peer key. Write lane, but for what only reads. */
#ifndef STORE_MSG_COUNT_H
#define STORE_MSG_COUNT_H

#include "sql/sql.h"

struct store_msg_count {
	int32_t views, forwards;
};

/* Zeros where nothing was counted. */
int store_msg_count_get(struct sql_db *db, int64_t channel, int32_t id, struct store_msg_count *ret);
int store_msg_count_add(struct sql_db *db, int64_t channel, int32_t id, int32_t views, int32_t forwards);
int store_msg_count_delete(struct sql_db *db, int64_t channel, int32_t id);

#endif
