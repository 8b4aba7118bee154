/* test_topics.c - topics of forums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "forum.h"
#include "room.h"
#include "sql/sql.h"
#include "updates/peer.h"

static void test_topics(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_messages_forumTopics *list;
	struct tl_message *m, *n;
	int32_t one = forum_topic(s, s->a, room, "One"), two = forum_topic(s, s->b, room, "Two");

	m = thread_say(s, s->b, room, "in one", one, 0);
	assert_true(thread_header(m)->forum_topic);
	assert_int_equal(thread_header(m)->reply_to_msg_id, one);
	assert_false(thread_header(m)->has_reply_to_top_id);
	n = thread_say(s, s->a, room, "an answer", m->id, one);
	assert_true(thread_header(n)->forum_topic);
	assert_int_equal(thread_header(n)->reply_to_msg_id, m->id);
	assert_int_equal(thread_header(n)->reply_to_top_id, one);
	m = thread_say(s, s->a, room, "in general", 0, 0);
	assert_null(m->reply_to);
	list = forum_topics(s, s->b, room, 0, 10);
	assert_int_equal(list->count, 3);
	assert_int_equal(list->topics.n, 3);
	assert_int_equal(list->messages.n, 3);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[0])->id, 1);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[0])->top_message, m->id);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[1])->id, one);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[1])->top_message, n->id);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[2])->id, two);
	assert_true(TL_AS(forumTopic, list->topics.v[2])->my);
	list = forum_topics(s, s->b, room, n->id, 10);
	assert_int_equal(list->topics.n, 1);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[0])->id, two);
	assert_int_equal(thread_replies(s, s->b, room, one)->messages.n, 3); /* its beginning, too */
	assert_int_equal(thread_replies(s, s->b, room, 1)->messages.n,
	                 4); /* created, Bob, before, in general */
	talk_refused(s->w, s->b, thread_say_q(s, s->b, room, "nowhere", 0, 77), "400 TOPIC_DELETED");
}

static void test_unread_by_topic(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	int32_t one = forum_topic(s, s->a, room, "One"), two = forum_topic(s, s->a, room, "Two");
	struct tl_message *m;

	thread_say(s, s->a, room, "a", one, 0);
	m = thread_say(s, s->a, room, "b", one, 0);
	thread_say(s, s->b, room, "own", one, 0);
	thread_say(s, s->a, room, "c", two, 0);
	assert_int_equal(forum_topic_of(s, s->b, room, one)->unread_count, 3); /* with its beginning */
	assert_int_equal(forum_topic_of(s, s->b, room, two)->unread_count, 2);
	thread_read(s, s->b, room, one, m->id);
	assert_int_equal(forum_topic_of(s, s->b, room, one)->unread_count, 0);
	assert_int_equal(forum_topic_of(s, s->b, room, one)->read_inbox_max_id, m->id);
	assert_int_equal(forum_topic_of(s, s->b, room, two)->unread_count, 2);
	assert_int_equal(forum_topic_of(s, s->a, room, one)->read_outbox_max_id, m->id);
	assert_int_equal(forum_topic_of(s, s->a, room, two)->read_outbox_max_id, 0);
	thread_read(s, s->b, room, two, 0);
	thread_read(s, s->b, room, one, 0);
	thread_read(s, s->b, room, 1, 0);
	/* All topics are read, and so is the group. */
	assert_int_equal(room_full(s->w, s->b, room)->unread_count, 0);
}

