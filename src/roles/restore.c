/* restore.c - see restore.h. Until the last rename the folder is as it was. */
#include "roles/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "roles/datadir.h"
#include "roles/role.h"
#include "sql/sql.h"
#include "store/epoch.h"
#include "store/schema.h"

struct restore {
	struct datadir data;
	const char *file;
	char made[600];
	int64_t boxes;
	bool as_json;
};

static int fail(const struct restore *x, int r, const char *what)
{
	fprintf(stderr, "chapar admin: restore: %s: %s\n", what, err_name(r));
	return r;
}

static bool show_progress(void *arg, int64_t done, int64_t all)
{
	const struct restore *x = arg;

	if (isatty(STDERR_FILENO) && !x->as_json && all)
		fprintf(stderr, "\rrestore: %lld %%%s", (long long)(done * 100 / all),
		        done == all ? "\n" : "");
	return true;
}

static int copy(struct restore *x)
{
	struct sql_db *db;
	int r;

	if (access(x->file, R_OK) != 0)
		return fail(x, err_from_errno(errno), x->file);
	unlink(x->made); /* of a restore that was interrupted */
	r = sql_open(x->file, SQL_READER, &db);
	if (r == 0) {
		r = sql_backup(db, x->made, show_progress, x);
		sql_close(db);
	}
	return r < 0 ? fail(x, r, r == -ERR_CORRUPT ? "that file is no backup" : x->file) : 0;
}

static int lift(struct restore *x)
{
	struct sql_db *db;
	int r;

	if ((r = sql_open(x->made, SQL_WRITER, &db)) < 0)
		return fail(x, r, x->made);
	r = store_migrate(db);
	if (r == -ERR_UNSUPPORTED)
		fail(x, r, "the backup was made by a newer chapar; use that version");
	else if (r < 0)
		fail(x, r, "that file is no backup of chapar");
	else if ((r = store_epoch_lift(db, STORE_EPOCH_LIFT, clock_unix(), &x->boxes)) < 0)
		fail(x, r, "boxes cannot be lifted");
	else if ((r = sql_wal_restart(db)) < 0)
		fail(x, r, x->made);
	sql_close(db);
	return r;
}

/* The old database with its log steps aside, then the new one takes its name. */
static int put_in_place(struct restore *x)
{
	static const char *const parts[] = {"-wal", "-shm", ""};
	char from[640], to[640];
	int fd;

	for (int i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "%s%s", x->data.db, parts[i]);
		snprintf(to, sizeof(to), "%s.before-restore%s", x->data.db, parts[i]);
		unlink(to);
		if (rename(from, to) != 0 && errno != ENOENT)
			return fail(x, err_from_errno(errno), from);
	}
	if (rename(x->made, x->data.db) != 0)
		return fail(x, err_from_errno(errno), x->made);
	for (int i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "%s%s", x->made, parts[i]);
		unlink(from);
	}
	fd = open(x->data.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return 0;
}

int restore_run(const char *data, const char *file, bool as_json)
{
	struct restore x = {.file = file, .as_json = as_json};
	int r;

	umask(077);
	if (datadir_open(&x.data, data) < 0)
		return EXIT_FAILED;
	snprintf(x.made, sizeof(x.made), "%s.restored", x.data.db);
	if ((r = copy(&x)) == 0 && (r = lift(&x)) == 0)
		r = put_in_place(&x);
	if (r < 0)
		unlink(x.made);
	else if (as_json)
		printf("{\"restored\":true,\"boxes\":%lld}\n", (long long)x.boxes);
	else
		printf("restored: %lld boxes; what was there is %s.before-restore\n", (long long)x.boxes,
		       x.data.db);
	datadir_close(&x.data);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}
