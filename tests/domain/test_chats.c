/* test_chats.c - basic groups: who is in, what each box gets and in which order, who may do what, and what a send costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/log.h"
#include "domain/chats/chat.h"
#include "domain/chats/jobs.h"
#include "sql/sql.h"
#include "store/chat.h"
#include "store/chat_out.h"
#include "store/msg.h"
#include "talk.h"
#include "updates/peer.h"

struct s {
	struct world *w;
	struct person a, b, c, d;
	int64_t random_id;
};

#define Q(s, n) TL_NEW(world_arena((s)->w), n)

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	log_set_level(LOG_ERROR);
	s->w = world_new();
	s->a = world_person(s->w, "15550001", "Ann", "");
	s->b = world_person(s->w, "15550002", "Bob", "");
	s->c = world_person(s->w, "15550003", "Cat", "");
	s->d = world_person(s->w, "15550004", "Dan", "");
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct s *s = *state;

	world_free(s->w);
	free(s);
	return 0;
}

static const char *text(struct s *s, struct slice t)
{
	return (const char *)arena_printf(world_arena(s->w), "%.*s", (int)t.n, (const char *)t.p).p;
}

static struct tl_obj *peer_of(struct s *s, int64_t chat)
{
	struct tl_inputPeerChat *p = Q(s, inputPeerChat);

	p->chat_id = chat;
	return &p->o;
}

static struct tl_messages_invitedUsers *create(struct s *s, struct person who, const struct person *others,
                                               uint32_t n)
{
	struct tl_messages_createChat *q = Q(s, messages_createChat);

	q->title = SLICE_LIT("Room");
	q->users = tl_vec_new(world_arena(s->w), n);
	for (uint32_t i = 0; i < n; i++)
		q->users.v[i] = world_user(s->w, who, others[i].id);
	return TL_AS(messages_invitedUsers, talk_call(s->w, who, &q->o));
}

static struct tl_chat *chat_in(const struct tl_obj *updates)
{
	const struct tl_updates *u = TL_AS(updates, updates);

	for (uint32_t i = 0; u && i < u->chats.n; i++)
		if (TL_IS(chat, u->chats.v[i]))
			return TL_AS(chat, u->chats.v[i]);
	return NULL;
}

/* Ann's, with Bob and Cat; what they were told of it is taken. */
static int64_t room(struct s *s)
{
	struct person others[] = {s->b, s->c};
	int64_t id = chat_in(create(s, s->a, others, 2)->updates)->id;

	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->b.key);
	world_pushes(s->w, s->c.key);
	return id;
}

static struct tl_obj *say_q(struct s *s, int64_t chat, const char *text, int32_t reply_to)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);
	struct tl_inputReplyToMessage *to = Q(s, inputReplyToMessage);

	q->peer = peer_of(s, chat);
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

static struct tl_message *say(struct s *s, struct person who, int64_t chat, const char *text,
                              int32_t reply_to)
{
	return new_in(talk_call(s->w, who, say_q(s, chat, text, reply_to)));
}

static struct tl_vec history(struct s *s, struct person who, int64_t chat)
{
	struct tl_messages_getHistory *q = Q(s, messages_getHistory);
	int32_t count;

	q->peer = peer_of(s, chat);
	q->limit = 100;
	return talk_messages(talk_call(s->w, who, &q->o), &count);
}

static struct tl_message *top(struct s *s, struct person who, int64_t chat)
{
	struct tl_vec v = history(s, who, chat);

	assert_true(v.n > 0);
	return TL_AS(message, v.v[0]);
}

static struct tl_messageService *top_service(struct s *s, struct person who, int64_t chat)
{
	struct tl_vec v = history(s, who, chat);

	assert_true(v.n > 0);
	return TL_AS(messageService, v.v[0]);
}

static struct tl_dialog *dialog(struct s *s, struct person who, int64_t chat)
{
	struct tl_messages_getPeerDialogs *q = Q(s, messages_getPeerDialogs);
	struct tl_inputDialogPeer *p = Q(s, inputDialogPeer);

	p->peer = peer_of(s, chat);
	q->peers = tl_vec_new(world_arena(s->w), 1);
	q->peers.v[0] = &p->o;
	return TL_AS(dialog, TL_AS(messages_peerDialogs, talk_call(s->w, who, &q->o))->dialogs.v[0]);
}

static struct tl_obj *delete_user_q(struct s *s, struct person who, int64_t chat, int64_t whom)
{
	struct tl_messages_deleteChatUser *q = Q(s, messages_deleteChatUser);

	q->chat_id = chat;
	q->user_id = world_user(s->w, who, whom);
	return &q->o;
}

