/* test_channels.c - channels and supergroups: what is written, who is told, and what each one sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sql/sql.h"
#include "store/channel.h"
#include "room.h"
#include "three.h"

static struct tl_updates *create(struct s *s, struct person who, bool broadcast)
{
	struct tl_channels_createChannel *q = Q(s, channels_createChannel);

	q->broadcast = broadcast;
	q->megagroup = !broadcast;
	q->title = SLICE_LIT("Room");
	q->about = SLICE_LIT("");
	return TL_AS(updates, talk_call(s->w, who, &q->o));
}

static struct tl_obj *say_q(struct s *s, struct person who, int64_t channel, const char *text)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);

	q->peer = world_channel_peer(s->w, who, channel);
	q->message = slice_str(text);
	q->random_id = ++s->random_id;
	return &q->o;
}

static struct tl_message *said(const struct tl_obj *updates)
{
	struct tl_obj *u = talk_update(updates, TL_updateNewChannelMessage);

	return u ? TL_AS(message, TL_AS(updateNewChannelMessage, u)->message) : NULL;
}

static struct tl_message *say(struct s *s, struct person who, int64_t channel, const char *text)
{
	return said(talk_call(s->w, who, say_q(s, who, channel, text)));
}

static struct tl_vec history(struct s *s, struct person who, int64_t channel)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);

	q->peer = world_channel_peer(s->w, who, channel);
	q->limit = 100;
	return TL_AS(messages_channelMessages, talk_call(s->w, who, &q->o))->messages;
}

static void test_created(void **state)
{
	struct s *s = *state;
	struct tl_updates *u = create(s, s->a, true);
	struct tl_updateNewChannelMessage *n;
	struct tl_messageService *m;

	assert_int_equal(u->updates.n, 3);
	assert_true(TL_IS(updateMessageID, u->updates.v[0])); /* TDLib takes no answer without */
	assert_true(TL_IS(updateChannel, u->updates.v[1]));
	n = TL_AS(updateNewChannelMessage, u->updates.v[2]);
	assert_int_equal(n->pts, 2);
	assert_int_equal(n->pts_count, 1);
	m = TL_AS(messageService, n->message);
	assert_int_equal(m->id, 1);
	assert_true(m->post && m->out && !m->from_id);
	assert_true(TL_IS(messageActionChannelCreate, m->action));
	assert_true(TL_AS(channel, u->chats.v[0])->creator);
	assert_int_equal(TL_AS(channel, u->chats.v[0])->participants_count, 1);
}

static void test_post_is_seen(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_message *m;
	struct tl_vec v;

	room_enter(s->w, s->b, id);
	m = say(s, s->a, id, "hello");
	assert_int_equal(m->id, 2);
	assert_true(m->out);
	v = world_pushes(s->w, s->b.key);
	m = TL_AS(message,
	          TL_AS(updateNewChannelMessage, world_update(v, TL_updateNewChannelMessage))->message);
	assert_false(m->out);
	assert_int_equal(TL_AS(peerUser, m->from_id)->user_id, s->a.id);
	assert_int_equal(world_pushes(s->w, s->c.key).n, 0);
	assert_int_equal(world_pushes(s->w, s->a.key).n, 0); /* his answer said it */
	v = history(s, s->b, id);
	assert_int_equal(v.n, 2);
	assert_int_equal(TL_AS(message, v.v[0])->id, 2);
	talk_refused(s->w, s->c, say_q(s, s->c, id, "let me in"), "400 CHANNEL_PRIVATE");
}

static void test_repeat(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true);
	struct tl_obj *q = say_q(s, s->a, id, "once"), *u;

	talk_call(s->w, s->a, q);
	u = talk_call(s->w, s->a, q);
	assert_int_equal(said(u)->id, 2);
	assert_non_null(talk_update(u, TL_updateMessageID));
	assert_int_equal(history(s, s->a, id).n, 2);
}

static int count_rows(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db,
	                                 "SELECT (SELECT count(*) FROM msg) + (SELECT count(*) FROM upd)"
	                                 " + (SELECT count(*) FROM dlg)");
	int64_t *n = arg;
	int r = sql_value(s, n);

	return r < 0 ? r : 0;
}

/* Whatever the number of members: one row of messages and one of the log. */
static void test_cost(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true), before, after;

	room_enter(s->w, s->b, id);
	room_enter(s->w, s->c, id);
	for (int i = 0; i < 40; i++) {
		char phone[16];

		snprintf(phone, sizeof(phone), "1555%04d", 100 + i);
		room_enter(s->w, world_person(s->w, phone, "Sub", ""), id);
	}
	say(s, s->a, id, "one");
	assert_int_equal(world_write(s->w, count_rows, &before), 0);
	say(s, s->a, id, "two");
	assert_int_equal(world_write(s->w, count_rows, &after), 0);
	assert_int_equal(after - before, 2);
}

