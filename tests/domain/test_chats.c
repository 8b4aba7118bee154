/* test_chats.c - basic groups: who is in, what each box gets and in which order, and links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/chats/chat.h"
#include "group.h"
#include "store/chat.h"
#include "updates/peer.h"

static struct tl_dialog *dialog(struct four *s, struct person who, int64_t chat)
{
	struct tl_messages_getPeerDialogs *q = Q(s, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);

	p->peer = group_peer(s, chat);
	q->peers = tl_vec_new(world_arena(s->w), 1);
	q->peers.v[0] = &p->o;
	return TL_AS(dialog, TL_AS(messages_peerDialogs, talk_call(s->w, who, &q->o))->dialogs.v[0]);
}

static void test_created(void **state)
{
	struct four *s = *state;
	struct person others[] = {s->b, s->c};
	struct tl_messages_invitedUsers *o = group_create(s, s->a, others, 2);
	struct tl_obj *u = talk_update(o->updates, TL_updateNewMessage);
	struct tl_chat *chat = group_in(o->updates);
	struct tl_messageService *m;
	struct tl_chatParticipants *p;

	assert_int_equal(o->missing_invitees.n, 0);
	assert_true(chat->creator && !chat->left);
	assert_int_equal(chat->participants_count, 3);
	assert_int_equal(chat->version, 1);
	m = TL_AS(messageService, TL_AS(updateNewMessage, u)->message);
	assert_true(m->out);
	assert_int_equal(TL_AS(messageActionChatCreate, m->action)->users.n, 3);
	u = world_update(world_pushes(s->w, s->b.key), TL_updateNewMessage);
	assert_non_null(u);
	m = TL_AS(messageService, TL_AS(updateNewMessage, u)->message);
	assert_false(m->out);
	assert_int_equal(TL_AS(peerChat, m->peer_id)->chat_id, chat->id);
	p = TL_AS(chatParticipants, group_full(s, s->b, chat->id)->participants);
	assert_int_equal(p->participants.n, 3);
	assert_int_equal(p->version, 1);
	assert_true(TL_IS(chatParticipantCreator, p->participants.v[0]));
	talk_refused(s->w, s->d, group_say_q(s, chat->id, "hi", 0), "400 CHAT_ID_INVALID");
	talk_refused(s->w, s->d, group_title_q(s, chat->id, "hi"), "400 CHAT_ID_INVALID");
}

static void test_old_layer(void **state)
{
	struct four *s = *state;
	struct tl_messages_createChat *q = Q(s, messages_createChat);

	q->title = SLICE_LIT("Room");
	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	assert_true(TL_IS(updates, world_call_as(s->w, s->a, s->a.key, 160, &q->o)));
}

static void test_talk(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s);
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	struct tl_messages_readMentions *seen = Q(s, messages_readMentions);
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_messages_updatePinnedMessage *pin = Q(s, messages_updatePinnedMessage);
	struct tl_message *one = group_say(s, s->a, chat, "one", 0), *got;
	struct tl_obj *u;

	assert_true(one->out);
	got = group_top(s, s->b, chat);
	assert_string_equal(group_text(s, got->message), "one");
	assert_false(got->out);
	assert_int_equal(dialog(s, s->b, chat)->unread_count, 2);
	group_say(s, s->b, chat, "two", got->id);
	u = world_update(world_pushes(s->w, s->a.key), TL_updateNewMessage);
	got = TL_AS(message, TL_AS(updateNewMessage, u)->message);
	assert_int_equal(TL_AS(messageReplyHeader, got->reply_to)->reply_to_msg_id, one->id);
	assert_true(got->mentioned && got->media_unread);
	assert_false(group_top(s, s->c, chat)->mentioned);
	assert_int_equal(dialog(s, s->a, chat)->unread_mentions_count, 1);
	assert_int_equal(dialog(s, s->c, chat)->unread_mentions_count, 0);
	seen->peer = group_peer(s, chat);
	talk_call(s->w, s->a, &seen->o);
	assert_int_equal(dialog(s, s->a, chat)->unread_mentions_count, 0);
	assert_false(group_top(s, s->a, chat)->media_unread);

	edit->peer = group_peer(s, chat);
	edit->id = one->id;
	edit->message = SLICE_LIT("one!");
	talk_call(s->w, s->a, &edit->o);
	u = world_update(world_pushes(s->w, s->c.key), TL_updateEditMessage);
	assert_non_null(u);
	got = TL_AS(message, TL_AS(updateEditMessage, u)->message);
	assert_string_equal(group_text(s, got->message), "one!");
	assert_true(got->has_edit_date);
	edit->id = got->id;
	talk_refused(s->w, s->c, &edit->o, "403 MESSAGE_AUTHOR_REQUIRED");

	pin->peer = group_peer(s, chat);
	pin->id = one->id;
	talk_call(s->w, s->a, &pin->o);
	assert_true(TL_IS(messageActionPinMessage, group_top_service(s, s->b, chat)->action));
	assert_true(group_full(s, s->b, chat)->has_pinned_msg_id);

	del->revoke = true;
	del->id = (struct tl_vec_int){&one->id, 1};
	talk_call(s->w, s->a, &del->o);
	assert_non_null(world_update(world_pushes(s->w, s->b.key), TL_updateDeleteMessages));
	assert_false(group_full(s, s->b, chat)->has_pinned_msg_id);
	assert_int_equal(group_history(s, s->b, chat).n, 3);
	assert_int_equal(group_history(s, s->a, chat).n, 3);
}

static void test_read(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s);
	struct tl_messages_readHistory *q = Q(s, messages_readHistory);
	struct tl_messages_getMessageReadParticipants *who = Q(s, messages_getMessageReadParticipants);
	struct tl_message *m = group_say(s, s->a, chat, "one", 0);
	struct tl_vector *v;
	struct tl_obj *u;

	group_say(s, s->c, chat, "two", 0);
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->c.key);
	q->peer = group_peer(s, chat);
	talk_call(s->w, s->b, &q->o);
	assert_int_equal(dialog(s, s->b, chat)->unread_count, 0);
	u = world_update(world_pushes(s->w, s->a.key), TL_updateReadHistoryOutbox);
	assert_non_null(u);
	assert_int_equal(TL_AS(updateReadHistoryOutbox, u)->max_id, m->id);
	assert_non_null(world_update(world_pushes(s->w, s->c.key), TL_updateReadHistoryOutbox));
	assert_int_equal(dialog(s, s->a, chat)->read_outbox_max_id, m->id);
	who->peer = group_peer(s, chat);
	who->msg_id = m->id;
	v = TL_AS(vector, talk_call(s->w, s->a, &who->o));
	assert_int_equal(v->objs.n, 1);
	assert_int_equal(TL_AS(readParticipantDate, v->objs.v[0])->user_id, s->b.id);
	talk_call(s->w, s->c, &q->o); /* the second reader: nothing new to the writer */
	assert_null(world_update(world_pushes(s->w, s->a.key), TL_updateReadHistoryOutbox));
	v = TL_AS(vector, talk_call(s->w, s->a, &who->o));
	assert_int_equal(v->objs.n, 2);
}

