/*
 * personal_photo.h - what somebody shows himself as the photo of a contact, in the place of the contact's own. A row counts one
 * reference to its file. Write lane, but for what says otherwise.
 */
#ifndef STORE_PERSONAL_PHOTO_H
#define STORE_PERSONAL_PHOTO_H

#include "store/profile_photo.h"

/* p->place: the contact. In the place of the one before. */
int store_personal_photo_put(struct sql_db *db, const struct store_profile_photo *p, unixtime_t now);
/* -ERR_NOTFOUND. Any lane. */
int store_personal_photo_get(struct sql_db *db, int64_t owner, int64_t contact, struct arena *a,
                             struct store_profile_photo *ret);
/* 1: it was there and is gone; 0: there was none. */
int store_personal_photo_delete(struct sql_db *db, int64_t owner, int64_t contact, unixtime_t now);

#endif
