/*
 * topic.h - the area's door: topics of forums. What is said in them are messages of the group (messages/thread.h); here is what a topic is
 * besides: its title and icon, whether it is open, its place in the list. Lanes.
 */
#ifndef DOMAIN_TOPICS_TOPIC_H
#define DOMAIN_TOPICS_TOPIC_H

#include "domain/users/view.h"

struct peer;
/* Is it a topic of this peer, which is a forum? */
bool topic_is(struct rpc_call *c, const struct peer *forum, int32_t id);
/* The draft that v's viewer has in a topic: DraftMessage, never NULL. */
int topic_draft_view(struct view *v, int64_t channel, int32_t top, struct tl_obj **ret);
/* Ids of the pinned topics of a forum (its peer key), in their order. */
int topic_pins(struct rpc_call *c, int64_t channel, struct tl_vec_int *ret);
/* Write lane: the caller's draft in a topic (TL DraftMessage; absent: none) with a word to his devices. 400 TOPIC_ID_INVALID. */
int topic_draft_put(struct rpc_call *c, int64_t channel, int32_t top, struct slice draft);

/* Write lane: a topic is no more: its row, its thread, and by a job what people have there (marks, drafts). Its messages are others' care. */
int topic_drop(struct rpc_call *c, int64_t channel, int32_t id);

#endif
