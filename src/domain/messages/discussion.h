/*
 * discussion.h - what is posted in a channel with a discussion group appears there, too, pinned and in the channel's name; its comments are
 * the copy's thread. The copy's row has the post as its origin, so one leads to the other. Inside messages/. Write lane, but for what only
 * reads.
 */
#ifndef DOMAIN_MESSAGES_DISCUSSION_H
#define DOMAIN_MESSAGES_DISCUSSION_H

#include "domain/media/media.h"
#include "rpc/call.h"
#include "store/channel.h"
#include "store/msg.h"

struct channel;

/* Of an album its first: that one's copy has the comments. */
int discussion_first(struct rpc_call *c, struct store_msg *row);
/* Is this message of the channel to be discussed? */
bool discussion_wants(const struct store_channel *channel, const struct tl_obj *content);
/* A post was born (row with its body): its copy. */
int discussion_copy_post(struct rpc_call *c, const struct channel *channel, const struct store_msg *row);
/* The copy of a post in the group that the channel has now. -ERR_NOTFOUND. */
int discussion_copy(struct rpc_call *c, const struct store_channel *channel, int32_t id,
                    struct store_msg *ret);
/* The post says something else from now on. media: what it carries now; NULL: as before. */
int discussion_edited(struct rpc_call *c, const struct channel *channel, const struct store_msg *row,
                      const struct tl_message *now, const struct media_ready *media);
/* The post is gone. */
int discussion_deleted(struct rpc_call *c, const struct store_msg *row);

#endif
