/*
 * imported_key.h - keys of other DCs that an authorisation was carried to (auth.importAuthorization): each belongs to the key
 * that it was exported from, and ends with it.
 */
#ifndef STORE_IMPORTED_KEY_H
#define STORE_IMPORTED_KEY_H

#include "sql/sql.h"

/* `key_id` belongs to `by_key` from now on, whatever it belonged to before. */
int store_imported_key_put(struct sql_db *db, int64_t key_id, int64_t by_key);
/* Whose it is; key_id itself if it was not imported. */
int store_imported_key_of(struct sql_db *db, int64_t key_id, int64_t *ret_by_key);
/* Up to `limit` keys that belong to by_key. */
int store_imported_key_list(struct sql_db *db, int64_t by_key, uint32_t limit, int64_t *ret, size_t *ret_n);
int store_imported_key_delete(struct sql_db *db, int64_t key_id);

#endif
