/* test_channel_settings.c - what a channel is called, shows and allows; its name, discussion, admin log, lists; how it is closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "files.h"
#include "jobs/jobs.h"
#include "room.h"
#include "sql/sql.h"

struct s {
	struct world *w;
	struct person a, b, c;
	int64_t group, channel;
};

#define PEER_OF(s, p) world_channel_peer((s)->w, p, (s)->group)

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	s->c = world_person(s->w, "15550003", "Cat", "");
	s->group = room_create(s->w, s->a, false);
	s->channel = room_create(s->w, s->a, true);
	room_invite(s->w, s->a, s->group, s->b);
	world_pushes(s->w, s->b.key);
	*state = s;
	return 0;
}

static struct tl_channel *seen_in(struct tl_vec pushes)
{
	struct tl_updates *u = pushes.n ? TL_AS(updates, pushes.v[0]) : NULL;

	return u && u->chats.n ? TL_AS(channel, u->chats.v[0]) : NULL;
}

static struct tl_channel *looks(struct s *s, struct person who, int64_t room)
{
	struct tl_channels_getChannels *q = Q(s, channels_getChannels);

	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = world_channel(s->w, who, room);
	return TL_AS(channel, TL_AS(messages_chats, talk_call(s->w, who, &q->o))->chats.v[0]);
}

static void test_title(void **state)
{
	struct s *s = *state;
	struct tl_channels_editTitle *q = Q(s, channels_editTitle);
	struct tl_messages_editChatAbout *about = Q(s, messages_editChatAbout);
	struct tl_updates *u;

	q->channel = world_channel(s->w, s->a, s->group);
	q->title = SLICE_LIT("  ");
	talk_refused(s->w, s->a, &q->o, "400 CHAT_TITLE_EMPTY");
	q->title = SLICE_LIT(" New name ");
	u = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	assert_non_null(talk_update(&u->o, TL_updateNewChannelMessage));
	assert_true(slice_eq(seen_in(world_pushes(s->w, s->b.key))->title, SLICE_LIT("New name")));
	talk_refused(s->w, s->a, &q->o, "400 CHAT_NOT_MODIFIED");
	about->peer = world_channel_peer(s->w, s->a, s->group);
	about->about = SLICE_LIT("what it is");
	talk_call(s->w, s->a, &about->o);
	assert_true(slice_eq(room_full(s->w, s->b, s->group)->about, SLICE_LIT("what it is")));
	talk_refused(s->w, s->a, &about->o, "400 CHAT_ABOUT_NOT_MODIFIED");
}

static void test_default_rights(void **state)
{
	struct s *s = *state;
	struct tl_messages_editChatDefaultBannedRights *q = Q(s, messages_editChatDefaultBannedRights);
	struct tl_channel *min;

	q->peer = world_channel_peer(s->w, s->a, s->group);
	q->banned_rights = banned_rights_view(world_arena(s->w), BAN_VIEW, 0);
	talk_refused(s->w, s->a, &q->o, "400 BANNED_RIGHTS_INVALID");
	q->banned_rights = banned_rights_view(world_arena(s->w), BAN_SEND, 0);
	talk_call(s->w, s->a, &q->o);
	min = seen_in(world_pushes(s->w, s->b.key));
	assert_true(TL_AS(chatBannedRights, min->default_banned_rights)->send_messages);
	talk_refused(s->w, s->b, room_say_q(s->w, s->b, s->group, "hush"), "403 CHAT_WRITE_FORBIDDEN");
	talk_call(s->w, s->a, room_say_q(s->w, s->a, s->group, "I may"));
	talk_refused(s->w, s->a, &q->o, "400 CHAT_NOT_MODIFIED");
}

static void test_switches(void **state)
{
	struct s *s = *state;
	struct tl_channels_toggleSlowMode *slow = Q(s, channels_toggleSlowMode);
	struct tl_channels_toggleSignatures *sign = Q(s, channels_toggleSignatures);
	struct tl_channels_toggleParticipantsHidden *hide = Q(s, channels_toggleParticipantsHidden);
	struct tl_messages_toggleNoForwards *keep = Q(s, messages_toggleNoForwards);
	struct tl_channels_convertToGigagroup *giga = Q(s, channels_convertToGigagroup);
	struct tl_channels_getParticipants *list = Q(s, channels_getParticipants);

	slow->channel = world_channel(s->w, s->a, s->group);
	slow->seconds = 7;
	talk_refused(s->w, s->a, &slow->o, "400 SECONDS_INVALID");
	slow->seconds = 60;
	talk_call(s->w, s->a, &slow->o);
	talk_call(s->w, s->b, room_say_q(s->w, s->b, s->group, "one"));
	assert_null(world_call(s->w, s->b, room_say_q(s->w, s->b, s->group, "two")));
	assert_memory_equal(world_error(s->w), "420 SLOWMODE_WAIT_", 18);
	assert_int_equal(room_full(s->w, s->b, s->group)->slowmode_seconds, 60);
	assert_true(room_full(s->w, s->b, s->group)->has_slowmode_next_send_date);
	sign->channel = world_channel(s->w, s->a, s->group);
	sign->signatures_enabled = true;
	talk_refused(s->w, s->a, &sign->o, "400 CHANNEL_INVALID");
	sign->channel = world_channel(s->w, s->a, s->channel);
	talk_call(s->w, s->a, &sign->o);
	assert_true(looks(s, s->a, s->channel)->signatures);
	hide->channel = slow->channel;
	hide->enabled = true;
	talk_call(s->w, s->a, &hide->o);
	list->channel = world_channel(s->w, s->b, s->group);
	list->filter = &Q(s, channelParticipantsRecent)->o;
	talk_refused(s->w, s->b, &list->o, "400 CHAT_ADMIN_REQUIRED");
	assert_false(room_full(s->w, s->b, s->group)->can_view_participants);
	keep->peer = world_channel_peer(s->w, s->a, s->group);
	keep->enabled = true;
	talk_call(s->w, s->a, &keep->o);
	assert_true(looks(s, s->b, s->group)->noforwards);
	giga->channel = slow->channel;
	talk_refused(s->w, s->a, &giga->o, "400 PARTICIPANTS_TOO_FEW");
}

static void test_photo(void **state)
{
	struct s *s = *state;
	struct tl_channels_editPhoto *q = Q(s, channels_editPhoto);
	struct tl_inputChatUploadedPhoto *up = Q(s, inputChatUploadedPhoto);
	struct tl_channel *ch;
	struct tl_photo *full;

	q->channel = world_channel(s->w, s->b, s->group);
	up->file = files_upload(s->w, s->a, files_png(s->w, 200, 240), "x.png");
	q->photo = &up->o;
	talk_refused(s->w, s->c, &q->o, "400 CHANNEL_INVALID");
	q->channel = world_channel(s->w, s->a, s->group);
	talk_call(s->w, s->a, &q->o);
	ch = looks(s, s->b, s->group);
	assert_true(TL_IS(chatPhoto, ch->photo));
	full = TL_AS(photo, room_full(s->w, s->b, s->group)->chat_photo);
	assert_int_equal(full->id, TL_AS(chatPhoto, ch->photo)->photo_id);
	q->photo = &Q(s, inputChatPhotoEmpty)->o;
	talk_call(s->w, s->a, &q->o);
	assert_true(TL_IS(chatPhotoEmpty, looks(s, s->b, s->group)->photo));
	talk_refused(s->w, s->a, &q->o, "400 CHAT_NOT_MODIFIED");
}

static struct tl_obj *resolve_q(struct s *s, const char *name)
{
	struct tl_contacts_resolveUsername *q = Q(s, contacts_resolveUsername);

	q->username = slice_str(name);
	return &q->o;
}

static void test_username(void **state)
{
	struct s *s = *state;
	struct tl_channels_checkUsername *q = Q(s, channels_checkUsername);
	struct tl_contacts_resolvedPeer *o;
	struct tl_account_updateUsername *mine = Q(s, account_updateUsername);

	q->channel = &Q(s, inputChannelEmpty)->o;
	q->username = SLICE_LIT("ann_group");
	assert_true(TL_IS(boolTrue, talk_call(s->w, s->a, &q->o)));
	room_username(s->w, s->a, s->group, "Ann_Group");
	assert_false(TL_IS(boolTrue, talk_call(s->w, s->a, &q->o)));
	mine->username = SLICE_LIT("ann_GROUP"); /* people and channels have one set of names */
	talk_refused(s->w, s->b, &mine->o, "400 USERNAME_OCCUPIED");
	o = TL_AS(contacts_resolvedPeer, talk_call(s->w, s->c, resolve_q(s, "ann_group")));
	assert_int_equal(TL_AS(peerChannel, o->peer)->channel_id, s->group);
	assert_true(TL_AS(channel, o->chats.v[0])->left);
	assert_int_equal(
		TL_AS(messages_chats, talk_call(s->w, s->a, &Q(s, channels_getAdminedPublicChannels)->o))
			->chats.n,
		1);
	room_username(s->w, s->a, s->group, "");
	talk_refused(s->w, s->c, resolve_q(s, "ann_group"), "400 USERNAME_NOT_OCCUPIED");
}

