/* sqlite_private.h - the engine behind a connection, for the files of this folder that speak to it. */
#ifndef SQL_SQLITE_PRIVATE_H
#define SQL_SQLITE_PRIVATE_H

#include <sqlite3.h>

struct sql_db;

sqlite3 *sql_sqlite(struct sql_db *db);
/* -ERR_* of a result code that this connection just got; 0 for success. */
int sql_map(struct sql_db *db, int rc);

#endif
