/* test_later.c - messages that are sent at a time, or once the other is online. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "domain/channels/rights.h"
#include "files.h"
#include "room.h"
#include "scheduled.h"
#include "store/later.h"

static bool has_scheduled(struct s *s, struct person who, int64_t whom)
{
	struct tl_users_getFullUser *q = Q(s, users_getFullUser);

	q->id = world_user(s->w, who, whom);
	return TL_AS(userFull, TL_AS(users_userFull, talk_call(s->w, who, &q->o))->full_user)->has_scheduled;
}

/* Nobody but the writer knows; then it comes as any message, once, and the writer's devices hear which it became. */
static void test_time(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = world_peer(s->w, s->a, s->b.id), *o;
	struct tl_messages_sendMessage *q = scheduled_say(s, peer, "later", scheduled_in(2));
	const struct tl_updateDeleteScheduledMessages *gone;
	int32_t before = talk_pts(s->w, s->a);
	struct tl_vec pushes;
	struct tl_message *m;

	world_connect(s->w, s->a, s->a.key + 1, TL_LAYER_MAX);
	o = talk_call(s->w, s->a, &q->o);
	m = scheduled_listed(o);
	assert_int_equal(TL_AS(updateMessageID, talk_update(o, TL_updateMessageID))->id, m->id);
	assert_int_equal(m->id, 1);
	assert_int_equal(m->date, q->schedule_date);
	assert_true(m->out && !m->from_scheduled);
	assert_int_equal(talk_pts(s->w, s->a), before);
	assert_true(has_scheduled(s, s->a, s->b.id));
	assert_false(has_scheduled(s, s->b, s->a.id));
	assert_int_equal(scheduled_history(s, s->a, peer).n, 1);
	assert_int_equal(scheduled_history(s, s->b, world_peer(s->w, s->b, s->a.id)).n, 0);
	/* The same call again is the same message. */
	assert_int_equal(scheduled_listed(talk_call(s->w, s->a, &q->o))->id, m->id);
	assert_int_equal(scheduled_history(s, s->a, peer).n, 1);
	assert_non_null(world_update(world_pushes(s->w, s->a.key + 1), TL_updateNewScheduledMessage));
	scheduled_until_empty(s, s->a, peer);
	assert_false(has_scheduled(s, s->a, s->b.id));
	pushes = world_pushes(s->w, s->a.key + 1);
	gone = (void *)world_update(pushes, TL_updateDeleteScheduledMessages);
	assert_true(gone && gone->messages.n == 1 && gone->messages.v[0] == m->id &&
	            gone->sent_messages.n == 1);
	m = TL_AS(message, TL_AS(updateNewMessage, world_update(pushes, TL_updateNewMessage))->message);
	assert_int_equal(gone->sent_messages.v[0], m->id);
	assert_true(m->from_scheduled && m->out);
	assert_true(m->date >= q->schedule_date);
	m = TL_AS(message,
	          TL_AS(updateNewMessage, world_update(world_pushes(s->w, s->b.key), TL_updateNewMessage))
	                  ->message);
	assert_true(slice_eq(m->message, SLICE_LIT("later")));
	assert_false(m->from_scheduled);
	assert_int_equal(talk_dialog(s->w, s->b, s->a)->unread_count, 1);
	talk_refused(s->w, s->a, &q->o, "500 RANDOM_ID_DUPLICATE");
}

