/* sqlite_private.h - the engine behind a connection, for the files of this folder that speak to it. */
#ifndef SQL_SQLITE_PRIVATE_H
#define SQL_SQLITE_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <uthash.h>

#include "sql/sql.h"

enum { SQL_PARAMS_MAX = 40 };

struct sql_stmt {
	const char *text; /* address is the key: a literal */
	struct sql_db *db;
	sqlite3_stmt *st;
	uint8_t param[SQL_PARAMS_MAX +
	              1]; /* $n -> SQLite's own number: it numbers names by first appearance */
	int failed;       /* of a bind or a step before the end */
	bool in_use;
	UT_hash_handle hh;
};

struct sql_db {
	sqlite3 *db;
	struct sql_stmt *stmts;
	char *wal_path;
	bool writer;
	bool in_tx;       /* between sql_begin and sql_commit or sql_rollback */
	int lost;         /* in_tx: the engine rolled back by itself, and why */
	bool wal_known;   /* this connection has committed, or begun the log anew */
	int wal_frames;   /* then: in the log after that */
	int commit_pages; /* of them, how many that commit wrote */
	int page_size;
};

sqlite3 *sql_sqlite(struct sql_db *db);
/* -ERR_* of a result code that this connection just got; 0 for success. */
int sql_map(struct sql_db *db, int rc);
/* The same, and after an error: did the engine give up the transaction, too? */
int sql_noted(struct sql_db *db, int rc);
void sql_statements_free(struct sql_db *db);
/* portions.c: the name of the file system of SQL_MOVER; and whether what such a connection writes is synced in portions. */
const char *sql_portions_vfs(void);
void sql_portions_use(sqlite3 *db, bool on);

#endif