static void test_discussion(void **state)
{
	struct s *s = *state;
	struct tl_channels_setDiscussionGroup *q = Q(s, channels_setDiscussionGroup);
	struct tl_messages_chats *groups;

	groups = TL_AS(messages_chats, talk_call(s->w, s->a, &Q(s, channels_getGroupsForDiscussion)->o));
	assert_int_equal(groups->chats.n, 1);
	q->broadcast = world_channel(s->w, s->a, s->group);
	q->group = world_channel(s->w, s->a, s->group);
	talk_refused(s->w, s->a, &q->o, "400 BROADCAST_ID_INVALID");
	q->broadcast = world_channel(s->w, s->a, s->channel);
	talk_call(s->w, s->a, &q->o);
	assert_int_equal(room_full(s->w, s->a, s->channel)->linked_chat_id, s->group);
	assert_int_equal(room_full(s->w, s->b, s->group)->linked_chat_id, s->channel);
	talk_refused(s->w, s->a, &q->o, "400 LINK_NOT_MODIFIED");
	q->group = &Q(s, inputChannelEmpty)->o;
	talk_call(s->w, s->a, &q->o);
	assert_false(room_full(s->w, s->a, s->channel)->has_linked_chat_id);
	assert_false(room_full(s->w, s->b, s->group)->has_linked_chat_id);
}