/* Another time, other words; at once; never. */
static void test_change(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = &Q(s, inputPeerSelf)->o, *o;
	struct tl_messages_editMessage *e = Q(s, messages_editMessage);
	struct tl_message *m = scheduled_listed(
		talk_call(s->w, s->a, &scheduled_say(s, peer, "milk", scheduled_in(1000))->o));
	int32_t id = m->id, date = m->date;
	uint64_t hash = 0;

	assert_int_equal(scheduled_history(s, s->a, peer).n, 1);
	e->peer = peer;
	e->id = id;
	e->has_schedule_date = true;
	e->schedule_date = date;
	talk_refused(s->w, s->a, &e->o, "400 MESSAGE_NOT_MODIFIED");
	e->schedule_date = date + 5;
	m = scheduled_listed(talk_call(s->w, s->a, &e->o));
	assert_true(m->id == id && m->date == date + 5 && !m->has_edit_date);
	e->message = SLICE_LIT("bread");
	m = scheduled_listed(talk_call(s->w, s->a, &e->o));
	assert_true(m->id == id && m->has_edit_date && slice_eq(m->message, SLICE_LIT("bread")));
	/* The hash as TDLib has it. */
	for (int i = 0; i < 3; i++) {
		hash ^= hash >> 21;
		hash ^= hash << 35;
		hash ^= hash >> 4;
		hash += (uint64_t)(i == 0 ? m->id : i == 1 ? m->edit_date : m->date);
	}
	o = talk_call(s->w, s->a, scheduled_history_q(s, peer, (int64_t)hash));
	assert_true(TL_IS(messages_messagesNotModified, o));
	e->id = id + 1;
	talk_refused(s->w, s->a, &e->o, "400 MESSAGE_ID_INVALID");
	e->id = id;
	e->schedule_date = 1;
	talk_refused(s->w, s->a, &e->o, "400 SCHEDULE_DATE_INVALID");
	talk_refused(s->w, s->a, scheduled_send_q(s, peer, id + 1), "400 MESSAGE_ID_INVALID");
	o = talk_call(s->w, s->a, scheduled_send_q(s, peer, id));
	m = TL_AS(message, TL_AS(updateNewMessage, talk_update(o, TL_updateNewMessage))->message);
	assert_true(m->from_scheduled && !m->has_edit_date && slice_eq(m->message, SLICE_LIT("bread")));
	assert_non_null(talk_update(o, TL_updateDeleteScheduledMessages));
	assert_int_equal(scheduled_history(s, s->a, peer).n, 0);
	/* Ids are not given again. */
	m = scheduled_listed(talk_call(s->w, s->a, &scheduled_say(s, peer, "eggs", scheduled_in(1000))->o));
	assert_int_equal(m->id, id + 1);
	o = talk_update(talk_call(s->w, s->a, scheduled_delete_q(s, peer, m->id)),
	                TL_updateDeleteScheduledMessages);
	assert_true(o && !TL_AS(updateDeleteScheduledMessages, o)->sent_messages.v);
	assert_int_equal(scheduled_history(s, s->a, peer).n, 0);
}

static void test_limits(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = world_peer(s->w, s->a, s->b.id), *o;
	struct tl_messages_sendMessage *q;

	talk_refused(s->w, s->a, &scheduled_say(s, peer, "x", scheduled_in(367 * 86400))->o,
	             "400 SCHEDULE_DATE_TOO_LATE");
	talk_refused(s->w, s->a, &scheduled_say(s, peer, "x", -5)->o, "400 SCHEDULE_DATE_INVALID");
	q = scheduled_say(s, peer, "x", scheduled_in(1000));
	q->has_schedule_repeat_period = true;
	q->schedule_repeat_period = 86401;
	talk_refused(s->w, s->a, &q->o, "400 SCHEDULE_DATE_INVALID");
	/* What is over is now. */
	o = talk_call(s->w, s->a, &scheduled_say(s, peer, "x", scheduled_in(-5))->o);
	assert_non_null(talk_update(o, TL_updateNewMessage));
	for (int i = 0; i < 100; i++)
		talk_call(s->w, s->a, &scheduled_say(s, peer, "x", scheduled_in(1000 + i))->o);
	talk_refused(s->w, s->a, &scheduled_say(s, peer, "x", scheduled_in(1000))->o,
	             "400 SCHEDULE_TOO_MUCH");
	talk_call(s->w, s->a, &scheduled_say(s, &Q(s, inputPeerSelf)->o, "x", scheduled_in(1000))->o);
	assert_int_equal(scheduled_history(s, s->a, peer).n, 100);
}

static void online(struct s *s, struct person who, bool yes)
{
	struct tl_account_updateStatus *q = Q(s, account_updateStatus);

	q->offline = !yes;
	talk_call(s->w, who, &q->o);
}

