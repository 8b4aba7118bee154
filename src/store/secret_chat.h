/*
 * secret_chat.h - secret chats: a row for each of the two sides, in his box, and the files that went through. What is said in
 * them is store/qts.h's, until it was received. The server knows the public halves of the key exchange, never the key.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_SECRET_CHAT_H
#define STORE_SECRET_CHAT_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_secret_state {
	STORE_SECRET_WAITING = 1,   /* of who asked: nobody has accepted so far */
	STORE_SECRET_REQUESTED = 2, /* of who was asked */
	STORE_SECRET_OPEN = 3,
	STORE_SECRET_ENDED = 4,
};

struct store_secret_chat {
	int64_t owner;
	int32_t id; /* chosen by who asked; the same on both sides */
	int64_t peer;
	bool is_admin; /* the owner asked */
	enum store_secret_state state;
	unixtime_t date;
	int64_t key;    /* the owner's authorisation that it belongs to; 0: none of his has accepted it */
	struct slice g; /* the other side's public number; empty while there is none, and after the end */
	int64_t fingerprint;
	int32_t read_until; /* what the owner wrote until then was read by the other side ... */
	unixtime_t read_at; /* ... at this time; 0: nothing was */
	unixtime_t ended;   /* 0: it was not */
	bool history_deleted;
};

/* -ERR_EXISTS: the owner has one of this id, or had not long ago. */
int store_secret_chat_insert(struct sql_db *db, const struct store_secret_chat *s);
/* -ERR_NOTFOUND. g in the arena. Any lane. */
int store_secret_chat_get(struct sql_db *db, int64_t owner, int32_t id, struct arena *a,
                          struct store_secret_chat *ret);
/* All but owner, id, peer, is_admin and date. -ERR_NOTFOUND. */
int store_secret_chat_update(struct sql_db *db, const struct store_secret_chat *s);
/*
 * Up to `limit` of an owner that are not ended and belong to this authorisation, or (key 0) to none. Any lane.
 */
int store_secret_chat_of_key(struct sql_db *db, int64_t owner, int64_t key, uint32_t limit, struct arena *a,
                             struct store_secret_chat **ret, size_t *ret_n);
/* Up to `limit` rows of chats that ended before `before` go; returns how many. */
int store_secret_chat_prune(struct sql_db *db, unixtime_t before, int limit);

/* A file went through the chat to its owner: it is held until then (once more: until the later). `now`: for store_file_ref. */
int store_secret_file_hold(struct sql_db *db, int64_t owner, int32_t chat, int64_t file, unixtime_t until,
                           unixtime_t now);
/* The chat ended: its files are held no longer than until then. */
int store_secret_file_shorten(struct sql_db *db, int64_t owner, int32_t chat, unixtime_t until);
/* Up to `limit` files that were held until before `now` are held no more; returns how many. */
int store_secret_file_release(struct sql_db *db, unixtime_t now, uint32_t limit);

#endif