static void test_members(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s);
	struct tl_messages_getChats *chats = Q(s, messages_getChats);
	struct tl_obj *u, *o;
	size_t before;

	group_say(s, s->a, chat, "before", 0);
	talk_call(s->w, s->b, group_add_q(s, s->b, chat, s->d.id, 2));
	assert_int_equal(group_history(s, s->d, chat).n, 3); /* two copies and that he was added */
	u = world_update(world_pushes(s->w, s->c.key), TL_updateChatParticipantAdd);
	assert_non_null(u);
	assert_int_equal(TL_AS(updateChatParticipantAdd, u)->version, 2);
	assert_int_equal(group_full(s, s->d, chat)->participants->name, TL_chatParticipants);
	talk_refused(s->w, s->b, group_add_q(s, s->b, chat, s->d.id, 0), "400 USER_ALREADY_PARTICIPANT");
	talk_refused(s->w, s->c, group_delete_q(s, s->c, chat, s->d.id), "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->b, group_delete_q(s, s->b, chat, s->a.id), "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->b, group_delete_q(s, s->b, chat, s->d.id)); /* who brought him */
	world_pushes(s->w, s->d.key);
	before = group_history(s, s->d, chat).n;
	assert_true(TL_IS(messageActionChatDeleteUser, group_top_service(s, s->d, chat)->action));
	group_say(s, s->a, chat, "after", 0);
	assert_int_equal(world_pushes(s->w, s->d.key).n, 0);
	assert_int_equal(group_history(s, s->d, chat).n, before);
	talk_refused(s->w, s->d, group_say_q(s, chat, "hi", 0), "403 CHAT_WRITE_FORBIDDEN");
	chats->id = (struct tl_vec_long){&chat, 1};
	o = TL_AS(messages_chats, talk_call(s->w, s->d, &chats->o))->chats.v[0];
	assert_true(TL_IS(chatForbidden, o));
	talk_refused(s->w, s->c, group_add_q(s, s->c, chat, s->d.id, 0), "400 USER_KICKED");
	talk_call(s->w, s->a, group_add_q(s, s->a, chat, s->d.id, 0));
	assert_true(TL_IS(chat, TL_AS(messages_chats, talk_call(s->w, s->d, &chats->o))->chats.v[0]));

	talk_call(s->w, s->c, group_delete_q(s, s->c, chat, s->c.id)); /* leaves */
	o = TL_AS(messages_chats, talk_call(s->w, s->c, &chats->o))->chats.v[0];
	assert_true(TL_AS(chat, o)->left);
	before = group_history(s, s->c, chat).n;
	group_say(s, s->a, chat, "later", 0);
	assert_int_equal(group_history(s, s->c, chat).n, before);
	assert_int_equal(TL_AS(chatParticipants, group_full(s, s->a, chat)->participants)->participants.n, 3);
}

