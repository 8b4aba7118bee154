/* contact.h - contacts, in both boxes: what the owner calls somebody, and who knows the owner. Also blocks and wishes. */
#ifndef STORE_CONTACT_H
#define STORE_CONTACT_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_contact {
	int64_t owner, user_id;
	struct slice first, last, phone;
	unixtime_t date;
};

/* -ERR_NOTFOUND. */
int store_contact_get(struct sql_db *db, int64_t owner, int64_t user_id, struct arena *a,
                      struct store_contact *ret);
/* Inserts or replaces; also the other side's known_by. */
int store_contact_put(struct sql_db *db, const struct store_contact *c);
/* -ERR_NOTFOUND if it was none. */
int store_contact_delete(struct sql_db *db, int64_t owner, int64_t user_id);
/* By user id. */
int store_contact_list(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                       struct store_contact **ret, size_t *ret_n);
int store_contact_count(struct sql_db *db, int64_t owner, uint32_t *ret);
/* 1: `by` has `owner` among his contacts, 0: not. */
int store_contact_is_known_by(struct sql_db *db, int64_t owner, int64_t by);
/* Who has `owner` among their contacts. */
int store_contact_known_by(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a, int64_t **ret,
                           size_t *ret_n);

/* Numbers that nobody has yet, for "X joined": who wants them, under which name. */
int store_wanted_put(struct sql_db *db, struct slice phone, int64_t owner, struct slice first,
                     struct slice last);
int store_wanted_by(struct sql_db *db, struct slice phone, uint32_t limit, struct arena *a,
                    struct store_contact **ret, size_t *ret_n);
int store_wanted_delete(struct sql_db *db, struct slice phone, int64_t owner);
/* What one owner waits for, by number (user_id 0 in the rows). */
int store_wanted_list(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                      struct store_contact **ret, size_t *ret_n);
/* One owner waits for nothing any more. */
int store_wanted_clear(struct sql_db *db, int64_t owner);

/* 1: blocked, 0: not. */
int store_blocked_is(struct sql_db *db, int64_t owner, int64_t peer);
/* 1: changed, 0: was so already. */
int store_blocked_set(struct sql_db *db, int64_t owner, int64_t peer, bool blocked, unixtime_t date);
/* Newest first, from `offset`; ret_count: all of them. */
int store_blocked_list(struct sql_db *db, int64_t owner, uint32_t offset, uint32_t limit, struct arena *a,
                       int64_t **ret_peers, int32_t **ret_dates, size_t *ret_n, uint32_t *ret_count);

#endif
