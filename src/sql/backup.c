/*
 * backup.c - see sql_backup in sql.h. The reader's transaction holds one snapshot from the first page to the last: without
 * it the engine would begin again after every commit of the writer, and never end on a busy server.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "sql/sql.h"
#include "sql/sqlite_private.h"

enum { PAGES_A_STEP = 256 };

static int copy(struct sql_db *db, sqlite3 *to, bool (*progress)(void *arg, int64_t done, int64_t all),
                void *arg)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", sql_sqlite(db), "main");
	int rc = SQLITE_OK, r = 0;

	if (!b)
		return -ERR_IO;
	while (r == 0 && rc == SQLITE_OK) {
		rc = sqlite3_backup_step(b, PAGES_A_STEP);
		if (rc != SQLITE_OK && rc != SQLITE_DONE)
			break;
		if (progress && !progress(arg, sqlite3_backup_pagecount(b) - sqlite3_backup_remaining(b),
		                          sqlite3_backup_pagecount(b)))
			r = -ERR_CLOSED;
	}
	sqlite3_backup_finish(b);
	if (r == 0 && rc != SQLITE_DONE)
		r = rc == SQLITE_FULL ? -ERR_NOSPACE : -ERR_IO;
	return r;
}

/* The file and its name are on disk. */
static int settle(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	int r = 0, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		r = err_from_errno(errno);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		return r;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		r = err_from_errno(errno);
	if (fd >= 0)
		close(fd);
	return r;
}

static int begin_snapshot(struct sql_db *db)
{
	struct sql_stmt *s;
	int r;

	r = sql_begin(db);
	if (r < 0)
		return r;
	s = sql_prepare(db, "SELECT count(*) FROM sqlite_master");
	r = sql_step(s);
	sql_done(s);
	return r < 0 ? r : 0;
}

int sql_backup(struct sql_db *db, const char *path, bool (*progress)(void *arg, int64_t done, int64_t all),
               void *arg)
{
	sqlite3 *to = NULL;
	int fd, r;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* it holds keys and messages */
	if (fd < 0)
		return errno == EEXIST ? -ERR_EXISTS : err_from_errno(errno);
	close(fd);
	r = begin_snapshot(db);
	if (r == 0 &&
	    sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		r = -ERR_IO;
	if (r == 0)
		r = copy(db, to, progress, arg);
	sqlite3_close(to);
	sql_rollback(db);
	if (r == 0)
		r = settle(path);
	if (r < 0)
		unlink(path);
	return r;
}
