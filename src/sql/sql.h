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

/* SQL_MOVER: a writer that syncs in portions what it moves from the log (checkpoint.c). */
enum sql_open_mode { SQL_WRITER, SQL_READER, SQL_MOVER };

/*
 * Opens (the writer creates) the database file. That no second process writes is the role's business (roles/datadir.c).
 * -ERR_NOTFOUND: no such file or folder; -ERR_CORRUPT: no database; -ERR_UNSUPPORTED: no write-ahead log on this file system.
 */
int sql_open(const char *path, enum sql_open_mode mode, struct sql_db **ret_db);
void sql_close(struct sql_db *db);
/* Memory for pages of the database, KiB; 4 MiB for a writer and 1 MiB for a reader if it is never said: what the system keeps of the file costs a copy more. */
void sql_set_cache(struct sql_db *db, int kib);

/* The writer takes the write lock here, a reader its snapshot at the first row that it reads. */
int sql_begin(struct sql_db *db);
/*
 * 0: on disk. -ERR_NOSPACE, -ERR_IO: rolled back; the connection goes on. Also if the engine had to roll back long before
 * (disk full in the middle of a batch): from then on sql_savepoint and sql_commit say the same error until sql_rollback
 * or the next sql_begin, so that nothing of a lost batch is kept by itself.
 */
int sql_commit(struct sql_db *db);
void sql_rollback(struct sql_db *db);
/* One savepoint a call inside a batch. */
int sql_savepoint(struct sql_db *db);
int sql_release(struct sql_db *db);
void sql_rollback_to(struct sql_db *db);

/* A prepared statement, reset and ready to bind. NULL never: a bad text is our own defect and asserts. */
struct sql_stmt *sql_prepare(struct sql_db *db, const char *text);
void sql_bind_int(struct sql_stmt *s, int n, int64_t v); /* n counts from 1, as in $1 */
/* The first ones, in their order: SQL_BIND_INTS(s, owner, peer, id). */
#define SQL_BIND_INTS(s, ...)                                                                                \
	sql_bind_ints((s), (const int64_t[]){__VA_ARGS__},                                                   \
	              sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
void sql_bind_ints(struct sql_stmt *s, const int64_t *v, size_t n);
void sql_bind_bytes(struct sql_stmt *s, int n,
                    struct slice v); /* absent slice binds NULL; borrowed until sql_done */
void sql_bind_text(struct sql_stmt *s, int n, struct slice v);
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
/* The same of a change, and how many rows it met; or negative. */
int sql_run_count(struct sql_stmt *s);
/* The same of a change that has to meet a row: 0; -ERR_NOTFOUND if it met none. */
int sql_run_found(struct sql_stmt *s);
/* What sql_step (or sql_value) said of the one row that was asked for: 0 if it is there, else -ERR_NOTFOUND or the error. */
int sql_found(int stepped);
/* Ends a statement that asks for one number, column 0: 1 with *ret; 0: there is no row, *ret stays as it is; or negative. */
int sql_value(struct sql_stmt *s, int64_t *ret);
/* Bytes of the write-ahead log in use now (on a writer that has committed), else of its file. */
int64_t sql_wal_bytes(struct sql_db *db);
/* Of the database, without its log. */
int64_t sql_file_bytes(struct sql_db *db);
/*
 * Moves what it can from the log into the database without waiting for anybody (PASSIVE). Returns how many bytes of the log
 * the database holds now; 0 if it could not. gently (SQL_MOVER): in portions, so that commits beside it hardly wait for the disk.
 */
int64_t sql_checkpoint(struct sql_db *db, bool gently);
/*
 * The writer, between two batches: what is left of the log is moved and it begins anew, waiting 20 ms at most for readers.
 * 0; -ERR_BUSY: somebody was in the way, try again after the next batch. When: sql_checkpointer_keep_small.
 */
int sql_wal_restart(struct sql_db *db);
/* Rows changed by the last sql_run on this connection. */
int64_t sql_changes(struct sql_db *db);
/* Rows changed on this connection since it was opened, those of virtual tables' own tables included. */
int64_t sql_all_changes(struct sql_db *db);
/* For DDL and pragmas of migrations: text may hold several statements and need not be a literal. */
int sql_exec(struct sql_db *db, const char *text);

/*
 * A copy of the database as it is now, into a new file, while others go on writing. `db` is a reader of its own,
 * without an open transaction. -ERR_EXISTS: `path` is there already (and stays as it is); any other failure leaves no
 * file. `progress` (may be NULL) hears pages done and in all, a few hundred pages apart; -ERR_CLOSED if it answers false.
 */
int sql_backup(struct sql_db *db, const char *path, bool (*progress)(void *arg, int64_t done, int64_t all),
               void *arg);

/* For tests and benches: pages written by the last commit of this connection; texts prepared on it so far. */
int sql_commit_pages(const struct sql_db *db);
void sql_each_text(struct sql_db *db, void (*f)(void *arg, const char *text), void *arg);

#endif
