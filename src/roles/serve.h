/*
 * serve.h - the server's own struct, and the steps of its start, for serve.c, serve_open.c and serve_net.c. Each step says on stderr what
 * is wrong and returns -ERR_*. Thread: main, before the loops run.
 */
#ifndef ROLES_SERVE_H
#define ROLES_SERVE_H

#include "base/counters.h"
#include "base/settings.h"
#include "roles/datadir.h"
#include "roles/glue.h"
#include "rpc/app.h"

enum { LOOPS_MAX = 16, LISTENERS_MAX = 16 };

struct serve {
	struct settings settings;
	struct datadir data;
	struct app app;
	struct glue glue;
	struct mt_keystore keys;
	struct io_loop *loops[LOOPS_MAX];
	unsigned n_loops;
	struct io_listener *listeners[LISTENERS_MAX];
	unsigned n_listeners;
	struct sql_checkpointer *checkpointer;
	struct web *web;
	struct admin *admin;
	struct public_watch *public_watch;
	struct counters counters;
	const struct rsa_key *rsa[2];
};

/* --- serve_open.c: what the server stands on */

int serve_open_database(struct serve *s); /* tables as this version has them, first rows */
int serve_open_contents(struct serve *s);
int serve_open_cdn_policy(struct serve *s);
int serve_start_workers(struct serve *s);
int serve_start_rpc(struct serve *s); /* lanes, and what calls share (struct app) */
int serve_ship_reactions(struct serve *s);
int serve_start_cdn(struct serve *s);

/* --- serve_net.c: how one gets to it */

int serve_start_mtproto(struct serve *s); /* loops, which do not run yet */
int serve_listen_all(struct serve *s);
int serve_find_public(struct serve *s); /* the address that clients are told, and who may sign up */
void serve_watch_public(struct serve *s);
void serve_say_ready(struct serve *s);

#endif
