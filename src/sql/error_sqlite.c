/* error_sqlite.c - what the engine's result codes mean, as -ERR_*. */
#include <errno.h>

#include "base/err.h"
#include "sql/sqlite_private.h"

/* Why the last write of the database or its log failed, as the engine's file remembers; 0: unknown. */
static int write_errno(struct sql_db *d, int which)
{
	sqlite3_file *f = NULL;
	int e = 0;

	sqlite3_file_control(d->db, "main", which, &f);
	if (f && f->pMethods)
		f->pMethods->xFileControl(f, SQLITE_FCNTL_LAST_ERRNO, &e);
	return e;
}

static bool is_full_errno(int e)
{
	return e == ENOSPC || e == EDQUOT || e == EFBIG;
}

/* The engine calls a disk full after ENOSPC only; a quota and a limit of the process are the same to the operator. */
static bool is_full(struct sql_db *d, int rc)
{
	if (rc == SQLITE_IOERR_WRITE)
		return is_full_errno(write_errno(d, SQLITE_FCNTL_JOURNAL_POINTER)) ||
		       is_full_errno(write_errno(d, SQLITE_FCNTL_FILE_POINTER));
	return is_full_errno(sqlite3_system_errno(d->db));
}

int sql_map(struct sql_db *d, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_FULL:
		return -ERR_NOSPACE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -ERR_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -ERR_CORRUPT;
	case SQLITE_CONSTRAINT:
		return -ERR_EXISTS;
	case SQLITE_CANTOPEN:
		return -ERR_NOTFOUND;
	case SQLITE_IOERR:
		return is_full(d, rc) ? -ERR_NOSPACE : -ERR_IO;
	default:
		return -ERR_IO;
	}
}

int sql_noted(struct sql_db *d, int rc)
{
	int r = sql_map(d, rc);

	if (r < 0 && d->in_tx && !d->lost && sqlite3_get_autocommit(d->db))
		d->lost = r;
	return r;
}
