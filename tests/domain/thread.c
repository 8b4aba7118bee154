/* thread.c - see thread.h. */
#include "thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "room.h"

struct tl_obj *thread_say_q(struct s *s, struct person who, int64_t room, const char *text, int32_t reply,
                            int32_t top)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);
	struct tl_inputReplyToMessage *to = Q(s, inputReplyToMessage);

	q->peer = world_channel_peer(s->w, who, room);
	q->message = slice_str(text);
	q->random_id = ++s->random_id;
	to->reply_to_msg_id = reply;
	to->has_top_msg_id = top != 0;
	to->top_msg_id = top;
	q->reply_to = reply || top ? &to->o : NULL;
	return &q->o;
}

static struct tl_message *new_message(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateNewChannelMessage);

	return u ? TL_AS(message, TL_AS(updateNewChannelMessage, u)->message) : NULL;
}

struct tl_message *thread_say(struct s *s, struct person who, int64_t room, const char *text, int32_t reply,
                              int32_t top)
{
	return new_message(talk_call(s->w, who, thread_say_q(s, who, room, text, reply, top)));
}

struct tl_messageReplyHeader *thread_header(const struct tl_message *m)
{
	return TL_AS(messageReplyHeader, m->reply_to);
}

struct tl_obj *thread_replies_q(struct s *s, struct person who, int64_t room, int32_t id, int32_t limit,
                                int32_t offset)
{
	struct tl_messages_getReplies *q = Q(s, messages_getReplies);

	q->peer = world_channel_peer(s->w, who, room);
	q->msg_id = id;
	q->limit = limit;
	q->offset_id = offset;
	return &q->o;
}

struct tl_messages_channelMessages *thread_replies(struct s *s, struct person who, int64_t room, int32_t id)
{
	return TL_AS(messages_channelMessages,
	             talk_call(s->w, who, thread_replies_q(s, who, room, id, 100, 0)));
}

struct tl_message *thread_fetch(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_channels_getMessages *q = Q(s, channels_getMessages);
	struct tl_inputMessageID *i = Q(s, inputMessageID);

	i->id = id;
	q->channel = world_channel(s->w, who, room);
	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = &i->o;
	return TL_AS(message, TL_AS(messages_channelMessages, talk_call(s->w, who, &q->o))->messages.v[0]);
}

void thread_remove(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_channels_deleteMessages *q = Q(s, channels_deleteMessages);

	q->channel = world_channel(s->w, who, room);
	q->id = (struct tl_vec_int){&id, 1};
	talk_call(s->w, who, &q->o);
}

struct tl_messages_discussionMessage *thread_discussion(struct s *s, struct person who, int64_t room,
                                                        int32_t id)
{
	struct tl_messages_getDiscussionMessage *q = Q(s, messages_getDiscussionMessage);

	q->peer = world_channel_peer(s->w, who, room);
	q->msg_id = id;
	return TL_AS(messages_discussionMessage, talk_call(s->w, who, &q->o));
}

void thread_read(struct s *s, struct person who, int64_t room, int32_t id, int32_t upto)
{
	struct tl_messages_readDiscussion *q = Q(s, messages_readDiscussion);

	q->peer = world_channel_peer(s->w, who, room);
	q->msg_id = id;
	q->read_max_id = upto;
	talk_call(s->w, who, &q->o);
}

struct thread_pair thread_linked(struct s *s)
{
	struct thread_pair p = {room_create(s->w, s->a, true), room_create(s->w, s->a, false)};
	struct tl_channels_setDiscussionGroup *q = Q(s, channels_setDiscussionGroup);

	q->broadcast = world_channel(s->w, s->a, p.channel);
	q->group = world_channel(s->w, s->a, p.group);
	talk_call(s->w, s->a, &q->o);
	room_invite(s->w, s->a, p.channel, s->b);
	room_invite(s->w, s->a, p.channel, s->c);
	return p;
}
