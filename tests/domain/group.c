/* group.c - see group.h. */
#include "group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

int group_setup(void **state)
{
	struct four *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	s->c = world_person(s->w, "15550003", "Cat", "");
	s->d = world_person(s->w, "15550004", "Dan", "");
	*state = s;
	return 0;
}

const char *group_text(struct four *s, struct slice t)
{
	return (const char *)arena_printf(world_arena(s->w), "%.*s", (int)t.n, (const char *)t.p).p;
}

struct tl_obj *group_peer(struct four *s, int64_t chat)
{
	struct tl_inputPeerChat *p = Q(s, inputPeerChat);

	p->chat_id = chat;
	return &p->o;
}

struct tl_messages_invitedUsers *group_create(struct four *s, struct person who, const struct person *others,
                                              uint32_t n)
{
	struct tl_messages_createChat *q = Q(s, messages_createChat);

	q->title = SLICE_LIT("Room");
	q->users = tl_vec_new(world_arena(s->w), n);
	for (uint32_t i = 0; i < n; i++)
		q->users.v[i] = world_user(s->w, who, others[i].id);
	return TL_AS(messages_invitedUsers, talk_call(s->w, who, &q->o));
}

struct tl_chat *group_in(const struct tl_obj *updates)
{
	const struct tl_updates *u = TL_AS(updates, updates);

	for (uint32_t i = 0; u && i < u->chats.n; i++)
		if (TL_IS(chat, u->chats.v[i]))
			return TL_AS(chat, u->chats.v[i]);
	return NULL;
}

int64_t group_room(struct four *s)
{
	struct person others[] = {s->b, s->c};
	int64_t id = group_in(group_create(s, s->a, others, 2)->updates)->id;

	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->b.key);
	world_pushes(s->w, s->c.key);
	return id;
}

struct tl_obj *group_say_q(struct four *s, int64_t chat, const char *text, int32_t reply_to)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);
	struct tl_inputReplyToMessage *to = Q(s, inputReplyToMessage);

	q->peer = group_peer(s, chat);
	q->message = slice_str(text);
	q->random_id = ++s->random_id;
	to->reply_to_msg_id = reply_to;
	if (reply_to)
		q->reply_to = &to->o;
	return &q->o;
}

static struct tl_message *new_in(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateNewMessage);

	return u ? TL_AS(message, TL_AS(updateNewMessage, u)->message) : NULL;
}

struct tl_message *group_say(struct four *s, struct person who, int64_t chat, const char *text,
                             int32_t reply_to)
{
	return new_in(talk_call(s->w, who, group_say_q(s, chat, text, reply_to)));
}

struct tl_vec group_history(struct four *s, struct person who, int64_t chat)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	int32_t count;

	q->peer = group_peer(s, chat);
	q->limit = 100;
	return talk_messages(talk_call(s->w, who, &q->o), &count);
}

struct tl_message *group_top(struct four *s, struct person who, int64_t chat)
{
	struct tl_vec v = group_history(s, who, chat);

	assert_true(v.n > 0);
	return TL_AS(message, v.v[0]);
}

struct tl_messageService *group_top_service(struct four *s, struct person who, int64_t chat)
{
	struct tl_vec v = group_history(s, who, chat);

	assert_true(v.n > 0);
	return TL_AS(messageService, v.v[0]);
}

struct tl_obj *group_delete_q(struct four *s, struct person who, int64_t chat, int64_t whom)
{
	struct tl_messages_deleteChatUser *q = Q(s, messages_deleteChatUser);

	q->chat_id = chat;
	q->user_id = world_user(s->w, who, whom);
	return &q->o;
}

struct tl_obj *group_add_q(struct four *s, struct person who, int64_t chat, int64_t whom, int32_t copies)
{
	struct tl_messages_addChatUser *q = Q(s, messages_addChatUser);

	q->chat_id = chat;
	q->user_id = world_user(s->w, who, whom);
	q->fwd_limit = copies;
	return &q->o;
}

struct tl_obj *group_title_q(struct four *s, int64_t chat, const char *title)
{
	struct tl_messages_editChatTitle *q = Q(s, messages_editChatTitle);

	q->chat_id = chat;
	q->title = slice_str(title);
	return &q->o;
}

struct tl_chatFull *group_full(struct four *s, struct person who, int64_t chat)
{
	struct tl_messages_getFullChat *q = Q(s, messages_getFullChat);

	q->chat_id = chat;
	return TL_AS(chatFull, TL_AS(messages_chatFull, talk_call(s->w, who, &q->o))->full_chat);
}
