/* list.h - lists of ids, and counts, out of statements. */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include "sql/sql.h"

/* Column 0 of every row of `s`, whose $1 is `owner`; the statement is done. Any lane. */
int store_list_of(struct sql_stmt *s, int64_t owner, struct arena *a, int64_t **ret, size_t *ret_n);

/* The number of rows that `s` counted, in column 0. 0 or negative; the statement is done. */
int store_count_of(struct sql_stmt *s, uint32_t *ret);

#endif