static struct tl_obj *add_user_q(struct s *s, struct person who, int64_t chat, int64_t whom, int32_t copies)
{
	struct tl_messages_addChatUser *q = Q(s, messages_addChatUser);

	q->chat_id = chat;
	q->user_id = world_user(s->w, who, whom);
	q->fwd_limit = copies;
	return &q->o;
}

static struct tl_obj *admin_q(struct s *s, struct person who, int64_t chat, int64_t whom, bool on)
{
	struct tl_messages_editChatAdmin *q = Q(s, messages_editChatAdmin);

	q->chat_id = chat;
	q->user_id = world_user(s->w, who, whom);
	q->is_admin = on;
	return &q->o;
}

static struct tl_obj *title_q(struct s *s, int64_t chat, const char *title)
{
	struct tl_messages_editChatTitle *q = Q(s, messages_editChatTitle);

	q->chat_id = chat;
	q->title = slice_str(title);
	return &q->o;
}

static struct tl_chatFull *full(struct s *s, struct person who, int64_t chat)
{
	struct tl_messages_getFullChat *q = Q(s, messages_getFullChat);

	q->chat_id = chat;
	return TL_AS(chatFull, TL_AS(messages_chatFull, talk_call(s->w, who, &q->o))->full_chat);
}

static void test_created(void **state)
{
	struct s *s = *state;
	struct person others[] = {s->b, s->c};
	struct tl_messages_invitedUsers *o = create(s, s->a, others, 2);
	struct tl_obj *u = talk_update(o->updates, TL_updateNewMessage);
	struct tl_chat *chat = chat_in(o->updates);
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
	p = TL_AS(chatParticipants, full(s, s->b, chat->id)->participants);
	assert_int_equal(p->participants.n, 3);
	assert_int_equal(p->version, 1);
	assert_true(TL_IS(chatParticipantCreator, p->participants.v[0]));
	talk_refused(s->w, s->d, say_q(s, chat->id, "hi", 0), "400 CHAT_ID_INVALID");
	talk_refused(s->w, s->d, title_q(s, chat->id, "hi"), "400 CHAT_ID_INVALID");
}

static void test_old_layer(void **state)
{
	struct s *s = *state;
	struct tl_messages_createChat *q = Q(s, messages_createChat);

	q->title = SLICE_LIT("Room");
	q->users = tl_vec_new(world_arena(s->w), 1);
	q->users.v[0] = world_user(s->w, s->a, s->b.id);
	assert_true(TL_IS(updates, world_call_as(s->w, s->a, s->a.key, 160, &q->o)));
}

static void test_talk(void **state)
{
	struct s *s = *state;
	int64_t chat = room(s);
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	struct tl_messages_readMentions *seen = Q(s, messages_readMentions);
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_messages_updatePinnedMessage *pin = Q(s, messages_updatePinnedMessage);
	struct tl_message *one = say(s, s->a, chat, "one", 0), *got;
	struct tl_obj *u;

	assert_true(one->out);
	got = top(s, s->b, chat);
	assert_string_equal(text(s, got->message), "one");
	assert_false(got->out);
	assert_int_equal(dialog(s, s->b, chat)->unread_count, 2);
	say(s, s->b, chat, "two", got->id);
	u = world_update(world_pushes(s->w, s->a.key), TL_updateNewMessage);
	got = TL_AS(message, TL_AS(updateNewMessage, u)->message);
	assert_int_equal(TL_AS(messageReplyHeader, got->reply_to)->reply_to_msg_id, one->id);
	assert_true(got->mentioned && got->media_unread);
	assert_false(top(s, s->c, chat)->mentioned);
	assert_int_equal(dialog(s, s->a, chat)->unread_mentions_count, 1);
	assert_int_equal(dialog(s, s->c, chat)->unread_mentions_count, 0);
	seen->peer = peer_of(s, chat);
	talk_call(s->w, s->a, &seen->o);
	assert_int_equal(dialog(s, s->a, chat)->unread_mentions_count, 0);
	assert_false(top(s, s->a, chat)->media_unread);

	edit->peer = peer_of(s, chat);
	edit->id = one->id;
	edit->message = SLICE_LIT("one!");
	talk_call(s->w, s->a, &edit->o);
	u = world_update(world_pushes(s->w, s->c.key), TL_updateEditMessage);
	assert_non_null(u);
	got = TL_AS(message, TL_AS(updateEditMessage, u)->message);
	assert_string_equal(text(s, got->message), "one!");
	assert_true(got->has_edit_date);
	edit->id = got->id;
	talk_refused(s->w, s->c, &edit->o, "403 MESSAGE_AUTHOR_REQUIRED");

	pin->peer = peer_of(s, chat);
	pin->id = one->id;
	talk_call(s->w, s->a, &pin->o);
	assert_true(TL_IS(messageActionPinMessage, top_service(s, s->b, chat)->action));
	assert_true(full(s, s->b, chat)->has_pinned_msg_id);

	del->revoke = true;
	del->id = (struct tl_vec_int){&one->id, 1};
	talk_call(s->w, s->a, &del->o);
	assert_non_null(world_update(world_pushes(s->w, s->b.key), TL_updateDeleteMessages));
	assert_false(full(s, s->b, chat)->has_pinned_msg_id);
	assert_int_equal(history(s, s->b, chat).n, 3);
	assert_int_equal(history(s, s->a, chat).n, 3);
}

