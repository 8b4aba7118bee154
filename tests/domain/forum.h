/* forum.h - forums and their topics, for tests. What these call must succeed. */
#ifndef TESTS_DOMAIN_FORUM_H
#define TESTS_DOMAIN_FORUM_H

#include "thread.h"

/* A supergroup of Ann's with Bob in it, where she said something before it became a forum. */
int64_t forum_create(struct s *s);
struct tl_obj *forum_topic_q(struct s *s, struct person who, int64_t room, const char *title);
/* The topic's id. */
int32_t forum_topic(struct s *s, struct person who, int64_t room, const char *title);
/* A page of the list, behind what has this message on top (0: from its beginning). */
struct tl_messages_forumTopics *forum_topics(struct s *s, struct person who, int64_t room, int32_t offset,
                                             int32_t limit);
/* NULL: there is none (forumTopicDeleted). */
struct tl_forumTopic *forum_topic_of(struct s *s, struct person who, int64_t room, int32_t id);

#endif
