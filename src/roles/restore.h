/* restore.h - a backup in the place of the database. */
#ifndef ROLES_RESTORE_H
#define ROLES_RESTORE_H

#include <stdbool.h>

/*
 * Takes the folder's lock (refuses where a server runs), copies the backup beside the database, brings it up to date, lifts
 * every box past what clients can have seen (store/epoch.h), and puts it in place; what was there stays beside it as
 * chapar.db.before-restore. Returns the exit code. Thread: main.
 */
int restore_run(const char *data, const char *file, bool as_json);

#endif