static struct tl_vec events(struct s *s, struct tl_channelAdminLogEventsFilter *f, const char *words)
{
	struct tl_channels_getAdminLog *q = Q(s, channels_getAdminLog);

	q->channel = world_channel(s->w, s->a, s->group);
	q->q = slice_str(words);
	q->events_filter = f ? &f->o : NULL;
	q->limit = 100;
	return TL_AS(channels_adminLogResults, talk_call(s->w, s->a, &q->o))->events;
}

static const struct tl_obj *action(struct tl_vec v, uint32_t i)
{
	return TL_AS(channelAdminLogEvent, v.v[i])->action;
}

static int32_t said(struct s *s, struct person who, const char *text)
{
	struct tl_obj *u = talk_update(talk_call(s->w, who, room_say_q(s->w, who, s->group, text)),
	                               TL_updateMessageID);

	return TL_AS(updateMessageID, u)->id;
}

/* What was written, as it was and is; whoever made it another. */
static void test_log_of_messages(void **state)
{
	struct s *s = *state;
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	struct tl_messages_updatePinnedMessage *pin = Q(s, messages_updatePinnedMessage);
	struct tl_channels_deleteMessages *del = Q(s, channels_deleteMessages);
	struct tl_channelAdminLogEventsFilter *f = Q(s, channelAdminLogEventsFilter);
	const struct tl_channelAdminLogEventActionEditMessage *edited;
	const struct tl_channelAdminLogEventActionDeleteMessage *deleted;
	int32_t id = said(s, s->b, "first words"), *ids = ARENA_NEW(world_arena(s->w), int32_t);
	struct tl_vec v;

	edit->peer = PEER_OF(s, s->b);
	edit->id = pin->id = *ids = id;
	edit->message = SLICE_LIT("other words");
	talk_call(s->w, s->b, &edit->o);
	pin->peer = PEER_OF(s, s->a);
	talk_call(s->w, s->a, &pin->o);
	del->channel = world_channel(s->w, s->a, s->group);
	del->id = (struct tl_vec_int){ids, 1};
	talk_call(s->w, s->a, &del->o);
	f->edit = f->delete = f->pinned = true;
	v = events(s, f, "");
	assert_int_equal(v.n, 3);
	deleted = TL_AS(channelAdminLogEventActionDeleteMessage, action(v, 0));
	assert_true(slice_eq(TL_AS(message, deleted->message)->message, SLICE_LIT("other words")));
	assert_true(TL_IS(channelAdminLogEventActionUpdatePinned, action(v, 1)));
	edited = TL_AS(channelAdminLogEventActionEditMessage, action(v, 2));
	assert_true(slice_eq(TL_AS(message, edited->prev_message)->message, SLICE_LIT("first words")));
	assert_true(slice_eq(TL_AS(message, edited->new_message)->message, SLICE_LIT("other words")));
	assert_int_equal(TL_AS(channelAdminLogEvent, v.v[2])->user_id, s->b.id);
	assert_int_equal(events(s, f, "other").n, 2); /* by its words, as it was before */
}