static struct tl_dialog *dialog(struct s *s, struct person who, int64_t channel)
{
	struct tl_messages_getPeerDialogs *q = Q(s, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);

	p->peer = world_channel_peer(s->w, who, channel);
	q->peers = tl_vec_new(world_arena(s->w), 1);
	q->peers.v[0] = &p->o;
	return TL_AS(dialog, TL_AS(messages_peerDialogs, talk_call(s->w, who, &q->o))->dialogs.v[0]);
}

static struct tl_obj *delete_q(struct s *s, struct person who, int64_t channel, int32_t id)
{
	struct tl_channels_deleteMessages *q = Q(s, channels_deleteMessages);
	int32_t *ids = arena_alloc(world_arena(s->w), sizeof(*ids));

	*ids = id;
	q->channel = world_channel(s->w, who, channel);
	q->id = (struct tl_vec_int){ids, 1};
	return &q->o;
}

static void test_unread(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_updateReadChannelInbox *in;
	struct tl_updateReadChannelOutbox *out;
	struct tl_dialog *d;

	room_enter(s->w, s->b, id);
	world_connect(s->w, s->b, s->b.key + 1, TL_LAYER_MAX);
	for (int i = 0; i < 5; i++)
		say(s, s->a, id, "hello"); /* 2..6 */
	say(s, s->b, id, "mine");          /* 7 */
	say(s, s->a, id, "more");          /* 8 */
	assert_int_equal(dialog(s, s->b, id)->unread_count, 7);
	assert_int_equal(dialog(s, s->a, id)->unread_count, 1);
	talk_call(s->w, s->a, delete_q(s, s->a, id, 3));
	assert_int_equal(dialog(s, s->b, id)->unread_count, 6);
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->b.key + 1);
	room_read(s->w, s->b, id, 5);
	d = dialog(s, s->b, id);
	assert_int_equal(d->unread_count, 2); /* 6 and 8 */
	assert_int_equal(d->read_inbox_max_id, 5);
	assert_int_equal(d->pts, 10);
	in = TL_AS(updateReadChannelInbox,
	           world_update(world_pushes(s->w, s->b.key + 1), TL_updateReadChannelInbox));
	assert_int_equal(in->max_id, 5);
	assert_int_equal(in->still_unread_count, 2);
	out = TL_AS(updateReadChannelOutbox,
	            world_update(world_pushes(s->w, s->a.key), TL_updateReadChannelOutbox));
	assert_int_equal(out->max_id, 5);
	assert_int_equal(dialog(s, s->a, id)->read_outbox_max_id, 5);
	talk_call(s->w, s->b, delete_q(s, s->b, id, 7));
	assert_int_equal(dialog(s, s->b, id)->unread_count, 2);
	room_read(s->w, s->b, id, 0);
	assert_int_equal(dialog(s, s->b, id)->unread_count, 0);
	talk_refused(s->w, s->b, delete_q(s, s->b, id, 8), "403 MESSAGE_DELETE_FORBIDDEN");
}

static void test_mention(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_inputReplyToMessage *reply = Q(s, inputReplyToMessage);
	struct tl_messages_readMentions *q = Q(s, messages_readMentions);
	struct tl_obj *say = say_q(s, s->a, id, "an answer");
	struct tl_message *m;

	room_enter(s->w, s->b, id);
	talk_call(s->w, s->b, say_q(s, s->b, id, "a question"));
	reply->reply_to_msg_id = 2;
	TL_AS(messages_sendMessage, say)->reply_to = &reply->o;
	world_pushes(s->w, s->b.key);
	talk_call(s->w, s->a, say);
	m = TL_AS(message, TL_AS(updateNewChannelMessage,
	                         world_update(world_pushes(s->w, s->b.key), TL_updateNewChannelMessage))
	                           ->message);
	assert_true(m->mentioned && m->media_unread && !m->out);
	assert_int_equal(dialog(s, s->b, id)->unread_mentions_count, 1);
	q->peer = world_channel_peer(s->w, s->b, id);
	talk_call(s->w, s->b, &q->o);
	assert_int_equal(dialog(s, s->b, id)->unread_mentions_count, 0);
}

