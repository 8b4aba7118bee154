/* list.h - lists of ids out of statements. */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include "sql/sql.h"

/* Column 0 of every row of `s`, whose $1 is `owner`; the statement is done. Any lane. */
int store_list_of(struct sql_stmt *s, int64_t owner, struct arena *a, int64_t **ret, size_t *ret_n);

#endif