static int make_old(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db, "UPDATE chan_log SET date = date - 200000");
	int r = sql_run(s);

	return r < 0 ? r : sql_run(sql_prepare(c->db, "UPDATE job SET due = 1 WHERE kind = 'channel-log'"));
}

static void test_admin_log(void **state)
{
	struct s *s = *state;
	struct tl_channels_editTitle *title = Q(s, channels_editTitle);
	struct tl_channelAdminLogEventsFilter *f = Q(s, channelAdminLogEventsFilter);
	struct tl_channels_getAdminLog *q = Q(s, channels_getAdminLog);
	struct tl_vec v;

	title->channel = world_channel(s->w, s->a, s->group);
	title->title = SLICE_LIT("Other");
	talk_call(s->w, s->a, &title->o);
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, s->group, s->b, BAN_SEND, 0));
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, s->group, s->b, BAN_VIEW, 0));
	v = events(s, NULL, "");
	assert_int_equal(v.n, 4); /* the invitation was the first */
	assert_true(TL_IS(channelAdminLogEventActionParticipantToggleBan, action(v, 0)));
	assert_true(TL_IS(channelAdminLogEventActionChangeTitle, action(v, 2)));
	assert_true(TL_IS(channelAdminLogEventActionParticipantInvite, action(v, 3)));
	f->info = true;
	assert_int_equal(events(s, f, "").n, 1);
	f->info = false;
	f->kick = true;
	assert_int_equal(events(s, f, "").n, 1);
	assert_int_equal(events(s, NULL, "ann").n, 4);
	assert_int_equal(events(s, NULL, "nobody").n, 0);
	q->channel = world_channel(s->w, s->b, s->group);
	talk_refused(s->w, s->b, &q->o, "400 CHANNEL_PRIVATE");
	assert_int_equal(world_write(s->w, make_old, NULL), 0);
	world_start_jobs(s->w);
	for (int i = 0; i < 500 && events(s, NULL, "").n; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	assert_int_equal(events(s, NULL, "").n, 0);
}

static void test_lists(void **state)
{
	struct s *s = *state;
	struct tl_messages_getCommonChats *q = Q(s, messages_getCommonChats);
	struct tl_messages_getOnlines *o = Q(s, messages_getOnlines);
	struct tl_messages_inactiveChats *idle;
	struct tl_messages_chats *m;

	room_invite(s->w, s->a, s->channel, s->b); /* a channel in common is nobody's business */
	q->user_id = world_user(s->w, s->a, s->b.id);
	m = TL_AS(messages_chats, talk_call(s->w, s->a, &q->o));
	assert_int_equal(m->chats.n, 1);
	assert_int_equal(TL_AS(channel, m->chats.v[0])->id, s->group);
	q->user_id = world_user(s->w, s->a, s->c.id);
	assert_int_equal(TL_AS(messages_chats, talk_call(s->w, s->a, &q->o))->chats.n, 0);
	q->user_id = &Q(s, inputUserSelf)->o;
	talk_refused(s->w, s->a, &q->o, "400 USER_ID_INVALID");
	o->peer = world_channel_peer(s->w, s->a, s->group);
	assert_int_equal(TL_AS(chatOnlines, talk_call(s->w, s->a, &o->o))->onlines, 2);
	idle = TL_AS(messages_inactiveChats, talk_call(s->w, s->a, &Q(s, channels_getInactiveChannels)->o));
	assert_int_equal(idle->chats.n, 2);
	assert_int_equal(idle->dates.n, 2);
}

