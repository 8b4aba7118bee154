/*
 * rights.h - what admins may do and members may not, as bits (store) and as ChatAdminRights, ChatBannedRights (wire). The bits are
 * those of the wire's flags (api.md 6.3). Threads: any.
 */
#ifndef DOMAIN_CHANNELS_RIGHTS_H
#define DOMAIN_CHANNELS_RIGHTS_H

#include "tl/tl.h"

enum admin_right {
	ADMIN_CHANGE_INFO = 1 << 0,
	ADMIN_POST = 1 << 1,
	ADMIN_EDIT = 1 << 2,
	ADMIN_DELETE = 1 << 3,
	ADMIN_BAN = 1 << 4,
	ADMIN_INVITE = 1 << 5,
	ADMIN_PIN = 1 << 7,
	ADMIN_ADD_ADMINS = 1 << 9,
	ADMIN_ANONYMOUS = 1 << 10,
	ADMIN_CALL = 1 << 11,
	ADMIN_OTHER = 1 << 12,
	ADMIN_TOPICS = 1 << 13,
	ADMIN_POST_STORIES = 1 << 14,
	ADMIN_EDIT_STORIES = 1 << 15,
	ADMIN_DELETE_STORIES = 1 << 16,
	ADMIN_DIRECT = 1 << 17,
	ADMIN_RANKS = 1 << 18,
	ADMIN_ALL = ADMIN_CHANGE_INFO | ADMIN_POST | ADMIN_EDIT | ADMIN_DELETE | ADMIN_BAN | ADMIN_INVITE |
	            ADMIN_PIN | ADMIN_ADD_ADMINS | ADMIN_CALL | ADMIN_OTHER | ADMIN_TOPICS |
	            ADMIN_POST_STORIES | ADMIN_EDIT_STORIES | ADMIN_DELETE_STORIES | ADMIN_DIRECT |
	            ADMIN_RANKS,
};

enum ban { /* what is forbidden */
	   BAN_VIEW = 1 << 0,
	   BAN_SEND = 1 << 1, /* any message */
	   BAN_MEDIA = 1 << 2,
	   BAN_STICKERS = 1 << 3,
	   BAN_GIFS = 1 << 4,
	   BAN_GAMES = 1 << 5,
	   BAN_INLINE = 1 << 6,
	   BAN_LINKS = 1 << 7,
	   BAN_POLLS = 1 << 8,
	   BAN_CHANGE_INFO = 1 << 10,
	   BAN_INVITE = 1 << 15,
	   BAN_PIN = 1 << 17,
	   BAN_TOPICS = 1 << 18,
	   BAN_PHOTOS = 1 << 19,
	   BAN_VIDEOS = 1 << 20,
	   BAN_ROUND = 1 << 21,
	   BAN_AUDIOS = 1 << 22,
	   BAN_VOICES = 1 << 23,
	   BAN_DOCS = 1 << 24,
	   BAN_PLAIN = 1 << 25,
	   BAN_RANK = 1 << 26, /* one's own */
	   BAN_REACTIONS = 1 << 27,
};

struct tl_obj *admin_rights_view(struct arena *a, int64_t bits);
int64_t admin_rights_bits(const struct tl_obj *rights); /* NULL or another object: 0 */
struct tl_obj *banned_rights_view(struct arena *a, int64_t bits, int32_t until);
/* SEND and MEDIA bring along what they stand for, so that one bit is looked at for each kind of message. */
int64_t banned_rights_bits(const struct tl_obj *rights, int32_t *ret_until);

#endif
