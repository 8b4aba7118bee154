/* test_links.c - invite links: made, changed, revoked, followed; requests to join. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/channels/rights.h"
#include "room.h"

struct s {
	struct world *w;
	struct person a, b, c, d;
	int64_t group, channel;
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	s->c = world_person(s->w, "15550003", "Cat", "");
	s->d = world_person(s->w, "15550004", "Dan", "");
	s->group = room_create(s->w, s->a, false);
	s->channel = room_create(s->w, s->a, true);
	*state = s;
	return 0;
}

static struct tl_messages_exportChatInvite *export_q(struct s *s, struct person who, int64_t room)
{
	struct tl_messages_exportChatInvite *q = Q(s, messages_exportChatInvite);

	q->peer = world_channel_peer(s->w, who, room);
	return q;
}

static struct tl_chatInviteExported *exported(struct s *s, struct person who, const struct tl_obj *q)
{
	struct tl_chatInviteExported *l = TL_AS(chatInviteExported, talk_call(s->w, who, q));

	assert_non_null(l);
	return l;
}

static struct slice hash_of(const struct tl_chatInviteExported *l)
{
	static const char prefix[] = "https://t.me/+";
	struct slice h = slice_of(l->link.p + sizeof(prefix) - 1, l->link.n - (sizeof(prefix) - 1));

	assert_memory_equal(l->link.p, prefix, sizeof(prefix) - 1);
	assert_int_equal(h.n, 16);
	return h;
}

static struct tl_obj *import_q(struct s *s, struct slice hash)
{
	struct tl_messages_importChatInvite *q = Q(s, messages_importChatInvite);

	q->hash = hash;
	return &q->o;
}

static struct tl_obj *check_q(struct s *s, struct slice hash)
{
	struct tl_messages_checkChatInvite *q = Q(s, messages_checkChatInvite);

	q->hash = hash;
	return &q->o;
}

static struct tl_updates *joined(struct tl_obj *o)
{
	return TL_AS(updates, TL_AS(messages_chatInviteJoinResultOk, o)->updates);
}

static void test_permanent(void **state)
{
	struct s *s = *state;
	struct tl_chatInviteExported *one, *two;

	one = exported(s, s->a, &export_q(s, s->a, s->group)->o);
	assert_true(one->permanent);
	assert_int_equal(one->admin_id, s->a.id);
	assert_non_null(room_full(s->w, s->a, s->group)->exported_invite);
	two = exported(s, s->a, &export_q(s, s->a, s->group)->o); /* takes the place of the first */
	assert_false(slice_eq(one->link, two->link));
	talk_refused(s->w, s->b, import_q(s, hash_of(one)), "400 INVITE_HASH_EXPIRED");
	talk_refused(s->w, s->b, import_q(s, SLICE_LIT("")), "400 INVITE_HASH_EMPTY");
	talk_refused(s->w, s->b, import_q(s, SLICE_LIT("nobodymadethis")), "400 INVITE_HASH_INVALID");
	talk_refused(s->w, s->b, &export_q(s, s->b, s->group)->o, "400 CHANNEL_PRIVATE");
}

static void test_followed(void **state)
{
	struct s *s = *state;
	struct slice hash = hash_of(exported(s, s->a, &export_q(s, s->a, s->group)->o));
	struct tl_messages_getChatInviteImporters *q = Q(s, messages_getChatInviteImporters);
	struct tl_messages_chatInviteImporters *o;
	struct tl_chatInvite *seen;
	struct tl_updates *u;
	struct tl_messageService *m;

	seen = TL_AS(chatInvite, talk_call(s->w, s->b, check_q(s, hash)));
	assert_true(seen->megagroup);
	assert_int_equal(seen->participants_count, 1);
	u = joined(talk_call(s->w, s->b, import_q(s, hash)));
	m = TL_AS(messageService,
	          TL_AS(updateNewChannelMessage, talk_update(&u->o, TL_updateNewChannelMessage))->message);
	assert_int_equal(TL_AS(messageActionChatJoinedByLink, m->action)->inviter_id, s->a.id);
	assert_true(TL_IS(chatInviteAlready, talk_call(s->w, s->b, check_q(s, hash))));
	talk_refused(s->w, s->b, import_q(s, hash), "400 USER_ALREADY_PARTICIPANT");
	q->peer = world_channel_peer(s->w, s->a, s->group);
	q->link = hash;
	q->offset_user = &Q(s, inputUserEmpty)->o;
	q->limit = 10;
	o = TL_AS(messages_chatInviteImporters, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->count, 1);
	assert_int_equal(TL_AS(chatInviteImporter, o->importers.v[0])->user_id, s->b.id);
	/* Who was thrown out does not come back by it. */
	talk_call(s->w, s->a, room_ban_q(s->w, s->a, s->group, s->b, BAN_VIEW, 0));
	talk_refused(s->w, s->b, import_q(s, hash), "400 INVITE_HASH_EXPIRED");
	/* An old layer gets Updates alone. */
	assert_true(TL_IS(updates, world_call_as(s->w, s->c, s->c.key, 200, import_q(s, hash))));
}

