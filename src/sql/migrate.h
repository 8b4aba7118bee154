/* migrate.h - numbered steps from an empty database to today's. Thread: main, at start. */
#ifndef SQL_MIGRATE_H
#define SQL_MIGRATE_H

#include <stddef.h>

struct sql_db;

/*
 * Applies what is missing of steps[0..n), each in a transaction together with its row (number, checksum of its text).
 * -ERR_UNSUPPORTED: the database is newer than this program. -ERR_INVALID: a step that was applied reads otherwise now;
 * steps are added, never changed.
 */
int sql_migrate(struct sql_db *db, const char *const *steps, size_t n);
/* Steps that the database has; 0 for a new one. */
int sql_migrated(struct sql_db *db, size_t *ret_n);

#endif
