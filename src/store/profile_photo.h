/*
 * profile_photo.h - the photos of accounts, each in its place: the highest is the one that is shown, place 0 is for those who
 * may not see the others. With each the stripped thumb that a user object carries. A row counts one reference to its file.
 * Write lane, but for what says otherwise.
 */
#ifndef STORE_PROFILE_PHOTO_H
#define STORE_PROFILE_PHOTO_H

#include "base/clock.h"
#include "sql/sql.h"

enum { STORE_PHOTO_PUBLIC = 0 /* the place of the one for strangers */ };

struct store_profile_photo {
	int64_t owner, file, place;
	struct slice thumb; /* absent: none */
	bool video;         /* it moves */
};

/* Above all others, whatever p->place says; a file that is there already moves. */
int store_profile_photo_put(struct sql_db *db, const struct store_profile_photo *p, unixtime_t now);
/* At place 0, instead of what is there. */
int store_profile_photo_put_public(struct sql_db *db, const struct store_profile_photo *p, unixtime_t now);
/* 1: it was there and is gone; 0: it was not. */
int store_profile_photo_delete(struct sql_db *db, int64_t owner, int64_t file, unixtime_t now);
/* The one that is shown, or the public one. -ERR_NOTFOUND. Any lane. */
int store_profile_photo_top(struct sql_db *db, int64_t owner, bool public, struct arena *a,
                            struct store_profile_photo *ret);
/* One by its file. -ERR_NOTFOUND. Any lane. */
int store_profile_photo_find(struct sql_db *db, int64_t owner, int64_t file, struct arena *a,
                             struct store_profile_photo *ret);
/* Files, the shown one first, without the public one. Any lane. */
int store_profile_photo_list(struct sql_db *db, int64_t owner, struct arena *a, int64_t **ret, size_t *ret_n);
/* The first `most` of them go, as whoever had them does. 1: there are more; 0: these were all. */
int store_profile_photo_clear(struct sql_db *db, int64_t owner, size_t most, struct arena *a, unixtime_t now);

#endif
