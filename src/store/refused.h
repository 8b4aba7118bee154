/* refused.h - contents that were taken down: nobody uploads them again. Write lane, but for what says otherwise. */
#ifndef STORE_REFUSED_H
#define STORE_REFUSED_H

#include "base/clock.h"
#include "sql/sql.h"
#include "store/blob.h"

/* Once more is no harm: the first time counts. */
int store_refused_put(struct sql_db *db, const uint8_t id[STORE_BLOB_ID], unixtime_t now);
/* -ERR_NOTFOUND: it was not refused. */
int store_refused_delete(struct sql_db *db, const uint8_t id[STORE_BLOB_ID]);
/* 1: it is refused; 0: it is not. Any lane. */
int store_refused_is(struct sql_db *db, const uint8_t id[STORE_BLOB_ID]);

struct store_refused {
	uint8_t id[STORE_BLOB_ID];
	unixtime_t since;
};
/* By id, from `after` on (32 zero bytes: the first). Any lane. */
int store_refused_walk(struct sql_db *db, const uint8_t after[STORE_BLOB_ID], uint32_t limit, struct arena *a,
                       struct store_refused **ret, size_t *ret_n);

#endif