static void test_pins(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_messages_updatePinnedForumTopic *q = Q(s, messages_updatePinnedForumTopic);
	struct tl_messages_reorderPinnedForumTopics *o = Q(s, messages_reorderPinnedForumTopics);
	int32_t one = forum_topic(s, s->a, room, "One"), two = forum_topic(s, s->a, room, "Two"),
		order[] = {one, two};
	struct tl_updatePinnedForumTopics *all;
	struct tl_updatePinnedForumTopic *u;
	struct tl_messages_forumTopics *list;

	q->peer = world_channel_peer(s->w, s->a, room);
	q->topic_id = one;
	q->pinned = true;
	world_pushes(s->w, s->b.key);
	u = TL_AS(updatePinnedForumTopic,
	          talk_update(talk_call(s->w, s->a, &q->o), TL_updatePinnedForumTopic));
	assert_true(u->pinned);
	u = TL_AS(updatePinnedForumTopic,
	          world_update(world_pushes(s->w, s->b.key), TL_updatePinnedForumTopic));
	assert_int_equal(u->topic_id, one);
	q->topic_id = two;
	talk_call(s->w, s->a, &q->o);
	thread_say(s, s->a, room, "in general", 0, 0);
	list = forum_topics(s, s->b, room, 0, 10);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[0])->id, two);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[1])->id, one);
	assert_int_equal(TL_AS(forumTopic, list->topics.v[2])->id, 1);
	o->peer = q->peer;
	o->order = (struct tl_vec_int){order, 2};
	all = TL_AS(updatePinnedForumTopics,
	            talk_update(talk_call(s->w, s->a, &o->o), TL_updatePinnedForumTopics));
	assert_int_equal(all->order.n, 2);
	assert_int_equal(all->order.v[0], one);
	q->peer = world_channel_peer(s->w, s->b, room);
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
}

static void test_drafts(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_messages_saveDraft *q = Q(s, messages_saveDraft);
	struct tl_inputReplyToMessage *to = Q(s, inputReplyToMessage);
	int32_t one = forum_topic(s, s->a, room, "One");
	struct tl_messages_sendMessage *m;
	struct tl_updateDraftMessage *u;

	world_connect(s->w, s->b, s->b.key + 1, TL_LAYER_MAX);
	world_pushes(s->w, s->b.key + 1);
	q->peer = world_channel_peer(s->w, s->b, room);
	q->message = SLICE_LIT("hm");
	to->reply_to_msg_id = to->top_msg_id = one;
	to->has_top_msg_id = true;
	q->reply_to = &to->o;
	talk_call(s->w, s->b, &q->o);
	u = TL_AS(updateDraftMessage, world_update(world_pushes(s->w, s->b.key + 1), TL_updateDraftMessage));
	assert_int_equal(u->top_msg_id, one);
	assert_true(slice_eq(TL_AS(draftMessage, u->draft)->message, SLICE_LIT("hm")));
	assert_non_null(forum_topic_of(s, s->b, room, one)->draft);
	assert_null(forum_topic_of(s, s->b, room, 1)->draft);
	m = (struct tl_messages_sendMessage *)thread_say_q(s, s->b, room, "hm", one, 0);
	m->clear_draft = true;
	talk_call(s->w, s->b, &m->o);
	assert_null(forum_topic_of(s, s->b, room, one)->draft);
}

static void test_deleted(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_messages_deleteTopicHistory *q = Q(s, messages_deleteTopicHistory);
	struct tl_channels_getForumTopics *old = Q(s, channels_getForumTopics);
	int32_t one = forum_topic(s, s->a, room, "One");
	struct tl_messages_forumTopics *list;
	struct tl_message *m = thread_say(s, s->b, room, "in one", one, 0);

	q->peer = world_channel_peer(s->w, s->b, room);
	q->top_msg_id = one;
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	q->peer = world_channel_peer(s->w, s->a, room);
	assert_int_equal(TL_AS(messages_affectedHistory, talk_call(s->w, s->a, &q->o))->pts_count, 2);
	assert_null(thread_fetch(s, s->b, room, m->id));
	assert_null(forum_topic_of(s, s->b, room, one)); /* forumTopicDeleted */
	old->channel = world_channel(s->w, s->b, room);
	old->limit = 10;
	list = TL_AS(messages_forumTopics, world_call_as(s->w, s->b, s->b.key, 200, &old->o));
	assert_int_equal(list->topics.n, 1);
	assert_true(slice_eq(TL_AS(forumTopic, list->topics.v[0])->title, SLICE_LIT("General")));
	talk_refused(s->w, s->b, thread_say_q(s, s->b, room, "late", 0, one), "400 TOPIC_DELETED");
}