static void test_read(void **state)
{
	struct s *s = *state;
	int64_t chat = room(s);
	struct tl_messages_readHistory *q = Q(s, messages_readHistory);
	struct tl_messages_getMessageReadParticipants *who = Q(s, messages_getMessageReadParticipants);
	struct tl_message *m = say(s, s->a, chat, "one", 0);
	struct tl_vector *v;
	struct tl_obj *u;

	say(s, s->c, chat, "two", 0);
	world_pushes(s->w, s->a.key);
	world_pushes(s->w, s->c.key);
	q->peer = peer_of(s, chat);
	talk_call(s->w, s->b, &q->o);
	assert_int_equal(dialog(s, s->b, chat)->unread_count, 0);
	u = world_update(world_pushes(s->w, s->a.key), TL_updateReadHistoryOutbox);
	assert_non_null(u);
	assert_int_equal(TL_AS(updateReadHistoryOutbox, u)->max_id, m->id);
	assert_non_null(world_update(world_pushes(s->w, s->c.key), TL_updateReadHistoryOutbox));
	assert_int_equal(dialog(s, s->a, chat)->read_outbox_max_id, m->id);
	who->peer = peer_of(s, chat);
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
	struct s *s = *state;
	int64_t chat = room(s);
	struct tl_messages_getChats *chats = Q(s, messages_getChats);
	struct tl_obj *u, *o;
	size_t before;

	say(s, s->a, chat, "before", 0);
	talk_call(s->w, s->b, add_user_q(s, s->b, chat, s->d.id, 2));
	assert_int_equal(history(s, s->d, chat).n, 3); /* two copies and that he was added */
	u = world_update(world_pushes(s->w, s->c.key), TL_updateChatParticipantAdd);
	assert_non_null(u);
	assert_int_equal(TL_AS(updateChatParticipantAdd, u)->version, 2);
	assert_int_equal(full(s, s->d, chat)->participants->name, TL_chatParticipants);
	talk_refused(s->w, s->b, add_user_q(s, s->b, chat, s->d.id, 0), "400 USER_ALREADY_PARTICIPANT");
	talk_refused(s->w, s->c, delete_user_q(s, s->c, chat, s->d.id), "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->b, delete_user_q(s, s->b, chat, s->a.id), "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->b, delete_user_q(s, s->b, chat, s->d.id)); /* who brought him */
	world_pushes(s->w, s->d.key);
	before = history(s, s->d, chat).n;
	assert_true(TL_IS(messageActionChatDeleteUser, top_service(s, s->d, chat)->action));
	say(s, s->a, chat, "after", 0);
	assert_int_equal(world_pushes(s->w, s->d.key).n, 0);
	assert_int_equal(history(s, s->d, chat).n, before);
	talk_refused(s->w, s->d, say_q(s, chat, "hi", 0), "403 CHAT_WRITE_FORBIDDEN");
	chats->id = (struct tl_vec_long){&chat, 1};
	o = TL_AS(messages_chats, talk_call(s->w, s->d, &chats->o))->chats.v[0];
	assert_true(TL_IS(chatForbidden, o));
	talk_refused(s->w, s->c, add_user_q(s, s->c, chat, s->d.id, 0), "400 USER_KICKED");
	talk_call(s->w, s->a, add_user_q(s, s->a, chat, s->d.id, 0));
	assert_true(TL_IS(chat, TL_AS(messages_chats, talk_call(s->w, s->d, &chats->o))->chats.v[0]));

	talk_call(s->w, s->c, delete_user_q(s, s->c, chat, s->c.id)); /* leaves */
	o = TL_AS(messages_chats, talk_call(s->w, s->c, &chats->o))->chats.v[0];
	assert_true(TL_AS(chat, o)->left);
	before = history(s, s->c, chat).n;
	say(s, s->a, chat, "later", 0);
	assert_int_equal(history(s, s->c, chat).n, before);
	assert_int_equal(TL_AS(chatParticipants, full(s, s->a, chat)->participants)->participants.n, 3);
}

