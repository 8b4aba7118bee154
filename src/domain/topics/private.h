/* private.h - what the files of the area share. */
#ifndef DOMAIN_TOPICS_PRIVATE_H
#define DOMAIN_TOPICS_PRIVATE_H

#include "domain/channels/channel.h"
#include "domain/topics/topic.h"
#include "store/topic.h"

/* A forum that the caller may see: 400 CHANNEL_FORUM_MISSING, and those of channel_resolve(). */
int topic_forum(struct rpc_call *c, const struct tl_obj *input, struct channel *ret);
/* 400 TOPIC_ID_INVALID. */
int topic_load(struct rpc_call *c, const struct channel *ch, int32_t id, struct store_topic *ret);
/* He made it, or manages topics: 400 CHAT_ADMIN_REQUIRED. */
int topic_may_edit(struct rpc_call *c, const struct channel *ch, const struct store_topic *t);
/* He manages topics: 400 CHAT_ADMIN_REQUIRED. */
int topic_may_manage(struct rpc_call *c, const struct channel *ch);
/* 400 TOPIC_TITLE_EMPTY, TOPIC_TITLE_TOO_LONG. */
int topic_title(struct rpc_call *c, struct slice asked, struct slice *ret);

/* forumTopic for v's viewer; its newest message goes to *ret_top (NULL: there is none that he may see). */
int topic_view(struct view *v, const struct channel *ch, const struct store_topic *t, struct tl_obj **ret,
               struct tl_obj **ret_top);
/* forumTopic with nothing per viewer, for the admin log. */
struct tl_obj *topic_plain(struct arena *a, const struct store_topic *t);

#endif
