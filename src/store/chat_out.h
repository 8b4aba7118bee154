/*
 * chat_out.h - what happened in a basic group and has not reached every member's box yet: one row an act, numbered in the order in
 * which they happened. How far a member is stands in his row (`got`); who came later begins where the group was. Write lane.
 */
#ifndef STORE_CHAT_OUT_H
#define STORE_CHAT_OUT_H

#include "base/clock.h"
#include "sql/sql.h"

struct store_out {
	int64_t chat, seq;
	int kind;
	int64_t owner; /* the message in its sender's box; 0: it is about none */
	int32_t id;
	unixtime_t date;
	struct slice payload;
};

/* The next of the group's numbers: 1, 2, 3 ... */
int store_out_append(struct sql_db *db, const struct store_out *o, int64_t *ret_seq);
/* 1: something waits in this group, 0: nothing. */
int store_out_waits(struct sql_db *db, int64_t chat);
/* Those above `seq`, in order. */
int store_out_after(struct sql_db *db, int64_t chat, int64_t seq, uint32_t limit, struct arena *a,
                    struct store_out **ret, size_t *ret_n);
/* How far a member is. -ERR_NOTFOUND: he is none. */
int store_out_got(struct sql_db *db, int64_t chat, int64_t user, int64_t *ret_seq);
int store_out_set_got(struct sql_db *db, int64_t chat, int64_t user, int64_t seq);
/* A member who is furthest behind of those that have not got everything. -ERR_NOTFOUND: all have. */
int store_out_behind(struct sql_db *db, int64_t chat, int64_t *ret_user, int64_t *ret_seq);
/* The first row that every member has got; its number. -ERR_NOTFOUND: none is left over. */
int store_out_over(struct sql_db *db, int64_t chat, struct arena *a, struct store_out *ret);
int store_out_drop(struct sql_db *db, int64_t chat, int64_t seq);

#endif
