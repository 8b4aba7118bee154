/* test_threads.c - threads of supergroups, comments of posts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "room.h"
#include "sql/sql.h"
#include "thread.h"
#include "updates/peer.h"

static void test_thread(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_messages_channelMessages *page;
	struct tl_message *root, *m, *n;
	struct tl_messageReplies *r;

	room_invite(s->w, s->a, room, s->b);
	root = thread_say(s, s->a, room, "root", 0, 0);
	assert_null(root->replies);
	m = thread_say(s, s->b, room, "first", root->id, 0);
	assert_int_equal(thread_header(m)->reply_to_msg_id, root->id);
	assert_false(thread_header(m)->has_reply_to_top_id);
	n = thread_say(s, s->a, room, "second", m->id, 0);
	assert_int_equal(thread_header(n)->reply_to_msg_id, m->id);
	assert_int_equal(thread_header(n)->reply_to_top_id, root->id);
	thread_say(s, s->a, room, "beside", 0, 0);
	page = thread_replies(s, s->b, room, root->id);
	assert_int_equal(page->count, 2);
	assert_int_equal(page->messages.n, 2);
	assert_int_equal(TL_AS(message, page->messages.v[0])->id, n->id);
	assert_int_equal(TL_AS(message, page->messages.v[1])->id, m->id);
	assert_int_equal(thread_replies(s, s->b, room, n->id)->count, 2); /* by one that is in it */
	page = TL_AS(messages_channelMessages,
	             talk_call(s->w, s->b, thread_replies_q(s, s->b, room, root->id, 1, n->id)));
	assert_int_equal(page->messages.n, 1);
	assert_int_equal(TL_AS(message, page->messages.v[0])->id, m->id);
	r = TL_AS(messageReplies, thread_fetch(s, s->b, room, root->id)->replies);
	assert_int_equal(r->replies, 2);
	assert_int_equal(r->max_id, n->id);
	assert_false(r->comments);
	thread_remove(s, s->a, room, n->id);
	r = TL_AS(messageReplies, thread_fetch(s, s->b, room, root->id)->replies);
	assert_int_equal(r->replies, 1);
	assert_int_equal(r->max_id, m->id);
	talk_refused(s->w, s->b, thread_replies_q(s, s->b, room, 99, 10, 0), "400 MSG_ID_INVALID");
	talk_refused(s->w, s->c, thread_replies_q(s, s->c, room, root->id, 10, 0), "400 CHANNEL_PRIVATE");
}

static void test_search_in_thread(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_messages_search *q = Q(s, messages_search);
	struct tl_messages_channelMessages *page;
	struct tl_message *root, *m;

	root = thread_say(s, s->a, room, "root", 0, 0);
	thread_say(s, s->a, room, "apple outside", 0, 0);
	m = thread_say(s, s->a, room, "apple inside", root->id, 0);
	thread_say(s, s->a, room, "pear inside", root->id, 0);
	q->peer = world_channel_peer(s->w, s->a, room);
	q->q = SLICE_LIT("apple");
	q->filter = &Q(s, inputMessagesFilterEmpty)->o;
	q->has_top_msg_id = true;
	q->top_msg_id = root->id;
	q->limit = 10;
	page = TL_AS(messages_channelMessages, talk_call(s->w, s->a, &q->o));
	assert_int_equal(page->messages.n, 1);
	assert_int_equal(TL_AS(message, page->messages.v[0])->id, m->id);
	q->q = SLICE_LIT("");
	page = TL_AS(messages_channelMessages, talk_call(s->w, s->a, &q->o));
	assert_int_equal(page->count, 2);
	assert_int_equal(page->messages.n, 2);
}

static void pins(struct s *s, int64_t room, int32_t id)
{
	struct tl_messages_updatePinnedMessage *q = Q(s, messages_updatePinnedMessage);

	q->peer = world_channel_peer(s->w, s->a, room);
	q->id = id;
	talk_call(s->w, s->a, &q->o);
}

/* What says that it was pinned refers to it, and is no answer. */
static void test_pin_is_no_answer(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, false);
	struct tl_message *root = thread_say(s, s->a, room, "root", 0, 0), *m;
	struct tl_messageReplies *r;

	pins(s, room, root->id);
	assert_null(thread_fetch(s, s->a, room, root->id)->replies);
	assert_int_equal(thread_replies(s, s->a, room, root->id)->messages.n, 0);
	m = thread_say(s, s->a, room, "answer", root->id, 0);
	pins(s, room, m->id);
	r = TL_AS(messageReplies, thread_fetch(s, s->a, room, root->id)->replies);
	assert_int_equal(r->replies, 1);
	assert_int_equal(r->max_id, m->id);
	assert_int_equal(thread_replies(s, s->a, room, root->id)->count, 1);
	thread_remove(s, s->a, room, m->id + 1); /* the word of the pin */
	assert_int_equal(thread_replies(s, s->a, room, root->id)->count, 1);
}