static void test_privacy(void **state)
{
	struct four *s = *state;
	struct tl_account_setPrivacy *q = Q(s, account_setPrivacy);
	struct person others[] = {s->b, s->c};
	struct tl_messages_invitedUsers *o;

	q->key = &Q(s, inputPrivacyKeyChatInvite)->o;
	q->rules = tl_vec_new(world_arena(s->w), 1);
	q->rules.v[0] = &Q(s, inputPrivacyValueDisallowAll)->o;
	talk_call(s->w, s->c, &q->o);
	o = group_create(s, s->a, others, 2);
	assert_int_equal(o->missing_invitees.n, 1);
	assert_int_equal(TL_AS(missingInvitee, o->missing_invitees.v[0])->user_id, s->c.id);
	assert_int_equal(group_in(o->updates)->participants_count, 2);
	o = TL_AS(messages_invitedUsers,
	          talk_call(s->w, s->a, group_add_q(s, s->a, group_in(o->updates)->id, s->c.id, 0)));
	assert_int_equal(o->missing_invitees.n, 1);
	assert_int_equal(TL_AS(updates, o->updates)->updates.n, 0);
}

static struct tl_obj *export_q(struct four *s, int64_t chat, bool request)
{
	struct tl_messages_exportChatInvite *q = Q(s, messages_exportChatInvite);

	q->peer = group_peer(s, chat);
	q->request_needed = request;
	return &q->o;
}

static struct tl_obj *import_q(struct four *s, struct slice link)
{
	struct tl_messages_importChatInvite *q = Q(s, messages_importChatInvite);

	q->hash = slice_of(link.p + sizeof("https://t.me/+") - 1, link.n - (sizeof("https://t.me/+") - 1));
	return &q->o;
}

