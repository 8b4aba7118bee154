/* sqlite_private.h - the engine behind a connection, for the files of this folder that speak to it. */
#ifndef SQL_SQLITE_PRIVATE_H
#define SQL_SQLITE_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>

struct sql_db;

sqlite3 *sql_sqlite(struct sql_db *db);
/* -ERR_* of a result code that this connection just got; 0 for success. */
int sql_map(struct sql_db *db, int rc);
/* portions.c: the name of the file system of SQL_MOVER; and whether what such a connection writes is synced in portions. */
const char *sql_portions_vfs(void);
void sql_portions_use(sqlite3 *db, bool on);

#endif