struct left {
	int64_t channel;
	int32_t top; /* 0: of all of the forum's threads */
	int64_t marks, threads, topics;
};

static int count_left(struct rpc_call *c, void *arg)
{
	static const char *const texts[] = {
		"SELECT count(*) FROM thread_mark WHERE channel = $1 AND (top = $2 OR $2 = 0)",
		"SELECT count(*) FROM thread WHERE channel = $1 AND (top = $2 OR $2 = 0)",
		"SELECT count(*) FROM topic WHERE channel = $1 AND (id = $2 OR $2 = 0)",
	};
	struct left *l = arg;
	int64_t *n[] = {&l->marks, &l->threads, &l->topics};
	int r = 0;

	for (int i = 0; r >= 0 && i < 3; i++) {
		struct sql_stmt *s = sql_prepare(c->db, texts[i]);

		sql_bind_int(s, 1, peer_channel(l->channel));
		sql_bind_int(s, 2, l->top);
		r = sql_value(s, n[i]);
	}
	return r < 0 ? r : 0;
}

static void nothing_left(struct s *s, int64_t room, int32_t top)
{
	struct left l = {.channel = room, .top = top};

	for (int i = 0; i < 1000; i++) {
		assert_int_equal(world_write(s->w, count_left, &l), 0);
		if (!l.marks && !l.threads && !l.topics)
			return;
		usleep(10000);
	}
	fail_msg("%d marks, %d threads and %d topics are left", (int)l.marks, (int)l.threads, (int)l.topics);
}

/* Whichever way a topic's messages go, it goes with them, and so do the marks of those who read it. */
static void test_nothing_is_left(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_messages_deleteTopicHistory *one_q = Q(s, messages_deleteTopicHistory);
	struct tl_channels_deleteHistory *all_q = Q(s, channels_deleteHistory);
	struct tl_channels_deleteChannel *close_q = Q(s, channels_deleteChannel);
	int32_t one = forum_topic(s, s->a, room, "One"), two = forum_topic(s, s->a, room, "Two");

	world_start_jobs(s->w);
	thread_say(s, s->a, room, "in one", one, 0);
	thread_say(s, s->a, room, "in two", two, 0);
	thread_read(s, s->b, room, one, 0);
	thread_read(s, s->b, room, two, 0);
	thread_read(s, s->b, room, 1, 0);
	one_q->peer = world_channel_peer(s->w, s->a, room);
	one_q->top_msg_id = one;
	talk_call(s->w, s->a, &one_q->o);
	nothing_left(s, room, one);
	assert_non_null(forum_topic_of(s, s->b, room, two));
	all_q->channel = world_channel(s->w, s->a, room);
	all_q->for_everyone = true;
	talk_call(s->w, s->a, &all_q->o);
	nothing_left(s, room, two);
	assert_int_equal(forum_topics(s, s->b, room, 0, 10)->topics.n, 1); /* General stays */
	talk_refused(s->w, s->b, thread_say_q(s, s->b, room, "late", 0, two), "400 TOPIC_DELETED");
	thread_say(s, s->b, room, "anew", 0, 0);
	close_q->channel = world_channel(s->w, s->a, room);
	talk_call(s->w, s->a, &close_q->o);
	nothing_left(s, room, 0);
}

static int count_topics(struct s *s, int64_t room)
{
	return (int)forum_topics(s, s->a, room, 0, 10)->topics.n;
}

static void test_made_as_forum(void **state)
{
	struct s *s = *state;
	struct tl_channels_createChannel *q = Q(s, channels_createChannel);
	struct tl_messages_channelMessages *page;
	const struct tl_updates *u;
	int64_t room;

	q->megagroup = q->forum = true;
	q->title = SLICE_LIT("Forum");
	q->about = SLICE_LIT("");
	u = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	room = TL_AS(channel, u->chats.v[0])->id;
	assert_true(TL_AS(channel, u->chats.v[0])->forum);
	assert_int_equal(count_topics(s, room), 1);
	thread_say(s, s->a, room, "hello", 0, 0);
	page = thread_replies(s, s->a, room, 1);
	assert_int_equal(page->messages.n, 2);
	assert_int_equal(page->count, 2);
}

