/* test_topic_rights.c - who may make, change and delete topics, write in them, and what a bot sees of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "forum.h"
#include "room.h"

static struct tl_obj *edit_q(struct s *s, struct person who, int64_t room, int32_t id, bool closed)
{
	struct tl_messages_editForumTopic *q = Q(s, messages_editForumTopic);

	q->peer = world_channel_peer(s->w, who, room);
	q->topic_id = id;
	q->has_closed = true;
	q->closed = closed;
	return &q->o;
}

static struct tl_obj *pin_q(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_messages_updatePinnedForumTopic *q = Q(s, messages_updatePinnedForumTopic);

	q->peer = world_channel_peer(s->w, who, room);
	q->topic_id = id;
	q->pinned = true;
	return &q->o;
}

static struct tl_obj *drop_q(struct s *s, struct person who, int64_t room, int32_t id)
{
	struct tl_messages_deleteTopicHistory *q = Q(s, messages_deleteTopicHistory);

	q->peer = world_channel_peer(s->w, who, room);
	q->top_msg_id = id;
	return &q->o;
}

static void test_who_may_make_topics(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s), plain = room_create(s->w, s->a, false);

	talk_refused(s->w, s->a, forum_topic_q(s, s->a, plain, "One"), "400 CHANNEL_FORUM_MISSING");
	talk_refused(s->w, s->a, forum_topic_q(s, s->a, room, " "), "400 TOPIC_TITLE_EMPTY");
	talk_refused(s->w, s->c, forum_topic_q(s, s->c, room, "One"), "400 CHANNEL_PRIVATE");
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, room, s->b, BAN_TOPICS, 0));
	talk_refused(s->w, s->b, forum_topic_q(s, s->b, room, "One"), "400 CHAT_ADMIN_REQUIRED");
}

/* Others' topics: by the right to manage them, and to delete; one's own may be changed, too. */
static void test_who_may_change_topics(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	const struct {
		int64_t rights; /* 0: no admin */
		const char *edit, *pin, *drop;
	} rows[] = {
		{0, "400 CHAT_ADMIN_REQUIRED", "400 CHAT_ADMIN_REQUIRED", "400 CHAT_ADMIN_REQUIRED"},
		{ADMIN_INVITE, "400 CHAT_ADMIN_REQUIRED", "400 CHAT_ADMIN_REQUIRED",
	         "400 CHAT_ADMIN_REQUIRED"},
		{ADMIN_TOPICS, NULL, NULL, "400 CHAT_ADMIN_REQUIRED"},
		{ADMIN_DELETE, "400 CHAT_ADMIN_REQUIRED", "400 CHAT_ADMIN_REQUIRED", NULL},
	};

	talk_call(s->w, s->b, edit_q(s, s->b, room, forum_topic(s, s->b, room, "Own"), true));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *wanted[] = {rows[i].edit, rows[i].pin, rows[i].drop};
		int32_t id = forum_topic(s, s->a, room, "Topic");
		struct tl_obj *q[] = {edit_q(s, s->b, room, id, true), pin_q(s, s->b, room, id),
		                      drop_q(s, s->b, room, id)};

		talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->b, rows[i].rights));
		for (int k = 0; k < 3; k++)
			if (wanted[k])
				talk_refused(s->w, s->b, q[k], wanted[k]);
			else
				talk_call(s->w, s->b, q[k]);
		talk_refused(s->w, s->c, pin_q(s, s->c, room, id), "400 CHANNEL_PRIVATE");
	}
	talk_refused(s->w, s->a, drop_q(s, s->a, room, 1), "400 TOPIC_ID_INVALID"); /* General stays */
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->b, 0));
	for (int i = 0; i < 2; i++) { /* his own, until somebody else has written in it */
		int32_t own = forum_topic(s, s->b, room, "Mine");

		thread_say(s, s->b, room, "mine", own, 0);
		if (i == 0) {
			talk_call(s->w, s->b, drop_q(s, s->b, room, own));
			continue;
		}
		thread_say(s, s->a, room, "yours", own, 0);
		talk_refused(s->w, s->b, drop_q(s, s->b, room, own), "400 CHAT_ADMIN_REQUIRED");
	}
}

