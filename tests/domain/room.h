/* room.h - channels and supergroups of a world, and people in them, for tests. What these call must succeed. */
#ifndef TESTS_DOMAIN_ROOM_H
#define TESTS_DOMAIN_ROOM_H

#include "talk.h"

/* A channel, or a supergroup: its id. */
int64_t room_create(struct world *w, struct person owner, bool broadcast);
/* The owner or an admin brings him in. */
void room_invite(struct world *w, struct person by, int64_t room, struct person whom);
/* editBanned with these bits (domain/channels/rights.h) until then (0: for ever). */
struct tl_obj *room_ban_q(struct world *w, struct person by, int64_t room, struct person whom, int64_t bits,
                          int32_t until);
/* editAdmin with these bits. */
struct tl_obj *room_admin_q(struct world *w, struct person by, int64_t room, struct person whom,
                            int64_t bits);
struct tl_obj *room_join_q(struct world *w, struct person who, int64_t room);
/* He is in, or out for good, without anybody's rights or words; what he was pushed by then is forgotten. */
void room_enter(struct world *w, struct person who, int64_t room);
void room_throw_out(struct world *w, struct person who, int64_t room);
/* channels.readHistory; 0: all. */
void room_read(struct world *w, struct person who, int64_t room, int32_t upto);
struct tl_obj *room_leave_q(struct world *w, struct person who, int64_t room);
struct tl_obj *room_say_q(struct world *w, struct person who, int64_t room, const char *text);
/* A bot of this owner, signed in and connected; flags: enum store_bot_flag (store/bot.h). */
struct person room_bot(struct world *w, struct person owner, const char *username, int flags);
void room_username(struct world *w, struct person owner, int64_t room, const char *name);
/* What he is there, by an admin's eyes, or NULL: USER_NOT_PARTICIPANT. */
struct tl_obj *room_participant(struct world *w, struct person by, int64_t room, struct person whom);
struct tl_channelFull *room_full(struct world *w, struct person who, int64_t room);
/* A page of a list; *ret_count: count. */
struct tl_vec room_list(struct world *w, struct person who, int64_t room, struct tl_obj *filter,
                        int32_t *ret_count);

#endif
