/*
 * sticker_own.h - what an account has of stickers: the sets that it installed, in its order, and lists of single ones: recent,
 * faved, GIFs. An entry of a list counts one reference to its file.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_STICKER_OWN_H
#define STORE_STICKER_OWN_H

#include "base/clock.h"
#include "store/sticker_set.h"

struct store_sticker_own {
	int64_t owner, set;
	enum store_sticker_kind kind;
	bool archived;
	int64_t place; /* the highest stands first */
	unixtime_t date;
};

/* Inserts or replaces. */
int store_sticker_own_put(struct sql_db *db, const struct store_sticker_own *o);
/* 1: it was there. */
int store_sticker_own_delete(struct sql_db *db, int64_t owner, int64_t set);
/* -ERR_NOTFOUND. Any lane. */
int store_sticker_own_get(struct sql_db *db, int64_t owner, int64_t set, struct store_sticker_own *ret);
/* Sets of a kind, the first in order first. Any lane. */
int store_sticker_own_list(struct sql_db *db, int64_t owner, enum store_sticker_kind kind, bool archived,
                           struct arena *a, int64_t **ret, size_t *ret_n);
/* Above all others of the kind. */
int store_sticker_own_top(struct sql_db *db, int64_t owner, enum store_sticker_kind kind, int64_t *ret_place);
/* Who has a set, above `after`. Any lane. */
int store_sticker_own_who(struct sql_db *db, int64_t set, int64_t after, uint32_t limit, struct arena *a,
                          int64_t **ret, size_t *ret_n);

enum store_sticker_list {
	STORE_LIST_RECENT = 1,
	STORE_LIST_ATTACHED = 2, /* put on photos lately */
	STORE_LIST_FAVED = 3,
	STORE_LIST_GIFS = 4,
};
struct store_sticker_entry {
	int64_t file;
	unixtime_t date;
};
/* To the front; what is beyond `limit` falls off. */
int store_sticker_entry_put(struct sql_db *db, int64_t owner, enum store_sticker_list list, int64_t file,
                            uint32_t limit, unixtime_t now);
/* 1: it was there. */
int store_sticker_entry_delete(struct sql_db *db, int64_t owner, enum store_sticker_list list, int64_t file,
                               unixtime_t now);
/* The front first. Any lane. */
int store_sticker_entry_list(struct sql_db *db, int64_t owner, enum store_sticker_list list, struct arena *a,
                             struct store_sticker_entry **ret, size_t *ret_n);

#endif