static void test_privacy(void **state)
{
	struct s *s = *state;
	struct tl_account_setPrivacy *q = Q(s, account_setPrivacy);
	struct person others[] = {s->b, s->c};
	struct tl_messages_invitedUsers *o;

	q->key = &Q(s, inputPrivacyKeyChatInvite)->o;
	q->rules = tl_vec_new(world_arena(s->w), 1);
	q->rules.v[0] = &Q(s, inputPrivacyValueDisallowAll)->o;
	talk_call(s->w, s->c, &q->o);
	o = create(s, s->a, others, 2);
	assert_int_equal(o->missing_invitees.n, 1);
	assert_int_equal(TL_AS(missingInvitee, o->missing_invitees.v[0])->user_id, s->c.id);
	assert_int_equal(chat_in(o->updates)->participants_count, 2);
	o = TL_AS(messages_invitedUsers,
	          talk_call(s->w, s->a, add_user_q(s, s->a, chat_in(o->updates)->id, s->c.id, 0)));
	assert_int_equal(o->missing_invitees.n, 1);
	assert_int_equal(TL_AS(updates, o->updates)->updates.n, 0);
}

/* --- rights: each act by each kind of caller */

enum who { CREATOR, ADMIN, MEMBER, BOUND, LEFT, STRANGER, KINDS };

static struct tl_obj *act_title(struct s *s, struct person who, int64_t chat)
{
	static int n;
	char *title = arena_alloc(world_arena(s->w), 16);

	snprintf(title, 16, "t%d", n++);
	return title_q(s, chat, title);
}

static struct tl_obj *act_about(struct s *s, struct person who, int64_t chat)
{
	static int n;
	struct tl_messages_editChatAbout *q = Q(s, messages_editChatAbout);
	char *about = arena_alloc(world_arena(s->w), 16);

	snprintf(about, 16, "a%d", n++);
	q->peer = peer_of(s, chat);
	q->about = slice_str(about);
	return &q->o;
}

static struct tl_obj *act_say(struct s *s, struct person who, int64_t chat)
{
	return say_q(s, chat, "x", 0);
}

static struct tl_obj *act_add(struct s *s, struct person who, int64_t chat)
{
	struct person p;
	char phone[16];

	snprintf(phone, sizeof(phone), "1666%05d", (int)++s->random_id);
	p = world_person(s->w, phone, "N", "");
	return add_user_q(s, who, chat, p.id, 0);
}

static struct tl_obj *act_promote(struct s *s, struct person who, int64_t chat)
{
	return admin_q(s, who, chat, s->b.id, true);
}

static struct tl_obj *act_rights(struct s *s, struct person who, int64_t chat)
{
	struct tl_messages_editChatDefaultBannedRights *q = Q(s, messages_editChatDefaultBannedRights);
	struct tl_chatBannedRights *r = Q(s, chatBannedRights);
	static bool other;

	/* What BOUND is bound by stays; something else changes each time. */
	r->send_messages = r->change_info = r->invite_users = r->pin_messages = true;
	r->manage_topics = other = !other;
	q->peer = peer_of(s, chat);
	q->banned_rights = &r->o;
	return &q->o;
}

static struct tl_obj *act_ttl(struct s *s, struct person who, int64_t chat)
{
	static int32_t n = 86400;
	struct tl_messages_setHistoryTTL *q = Q(s, messages_setHistoryTTL);

	q->peer = peer_of(s, chat);
	q->period = n++;
	return &q->o;
}

static struct tl_obj *act_pin(struct s *s, struct person who, int64_t chat)
{
	struct tl_messages_updatePinnedMessage *q = Q(s, messages_updatePinnedMessage);
	static bool unpin = true;
	struct tl_vec v = history(s, who, chat);

	unpin = false;
	q->peer = peer_of(s, chat);
	q->silent = true;
	for (uint32_t i = 0; i < v.n; i++)
		if (TL_IS(message, v.v[i]) && !TL_AS(message, v.v[i])->pinned) {
			q->id = TL_AS(message, v.v[i])->id;
			break;
		}
	q->unpin = unpin;
	return &q->o;
}

static struct tl_obj *act_full(struct s *s, struct person who, int64_t chat)
{
	struct tl_messages_getFullChat *q = Q(s, messages_getFullChat);

	q->chat_id = chat;
	return &q->o;
}

#define NO  "400 CHAT_ADMIN_REQUIRED"
#define OUT "400 CHAT_ID_INVALID"