static void test_limits(void **state)
{
	struct s *s = *state;
	struct tl_messages_exportChatInvite *q = export_q(s, s->a, s->channel);
	struct slice hash;

	q->has_usage_limit = true;
	q->usage_limit = 1;
	q->title = SLICE_LIT("once");
	hash = hash_of(exported(s, s->a, &q->o));
	talk_call(s->w, s->b, import_q(s, hash));
	talk_refused(s->w, s->c, import_q(s, hash), "400 INVITE_HASH_EXPIRED");
	q->usage_limit = 0;
	q->has_expire_date = true;
	q->expire_date = (int32_t)clock_unix() - 5;
	talk_refused(s->w, s->a, &q->o, "400 EXPIRE_DATE_INVALID");
	q->expire_date = (int32_t)clock_unix() + 50;
	q->usage_limit = 5;
	q->request_needed = true;
	talk_refused(s->w, s->a, &q->o, "400 USAGE_LIMIT_INVALID");
}

static void test_edited(void **state)
{
	struct s *s = *state;
	struct tl_messages_exportChatInvite *x = export_q(s, s->a, s->group);
	struct tl_messages_editExportedChatInvite *q = Q(s, messages_editExportedChatInvite);
	struct tl_messages_deleteExportedChatInvite *d = Q(s, messages_deleteExportedChatInvite);
	struct tl_messages_getExportedChatInvites *list = Q(s, messages_getExportedChatInvites);
	struct tl_messages_exportedChatInvites *all;
	struct tl_messages_exportedChatInviteReplaced *two;
	struct tl_chatInviteExported *l;
	struct slice permanent;

	x->title = SLICE_LIT("named");
	l = exported(s, s->a, &x->o);
	assert_false(l->permanent);
	q->peer = world_channel_peer(s->w, s->a, s->group);
	q->link = l->link;
	q->title = SLICE_LIT("renamed");
	q->has_usage_limit = true;
	q->usage_limit = 7;
	l = TL_AS(chatInviteExported,
	          TL_AS(messages_exportedChatInvite, talk_call(s->w, s->a, &q->o))->invite);
	assert_int_equal(l->usage_limit, 7);
	assert_true(slice_eq(l->title, SLICE_LIT("renamed")));
	list->peer = q->peer;
	list->admin_id = &Q(s, inputUserSelf)->o;
	list->limit = 10;
	all = TL_AS(messages_exportedChatInvites, talk_call(s->w, s->a, &list->o));
	assert_int_equal(all->count, 2); /* the permanent one was made with it */
	permanent = TL_AS(chatInviteExported, room_full(s->w, s->a, s->group)->exported_invite)->link;
	d->peer = q->peer;
	d->link = l->link;
	talk_refused(s->w, s->a, &d->o, "400 INVITE_REVOKED_MISSING");
	q->revoked = true;
	talk_call(s->w, s->a, &q->o);
	talk_refused(s->w, s->b, import_q(s, hash_of(l)), "400 INVITE_HASH_EXPIRED");
	talk_call(s->w, s->a, &d->o);
	talk_refused(s->w, s->b, import_q(s, hash_of(l)), "400 INVITE_HASH_INVALID");
	q->link = permanent;
	two = TL_AS(messages_exportedChatInviteReplaced, talk_call(s->w, s->a, &q->o));
	assert_true(TL_AS(chatInviteExported, two->invite)->revoked);
	assert_true(TL_AS(chatInviteExported, two->new_invite)->permanent);
	list->revoked = true;
	assert_int_equal(TL_AS(messages_exportedChatInvites, talk_call(s->w, s->a, &list->o))->count, 1);
}