static void test_pins_in_old_layers(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_messages_updatePinnedForumTopic *q = Q(s, messages_updatePinnedForumTopic);
	struct tl_updateChannelPinnedTopic *u;

	world_connect(s->w, s->b, s->b.key + 1, 200);
	world_pushes(s->w, s->b.key + 1);
	q->peer = world_channel_peer(s->w, s->a, room);
	q->topic_id = forum_topic(s, s->a, room, "One");
	q->pinned = true;
	talk_call(s->w, s->a, &q->o);
	u = TL_AS(updateChannelPinnedTopic,
	          world_update(world_pushes(s->w, s->b.key + 1), TL_updateChannelPinnedTopic));
	assert_int_equal(u->channel_id, room);
	assert_int_equal(u->topic_id, q->topic_id);
	assert_true(u->pinned);
}

/* A message pinned in a topic says so there; a mention waits in its topic. */
static void test_meant_in_topic(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	struct tl_messages_updatePinnedMessage *p = Q(s, messages_updatePinnedMessage);
	struct tl_messages_getUnreadMentions *q = Q(s, messages_getUnreadMentions);
	struct tl_messages_readMentions *r = Q(s, messages_readMentions);
	int32_t one = forum_topic(s, s->a, room, "One"), two = forum_topic(s, s->a, room, "Two");
	struct tl_message *m = thread_say(s, s->b, room, "mine", one, 0);
	struct tl_messageReplyHeader *h;

	thread_say(s, s->a, room, "to you", m->id, 0);
	assert_int_equal(forum_topic_of(s, s->b, room, one)->unread_mentions_count, 1);
	assert_int_equal(forum_topic_of(s, s->b, room, two)->unread_mentions_count, 0);
	q->peer = r->peer = world_channel_peer(s->w, s->b, room);
	q->has_top_msg_id = r->has_top_msg_id = true;
	q->top_msg_id = two;
	q->limit = 10;
	assert_int_equal(TL_AS(messages_channelMessages, talk_call(s->w, s->b, &q->o))->count, 0);
	q->top_msg_id = r->top_msg_id = one;
	assert_int_equal(TL_AS(messages_channelMessages, talk_call(s->w, s->b, &q->o))->messages.n, 1);
	talk_call(s->w, s->b, &r->o);
	assert_int_equal(forum_topic_of(s, s->b, room, one)->unread_mentions_count, 0);
	p->peer = world_channel_peer(s->w, s->a, room);
	p->id = m->id;
	h = TL_AS(messageReplyHeader, TL_AS(messageService, TL_AS(updateNewChannelMessage,
	                                                          talk_update(talk_call(s->w, s->a, &p->o),
	                                                                      TL_updateNewChannelMessage))
	                                                            ->message)
	                                      ->reply_to);
	assert_true(h->forum_topic);
	assert_int_equal(h->reply_to_top_id, one);
}

