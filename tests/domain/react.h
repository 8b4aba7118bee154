/* react.h - reactions in a world of three, for tests. The calls must succeed. */
#ifndef TESTS_DOMAIN_REACT_H
#define TESTS_DOMAIN_REACT_H

#include "three.h"

/* What is offered there. */
#define UP    "\xf0\x9f\x91\x8d"
#define FIRE  "\xf0\x9f\x94\xa5"
#define HEART "\xe2\x9d\xa4"

int react_setup(void **state);

struct tl_obj *react_emoji(struct s *s, const char *text);
/* One or two; NULL and NULL: takes it back. */
struct tl_obj *react_q(struct s *s, struct tl_obj *peer, int32_t id, const char *first, const char *second);
/* What a chat allows. */
struct tl_obj *react_set_q(struct s *s, struct tl_obj *peer, struct tl_obj *set);

/* Of the updates; pushed since the last look, NULL: nothing was. */
const struct tl_messageReactions *react_told(const struct tl_obj *updates);
const struct tl_messageReactions *react_pushed(struct s *s, struct person who);
/* "UP2* FIRE1": results, with a star where it is his own. */
void react_is(const struct tl_messageReactions *o, const char *expected);
/* Of the message as he has it in this chat. */
const struct tl_messageReactions *react_shown(struct s *s, struct person who, struct tl_obj *peer,
                                              int32_t id);
/* unread_reactions_count of his chat. */
int32_t react_unread(struct s *s, struct person who, struct tl_obj *peer);

/* A text in a channel or supergroup: its id. */
int32_t react_room_say(struct s *s, struct person who, int64_t room, const char *text);
/* Ann's basic group with Bob and Cid. */
struct tl_obj *react_group(struct s *s);
/* The id of the newest message there in his box. */
int32_t react_newest(struct s *s, struct person who, struct tl_obj *peer);

#endif
