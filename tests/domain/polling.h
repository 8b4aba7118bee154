/* polling.h - a poll of three answers in a world of three, for tests. The calls must succeed. */
#ifndef TESTS_DOMAIN_POLLING_H
#define TESTS_DOMAIN_POLLING_H

#include "three.h"

/* TextWithEntities. */
struct tl_obj *polling_text(struct s *s, const char *t);
/* "Tea?" with the answers "yes", "no", "late", whose bytes are 0, 1, 2. */
struct tl_inputMediaPoll *polling_tea(struct s *s);
struct tl_poll *polling_asked(struct tl_inputMediaPoll *m);
struct tl_obj *polling_send_q(struct s *s, struct tl_obj *peer, struct tl_inputMediaPoll *m);
/* The message's id. */
int32_t polling_send(struct s *s, struct person who, struct tl_obj *peer, struct tl_inputMediaPoll *m);
/* One or two answers by their number; -1 and -1: takes it back. */
struct tl_obj *polling_vote_q(struct s *s, struct tl_obj *peer, int32_t id, int first, int second);
/* "1+/0/2 of 3": votes of each answer, a plus where he chose it, ! where it is right. */
void polling_is(const struct tl_obj *results, const char *expected);
/* Of the updates; pushed since the last look, NULL: nothing was; asked for. */
const struct tl_updateMessagePoll *polling_told(const struct tl_obj *updates);
const struct tl_updateMessagePoll *polling_pushed(struct s *s, struct person who);
const struct tl_updateMessagePoll *polling_results(struct s *s, struct person who, struct tl_obj *peer,
                                                   int32_t id);

/* A page of who voted for this answer; -1: for any. */
struct tl_obj *polling_votes_q(struct s *s, struct tl_obj *peer, int32_t id, int option, int32_t limit);

#endif
