/*
 * portions.c - the engine's file system for who moves the log into the database: what is written there is synced in portions, if that
 * is wanted. One sync of a thousand pages keeps a disk busy for tens of milliseconds, and the commits of the writer wait behind it.
 */
#include <pthread.h>
#include <stdbool.h>

#include "sql/sqlite_private.h"

#define PORTION (256 * 1024) /* bytes; a disk takes some milliseconds for so much */

struct portions { /* lies behind the engine's own file */
	bool on;
	int unsynced; /* bytes */
};

static sqlite3_vfs *below, ours; /* set once, before the first file is opened */
static const sqlite3_io_methods *their_methods;
static sqlite3_io_methods our_methods;

static struct portions *portions_of(sqlite3_file *f)
{
	return (struct portions *)((char *)f + below->szOsFile);
}

static int write_some(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct portions *x = portions_of(f);
	int rc = their_methods->xWrite(f, p, n, at);

	x->unsynced += n;
	if (rc != SQLITE_OK || !x->on || x->unsynced < PORTION)
		return rc;
	x->unsynced = 0;
	return their_methods->xSync(f, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int rc = below->xOpen(below, name, f, flags, ret_flags);

	if (rc != SQLITE_OK || !(flags & SQLITE_OPEN_MAIN_DB))
		return rc;
	*portions_of(f) = (struct portions){0};
	pthread_mutex_lock(&lock);
	if (!their_methods) { /* the same for each file of this kind */
		their_methods = f->pMethods;
		our_methods = *their_methods;
		our_methods.xWrite = write_some;
	}
	pthread_mutex_unlock(&lock);
	if (f->pMethods == their_methods)
		f->pMethods = &our_methods;
	return SQLITE_OK;
}

static void make_vfs(void)
{
	below = sqlite3_vfs_find(NULL);
	ours = *below;
	ours.pNext = NULL;
	ours.zName = "portions";
	ours.szOsFile = below->szOsFile + (int)sizeof(struct portions);
	ours.xOpen = open_file;
	sqlite3_vfs_register(&ours, 0);
}

const char *sql_portions_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_vfs);
	return ours.zName;
}

void sql_portions_use(sqlite3 *db, bool on)
{
	sqlite3_file *f = NULL;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &f) == SQLITE_OK && f &&
	    f->pMethods == &our_methods)
		*portions_of(f) = (struct portions){.on = on};
}
