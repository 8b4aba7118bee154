/*
 * admin.h - the operator's side of a running server: a Unix socket in the data folder (0600). One request a connection: a line
 * {"command": "users list", ...}; lines {"progress": {...}} while it works; at the end {"ok": {...}} or {"error": "..."}.
 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

struct admin;
struct app;

/* Listens on `socket_path`, replacing what an earlier run left there. db_path: for backups. Thread: main. */
int admin_start(struct app *app, const char *socket_path, const char *db_path, struct admin **ret);
/* Ends what runs (a backup is given up) and removes the socket. NULL is allowed. */
void admin_stop(struct admin *a);

#endif
