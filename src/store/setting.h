/* setting.h - an account's own settings as (key, bytes): privacy, notifications, limits. What the bytes are is the domain's. */
#ifndef STORE_SETTING_H
#define STORE_SETTING_H

#include "sql/sql.h"

/* -ERR_NOTFOUND. */
int store_setting_get(struct sql_db *db, int64_t owner, const char *key, struct arena *a, struct slice *ret);
int store_setting_put(struct sql_db *db, int64_t owner, const char *key, struct slice value);
int store_setting_delete(struct sql_db *db, int64_t owner, const char *key);
/* Keys that begin with `prefix`, with their values. */
int store_setting_list(struct sql_db *db, int64_t owner, const char *prefix, uint32_t limit, struct arena *a,
                       struct slice **ret_keys, struct slice **ret_values, size_t *ret_n);

#endif