static const struct {
	const char *name;
	struct tl_obj *(*q)(struct s *s, struct person who, int64_t chat);
	const char *error[KINDS]; /* NULL: it succeeds. BOUND: a member where the defaults forbid */
} rights[] = {
	{"title", act_title, {NULL, NULL, NULL, NO, OUT, OUT}},
	{"about", act_about, {NULL, NULL, NULL, NO, OUT, OUT}},
	{"add", act_add, {NULL, NULL, NULL, NO, OUT, OUT}},
	{"say", act_say, {NULL, NULL, NULL, "403 CHAT_WRITE_FORBIDDEN", "403 CHAT_WRITE_FORBIDDEN", OUT}},
	{"pin", act_pin, {NULL, NULL, NULL, NO, OUT, OUT}},
	{"ttl", act_ttl, {NULL, NULL, NO, NO, OUT, OUT}},
	{"promote", act_promote, {NULL, NO, NO, NO, OUT, OUT}},
	{"full", act_full, {NULL, NULL, NULL, NULL, NULL, OUT}},
	{"permissions", act_rights, {NULL, NULL, NO, NO, OUT, OUT}},
};

static void test_rights(void **state)
{
	struct s *s = *state;
	struct person left = world_person(s->w, "15550009", "Lea", ""), others[] = {s->b, s->c, left},
		      who[KINDS] = {s->a, s->b, s->c, s->c, left, s->d};
	int64_t chat[2];

	for (int bound = 0; bound < 2; bound++) {
		chat[bound] = chat_in(create(s, s->a, others, 3)->updates)->id;
		for (int i = 0; i < 12; i++)
			say(s, s->a, chat[bound], "x", 0);
		talk_call(s->w, s->a, admin_q(s, s->a, chat[bound], s->b.id, true));
		talk_call(s->w, left, delete_user_q(s, left, chat[bound], left.id));
	}
	talk_call(s->w, s->a, act_rights(s, s->a, chat[1]));
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		for (int k = 0; k < KINDS; k++) {
			/* The last row changes what members may. */
			int64_t in = chat[k == BOUND];
			struct tl_obj *q;

			if (k == STRANGER && rights[i].q == act_pin)
				continue; /* he has no history to pin from */
			q = rights[i].q(s, who[k], in);
			if (world_call(s->w, who[k], q)) {
				if (rights[i].error[k])
					fail_msg("%s by kind %d: not refused", rights[i].name, k);
			} else if (!rights[i].error[k] || strcmp(world_error(s->w), rights[i].error[k])) {
				fail_msg("%s by kind %d: %s", rights[i].name, k, world_error(s->w));
			}
		}
}

static struct tl_obj *export_q(struct s *s, int64_t chat, bool request)
{
	struct tl_messages_exportChatInvite *q = Q(s, messages_exportChatInvite);

	q->peer = peer_of(s, chat);
	q->request_needed = request;
	return &q->o;
}

static struct tl_obj *import_q(struct s *s, struct slice link)
{
	struct tl_messages_importChatInvite *q = Q(s, messages_importChatInvite);

	q->hash = slice_of(link.p + sizeof("https://t.me/+") - 1, link.n - (sizeof("https://t.me/+") - 1));
	return &q->o;
}

