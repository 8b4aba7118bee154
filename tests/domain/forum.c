/* forum.c - see forum.h. */
#include "forum.h"

#include "room.h"

int64_t forum_create(struct s *s)
{
	struct tl_channels_toggleForum *q = Q(s, channels_toggleForum);
	int64_t room = room_create(s->w, s->a, false);

	room_invite(s->w, s->a, room, s->b);
	thread_say(s, s->a, room, "before", 0, 0);
	q->channel = world_channel(s->w, s->a, room);
	q->enabled = true;
	talk_call(s->w, s->a, &q->o);
	return room;
}

struct tl_obj *forum_topic_q(struct s *s, struct person who, int64_t room, const char *title)
{
	struct tl_messages_createForumTopic *q = Q(s, messages_createForumTopic);

	q->peer = world_channel_peer(s->w, who, room);
	q->title = slice_str(title);
	q->random_id = ++s->random_id;
	return &q->o;
}

int32_t forum_topic(struct s *s, struct person who, int64_t room, const char *title)
{
	struct tl_obj *u = talk_call(s->w, who, forum_topic_q(s, who, room, title));

	return TL_AS(messageService,
	             TL_AS(updateNewChannelMessage, talk_update(u, TL_updateNewChannelMessage))->message)
	        ->id;
}

struct tl_messages_forumTopics *forum_topics(struct s *s, struct person who, int64_t room, int32_t offset,
                                             int32_t limit)
{
	struct tl_messages_getForumTopics *q = Q(s, messages_getForumTopics);

	q->peer = world_channel_peer(s->w, who, room);
	q->offset_id = offset;
	q->limit = limit;
	return TL_AS(messages_forumTopics, talk_call(s->w, who, &q->o));
}

struct tl_forumTopic *forum_topic_of(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_messages_getForumTopicsByID *q = Q(s, messages_getForumTopicsByID);

	q->peer = world_channel_peer(s->w, who, room);
	q->topics = (struct tl_vec_int){&id, 1};
	return TL_AS(forumTopic, TL_AS(messages_forumTopics, talk_call(s->w, who, &q->o))->topics.v[0]);
}