static void test_online(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = world_peer(s->w, s->a, s->b.id);
	struct tl_account_setPrivacy *p = Q(s, account_setPrivacy);

	online(s, s->b, false);
	talk_refused(s->w, s->a, &scheduled_say(s, &Q(s, inputPeerSelf)->o, "x", STORE_LATER_ONLINE)->o,
	             "400 SCHEDULE_DATE_INVALID");
	talk_call(s->w, s->a, &scheduled_say(s, peer, "good morning", STORE_LATER_ONLINE)->o);
	online(s, s->c, true);
	world_pushes(s->w, s->b.key);
	assert_int_equal(scheduled_history(s, s->a, peer).n, 1);
	online(s, s->b, true);
	scheduled_until_empty(s, s->a, peer);
	assert_non_null(world_update(world_pushes(s->w, s->b.key), TL_updateNewMessage));
	/* He is: at once. */
	talk_call(s->w, s->a, &scheduled_say(s, peer, "and now", STORE_LATER_ONLINE)->o);
	scheduled_until_empty(s, s->a, peer);
	p->key = &Q(s, inputPrivacyKeyStatusTimestamp)->o;
	p->rules = tl_vec_new(world_arena(s->w), 1);
	p->rules.v[0] = &Q(s, inputPrivacyValueDisallowAll)->o;
	talk_call(s->w, s->b, &p->o);
	talk_refused(s->w, s->a, &scheduled_say(s, peer, "x", STORE_LATER_ONLINE)->o,
	             "400 SCHEDULE_STATUS_PRIVATE");
}

/* What it carries stays until it is sent, and is not needed once it is deleted. */
static void test_media(void **state)
{
	struct s *s = *state;
	struct tl_obj *peer = world_peer(s->w, s->a, s->b.id);
	struct tl_messages_sendMedia *q = Q(s, messages_sendMedia);
	struct tl_message *m;
	int64_t file;

	q->peer = peer;
	q->media = files_photo(s->w, s->a, files_png(s->w, 900, 640));
	q->message = SLICE_LIT("look");
	q->random_id = ++s->random_id;
	q->has_schedule_date = true;
	q->schedule_date = scheduled_in(1000);
	m = scheduled_listed(talk_call(s->w, s->a, &q->o));
	file = files_photo_of(m)->id;
	assert_int_equal(files_refs(s->w, file), 1);
	files_get(s->w, s->a, files_photo_location(s->w, files_photo_of(m), "x"), 4096);
	talk_call(s->w, s->a, scheduled_send_q(s, peer, m->id));
	assert_int_equal(files_refs(s->w, file), 2); /* both sides */
	q->random_id = ++s->random_id;
	q->media = files_photo(s->w, s->a, files_png(s->w, 80, 64));
	m = scheduled_listed(talk_call(s->w, s->a, &q->o));
	file = files_photo_of(m)->id;
	talk_call(s->w, s->a, scheduled_delete_q(s, peer, m->id));
	assert_int_equal(files_refs(s->w, file), 0);
}

