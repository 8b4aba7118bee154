/*
 * driver_sqlite.c - connections and transactions of sql.h over SQLite; statements: statement_sqlite.c, errors: error_sqlite.c. WAL,
 * synchronous FULL, checkpoints on a thread of their own (checkpoint.c) and, when the log has grown, by the writer between two batches
 * (docs/architecture.md, "WAL").
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "sql/sqlite_private.h"

#define WAL_FILE_MAX     "134217728" /* a longer file is cut when the log begins anew */
#define FRAME_HEADER     24
#define RESTART_WAIT_MS  20
#define BUSY_WAIT_MS     5000
#define CACHE_WRITER_KIB 4096
#define CACHE_READER_KIB 1024

/* After each commit with changes: how long the log is now. */
static int committed(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct sql_db *d = arg;

	d->commit_pages = frames > d->wal_frames ? frames - d->wal_frames : frames; /* else it began anew */
	d->wal_frames = frames;
	d->wal_known = true;
	return SQLITE_OK;
}

static int set_up(struct sql_db *d)
{
	struct sql_stmt *s;
	bool wal;
	int r;

	sqlite3_extended_result_codes(d->db, 1);
	sqlite3_busy_timeout(d->db, BUSY_WAIT_MS);
	s = sql_prepare(
		d, "PRAGMA journal_mode=WAL"); /* the first that reads the file: it may be none of ours */
	r = sql_step(s);
	wal = r == 1 && slice_eq(sql_bytes(s, 0), SLICE_LIT("wal"));
	sql_done(s);
	if (r >= 0 && !wal)
		r = -ERR_UNSUPPORTED;
	if (r >= 0)
		r = sql_exec(d,
		             "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=OFF;"
		             "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=" WAL_FILE_MAX);
	if (r >= 0 && !d->writer)
		r = sql_exec(d, "PRAGMA query_only=ON");
	if (r < 0)
		return r;
	sql_set_cache(d, d->writer ? CACHE_WRITER_KIB : CACHE_READER_KIB);
	sqlite3_wal_hook(d->db, committed, d);
	s = sql_prepare(d, "PRAGMA page_size");
	r = sql_step(s);
	d->page_size = r == 1 ? (int)sql_int(s, 0) : 4096;
	sql_done(s);
	return r < 0 ? r : 0;
}

/* Sums of its memory would be kept under one lock for all threads. Before anything else of the engine. */
static void no_sums(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int sql_open(const char *path, enum sql_open_mode mode, struct sql_db **ret_db)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sql_db *d = xcalloc(1, sizeof(*d));
	int rc, r;

	pthread_once(&once, no_sums);
	d->writer = mode != SQL_READER;
	rc = sqlite3_open_v2(
		path, &d->db,
		(d->writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE) |
			SQLITE_OPEN_NOMUTEX,
		mode == SQL_MOVER ? sql_portions_vfs() : NULL);
	d->wal_path = xmalloc(strlen(path) + 5);
	sprintf(d->wal_path, "%s-wal", path);
	r = rc == SQLITE_OK ? set_up(d) : sql_map(d, rc);
	if (r < 0) {
		sql_close(d);
		return r;
	}
	*ret_db = d;
	return 0;
}

void sql_close(struct sql_db *d)
{
	if (!d)
		return;
	sql_statements_free(d);
	sqlite3_close(d->db);
	free(d->wal_path);
	free(d);
}

void sql_set_cache(struct sql_db *d, int kib)
{
	char text[64];

	snprintf(text, sizeof(text), "PRAGMA cache_size=-%d", kib);
	sql_exec(d, text);
}

int sql_exec(struct sql_db *d, const char *text)
{
	int rc = sqlite3_exec(d->db, text, NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		log_event(LOG_DEBUG, "sql", "rc=%d text=\"%.60s\"", rc, text);
	return sql_noted(d, rc);
}

static int run_literal(struct sql_db *d, const char *text)
{
	return sql_run(sql_prepare(d, text));
}

int sql_begin(struct sql_db *d)
{
	int r;

	sql_rollback(d);
	r = run_literal(d, d->writer ? "BEGIN IMMEDIATE" : "BEGIN");
	d->in_tx = r == 0;
	return r;
}

int sql_commit(struct sql_db *d)
{
	int r = d->lost;

	if (r == 0)
		r = run_literal(d, "COMMIT");
	if (r < 0)
		sql_rollback(d);
	d->in_tx = false;
	return r;
}

void sql_rollback(struct sql_db *d)
{
	d->in_tx = false;
	d->lost = 0;
	if (!sqlite3_get_autocommit(d->db))
		run_literal(d, "ROLLBACK");
}

int sql_savepoint(struct sql_db *d)
{
	/* Outside of a transaction a savepoint would be one itself, and its release a commit. */
	return d->lost ? d->lost : run_literal(d, "SAVEPOINT call");
}

int sql_release(struct sql_db *d)
{
	return d->lost ? d->lost : run_literal(d, "RELEASE call");
}

void sql_rollback_to(struct sql_db *d)
{
	if (sqlite3_get_autocommit(d->db))
		return; /* the engine rolled everything back already: a full disk */
	run_literal(d, "ROLLBACK TO call");
	run_literal(d, "RELEASE call");
}

int64_t sql_wal_bytes(struct sql_db *d)
{
	struct stat st;

	if (d->wal_known)
		return (int64_t)d->wal_frames * (d->page_size + FRAME_HEADER);
	return stat(d->wal_path, &st) == 0 ? st.st_size : 0;
}

int64_t sql_file_bytes(struct sql_db *d)
{
	struct sql_stmt *s = sql_prepare(d, "PRAGMA page_count");
	int64_t n = sql_step(s) == 1 ? sql_int(s, 0) * d->page_size : 0;

	sql_done(s);
	return n;
}

int64_t sql_checkpoint(struct sql_db *d, bool gently)
{
	int all, moved;

	sql_portions_use(d->db, gently);
	if (sqlite3_wal_checkpoint_v2(d->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &moved) != SQLITE_OK ||
	    moved < 0)
		return 0;
	return (int64_t)moved * (d->page_size + FRAME_HEADER);
}

int sql_wal_restart(struct sql_db *d)
{
	int rc;

	sqlite3_busy_timeout(d->db, RESTART_WAIT_MS);
	rc = sqlite3_wal_checkpoint_v2(d->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	sqlite3_busy_timeout(d->db, BUSY_WAIT_MS);
	if (rc == SQLITE_OK) {
		d->wal_known = true;
		d->wal_frames = 0;
	}
	return sql_map(d, rc);
}

int sql_commit_pages(const struct sql_db *d)
{
	return d->commit_pages;
}

sqlite3 *sql_sqlite(struct sql_db *d)
{
	return d->db;
}
