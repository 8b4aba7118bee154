/* phone_code.h - login codes on their way: by the hash that the client holds. */
#ifndef STORE_PHONE_CODE_H
#define STORE_PHONE_CODE_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_phone_code {
	struct slice hash, phone, code;
	unixtime_t created, expires;
	int tries; /* wrong ones */
	int sent;  /* how: domain/auth */
	bool used; /* the right code was given; waits for sign-up */
	int64_t key_id;
};

/* -ERR_NOTFOUND. */
int store_phone_code_get(struct sql_db *db, struct slice hash, struct arena *a, struct store_phone_code *ret);
/* Inserts or replaces. */
int store_phone_code_put(struct sql_db *db, const struct store_phone_code *c);
int store_phone_code_delete(struct sql_db *db, struct slice hash);
/* Those of one number that are this code. */
int store_phone_code_delete_code(struct sql_db *db, struct slice phone, struct slice code);
/* Pending ones, newest first. */
int store_phone_code_list(struct sql_db *db, unixtime_t now, uint32_t limit, struct arena *a,
                          struct store_phone_code **ret, size_t *ret_n);
int store_phone_code_prune(struct sql_db *db, unixtime_t before);

#endif