/* The admins of a channel share what waits there; rights count when it is sent. */
static void test_channel(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	struct tl_obj *peer = world_channel_peer(s->w, s->a, room),
		      *theirs = world_channel_peer(s->w, s->b, room);
	struct tl_message *m;
	struct tl_vec pushes;
	struct tl_obj *u;

	room_invite(s->w, s->a, room, s->b);
	room_invite(s->w, s->a, room, s->c);
	talk_refused(s->w, s->b, scheduled_history_q(s, theirs, 0), "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->b, ADMIN_POST));
	world_pushes(s->w, s->b.key);
	world_pushes(s->w, s->c.key);
	m = scheduled_listed(talk_call(s->w, s->a, &scheduled_say(s, peer, "news", scheduled_in(1000))->o));
	assert_true(m->post && m->out);
	u = world_update(world_pushes(s->w, s->b.key), TL_updateNewScheduledMessage);
	assert_true(u && !TL_AS(message, TL_AS(updateNewScheduledMessage, u)->message)->out);
	assert_null(world_update(world_pushes(s->w, s->c.key), TL_updateNewScheduledMessage));
	assert_true(room_full(s->w, s->b, room)->has_scheduled);
	assert_false(room_full(s->w, s->c, room)->has_scheduled);
	assert_int_equal(scheduled_history(s, s->b, theirs).n, 1);
	/* Another admin sends it. */
	talk_call(s->w, s->b, scheduled_send_q(s, theirs, m->id));
	pushes = world_pushes(s->w, s->c.key);
	m = TL_AS(message,
	          TL_AS(updateNewChannelMessage, world_update(pushes, TL_updateNewChannelMessage))->message);
	assert_true(slice_eq(m->message, SLICE_LIT("news")) && !m->from_scheduled);
	assert_non_null(world_update(world_pushes(s->w, s->a.key), TL_updateDeleteScheduledMessages));
	/* Who may no longer post does not post, and what he had prepared is gone. */
	talk_call(s->w, s->b, &scheduled_say(s, theirs, "mine", scheduled_in(2))->o);
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, room, s->b, 0));
	world_pushes(s->w, s->a.key);
	scheduled_until_empty(s, s->a, peer);
	u = world_update(world_pushes(s->w, s->a.key), TL_updateDeleteScheduledMessages);
	assert_true(u && !TL_AS(updateDeleteScheduledMessages, u)->sent_messages.v);
	assert_null(world_update(world_pushes(s->w, s->c.key), TL_updateNewChannelMessage));
}

/* In groups, by topic of who wrote them alone; slow mode makes them wait. */
static void test_groups(void **state)
{
	struct s *s = *state;
	struct tl_messages_createChat *q = Q(s, messages_createChat);
	struct tl_channels_toggleSlowMode *slow = Q(s, channels_toggleSlowMode);
	int64_t room = room_create(s->w, s->a, false);
	struct tl_obj *peer = world_channel_peer(s->w, s->b, room), *o;
	struct tl_inputPeerChat *chat = Q(s, inputPeerChat);
	struct tl_vec pushes;

	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	q->title = SLICE_LIT("Three");
	o = talk_call(s->w, s->a, &q->o);
	o = TL_AS(messages_invitedUsers, o)->updates;
	chat->chat_id = TL_AS(chat, TL_AS(updates, o)->chats.v[0])->id;
	talk_call(s->w, s->a, &scheduled_say(s, &chat->o, "in the group", scheduled_in(1))->o);
	assert_int_equal(scheduled_history(s, s->b, &chat->o).n, 0);
	room_invite(s->w, s->a, room, s->b);
	slow->channel = world_channel(s->w, s->a, room);
	slow->seconds = 10;
	talk_call(s->w, s->a, &slow->o);
	world_pushes(s->w, s->a.key);
	talk_call(s->w, s->b, &scheduled_say(s, peer, "one", scheduled_in(1))->o);
	talk_call(s->w, s->b, &scheduled_say(s, peer, "two", scheduled_in(1))->o);
	assert_int_equal(scheduled_history(s, s->a, world_channel_peer(s->w, s->a, room)).n, 0);
	scheduled_until_empty(s, s->a, &chat->o);
	for (int i = 0; i < 400 && scheduled_history(s, s->b, peer).n > 1; i++)
		usleep(10000);
	pushes = world_pushes(s->w, s->a.key);
	o = world_update(pushes, TL_updateNewChannelMessage);
	assert_true(o && slice_eq(TL_AS(message, TL_AS(updateNewChannelMessage, o)->message)->message,
	                          SLICE_LIT("one")));
	assert_non_null(world_update(world_pushes(s->w, s->b.key), TL_updateNewMessage));
	usleep(300000);
	assert_int_equal(scheduled_history(s, s->b, peer).n, 1);
}

/* Parts of an album and copies of what others said come together; the copy counts once it is sent. */
/* What became of this one on the list, by one of these pushes: its id; 0: none of them says so. */
static int32_t sent_as(struct tl_obj *push, int32_t id)
{
	const struct tl_updateDeleteScheduledMessages *u = TL_AS(
		updateDeleteScheduledMessages,
		world_update((struct tl_vec){&push, 1}, TL_updateDeleteScheduledMessages));

	for (uint32_t i = 0; u && i < u->messages.n && i < u->sent_messages.n; i++)
		if (u->messages.v[i] == id)
			return u->sent_messages.v[i];
	return 0;
}