static void test_links(void **state)
{
	struct s *s = *state;
	struct person late = world_person(s->w, "15550009", "Lea", "");
	struct tl_messages_checkChatInvite *look = Q(s, messages_checkChatInvite);
	struct tl_messages_hideChatJoinRequest *let_in = Q(s, messages_hideChatJoinRequest);
	struct tl_messages_migrateChat *migrate = Q(s, messages_migrateChat);
	struct tl_chatInviteExported *l;
	int64_t chat = room(s);
	struct tl_obj *o;

	talk_refused(s->w, s->b, export_q(s, chat, false), "400 CHAT_ADMIN_REQUIRED");
	l = TL_AS(chatInviteExported, talk_call(s->w, s->a, export_q(s, chat, false)));
	assert_non_null(full(s, s->a, chat)->exported_invite);
	assert_null(full(s, s->b, chat)->exported_invite);
	look->hash = TL_AS(messages_importChatInvite, import_q(s, l->link))->hash;
	o = talk_call(s->w, s->d, &look->o);
	assert_true(TL_IS(chatInvite, o));
	assert_false(TL_AS(chatInvite, o)->channel);
	assert_int_equal(TL_AS(chatInvite, o)->participants_count, 3);
	o = talk_call(s->w, s->d, import_q(s, l->link));
	assert_int_equal(TL_AS(messages_chatInviteJoinResultOk, o)->updates->name, TL_updates);
	assert_true(TL_IS(messageActionChatJoinedByLink, top_service(s, s->b, chat)->action));
	assert_true(TL_IS(chatInviteAlready, talk_call(s->w, s->d, &look->o)));
	talk_refused(s->w, s->d, import_q(s, l->link), "400 USER_ALREADY_PARTICIPANT");
	talk_call(s->w, s->a, delete_user_q(s, s->a, chat, s->d.id));
	talk_refused(s->w, s->d, import_q(s, l->link), "400 INVITE_HASH_EXPIRED"); /* he was thrown out */

	l = TL_AS(chatInviteExported, talk_call(s->w, s->a, export_q(s, chat, true)));
	world_pushes(s->w, s->a.key);
	talk_refused(s->w, late, import_q(s, l->link), "400 INVITE_REQUEST_SENT");
	o = world_update(world_pushes(s->w, s->a.key), TL_updatePendingJoinRequests);
	assert_non_null(o);
	assert_int_equal(TL_AS(updatePendingJoinRequests, o)->requests_pending, 1);
	assert_int_equal(full(s, s->a, chat)->requests_pending, 1);
	let_in->peer = peer_of(s, chat);
	let_in->user_id = world_user(s->w, s->a, late.id);
	let_in->approved = true;
	talk_refused(s->w, s->b, &let_in->o, "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, &let_in->o);
	assert_true(TL_IS(messageActionChatJoinedByRequest, top_service(s, late, chat)->action));
	assert_true(top_service(s, late, chat)->out);
	assert_int_equal(full(s, s->a, chat)->requests_pending, 0);

	migrate->chat_id = chat;
	talk_call(s->w, s->a, &migrate->o);
	look->hash = TL_AS(messages_importChatInvite, import_q(s, l->link))->hash;
	o = talk_call(s->w, s->d, &look->o);
	assert_true(TL_IS(chatInvite, o));
	assert_true(TL_AS(chatInvite, o)->megagroup);
}

/* --- many members */

enum { MANY = 60, SENDS = 5 };

struct step {
	struct s *s;
	int64_t chat;
	bool again;
};

static int job_step(struct rpc_call *c, void *arg)
{
	struct step *t = arg;
	struct store_job j = {.owner = peer_chat(t->chat)};
	struct jobs_next next = {0};
	int r = chat_deliver_job(c, &j, &next);

	t->again = next.again;
	return r;
}

static int count_jobs(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db, "SELECT count(*) FROM job WHERE kind = 'chat-deliver'");

	*(int64_t *)arg = sql_step(s) == 1 ? sql_int(s, 0) : -1;
	sql_done(s);
	return 0;
}

static int count_contents(struct rpc_call *c, void *arg)
{
	struct sql_stmt *s = sql_prepare(c->db, "SELECT count(*), sum(refs) FROM content");

	if (sql_step(s) == 1) {
		((int64_t *)arg)[0] = sql_int(s, 0);
		((int64_t *)arg)[1] = sql_int(s, 1);
	}
	sql_done(s);
	return 0;
}

static void run_job(struct s *s, int64_t chat)
{
	struct step t = {.s = s, .chat = chat, .again = true};

	while (t.again)
		assert_int_equal(world_write(s->w, job_step, &t), 0);
}

