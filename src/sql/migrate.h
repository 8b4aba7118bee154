/* migrate.h - numbered steps from an empty database to today's. Thread: main, at start. */
#ifndef SQL_MIGRATE_H
#define SQL_MIGRATE_H

#include <stddef.h>

struct sql_db;

/* Applies what is missing of steps[0..n), each in a transaction. -ERR_UNSUPPORTED: the database is newer than this program. */
int sql_migrate(struct sql_db *db, const char *const *steps, size_t n);

#endif