static void test_together(void **state)
{
	struct s *s = *state;
	int64_t room = room_create(s->w, s->a, true);
	struct tl_obj *peer = world_peer(s->w, s->a, s->b.id), *o;
	struct tl_messages_sendMultiMedia *q = Q(s, messages_sendMultiMedia);
	struct tl_messages_forwardMessages *f = Q(s, messages_forwardMessages);
	struct tl_channels_getMessages *get = Q(s, channels_getMessages);
	struct tl_inputMessageID *which = Q(s, inputMessageID);
	int32_t post = TL_AS(updateMessageID,
	                     talk_update(talk_call(s->w, s->a, room_say_q(s->w, s->a, room, "news")),
	                                 TL_updateMessageID))
	                       ->id;
	int64_t random_id = 90001;
	struct tl_messages_getMessages *got = Q(s, messages_getMessages);
	int32_t listed_as[2], sent[2] = {0};
	struct tl_vec v;

	q->peer = peer;
	q->multi_media = tl_vec_new(world_arena(s->w), 2);
	for (uint32_t i = 0; i < 2; i++) {
		struct tl_inputSingleMedia *m = Q(s, inputSingleMedia);

		m->media = &files_document(s->w, s->a, files_bytes(s->w, 700 + i, i), "x", "a/b", NULL)->o;
		m->random_id = ++s->random_id;
		m->message = SLICE_LIT("");
		q->multi_media.v[i] = &m->o;
	}
	q->has_schedule_date = true;
	q->schedule_date = scheduled_in(2);
	talk_call(s->w, s->a, &q->o);
	v = scheduled_history(s, s->a, peer);
	assert_int_equal(v.n, 2);
	for (uint32_t i = 0; i < 2; i++)
		listed_as[i] = TL_AS(message, v.v[i])->id;
	f->from_peer = world_channel_peer(s->w, s->a, room);
	f->to_peer = peer;
	f->id = (struct tl_vec_int){&post, 1};
	f->random_id = (struct tl_vec_long){&random_id, 1};
	f->has_schedule_date = true;
	f->schedule_date = scheduled_in(1);
	o = talk_call(s->w, s->a, &f->o);
	assert_int_equal(TL_AS(messageFwdHeader, scheduled_listed(o)->fwd_from)->channel_post, post);
	which->id = post;
	get->channel = world_channel(s->w, s->a, room);
	get->id = tl_vec_new(world_arena(s->w), 1);
	get->id.v[0] = &which->o;
	o = talk_call(s->w, s->a, &get->o);
	assert_int_equal(TL_AS(message, TL_AS(messages_channelMessages, o)->messages.v[0])->forwards, 0);
	world_pushes(s->w, s->a.key);
	scheduled_until_empty(s, s->a, peer);
	o = talk_call(s->w, s->a, &get->o);
	assert_int_equal(TL_AS(message, TL_AS(messages_channelMessages, o)->messages.v[0])->forwards, 1);
	/* Both parts of the album in one word. (What was forwarded may be due in the same second, and stand there, too.) */
	v = world_pushes(s->w, s->a.key);
	for (uint32_t i = 0; i < v.n && !(sent[0] && sent[1]); i++)
		for (uint32_t k = 0; k < 2; k++)
			sent[k] = sent_as(v.v[i], listed_as[k]);
	assert_true(sent[0] && sent[1]);
	got->id = tl_vec_new(world_arena(s->w), 2);
	for (uint32_t i = 0; i < 2; i++) {
		which = Q(s, inputMessageID);
		which->id = sent[i];
		got->id.v[i] = &which->o;
	}
	v = TL_AS(messages_messages, talk_call(s->w, s->a, &got->o))->messages;
	assert_true(TL_AS(message, v.v[0])->grouped_id != 0 &&
	            TL_AS(message, v.v[0])->grouped_id == TL_AS(message, v.v[1])->grouped_id);
	assert_true(TL_AS(message, v.v[0])->from_scheduled);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scheduled_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_time),  T(test_change),  T(test_limits), T(test_online),
		T(test_media), T(test_channel), T(test_groups), T(test_together),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
