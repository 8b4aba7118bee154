/* scheduled.h - messages that are sent later, in a world of three whose jobs run, for tests. The calls must succeed. */
#ifndef TESTS_DOMAIN_SCHEDULED_H
#define TESTS_DOMAIN_SCHEDULED_H

#include "three.h"

int scheduled_setup(void **state);

/* In so many seconds, as clients name a date. */
int32_t scheduled_in(int n);
/* A text for that date; 0: for now. */
struct tl_messages_sendMessage *scheduled_say(struct s *s, struct tl_obj *peer, const char *text,
                                              int32_t date);
/* The message that an answer says is on the list. */
struct tl_message *scheduled_listed(struct tl_obj *updates);
/* What waits in a chat. */
struct tl_obj *scheduled_history_q(struct s *s, struct tl_obj *peer, int64_t hash);
struct tl_vec scheduled_history(struct s *s, struct person who, struct tl_obj *peer);
void scheduled_until_empty(struct s *s, struct person who, struct tl_obj *peer);
/* It is sent now; it is taken off the list. */
struct tl_obj *scheduled_send_q(struct s *s, struct tl_obj *peer, int32_t id);
struct tl_obj *scheduled_delete_q(struct s *s, struct tl_obj *peer, int32_t id);

#endif
