/* thread.h - threads of supergroups and comments of posts, for tests. What these call must succeed. */
#ifndef TESTS_DOMAIN_THREAD_H
#define TESTS_DOMAIN_THREAD_H

#include "three.h"

/* A text in answer to `reply`, in the thread of `top`; 0: of none. */
struct tl_obj *thread_say_q(struct s *s, struct person who, int64_t room, const char *text, int32_t reply,
                            int32_t top);
struct tl_message *thread_say(struct s *s, struct person who, int64_t room, const char *text, int32_t reply,
                              int32_t top);
/* Of its reply_to. */
struct tl_messageReplyHeader *thread_header(const struct tl_message *m);
/* messages.getReplies of a message, this page; and 100 at the most. */
struct tl_obj *thread_replies_q(struct s *s, struct person who, int64_t room, int32_t id, int32_t limit,
                                int32_t offset);
struct tl_messages_channelMessages *thread_replies(struct s *s, struct person who, int64_t room, int32_t id);
/* By its id. */
struct tl_message *thread_fetch(struct s *s, struct person who, int64_t room, int32_t id);
void thread_remove(struct s *s, struct person who, int64_t room, int32_t id);
/* Of a post. */
struct tl_messages_discussionMessage *thread_discussion(struct s *s, struct person who, int64_t room,
                                                        int32_t id);
/* readDiscussion of a thread up to this message. */
void thread_read(struct s *s, struct person who, int64_t room, int32_t id, int32_t upto);

struct thread_pair {
	int64_t channel, group;
};
/* A channel of Ann's, and the group where its posts are discussed. */
struct thread_pair thread_linked(struct s *s);

#endif
