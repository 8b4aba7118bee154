/*
 * old.c - the same methods as layers up to 214 name them: channels.*, with an InputChannel where there is an InputPeer now. A channel is
 * resolved from either.
 */
#include "domain/topics/private.h"
#include "rpc_methods.h"

int channels_createForumTopic(struct rpc_call *c, const struct tl_channels_createForumTopic *q)
{
	struct tl_messages_createForumTopic *n = TL_NEW(&c->arena, messages_createForumTopic);

	n->peer = q->channel;
	n->title = q->title;
	n->has_icon_color = q->has_icon_color;
	n->icon_color = q->icon_color;
	n->has_icon_emoji_id = q->has_icon_emoji_id;
	n->icon_emoji_id = q->icon_emoji_id;
	n->random_id = q->random_id;
	n->send_as = q->send_as;
	return messages_createForumTopic(c, n);
}

int channels_editForumTopic(struct rpc_call *c, const struct tl_channels_editForumTopic *q)
{
	struct tl_messages_editForumTopic *n = TL_NEW(&c->arena, messages_editForumTopic);

	n->peer = q->channel;
	n->topic_id = q->topic_id;
	n->title = q->title;
	n->has_icon_emoji_id = q->has_icon_emoji_id;
	n->icon_emoji_id = q->icon_emoji_id;
	n->has_closed = q->has_closed;
	n->closed = q->closed;
	n->has_hidden = q->has_hidden;
	n->hidden = q->hidden;
	return messages_editForumTopic(c, n);
}

int channels_getForumTopics(struct rpc_call *c, const struct tl_channels_getForumTopics *q)
{
	struct tl_messages_getForumTopics *n = TL_NEW(&c->arena, messages_getForumTopics);

	n->peer = q->channel;
	n->q = q->q;
	n->offset_date = q->offset_date;
	n->offset_id = q->offset_id;
	n->offset_topic = q->offset_topic;
	n->limit = q->limit;
	return messages_getForumTopics(c, n);
}

int channels_getForumTopicsByID(struct rpc_call *c, const struct tl_channels_getForumTopicsByID *q)
{
	struct tl_messages_getForumTopicsByID *n = TL_NEW(&c->arena, messages_getForumTopicsByID);

	n->peer = q->channel;
	n->topics = q->topics;
	return messages_getForumTopicsByID(c, n);
}

int channels_updatePinnedForumTopic(struct rpc_call *c, const struct tl_channels_updatePinnedForumTopic *q)
{
	struct tl_messages_updatePinnedForumTopic *n = TL_NEW(&c->arena, messages_updatePinnedForumTopic);

	n->peer = q->channel;
	n->topic_id = q->topic_id;
	n->pinned = q->pinned;
	return messages_updatePinnedForumTopic(c, n);
}

int channels_reorderPinnedForumTopics(struct rpc_call *c,
                                      const struct tl_channels_reorderPinnedForumTopics *q)
{
	struct tl_messages_reorderPinnedForumTopics *n = TL_NEW(&c->arena, messages_reorderPinnedForumTopics);

	n->peer = q->channel;
	n->force = q->force;
	n->order = q->order;
	return messages_reorderPinnedForumTopics(c, n);
}

int channels_deleteTopicHistory(struct rpc_call *c, const struct tl_channels_deleteTopicHistory *q)
{
	struct tl_messages_deleteTopicHistory *n = TL_NEW(&c->arena, messages_deleteTopicHistory);

	n->peer = q->channel;
	n->top_msg_id = q->top_msg_id;
	return messages_deleteTopicHistory(c, n);
}