/* The first members have it at once, the others behind, and all in the same order, whoever writes in between. */
static void test_many(void **state)
{
	struct s *s = *state;
	struct person all[MANY];
	int64_t chat, n, contents[2];
	char said[16], phone[16];
	struct tl_vec first, v;
	struct step t;

	for (int i = 0; i < MANY; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	chat = chat_in(create(s, s->a, all, MANY)->updates)->id;
	assert_int_equal(world_write(s->w, count_jobs, &n), 0);
	assert_int_equal(n, 1);
	for (int i = 0; i < SENDS; i++) {
		snprintf(said, sizeof(said), "m%d", i);
		/* One of the last, who has waited for what was before. */
		say(s, i % 2 ? all[MANY - 1 - i] : s->a, chat, said, 0);
		t = (struct step){.s = s, .chat = chat};
		if (i == 2)
			assert_int_equal(world_write(s->w, job_step, &t), 0);
	}
	run_job(s, chat);
	first = history(s, s->a, chat);
	assert_int_equal(first.n, SENDS + 1);
	for (int i = 0; i < MANY; i++) {
		v = history(s, all[i], chat);
		assert_int_equal(v.n, SENDS + 1);
		for (uint32_t k = 0; k < SENDS; k++)
			assert_string_equal(text(s, TL_AS(message, v.v[k])->message),
			                    text(s, TL_AS(message, first.v[k])->message));
	}
	assert_int_equal(world_write(s->w, count_contents, contents), 0);
	assert_int_equal(contents[0], SENDS + 1);
	assert_int_equal(contents[1], (SENDS + 1) * (MANY + 1));
}

/* What waits for somebody comes before he is out; what follows does not. */
static void test_kicked_behind(void **state)
{
	struct s *s = *state;
	struct person all[MANY];
	char phone[16];
	struct tl_vec v;
	int64_t chat;

	for (int i = 0; i < MANY; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	chat = chat_in(create(s, s->a, all, MANY)->updates)->id;
	say(s, s->a, chat, "before", 0);
	talk_call(s->w, s->a, delete_user_q(s, s->a, chat, all[MANY - 1].id));
	say(s, s->a, chat, "after", 0);
	run_job(s, chat);
	v = history(s, all[MANY - 1], chat);
	assert_int_equal(v.n, 3);
	assert_true(TL_IS(messageActionChatDeleteUser, TL_AS(messageService, v.v[0])->action));
	assert_int_equal(history(s, all[MANY - 2], chat).n, 4);
}

/* Pages of the log that one send to a group of so many writes in its own call. */
static long send_pages(struct s *s, const struct person *all, uint32_t n)
{
	int64_t chat = chat_in(create(s, s->a, all, n)->updates)->id;
	char path[512];
	struct stat before, after;

	run_job(s, chat);
	say(s, s->a, chat, "first", 0);
	run_job(s, chat);
	snprintf(path, sizeof(path), "%s/db-wal", world_dir(s->w));
	assert_int_equal(stat(path, &before), 0);
	say(s, s->a, chat, "second", 0);
	assert_int_equal(stat(path, &after), 0);
	run_job(s, chat);
	return (after.st_size - before.st_size) / 4096;
}

static void test_cost(void **state)
{
	struct s *s = *state;
	struct person all[199];
	char phone[16];
	long few, many;

	for (int i = 0; i < 199; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	few = send_pages(s, all, 20);
	many = send_pages(s, all, 199);
	print_message("# pages: %ld of 20, %ld of 199\n", few, many);
	assert_true(few > 0);
	assert_true(many <= few * 2 && many <= 160);
}

/* Who is behind does something: first all that waits for him comes, and nothing of it is lost. */
static void test_behind(void **state)
{
	struct s *s = *state;
	struct tl_messages_deleteMessages *del = Q(s, messages_deleteMessages);
	struct tl_messages_editMessage *edit = Q(s, messages_editMessage);
	struct person all[MANY], last;
	struct tl_message *own, *gone, *kept;
	char phone[16];
	struct tl_vec v;
	int64_t chat;

	for (int i = 0; i < MANY; i++) {
		snprintf(phone, sizeof(phone), "1777%05d", i);
		all[i] = world_person(s->w, phone, "M", "");
		world_connect(s->w, all[i], all[i].key, 0);
	}
	last = all[MANY - 1];
	chat = chat_in(create(s, s->a, all, MANY)->updates)->id;
	own = say(s, last, chat, "own", 0);
	run_job(s, chat);
	gone = say(s, s->a, chat, "gone", 0);
	run_job(s, chat);
	assert_string_equal(text(s, top(s, last, chat)->message), "gone");
	del->revoke = true;
	del->id = (struct tl_vec_int){&gone->id, 1};
	talk_call(s->w, s->a, &del->o); /* waits for the last */
	say(s, s->a, chat, "new", 0);
	assert_int_equal(history(s, last, chat).n, 3);
	edit->peer = peer_of(s, chat);
	edit->id = own->id;
	edit->message = SLICE_LIT("own!");
	talk_call(s->w, last, &edit->o);
	v = history(s, last, chat);
	assert_int_equal(v.n, 3);
	assert_string_equal(text(s, TL_AS(message, v.v[0])->message), "new");
	say(s, s->a, chat, "newer", 0);
	kept = TL_AS(message, v.v[0]);
	del->revoke = false;
	del->id = (struct tl_vec_int){&kept->id, 1};
	assert_int_equal(TL_AS(messages_affectedMessages, talk_call(s->w, last, &del->o))->pts_count, 1);
	v = history(s, last, chat);
	assert_int_equal(v.n, 3);
	assert_string_equal(text(s, TL_AS(message, v.v[0])->message), "newer");
	run_job(s, chat);
	v = history(s, all[MANY - 2], chat);
	assert_int_equal(v.n, 4);
	assert_string_equal(text(s, TL_AS(message, v.v[2])->message), "own!");
}

static int migrate_step(struct rpc_call *c, void *arg)
{
	struct step *t = arg;
	struct store_job j = {.owner = peer_chat(t->chat)};
	struct jobs_next next = {0};
	int r = chat_migrate_job(c, &j, &next);

	t->again = next.again;
	return r;
}

static void test_migrated(void **state)
{
	struct s *s = *state;
	int64_t chat = room(s), channel = 0;
	struct tl_messages_migrateChat *q = Q(s, messages_migrateChat);
	struct tl_channels_getFullChannel *full_q = Q(s, channels_getFullChannel);
	struct step t = {.s = s, .chat = chat, .again = true};
	struct tl_updates *u;
	struct tl_channelFull *f;
	struct tl_obj *o;

	q->chat_id = chat;
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	say(s, s->b, chat, "old", 0);
	u = TL_AS(updates, talk_call(s->w, s->a, &q->o));
	for (uint32_t i = 0; i < u->chats.n; i++)
		if (TL_IS(channel, u->chats.v[i]))
			channel = TL_AS(channel, u->chats.v[i])->id;
	assert_true(channel > 0);
	assert_true(chat_in(&u->o)->deactivated);
	o = talk_update(&u->o, TL_updateNewChannelMessage);
	assert_non_null(o);
	assert_int_equal(TL_AS(messageService, TL_AS(updateNewChannelMessage, o)->message)->id, 1);
	while (t.again)
		assert_int_equal(world_write(s->w, migrate_step, &t), 0);
	full_q->channel = world_channel(s->w, s->b, channel);
	f = TL_AS(channelFull, TL_AS(messages_chatFull, talk_call(s->w, s->b, &full_q->o))->full_chat);
	assert_int_equal(f->participants_count, 3);
	assert_int_equal(f->migrated_from_chat_id, chat);
	assert_int_equal(f->migrated_from_max_id, top_service(s, s->b, chat)->id);
	assert_true(TL_IS(messageActionChatMigrateTo, top_service(s, s->c, chat)->action));
	talk_refused(s->w, s->a, say_q(s, chat, "x", 0), "403 CHAT_WRITE_FORBIDDEN");
	assert_non_null(world_update(world_pushes(s->w, s->b.key), TL_updateChannel));
}

static int close_step(struct rpc_call *c, void *arg)
{
	struct step *t = arg;
	struct store_job j = {.owner = peer_chat(t->chat)};
	struct jobs_next next = {0};
	int r = chat_close_job(c, &j, &next);

	t->again = next.again;
	return r;
}

static void test_closed(void **state)
{
	struct s *s = *state;
	int64_t chat = room(s), contents[2];
	struct tl_messages_deleteChat *q = Q(s, messages_deleteChat);
	struct tl_messages_getFullChat *full_q = Q(s, messages_getFullChat);
	struct step t = {.s = s, .chat = chat, .again = true};
	struct tl_obj *u;

	for (int i = 0; i < 30; i++)
		say(s, i % 2 ? s->a : s->b, chat, "x", 0);
	talk_call(s->w, s->c, delete_user_q(s, s->c, chat, s->c.id));
	world_pushes(s->w, s->b.key);
	q->chat_id = full_q->chat_id = chat;
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	talk_refused(s->w, s->c, &q->o, "400 CHAT_ID_INVALID");
	talk_refused(s->w, s->d, &q->o, "400 CHAT_ID_INVALID");
	talk_call(s->w, s->a, &q->o);
	u = world_pushes(s->w, s->b.key).v[0];
	assert_non_null(talk_update(u, TL_updateChat));
	assert_true(TL_IS(chatForbidden, TL_AS(updates, u)->chats.v[0]));
	talk_refused(s->w, s->b, say_q(s, chat, "x", 0), "403 CHAT_WRITE_FORBIDDEN");
	talk_refused(s->w, s->b, &full_q->o, "400 CHAT_ID_INVALID");
	while (t.again)
		assert_int_equal(world_write(s->w, close_step, &t), 0);
	assert_int_equal(history(s, s->a, chat).n, 0);
	assert_int_equal(history(s, s->b, chat).n, 0);
	assert_true(history(s, s->c, chat).n > 0); /* who had left keeps what is his */
	assert_int_equal(world_write(s->w, count_contents, contents), 0);
	assert_int_equal(contents[0], contents[1]);
}

/* As mtcute's deleteGroup does: the creator leaves, and closes it from outside. Nobody else can. */
static void test_closed_from_outside(void **state)
{
	struct s *s = *state;
	int64_t chat = room(s);
	struct tl_messages_deleteChat *q = Q(s, messages_deleteChat);

	q->chat_id = chat;
	talk_call(s->w, s->a, delete_user_q(s, s->a, chat, s->a.id));
	world_pushes(s->w, s->b.key);
	talk_refused(s->w, s->b, &q->o, "400 CHAT_ADMIN_REQUIRED");
	talk_call(s->w, s->a, &q->o);
	assert_non_null(talk_update(world_pushes(s->w, s->b.key).v[0], TL_updateChat));
	talk_refused(s->w, s->b, say_q(s, chat, "x", 0), "403 CHAT_WRITE_FORBIDDEN");
	talk_refused(s->w, s->a, &q->o, "400 CHAT_ID_INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_created, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_layer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_talk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_members, setup, teardown),
		cmocka_unit_test_setup_teardown(test_privacy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rights, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kicked_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closed_from_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_migrated, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
