/*
 * photo.h - photos of basic groups, supergroups and channels: rows of store/profile_photo.h under the group's peer key, the newest of
 * them shown. A door: channels have the same.
 */
#ifndef DOMAIN_CHATS_PHOTO_H
#define DOMAIN_CHATS_PHOTO_H

#include "domain/users/view.h"

/* The first phase of an InputChatPhoto. 400 VIDEO_FILE_INVALID, EMOJI_MARKUP_INVALID, PHOTO_FILE_MISSING and those of media. */
int group_photo_prepare(struct rpc_call *c, const struct tl_obj *input);
/* Write lane, the second: what was uploaded, or one of its own, is the newest from now on. 400 PHOTO_INVALID, FILE_REFERENCE_*. */
int group_photo_put(struct rpc_call *c, int64_t key, const struct tl_obj *input, struct tl_obj **ret_photo,
                    int64_t *ret_file);
/* ChatPhoto; file 0: chatPhotoEmpty. */
int group_photo_view(struct view *v, int64_t key, int64_t file, struct tl_obj **ret);
/* Photo as the caller gets it; NULL: there is none. */
int group_photo_object(struct rpc_call *c, int64_t key, int64_t file, struct tl_obj **ret);
/* 1: it is or was a photo of this group; 0: not. */
int group_photo_is(struct rpc_call *c, int64_t key, int64_t file);

#endif
