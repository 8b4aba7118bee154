/* group.h - basic groups of a world, and people in them, for tests. What these call must succeed. */
#ifndef TESTS_DOMAIN_GROUP_H
#define TESTS_DOMAIN_GROUP_H

#include "talk.h"

struct four { /* Ann, Bob, Cat and Dan */
	struct world *w;
	struct person a, b, c, d;
	int64_t random_id;
};

int group_setup(void **state);

/* Of the creator, with these. */
struct tl_messages_invitedUsers *group_create(struct four *s, struct person who, const struct person *others,
                                              uint32_t n);
/* Ann's, with Bob and Cat; what they were told of it is taken. */
int64_t group_room(struct four *s);
/* The first chat of an Updates object, or NULL. */
struct tl_chat *group_in(const struct tl_obj *updates);
struct tl_obj *group_peer(struct four *s, int64_t chat);
struct tl_chatFull *group_full(struct four *s, struct person who, int64_t chat);

struct tl_obj *group_say_q(struct four *s, int64_t chat, const char *text, int32_t reply_to);
/* The message as its sender has it. */
struct tl_message *group_say(struct four *s, struct person who, int64_t chat, const char *text,
                             int32_t reply_to);
struct tl_obj *group_add_q(struct four *s, struct person who, int64_t chat, int64_t whom, int32_t copies);
struct tl_obj *group_delete_q(struct four *s, struct person who, int64_t chat, int64_t whom);
struct tl_obj *group_title_q(struct four *s, int64_t chat, const char *title);

/* His newest 100 messages there; the newest alone, by its kind. */
struct tl_vec group_history(struct four *s, struct person who, int64_t chat);
struct tl_message *group_top(struct four *s, struct person who, int64_t chat);
struct tl_messageService *group_top_service(struct four *s, struct person who, int64_t chat);
/* With an end, to be compared. */
const char *group_text(struct four *s, struct slice t);

#endif
