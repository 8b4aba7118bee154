/* meta.h - a few values of the whole server: secrets, counters. Thread: any lane, with its connection. */
#ifndef STORE_META_H
#define STORE_META_H

#include "sql/sql.h"

/* -ERR_NOTFOUND. */
int store_meta_get(struct sql_db *db, const char *key, struct arena *a, struct slice *ret);
int store_meta_put(struct sql_db *db, const char *key, struct slice value);
/* The next number of a counter that begins at `first`. Write lane. */
int store_meta_next(struct sql_db *db, const char *key, int64_t first, int64_t *ret);

#endif
