/* schema.h - brings a database to today's tables. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

struct sql_db;

/* -ERR_UNSUPPORTED: made by a newer program. Thread: main, at start. */
int store_migrate(struct sql_db *db);

#endif