static void test_comments(void **state)
{
	struct s *s = *state;
	struct thread_pair p = thread_linked(s);
	struct tl_messages_discussionMessage *d;
	struct tl_updateReadChannelDiscussionOutbox *out;
	struct tl_message *post, *copy, *first;
	struct tl_messageFwdHeader *f;
	struct tl_messageReplies *r;

	world_pushes(s->w, s->a.key);
	post = thread_say(s, s->a, p.channel, "news", 0, 0);
	r = TL_AS(messageReplies, post->replies);
	assert_true(r->comments);
	assert_int_equal(r->channel_id, p.group);
	assert_int_equal(r->replies, 0);
	copy = TL_AS(message, TL_AS(updateNewChannelMessage,
	                            world_update(world_pushes(s->w, s->a.key), TL_updateNewChannelMessage))
	                              ->message);
	f = TL_AS(messageFwdHeader, copy->fwd_from);
	assert_true(copy->pinned && !copy->out && !copy->post);
	assert_int_equal(TL_AS(peerChannel, copy->from_id)->channel_id, p.channel);
	assert_int_equal(f->saved_from_msg_id, post->id);
	assert_int_equal(TL_AS(peerChannel, f->saved_from_peer)->channel_id, p.channel);
	/* A guest, who is in the channel alone. */
	d = thread_discussion(s, s->b, p.channel, post->id);
	assert_int_equal(TL_AS(message, d->messages.v[0])->id, copy->id);
	assert_int_equal(d->unread_count, 0);
	first = thread_say(s, s->b, p.group, "well", copy->id, 0);
	assert_int_equal(thread_header(first)->reply_to_msg_id, copy->id);
	thread_say(s, s->c, p.group, "well, well", first->id, 0);
	r = TL_AS(messageReplies, thread_fetch(s, s->b, p.channel, post->id)->replies);
	assert_int_equal(r->replies, 2);
	assert_int_equal(r->recent_repliers.n, 2);
	assert_int_equal(TL_AS(peerUser, r->recent_repliers.v[0])->user_id, s->c.id);
	assert_int_equal(r->max_id, first->id + 1);
	assert_false(r->has_read_max_id);
	assert_int_equal(thread_replies(s, s->c, p.channel, post->id)->count, 2);
	assert_int_equal(thread_replies(s, s->c, p.group, copy->id)->messages.n, 2);
	d = thread_discussion(s, s->c, p.channel, post->id);
	assert_int_equal(d->unread_count, 1); /* Bob's */
	world_pushes(s->w, s->b.key);
	thread_read(s, s->c, p.channel, post->id, 0);
	assert_int_equal(thread_discussion(s, s->c, p.channel, post->id)->unread_count, 0);
	out = TL_AS(updateReadChannelDiscussionOutbox,
	            world_update(world_pushes(s->w, s->b.key), TL_updateReadChannelDiscussionOutbox));
	assert_int_equal(out->top_msg_id, copy->id);
	assert_int_equal(out->read_max_id, first->id + 1);
	assert_int_equal(thread_discussion(s, s->b, p.channel, post->id)->read_outbox_max_id, first->id + 1);
	r = TL_AS(messageReplies, thread_fetch(s, s->c, p.channel, post->id)->replies);
	assert_int_equal(r->read_max_id, first->id + 1);
}

static void test_own_devices_hear_of_reading(void **state)
{
	struct s *s = *state;
	struct thread_pair p = thread_linked(s);
	struct tl_updateReadChannelDiscussionInbox *in;
	struct tl_message *post = thread_say(s, s->a, p.channel, "news", 0, 0);
	int32_t copy = TL_AS(message, thread_discussion(s, s->a, p.channel, post->id)->messages.v[0])->id;

	thread_say(s, s->b, p.group, "well", copy, 0);
	world_connect(s->w, s->c, s->c.key + 1, TL_LAYER_MAX);
	world_pushes(s->w, s->c.key + 1);
	thread_read(s, s->c, p.group, copy, copy + 1);
	in = TL_AS(updateReadChannelDiscussionInbox,
	           world_update(world_pushes(s->w, s->c.key + 1), TL_updateReadChannelDiscussionInbox));
	assert_int_equal(in->channel_id, p.group);
	assert_int_equal(in->read_max_id, copy + 1);
	assert_int_equal(in->broadcast_id, p.channel);
	assert_int_equal(in->broadcast_post, post->id);
	world_pushes(s->w, s->c.key + 1);
	thread_read(s, s->c, p.group, copy, copy + 1); /* once more is nothing new */
	assert_int_equal(world_pushes(s->w, s->c.key + 1).n, 0);
}

