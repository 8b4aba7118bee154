/*
 * photo_view.h - which photo of an account a viewer gets: the one that he chose for a contact; the shown one, by the owner's privacy; the one for strangers
 * otherwise; none, where the owner blocked him. Threads: lanes with c->db.
 */
#ifndef DOMAIN_USERS_PHOTO_VIEW_H
#define DOMAIN_USERS_PHOTO_VIEW_H

#include "rpc/call.h"

struct store_user;
struct store_profile_photo;

/*
 * UserProfilePhoto of a user object; NULL: none is shown. is_contact: of the viewer's, who may show himself another photo of him.
 */
int user_photo_view(struct rpc_call *c, int64_t viewer, const struct store_user *u, bool is_contact,
                    struct tl_obj **ret);
/* Photos of userFull; NULL each that is not shown. */
struct tl_userFull;
int user_photo_full(struct rpc_call *c, const struct store_user *u, struct tl_userFull *f);
/* 1: c->user_id may see this photo of the owner's; 0: he may not, or there is no such. */
int user_photo_may_see(struct rpc_call *c, int64_t owner, int64_t file);
enum user_photos { USER_PHOTOS_NONE, USER_PHOTOS_PUBLIC, USER_PHOTOS_ALL };
/* enum user_photos, or negative. */
int user_photos_allowed(struct rpc_call *c, int64_t owner, int64_t viewer);
/* A Photo of this file, as c->user_id gets it on the owner's profile; NULL: it is gone. */
int user_photo_object(struct rpc_call *c, int64_t owner, int64_t file, struct tl_obj **ret);

#endif
