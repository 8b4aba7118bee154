/* state.h - changes without pts: one row per (owner, kind, key) with its last time, kept for good. */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_state {
	int kind; /* enum upd_kind */
	int64_t key;
	unixtime_t time;
	struct slice payload;
};

enum { STORE_STATE_MAX = 2000 }; /* rows of one answer; more if they would not lead beyond `time` + 1 */

int store_state_put(struct sql_db *db, int64_t owner, int kind, int64_t key, unixtime_t time,
                    struct slice payload);
/* Rows changed at `time` or later, oldest first, whole seconds. 1: there are later ones, 0: these are all. */
int store_state_since(struct sql_db *db, int64_t owner, unixtime_t time, struct arena *a,
                      struct store_state **ret, size_t *ret_n);

#endif