/* What of a topic is told aloud: kept by topic, told to one's devices, shown with the topic. */
static void test_notify(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s);
	int32_t one = forum_topic(s, s->a, room, "One"), two = forum_topic(s, s->a, room, "Two");
	struct tl_account_updateNotifySettings *q = Q(s, account_updateNotifySettings);
	struct tl_account_getNotifySettings *get = Q(s, account_getNotifySettings);
	struct tl_inputNotifyForumTopic *of = Q(s, inputNotifyForumTopic);
	struct tl_inputPeerNotifySettings *mute = Q(s, inputPeerNotifySettings);
	const struct tl_updateNotifySettings *u;

	world_connect(s->w, s->b, s->b.key + 1, TL_LAYER_MAX);
	world_pushes(s->w, s->b.key + 1);
	of->peer = world_channel_peer(s->w, s->b, room);
	of->top_msg_id = one;
	mute->has_mute_until = true;
	mute->mute_until = INT32_MAX;
	q->peer = get->peer = &of->o;
	q->settings = &mute->o;
	talk_call(s->w, s->b, &q->o);
	assert_int_equal(TL_AS(peerNotifySettings, talk_call(s->w, s->b, &get->o))->mute_until, INT32_MAX);
	u = (void *)world_update(world_pushes(s->w, s->b.key + 1), TL_updateNotifySettings);
	assert_true(u && TL_AS(notifyForumTopic, u->peer)->top_msg_id == one);
	assert_int_equal(TL_AS(peerNotifySettings, u->notify_settings)->mute_until, INT32_MAX);
	assert_int_equal(
		TL_AS(peerNotifySettings, forum_topic_of(s, s->b, room, one)->notify_settings)->mute_until,
		INT32_MAX);
	assert_false(TL_AS(peerNotifySettings, forum_topic_of(s, s->b, room, two)->notify_settings)
	                     ->has_mute_until);
	assert_false(TL_AS(peerNotifySettings, forum_topic_of(s, s->a, room, one)->notify_settings)
	                     ->has_mute_until);
	talk_call(s->w, s->b, &Q(s, account_resetNotifySettings)->o);
	assert_false(TL_AS(peerNotifySettings, forum_topic_of(s, s->b, room, one)->notify_settings)
	                     ->has_mute_until);
	of->top_msg_id = two + 1000;
	talk_refused(s->w, s->b, &q->o, "400 TOPIC_ID_INVALID");
}

static struct tl_obj *as_chat_q(struct s *s, struct person who, int64_t room, bool enabled)
{
	struct tl_channels_toggleViewForumAsMessages *q = Q(s, channels_toggleViewForumAsMessages);

	q->channel = world_channel(s->w, who, room);
	q->enabled = enabled;
	return &q->o;
}

/* How one looks at a forum is one's own, on all devices. */
static void test_as_chat(void **state)
{
	struct s *s = *state;
	int64_t room = forum_create(s), plain = room_create(s->w, s->b, false);
	const struct tl_updateChannelViewForumAsMessages *u;

	talk_refused(s->w, s->b, as_chat_q(s, s->b, plain, true), "400 CHANNEL_FORUM_MISSING");
	talk_refused(s->w, s->b, as_chat_q(s, s->b, room, false), "400 CHAT_NOT_MODIFIED");
	world_connect(s->w, s->b, s->b.key + 500, TL_LAYER_MAX);
	world_pushes(s->w, s->b.key + 500);
	for (int on = 1; on >= 0; on--) {
		u = TL_AS(updateChannelViewForumAsMessages,
		          talk_update(talk_call(s->w, s->b, as_chat_q(s, s->b, room, on)),
		                      TL_updateChannelViewForumAsMessages));
		assert_true(u && u->channel_id == room && u->enabled == on);
		u = TL_AS(updateChannelViewForumAsMessages,
		          world_update(world_pushes(s->w, s->b.key + 500),
		                       TL_updateChannelViewForumAsMessages));
		assert_true(u && u->enabled == on);
		assert_int_equal(room_full(s->w, s->b, room)->view_forum_as_messages, on);
		assert_false(room_full(s->w, s->a, room)->view_forum_as_messages);
	}
}

/* TDLib's own way to say it. */
static void test_made_by_tdlib(void **state)
{
	struct s *s = *state;
	struct tl_channels_createChannel *q = Q(s, channels_createChannel);
	const struct tl_updates *o;

	q->title = SLICE_LIT("Forum");
	q->about = SLICE_LIT("");
	talk_refused(s->w, s->a, &q->o, "400 CHANNEL_INVALID");
	q->for_import = true;
	o = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	assert_true(TL_AS(channel, o->chats.v[0])->forum && TL_AS(channel, o->chats.v[0])->megagroup);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_nothing_is_left), T(test_topics),  T(test_unread_by_topic), T(test_pins),
		T(test_drafts),          T(test_deleted), T(test_made_as_forum),   T(test_pins_in_old_layers),
		T(test_meant_in_topic),  T(test_notify),  T(test_as_chat),         T(test_made_by_tdlib),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
