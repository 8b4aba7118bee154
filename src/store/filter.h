/* filter.h - an account's folders, opaque bodies in an order of their own. */
#ifndef STORE_FILTER_H
#define STORE_FILTER_H

#include "sql/sql.h"

struct store_filter {
	int32_t id, ord; /* by ord, then id */
	struct slice body;
};

/* -ERR_NOTFOUND. */
int store_filter_get(struct sql_db *db, int64_t owner, int32_t id, struct arena *a, struct store_filter *ret);
int store_filter_put(struct sql_db *db, int64_t owner, const struct store_filter *f);
int store_filter_delete(struct sql_db *db, int64_t owner, int32_t id);
/* In their order. */
int store_filter_list(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                      struct store_filter **ret, size_t *ret_n);

#endif