static void test_requests(void **state)
{
	struct s *s = *state;
	struct tl_messages_exportChatInvite *x = export_q(s, s->a, s->group);
	struct tl_messages_hideChatJoinRequest *q = Q(s, messages_hideChatJoinRequest);
	struct tl_messages_hideAllChatJoinRequests *rest = Q(s, messages_hideAllChatJoinRequests);
	struct tl_updatePendingJoinRequests *u;
	struct tl_channelFull *f;
	struct tl_updates *answer;
	struct slice hash;

	x->request_needed = true;
	hash = hash_of(exported(s, s->a, &x->o));
	assert_true(TL_AS(chatInvite, talk_call(s->w, s->b, check_q(s, hash)))->request_needed);
	talk_refused(s->w, s->b, import_q(s, hash), "400 INVITE_REQUEST_SENT");
	talk_refused(s->w, s->b, import_q(s, hash), "400 INVITE_REQUEST_SENT"); /* counted once */
	talk_refused(s->w, s->c, import_q(s, hash), "400 INVITE_REQUEST_SENT");
	talk_refused(s->w, s->d, import_q(s, hash), "400 INVITE_REQUEST_SENT");
	u = TL_AS(updatePendingJoinRequests,
	          world_update(world_pushes(s->w, s->a.key), TL_updatePendingJoinRequests));
	assert_non_null(u);
	f = room_full(s->w, s->a, s->group);
	assert_int_equal(f->requests_pending, 3);
	assert_int_equal(f->recent_requesters.n, 3);
	assert_int_equal(f->participants_count, 1);
	q->peer = world_channel_peer(s->w, s->a, s->group);
	q->user_id = world_user(s->w, s->a, s->b.id);
	q->approved = true;
	answer = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	assert_non_null(talk_update(&answer->o, TL_updateNewChannelMessage));
	assert_true(TL_AS(channelParticipantSelf, room_participant(s->w, s->b, s->group, s->b))->via_request);
	talk_refused(s->w, s->a, &q->o, "400 USER_ALREADY_PARTICIPANT");
	q->user_id = world_user(s->w, s->a, s->c.id);
	q->approved = false;
	talk_call(s->w, s->a, &q->o);
	assert_null(room_participant(s->w, s->a, s->group, s->c));
	talk_refused(s->w, s->a, &q->o, "400 HIDE_REQUESTER_MISSING");
	rest->peer = q->peer;
	rest->approved = true;
	talk_call(s->w, s->a, &rest->o);
	assert_non_null(room_participant(s->w, s->a, s->group, s->d));
	f = room_full(s->w, s->a, s->group);
	assert_int_equal(f->requests_pending, 0);
	assert_int_equal(f->participants_count, 3);
}

static void test_of_admins(void **state)
{
	struct s *s = *state;
	struct tl_messages_getAdminsWithInvites *q = Q(s, messages_getAdminsWithInvites);
	struct tl_messages_getExportedChatInvite *one = Q(s, messages_getExportedChatInvite);
	struct tl_chatInviteExported *l;
	struct tl_messages_chatAdminsWithInvites *o;

	room_invite(s->w, s->a, s->group, s->b);
	l = exported(s, s->a, &export_q(s, s->a, s->group)->o);
	talk_refused(s->w, s->b, &export_q(s, s->b, s->group)->o, "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, room_admin_q(s->w, s->a, s->group, s->b, ADMIN_INVITE));
	exported(s, s->b, &export_q(s, s->b, s->group)->o);
	q->peer = world_channel_peer(s->w, s->a, s->group);
	o = TL_AS(messages_chatAdminsWithInvites, talk_call(s->w, s->a, &q->o));
	assert_int_equal(o->admins.n, 2);
	/* Others' links are the owner's to see. */
	one->peer = world_channel_peer(s->w, s->b, s->group);
	one->link = l->link;
	talk_refused(s->w, s->b, &one->o, "400 CHAT_ADMIN_REQUIRED");
	q->peer = one->peer;
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_permanent, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_followed, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_edited, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_requests, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_of_admins, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