static void test_copy_follows(void **state)
{
	struct s *s = *state;
	struct thread_pair p = thread_linked(s);
	struct tl_messages_editMessage *e = Q(s, messages_editMessage);
	struct tl_message *post = thread_say(s, s->a, p.channel, "news", 0, 0), *copy;
	int32_t id = TL_AS(message, thread_discussion(s, s->a, p.channel, post->id)->messages.v[0])->id;

	e->peer = world_channel_peer(s->w, s->a, p.channel);
	e->id = post->id;
	e->message = SLICE_LIT("olds");
	talk_call(s->w, s->a, &e->o);
	copy = thread_fetch(s, s->a, p.group, id);
	assert_true(slice_eq(copy->message, SLICE_LIT("olds")));
	assert_non_null(copy->fwd_from);
	thread_remove(s, s->a, p.channel, post->id);
	assert_null(thread_fetch(s, s->a, p.group, id));
	talk_refused(s->w, s->b, thread_replies_q(s, s->b, p.channel, post->id, 10, 0), "400 MSG_ID_INVALID");
}

static void test_guests(void **state)
{
	struct s *s = *state;
	struct thread_pair p = thread_linked(s);
	struct person d = world_person(s->w, "15550004", "Dan", "");
	struct tl_channels_toggleJoinToSend *q = Q(s, channels_toggleJoinToSend);
	struct tl_message *post = thread_say(s, s->a, p.channel, "news", 0, 0);
	int32_t copy = TL_AS(message, thread_discussion(s, s->a, p.channel, post->id)->messages.v[0])->id;

	talk_refused(s->w, d, thread_say_q(s, d, p.group, "hey", copy, 0), "400 CHANNEL_PRIVATE");
	q->channel = world_channel(s->w, s->a, p.group);
	q->enabled = true;
	talk_call(s->w, s->a, &q->o);
	talk_refused(s->w, s->b, thread_say_q(s, s->b, p.group, "hey", copy, 0),
	             "403 CHAT_GUEST_SEND_FORBIDDEN");
	assert_int_equal(thread_discussion(s, s->b, p.channel, post->id)->messages.n, 1);
}

struct album_of {
	int64_t channel;
	int32_t first, second;
};

/* As an album leaves them, without its media. */
static int group_them(struct rpc_call *c, void *arg)
{
	const struct album_of *a = arg;
	struct sql_stmt *s = sql_prepare(
		c->db, "UPDATE msg SET grouped_id = 77 WHERE owner = $1 AND peer = $1 AND id IN ($2, $3)");

	sql_bind_int(s, 1, peer_channel(a->channel));
	sql_bind_int(s, 2, a->first);
	sql_bind_int(s, 3, a->second);
	return sql_run(s);
}

/* An album is discussed as one: its first has the comments of all. */
static void test_album(void **state)
{
	struct s *s = *state;
	struct thread_pair p = thread_linked(s);
	struct tl_messages_discussionMessage *d;
	struct tl_messages_forwardMessages *f = Q(s, messages_forwardMessages);
	struct album_of what = {p.channel, thread_say(s, s->a, p.channel, "one", 0, 0)->id,
	                        thread_say(s, s->a, p.channel, "two", 0, 0)->id};
	int32_t ids[] = {what.first, what.second};
	int64_t random_ids[] = {++s->random_id + 500, s->random_id + 501};
	struct tl_message *m;

	assert_int_equal(world_write(s->w, group_them, &what), 0);
	f->from_peer = f->to_peer = world_channel_peer(s->w, s->a, p.channel);
	f->id = (struct tl_vec_int){ids, 2};
	f->random_id = (struct tl_vec_long){random_ids, 2};
	talk_call(s->w, s->a, &f->o);
	d = thread_discussion(s, s->b, p.channel, what.second + 2); /* by its second */
	assert_int_equal(d->messages.n, 2);
	m = TL_AS(message, d->messages.v[1]);
	assert_true(slice_eq(m->message, SLICE_LIT("one")));
	assert_int_equal(TL_AS(message, d->messages.v[0])->id, m->id + 1);
	assert_non_null(thread_fetch(s, s->b, p.channel, what.second + 1)->replies);
	assert_null(thread_fetch(s, s->b, p.channel, what.second + 2)->replies);
	thread_say(s, s->b, p.group, "well", m->id, 0);
	assert_int_equal(thread_replies(s, s->b, p.channel, what.second + 2)->count, 1);
	thread_remove(s, s->a, p.channel, what.second + 2);
	assert_null(thread_fetch(s, s->a, p.group, m->id + 1));
}

static void test_long_history(void **state)
{
	struct s *s = *state;
	struct tl_channels_toggleForum *q = Q(s, channels_toggleForum);
	int64_t room = room_create(s->w, s->a, false);
	int32_t count = 0;

	world_start_jobs(s->w);
	for (int i = 0; i < 520; i++)
		thread_say(s, s->a, room, "before", 0, 0);
	q->channel = world_channel(s->w, s->a, room);
	q->enabled = true;
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(thread_replies(s, s->a, room, 1)->messages.n, 100);
	for (int i = 0; i < 200 && count != 521; i++) {
		count = thread_replies(s, s->a, room, 1)->count;
		usleep(20000);
	}
	assert_int_equal(count, 521);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, three_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_thread),       T(test_search_in_thread),
		T(test_comments),     T(test_own_devices_hear_of_reading),
		T(test_copy_follows), T(test_pin_is_no_answer),
		T(test_guests),       T(test_album),
		T(test_long_history),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
