/*
 * datadir.h - the data folder: made at the first start, owned by one server at a time.
 *   chapar.db  server.key.pem (0600)  server.pub.pem  lock
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

#endif
