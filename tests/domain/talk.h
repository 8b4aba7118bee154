/* talk.h - people of a world who write to each other, for tests of chats. The calls must succeed. */
#ifndef TESTS_DOMAIN_TALK_H
#define TESTS_DOMAIN_TALK_H

#include "world.h"

/* Sends a text: its id in the sender's box. */
int32_t talk_say(struct world *w, struct person from, struct person to, const char *text);
/* The id under which `who` has the newest message of his chat with `with`. */
int32_t talk_top(struct world *w, struct person who, struct person with);
/* messages[] and count (n if there is none) of a messages.Messages. */
struct tl_vec talk_messages(const struct tl_obj *o, int32_t *ret_count);
/* The chat's row as `who` has it, by getPeerDialogs. */
struct tl_dialog *talk_dialog(struct world *w, struct person who, struct person with);
/* The first update of this name in an Updates object, or NULL. */
struct tl_obj *talk_update(const struct tl_obj *o, uint16_t name);
/* The account's pts. */
int32_t talk_pts(struct world *w, struct person who);
/* `what` is refused with this error ("400 X"). */
void talk_refused(struct world *w, struct person who, const struct tl_obj *q, const char *error);
/* The call is made; it must be answered. */
struct tl_obj *talk_call(struct world *w, struct person who, const struct tl_obj *q);

#endif
