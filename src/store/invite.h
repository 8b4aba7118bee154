/* invite.h - codes by which strangers may make an account while signing up is by invitation. */
#ifndef STORE_INVITE_H
#define STORE_INVITE_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_invite {
	struct slice code, note;
	unixtime_t created, expires; /* expires 0: never */
	int uses;                    /* accounts that it may make; 0: any number */
	int used;
};

/* -ERR_EXISTS: the code is taken. */
int store_invite_add(struct sql_db *db, const struct store_invite *v);
/* -ERR_NOTFOUND. */
int store_invite_get(struct sql_db *db, struct slice code, struct arena *a, struct store_invite *ret);
/* Counts one account. -ERR_NOTFOUND: no such code; -ERR_TIMEOUT: expired; -ERR_FULL: used up. Write lane. */
int store_invite_use(struct sql_db *db, struct slice code, unixtime_t now);
/* -ERR_NOTFOUND. */
int store_invite_delete(struct sql_db *db, struct slice code);
/* Newest first. */
int store_invite_list(struct sql_db *db, uint32_t limit, struct arena *a, struct store_invite **ret,
                      size_t *ret_n);

#endif