static void test_views(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true);
	struct tl_messages_getMessagesViews *q = Q(s, messages_getMessagesViews);
	int32_t *ids = arena_alloc(world_arena(s->w), sizeof(*ids));
	struct tl_messages_messageViews *v;

	room_enter(s->w, s->b, id);
	*ids = say(s, s->a, id, "look")->id;
	q->id = (struct tl_vec_int){ids, 1};
	q->increment = true;
	for (int i = 0; i < 2; i++) { /* he counts once */
		q->peer = world_channel_peer(s->w, s->b, id);
		talk_call(s->w, s->b, &q->o);
	}
	q->peer = world_channel_peer(s->w, s->a, id);
	v = TL_AS(messages_messageViews, talk_call(s->w, s->a, &q->o));
	assert_int_equal(TL_AS(messageViews, v->views.v[0])->views, 2);
	assert_int_equal(TL_AS(message, history(s, s->b, id).v[0])->views, 2);
}

static struct tl_obj *forward_q(struct s *s, struct person who, int64_t channel, int32_t id, struct person to)
{
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	int32_t *ids = arena_alloc(world_arena(s->w), sizeof(*ids));
	int64_t *random_ids = arena_alloc(world_arena(s->w), sizeof(*random_ids));

	*ids = id;
	*random_ids = ++s->random_id;
	q->from_peer = world_channel_peer(s->w, who, channel);
	q->to_peer = world_peer(s->w, who, to.id);
	q->id = (struct tl_vec_int){ids, 1};
	q->random_id = (struct tl_vec_long){random_ids, 1};
	return &q->o;
}

static int protect(struct rpc_call *c, void *arg)
{
	struct store_channel row;
	int r = store_channel_get(c->db, *(int64_t *)arg, &c->arena, &row);

	row.flags |= STORE_CHANNEL_NOFORWARDS;
	return r < 0 ? r : store_channel_put(c->db, &row);
}

/* What is passed on says which post of which channel it was, and is counted there; what is protected stays. */
static void test_forward(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, true);
	const struct tl_messageFwdHeader *f;
	struct tl_obj *u;

	room_enter(s->w, s->b, id);
	say(s, s->a, id, "pass it on");
	u = talk_update(talk_call(s->w, s->b, forward_q(s, s->b, id, 2, s->c)), TL_updateNewMessage);
	f = TL_AS(messageFwdHeader, TL_AS(message, TL_AS(updateNewMessage, u)->message)->fwd_from);
	assert_int_equal(TL_AS(peerChannel, f->from_id)->channel_id, id);
	assert_int_equal(f->channel_post, 2);
	assert_false(TL_AS(message, TL_AS(updateNewMessage, u)->message)->post);
	assert_int_equal(TL_AS(message, history(s, s->a, id).v[0])->forwards, 1);
	assert_int_equal(world_write(s->w, protect, &id), 0);
	talk_refused(s->w, s->b, forward_q(s, s->b, id, 2, s->c), "400 CHAT_FORWARDS_RESTRICTED");
}

/* Nobody who was thrown out hears the next post, nor reads it. */
static void test_kicked(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);

	room_enter(s->w, s->b, id);
	room_enter(s->w, s->c, id);
	room_throw_out(s->w, s->b, id);
	say(s, s->a, id, "without him");
	assert_null(world_update(world_pushes(s->w, s->b.key), TL_updateNewChannelMessage));
	assert_non_null(world_update(world_pushes(s->w, s->c.key), TL_updateNewChannelMessage));
	q->peer = world_channel_peer(s->w, s->b, id);
	talk_refused(s->w, s->b, &q->o, "400 CHANNEL_PRIVATE");
}

/* A wrong access hash and a channel that never was answer alike; so does a private one to a stranger. */
static void test_names(void **state)
{
	struct s *s = *state;
	int64_t id = room_create(s->w, s->a, false);
	struct tl_channels_getChannels *q = Q(s, channels_getChannels);
	struct tl_inputChannelFromMessage *from = Q(s, inputChannelFromMessage);

	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = world_channel(s->w, s->b, id); /* another's hash */
	talk_refused(s->w, s->a, &q->o, "400 CHANNEL_INVALID");
	q->id.v[0] = world_channel(s->w, s->a, 4711);
	talk_refused(s->w, s->a, &q->o, "400 CHANNEL_PRIVATE");
	q->id.v[0] = world_channel(s->w, s->b, id);
	talk_refused(s->w, s->b, &q->o, "400 CHANNEL_PRIVATE");
	from->peer = world_channel_peer(s->w, s->a, id);
	from->msg_id = 1;
	from->channel_id = id;
	q->id.v[0] = &from->o;
	talk_call(s->w, s->a, &q->o);
	from->channel_id = id + 1;
	talk_refused(s->w, s->a, &q->o, "400 MSG_ID_INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_created, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_post_is_seen, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_repeat, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_cost, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_unread, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_mention, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_views, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_forward, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_kicked, three_setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_names, three_setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
