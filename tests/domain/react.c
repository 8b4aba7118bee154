/* react.c - see react.h. */
#include "react.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "room.h"
#include "sql/sql.h"

/* What is offered, without the pictures. */
static int offer(struct rpc_call *c, void *unused)
{
	return sql_exec(c->db, "INSERT INTO reaction (place, emoji, title, icon, appear, pick, activate, "
	                       "effect, around, center) VALUES"
	                       " (0, '" UP "', 'Up', 0, 0, 0, 0, 0, 0, 0), (1, '" FIRE
	                       "', 'Fire', 0, 0, 0, 0, 0, 0, 0),"
	                       " (2, '" HEART "', 'Heart', 0, 0, 0, 0, 0, 0, 0);");
}

int react_setup(void **state)
{
	int r = three_setup(state);
	struct s *s = *state;

	assert_int_equal(world_write(s->w, offer, NULL), 0);
	return r;
}

struct tl_obj *react_emoji(struct s *s, const char *text)
{
	struct tl_reactionEmoji *e = Q(s, reactionEmoji);

	e->emoticon = slice_str(text);
	return &e->o;
}

struct tl_obj *react_q(struct s *s, struct tl_obj *peer, int32_t id, const char *first, const char *second)
{
	struct tl_messages_sendReaction *q = Q(s, messages_sendReaction);

	q->peer = peer;
	q->msg_id = id;
	q->reaction = tl_vec_new(world_arena(s->w), 2);
	q->reaction.n = 0;
	if (first)
		q->reaction.v[q->reaction.n++] = react_emoji(s, first);
	if (second)
		q->reaction.v[q->reaction.n++] = react_emoji(s, second);
	return &q->o;
}

const struct tl_messageReactions *react_told(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateMessageReactions);

	assert_non_null(u);
	return TL_AS(messageReactions, TL_AS(updateMessageReactions, u)->reactions);
}

const struct tl_messageReactions *react_pushed(struct s *s, struct person who)
{
	struct tl_obj *u = world_update(world_pushes(s->w, who.key), TL_updateMessageReactions);

	return u ? TL_AS(messageReactions, TL_AS(updateMessageReactions, u)->reactions) : NULL;
}

void react_is(const struct tl_messageReactions *o, const char *expected)
{
	char text[200] = "";
	size_t n = 0;

	assert_non_null(o);
	for (uint32_t i = 0; i < o->results.n; i++) {
		const struct tl_reactionCount *c = TL_AS(reactionCount, o->results.v[i]);
		const struct tl_reactionEmoji *e = TL_AS(reactionEmoji, c->reaction);

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s%d%s", i ? " " : "",
		                      (int)e->emoticon.n, (const char *)e->emoticon.p, c->count,
		                      c->has_chosen_order ? "*" : "");
	}
	assert_string_equal(text, expected);
}

static const struct tl_message *react_message(struct s *s, struct person who, struct tl_obj *peer, int32_t id)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	struct tl_obj *o;
	struct tl_vec all;

	q->peer = peer;
	q->limit = 100;
	o = talk_call(s->w, who, &q->o);
	all = TL_IS(messages_channelMessages, o) ? TL_AS(messages_channelMessages, o)->messages
	      : TL_IS(messages_messages, o)      ? TL_AS(messages_messages, o)->messages
	                                         : TL_AS(messages_messagesSlice, o)->messages;
	for (uint32_t i = 0; i < all.n; i++)
		if (TL_IS(message, all.v[i]) && TL_AS(message, all.v[i])->id == id)
			return TL_AS(message, all.v[i]);
	return NULL;
}

const struct tl_messageReactions *react_shown(struct s *s, struct person who, struct tl_obj *peer, int32_t id)
{
	const struct tl_message *m = react_message(s, who, peer, id);

	assert_non_null(m);
	return TL_AS(messageReactions, m->reactions);
}

int32_t react_unread(struct s *s, struct person who, struct tl_obj *peer)
{
	struct tl_messages_getPeerDialogs *q = Q(s, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);
	struct tl_messages_peerDialogs *o;

	p->peer = peer;
	q->peers = tl_vec_new(world_arena(s->w), 1);
	q->peers.v[0] = &p->o;
	o = TL_AS(messages_peerDialogs, talk_call(s->w, who, &q->o));
	return TL_AS(dialog, o->dialogs.v[0])->unread_reactions_count;
}

int32_t react_room_say(struct s *s, struct person who, int64_t room, const char *text)
{
	struct tl_obj *u = talk_update(talk_call(s->w, who, room_say_q(s->w, who, room, text)),
	                               TL_updateMessageID);

	assert_non_null(u);
	return TL_AS(updateMessageID, u)->id;
}

struct tl_obj *react_group(struct s *s)
{
	struct tl_messages_createChat *q = Q(s, messages_createChat);
	struct tl_inputPeerChat *p = Q(s, inputPeerChat);
	struct tl_updates *u;

	q->title = SLICE_LIT("Group");
	q->users = tl_vec_new(world_arena(s->w), 2);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	q->users.v[1] = world_user(s->w, s->a, s->c.id);
	u = TL_AS(updates, TL_AS(messages_invitedUsers, talk_call(s->w, s->a, &q->o))->updates);
	p->chat_id = TL_AS(chat, u->chats.v[0])->id;
	return &p->o;
}

int32_t react_newest(struct s *s, struct person who, struct tl_obj *peer)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	struct tl_vec all;
	int32_t n;

	q->peer = peer;
	q->limit = 1;
	all = talk_messages(talk_call(s->w, who, &q->o), &n);
	return TL_AS(message, all.v[0])->id;
}

struct tl_obj *react_set_q(struct s *s, struct tl_obj *peer, struct tl_obj *set)
{
	struct tl_messages_setChatAvailableReactions *q = Q(s, messages_setChatAvailableReactions);

	q->peer = peer;
	q->available_reactions = set;
	return &q->o;
}