static void test_links(void **state)
{
	struct four *s = *state;
	struct person late = world_person(s->w, "15550009", "Lea", "");
	struct tl_messages_checkChatInvite *look = Q(s, messages_checkChatInvite);
	struct tl_messages_hideChatJoinRequest *let_in = Q(s, messages_hideChatJoinRequest);
	struct tl_messages_migrateChat *migrate = Q(s, messages_migrateChat);
	struct tl_chatInviteExported *l;
	int64_t chat = group_room(s);
	struct tl_obj *o;

	talk_refused(s->w, s->b, export_q(s, chat, false), "400 CHAT_ADMIN_REQUIRED");
	l = TL_AS(chatInviteExported, talk_call(s->w, s->a, export_q(s, chat, false)));
	assert_non_null(group_full(s, s->a, chat)->exported_invite);
	assert_null(group_full(s, s->b, chat)->exported_invite);
	look->hash = TL_AS(messages_importChatInvite, import_q(s, l->link))->hash;
	o = talk_call(s->w, s->d, &look->o);
	assert_true(TL_IS(chatInvite, o));
	assert_false(TL_AS(chatInvite, o)->channel);
	assert_int_equal(TL_AS(chatInvite, o)->participants_count, 3);
	o = talk_call(s->w, s->d, import_q(s, l->link));
	assert_int_equal(TL_AS(messages_chatInviteJoinResultOk, o)->updates->name, TL_updates);
	assert_true(TL_IS(messageActionChatJoinedByLink, group_top_service(s, s->b, chat)->action));
	assert_true(TL_IS(chatInviteAlready, talk_call(s->w, s->d, &look->o)));
	talk_refused(s->w, s->d, import_q(s, l->link), "400 USER_ALREADY_PARTICIPANT");
	talk_call(s->w, s->a, group_delete_q(s, s->a, chat, s->d.id));
	talk_refused(s->w, s->d, import_q(s, l->link), "400 INVITE_HASH_EXPIRED"); /* he was thrown out */

	l = TL_AS(chatInviteExported, talk_call(s->w, s->a, export_q(s, chat, true)));
	world_pushes(s->w, s->a.key);
	talk_refused(s->w, late, import_q(s, l->link), "400 INVITE_REQUEST_SENT");
	o = world_update(world_pushes(s->w, s->a.key), TL_updatePendingJoinRequests);
	assert_non_null(o);
	assert_int_equal(TL_AS(updatePendingJoinRequests, o)->requests_pending, 1);
	assert_int_equal(group_full(s, s->a, chat)->requests_pending, 1);
	let_in->peer = group_peer(s, chat);
	let_in->user_id = world_user(s->w, s->a, late.id);
	let_in->approved = true;
	talk_refused(s->w, s->b, &let_in->o, "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, &let_in->o);
	assert_true(TL_IS(messageActionChatJoinedByRequest, group_top_service(s, late, chat)->action));
	assert_true(group_top_service(s, late, chat)->out);
	assert_int_equal(group_full(s, s->a, chat)->requests_pending, 0);

	migrate->chat_id = chat;
	talk_call(s->w, s->a, &migrate->o);
	look->hash = TL_AS(messages_importChatInvite, import_q(s, l->link))->hash;
	o = talk_call(s->w, s->d, &look->o);
	assert_true(TL_IS(chatInvite, o));
	assert_true(TL_AS(chatInvite, o)->megagroup);
}

/* As mtcute's deleteGroup does: the creator leaves, and closes it from outside. Nobody else can. */
static void test_closed_from_outside(void **state)
{
	struct four *s = *state;
	int64_t chat = group_room(s);
	struct tl_messages_deleteChat *q = Q(s, messages_deleteChat);

	q->chat_id = chat;
	talk_call(s->w, s->a, group_delete_q(s, s->a, chat, s->a.id));
	world_pushes(s->w, s->b.key);
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, &q->o);
	assert_non_null(talk_update(world_pushes(s->w, s->b.key).v[0], TL_updateChat));
	talk_refused(s->w, s->b, group_say_q(s, chat, "x", 0), "403 CHAT_WRITE_FORBIDDEN");
	talk_refused(s->w, s->a, &q->o, "400 CHAT_ID_INVALID");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, group_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_created), T(test_old_layer), T(test_talk),  T(test_read),
		T(test_members), T(test_privacy),   T(test_links), T(test_closed_from_outside),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
