/*
 * sticker_set.h - sets of stickers, masks and custom emoji: what is in them and in which order, the directory of their short
 * names, and where emoji stand in them. Each item counts one reference to its file.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_STICKER_SET_H
#define STORE_STICKER_SET_H

#include "base/clock.h"
#include "sql/sql.h"

enum store_sticker_kind { STORE_STICKERS = 0, STORE_MASKS = 1, STORE_EMOJI = 2, STORE_STICKER_KINDS = 3 };
enum { STORE_SET_TEXT_COLOR = 1 /* emoji take the colour of the text */ };
enum {
	STORE_STICKER_STATIC = 1,
	STORE_STICKER_ANIMATED = 2,
	STORE_STICKER_VIDEO = 4
}; /* bits of `formats` */

struct store_sticker_set {
	int64_t id;           /* > 0, drawn at random */
	int64_t owner, maker; /* whose it is; the account (a bot, maybe) that made it for him */
	enum store_sticker_kind kind;
	int flags;
	struct slice title, name; /* name: the short one, as it was typed */
	unixtime_t date;
	int32_t version;   /* raised by every change */
	int64_t thumb;     /* file: a picture of its own, 0: none */
	int64_t thumb_doc; /* file: one of its emoji, 0: none */
	int32_t count;
	int formats; /* of its items */
};

struct store_sticker {
	int64_t set, file;
	int32_t place; /* 0 .. count-1 */
	int format;
	struct slice emoji, keywords; /* emoji: one or several after another; keywords: by ',' */
};

/* Claims the short name (`folded`): -ERR_EXISTS if another set has it. */
int store_sticker_set_insert(struct sql_db *db, const struct store_sticker_set *s, struct slice folded);
/* -ERR_NOTFOUND. Any lane. */
int store_sticker_set_get(struct sql_db *db, int64_t id, struct arena *a, struct store_sticker_set *ret);
int store_sticker_set_find(struct sql_db *db, struct slice folded, int64_t *ret_id);
/* Title, thumb, thumb_doc, count, formats; the version is raised. */
int store_sticker_set_update(struct sql_db *db, const struct store_sticker_set *s);
/* The row and its name; its items and who has it are deleted before. */
int store_sticker_set_delete(struct sql_db *db, int64_t id, struct slice folded);
/* Sets of an owner below `before` (0: from the newest id), by id downwards. Any lane. */
int store_sticker_set_of(struct sql_db *db, int64_t owner, int64_t before, uint32_t limit, struct arena *a,
                         int64_t **ret, size_t *ret_n);
int store_sticker_set_count_of(struct sql_db *db, int64_t owner, uint32_t *ret);
/* The newest sets of a kind, for searches. Any lane. */
int store_sticker_set_newest(struct sql_db *db, enum store_sticker_kind kind, uint32_t limit, struct arena *a,
                             struct store_sticker_set **ret, size_t *ret_n);

/* All of a set, in order. Any lane. */
int store_sticker_list(struct sql_db *db, int64_t set, struct arena *a, struct store_sticker **ret,
                       size_t *ret_n);
/* The item that a file is. -ERR_NOTFOUND. Any lane. */
int store_sticker_of_file(struct sql_db *db, int64_t file, struct arena *a, struct store_sticker *ret);
/* All of a set anew: what is not among `v` any more loses its reference, what was not there gets one. */
int store_sticker_put_all(struct sql_db *db, int64_t set, const struct store_sticker *v, size_t n,
                          unixtime_t now);

/* Files of a kind that stand for an emoji (without variation selectors); of all sets that there are. */
int store_sticker_emoji_put(struct sql_db *db, struct slice emoji, enum store_sticker_kind kind,
                            int64_t file);
int store_sticker_emoji_clear(struct sql_db *db, int64_t file);
/* Any lane. */
int store_sticker_emoji_find(struct sql_db *db, struct slice emoji, enum store_sticker_kind kind,
                             uint32_t limit, struct arena *a, int64_t **ret, size_t *ret_n);

#endif
