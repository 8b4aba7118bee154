/*
 * sql.h - connection, statement, transaction; no knowledge of tables. One SQL text for SQLite now and PostgreSQL
 * later (traps: see docs/architecture.md): $1..$n parameters, ON CONFLICT ... DO UPDATE, BIGINT and BYTEA only.
 * Threads: a connection belongs to one thread at a time. Statements are prepared once a connection and cached by
 * the address of their text, so `text` must be a string literal.
 */
#ifndef SQL_SQL_H
#define SQL_SQL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

struct sql_db;
struct sql_stmt;

enum sql_open_mode { SQL_WRITER, SQL_READER };

/* Opens (the writer creates) the database file. -ERR_BUSY if another process holds the writer's lock. */
int sql_open(const char *path, enum sql_open_mode mode, struct sql_db **ret_db);
void sql_close(struct sql_db *db);

int sql_begin(struct sql_db *db);
/* 0: on disk. -ERR_NOSPACE, -ERR_IO: rolled back. */
int sql_commit(struct sql_db *db);
void sql_rollback(struct sql_db *db);
/* One savepoint a call inside a batch. */
int sql_savepoint(struct sql_db *db);
int sql_release(struct sql_db *db);
void sql_rollback_to(struct sql_db *db);

/* A prepared statement, reset and ready to bind. NULL never: a bad text is our own defect and asserts. */
struct sql_stmt *sql_prepare(struct sql_db *db, const char *text);
void sql_bind_int(struct sql_stmt *s, int n, int64_t v); /* n counts from 1, as in $1 */
void sql_bind_bytes(struct sql_stmt *s, int n,
                    struct slice v); /* absent slice binds NULL; borrowed until sql_done */
void sql_bind_text(struct sql_stmt *s, int n, struct slice v);
void sql_bind_null(struct sql_stmt *s, int n);
/* 1: a row is there; 0: no more; negative: error. */
int sql_step(struct sql_stmt *s);
int64_t sql_int(struct sql_stmt *s, int col); /* columns from 0 */
bool sql_is_null(struct sql_stmt *s, int col);
/* Borrowed until the next step or sql_done; sql_copy puts it into the arena. */
struct slice sql_bytes(struct sql_stmt *s, int col);
struct slice sql_copy(struct sql_stmt *s, int col, struct arena *a);
/* Ends the use of a statement, whatever its state. Required after each use. */
void sql_done(struct sql_stmt *s);
/* Step to the end of a statement without rows of interest, and sql_done it. 0 or negative. */
int sql_run(struct sql_stmt *s);
/* Bytes of the write-ahead log now. */
int64_t sql_wal_bytes(struct sql_db *db);
/* Moves what it can from the log into the database without waiting for anybody (PASSIVE). */
void sql_checkpoint(struct sql_db *db);
/* The writer, between two batches: above 64 MB the log is begun anew, waiting 20 ms at most for readers. */
void sql_wal_keep_small(struct sql_db *db);
/* Rows changed by the last sql_run on this connection. */
int64_t sql_changes(struct sql_db *db);
/* For DDL and pragmas of migrations: text may hold several statements and need not be a literal. */
int sql_exec(struct sql_db *db, const char *text);

#endif