static int rows_left(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db, "SELECT (SELECT count(*) FROM msg WHERE owner = $1) + "
	                                        "(SELECT count(*) FROM upd WHERE owner = $1)"
	                                        " + (SELECT count(*) FROM chan_member WHERE channel = $2) + "
	                                        "(SELECT count(*) FROM link WHERE peer = $1)"
	                                        " + (SELECT count(*) FROM chan_log WHERE channel = $2) + "
	                                        "(SELECT count(*) FROM state WHERE owner = $1)");
	int64_t *x = arg;
	int r;

	sql_bind_int(s, 1, -1000000000000 - x[0]);
	sql_bind_int(s, 2, x[0]);
	r = sql_value(s, &x[1]);
	return r < 0 ? r : 0;
}

static int name_is_due(struct rpc_call *c, void *arg)
{
	int64_t *x = arg;
	int r = sql_run(sql_prepare(c->db, "DELETE FROM job WHERE kind = 'channel-close'"));

	/* As if it had been closed long ago. */
	return r < 0 ? r : jobs_add(c, "channel-close", -1000000000000 - x[0], 0, SLICE_LIT("1"));
}

static void test_closed(void **state)
{
	struct s *s = *state;
	struct tl_channels_deleteChannel *q = Q(s, channels_deleteChannel);
	struct tl_messages_exportChatInvite *x = Q(s, messages_exportChatInvite);
	struct tl_messages_checkChatInvite *link = Q(s, messages_checkChatInvite);
	struct tl_account_updateUsername *mine = Q(s, account_updateUsername);
	int64_t left[2] = {s->group, 0};
	struct tl_updates *u;
	struct tl_vec v;

	for (int i = 0; i < 5; i++)
		talk_call(s->w, s->a, room_say_q(s->w, s->a, s->group, "text"));
	room_username(s->w, s->a, s->group, "closing_time");
	x->peer = world_channel_peer(s->w, s->a, s->group);
	link->hash = TL_AS(chatInviteExported, talk_call(s->w, s->a, &x->o))->link;
	world_pushes(s->w, s->b.key);
	q->channel = world_channel(s->w, s->b, s->group);
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	q->channel = world_channel(s->w, s->a, s->group);
	u = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	assert_true(TL_IS(channelForbidden, u->chats.v[0]));
	v = world_pushes(s->w, s->b.key);
	assert_non_null(world_update(v, TL_updateChannel));
	assert_true(TL_IS(channelForbidden, TL_AS(updates, v.v[0])->chats.v[0]));
	talk_refused(s->w, s->b, room_say_q(s->w, s->b, s->group, "hello?"), "400 CHANNEL_PRIVATE");
	talk_refused(s->w, s->c, &link->o, "400 INVITE_HASH_EXPIRED");
	talk_refused(s->w, s->c, resolve_q(s, "closing_time"), "400 USERNAME_NOT_OCCUPIED");
	mine->username = SLICE_LIT("closing_time");
	talk_refused(s->w, s->b, &mine->o, "400 USERNAME_OCCUPIED"); /* not yet */
	world_start_jobs(s->w);
	for (int i = 0; i < 500 && (i == 0 || left[1]); i++) {
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
		assert_int_equal(world_write(s->w, rows_left, left), 0);
	}
	assert_int_equal(left[1], 0);
	talk_refused(s->w, s->b, &mine->o, "400 USERNAME_OCCUPIED");
	assert_int_equal(world_write(s->w, name_is_due, left), 0);
	for (int i = 0; i < 500 && !world_call(s->w, s->b, &mine->o); i++)
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	assert_string_equal(world_error(s->w), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_title, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_default_rights, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_switches, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_photo, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_username, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_discussion, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_admin_log, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_log_of_messages, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_lists, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_closed, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("channel_settings", tests, NULL, NULL);
}