static void test_closed(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	int32_t one = forum_topic(s, s->a, room, "One");
	struct tl_obj *u;
	struct tl_messageService *m;

	talk_refused(s->w, s->b, edit_q(s, s->b, room, one, true), "400 CHAT_ADMIN_REQUIRED");
	u = talk_call(s->w, s->a, edit_q(s, s->a, room, one, true));
	m = TL_AS(messageService,
	          TL_AS(updateNewChannelMessage, talk_update(u, TL_updateNewChannelMessage))->message);
	assert_true(TL_AS(messageActionTopicEdit, m->action)->closed);
	assert_true(TL_AS(messageReplyHeader, m->reply_to)->forum_topic);
	assert_true(forum_topic_of(s, s->b, room, one)->closed);
	talk_refused(s->w, s->b, thread_say_q(s, s->b, room, "hey", one, 0), "400 TOPIC_CLOSED");
	thread_say(s, s->a, room, "I may", one, 0);
	talk_refused(s->w, s->a, edit_q(s, s->a, room, one, true), "400 TOPIC_NOT_MODIFIED");
	talk_call(s->w, s->a, edit_q(s, s->a, room, one, false));
	thread_say(s, s->b, room, "hey", one, 0);
	talk_refused(s->w, s->a, edit_q(s, s->a, room, 99, true), "400 TOPIC_ID_INVALID");
}

static void test_beginning_stays(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_channels_deleteMessages *q = Q(s, channels_deleteMessages);
	int32_t one = forum_topic(s, s->a, room, "One");

	q->channel = world_channel(s->w, s->a, room);
	q->id = (struct tl_vec_int){&one, 1};
	talk_refused(s->w, s->a, &q->o, "403 MESSAGE_DELETE_FORBIDDEN");
}

/* Privacy mode: of a topic a bot is shown what it hears, else how it began. */
static void test_bots_see_what_they_hear(void **state)
{
	struct s *s = *state;
	struct person bot = room_bot(s->w, s->a, "quiet_bot", 0);
	struct tl_messages_getDiscussionMessage *about = Q(s, messages_getDiscussionMessage);
	struct tl_messages_getForumTopics *q = Q(s, messages_getForumTopics);
	struct thread_pair p = thread_linked(s);
	int64_t room = forum_create(s);
	const struct tl_messages_forumTopics *seen;
	struct tl_message *m;
	int32_t id;

	room_invite(s->w, s->a, room, bot);
	id = forum_topic(s, s->a, room, "News");
	m = thread_say(s, s->a, room, "among us", id, id);
	q->peer = world_channel_peer(s->w, bot, room);
	q->limit = 1;
	seen = TL_AS(messages_forumTopics, talk_call(s->w, bot, &q->o));
	assert_int_equal(TL_AS(forumTopic, seen->topics.v[0])->top_message, id);
	assert_int_equal(TL_AS(messageService, seen->messages.v[0])->id, id);
	m = thread_say(s, s->a, room, "/rain@quiet_bot", id, id);
	seen = TL_AS(messages_forumTopics, talk_call(s->w, bot, &q->o));
	assert_int_equal(TL_AS(message, seen->messages.v[0])->id, m->id);
	assert_int_equal(TL_AS(forumTopic, seen->topics.v[0])->top_message, m->id);
	room_invite(s->w, s->a, p.group, bot);
	about->peer = world_channel_peer(s->w, bot, p.group);
	about->msg_id = thread_say(s, s->a, p.group, "among us", 0, 0)->id;
	talk_refused(s->w, bot, &about->o, "400 MSG_ID_INVALID");
	about->msg_id = thread_say(s, s->a, p.group, "/rain@quiet_bot", 0, 0)->id;
	assert_int_equal(TL_AS(messages_discussionMessage, talk_call(s->w, bot, &about->o))->messages.n, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_who_may_make_topics), T(test_who_may_change_topics),   T(test_closed),
		T(test_beginning_stays),     T(test_bots_see_what_they_hear),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
