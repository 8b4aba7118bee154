/*
 * datadir.h - the data folder: made at the first start, owned by one server at a time.
 *   chapar.db  server.key.pem (0600)  server.pub.pem  lock  clock (only where the system's clock has stepped back)
 */
#ifndef ROLES_DATADIR_H
#define ROLES_DATADIR_H

#include "crypto/rsa.h"

struct datadir {
	char path[512], db[560], pub[560], socket[560];
	int lock_fd;
	struct rsa_key *rsa;
};

/* 0, or negative with one line for the operator on standard error. Thread: main, at start. */
int datadir_open(struct datadir *d, const char *path);
void datadir_close(struct datadir *d);
/*
 * Our time is not before the last change of the database: after a restart with a clock that is behind, dates and msg_ids go on
 * from there, and packets from before stay too old. More than a day ahead is taken for a mistake. At start.
 */
void datadir_wind_clock(const struct datadir *d);
/* Where the system's clock is behind ours: keeps ours, for the next start. Now and then. */
void datadir_keep_clock(const struct datadir *d);

#endif
