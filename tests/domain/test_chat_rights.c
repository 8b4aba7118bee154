/* test_chat_rights.c - basic groups: each act by each kind of caller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/chats/chat.h"
#include "group.h"

enum who { CREATOR, ADMIN, MEMBER, BOUND, LEFT, STRANGER, KINDS };

static struct tl_obj *admin_q(struct four *s, struct person who, int64_t chat, int64_t whom, bool on)
{
	struct tl_messages_editChatAdmin *q = Q(s, messages_editChatAdmin);

	q->chat_id = chat;
	q->user_id = world_user(s->w, who, whom);
	q->is_admin = on;
	return &q->o;
}

static struct tl_obj *act_title(struct four *s, struct person who, int64_t chat)
{
	static int n;
	char *title = arena_alloc(world_arena(s->w), 16);

	snprintf(title, 16, "t%d", n++);
	return group_title_q(s, chat, title);
}

static struct tl_obj *act_about(struct four *s, struct person who, int64_t chat)
{
	static int n;
	struct tl_messages_editChatAbout *q = Q(s, messages_editChatAbout);
	char *about = arena_alloc(world_arena(s->w), 16);

	snprintf(about, 16, "a%d", n++);
	q->peer = group_peer(s, chat);
	q->about = slice_str(about);
	return &q->o;
}

static struct tl_obj *act_say(struct four *s, struct person who, int64_t chat)
{
	return group_say_q(s, chat, "x", 0);
}

static struct tl_obj *act_add(struct four *s, struct person who, int64_t chat)
{
	struct person p;
	char phone[16];

	snprintf(phone, sizeof(phone), "1666%05d", (int)++s->random_id);
	p = world_person(s->w, phone, "N", "");
	return group_add_q(s, who, chat, p.id, 0);
}

static struct tl_obj *act_promote(struct four *s, struct person who, int64_t chat)
{
	return admin_q(s, who, chat, s->b.id, true);
}

static struct tl_obj *act_rights(struct four *s, struct person who, int64_t chat)
{
	struct tl_messages_editChatDefaultBannedRights *q = Q(s, messages_editChatDefaultBannedRights);
	struct tl_chatBannedRights *r = Q(s, chatBannedRights);
	static bool other;

	/* What BOUND is bound by stays; something else changes each time. */
	r->send_messages = r->change_info = r->invite_users = r->pin_messages = true;
	r->manage_topics = other = !other;
	q->peer = group_peer(s, chat);
	q->banned_rights = &r->o;
	return &q->o;
}

static struct tl_obj *act_ttl(struct four *s, struct person who, int64_t chat)
{
	static int32_t n = 86400;
	struct tl_messages_setHistoryTTL *q = Q(s, messages_setHistoryTTL);

	q->peer = group_peer(s, chat);
	q->period = n++;
	return &q->o;
}

static struct tl_obj *act_pin(struct four *s, struct person who, int64_t chat)
{
	struct tl_messages_updatePinnedMessage *q = Q(s, messages_updatePinnedMessage);
	static bool unpin = true;
	struct tl_vec v = group_history(s, who, chat);

	unpin = false;
	q->peer = group_peer(s, chat);
	q->silent = true;
	for (uint32_t i = 0; i < v.n; i++)
		if (TL_IS(message, v.v[i]) && !TL_AS(message, v.v[i])->pinned) {
			q->id = TL_AS(message, v.v[i])->id;
			break;
		}
	q->unpin = unpin;
	return &q->o;
}

static struct tl_obj *act_full(struct four *s, struct person who, int64_t chat)
{
	struct tl_messages_getFullChat *q = Q(s, messages_getFullChat);

	q->chat_id = chat;
	return &q->o;
}

#define NO  "400 CHAT_ADMIN_REQUIRED"
#define OUT "400 CHAT_ID_INVALID"

static const struct {
	const char *name;
	struct tl_obj *(*q)(struct four *s, struct person who, int64_t chat);
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
	struct four *s = *state;
	struct person left = world_person(s->w, "15550009", "Lea", ""), others[] = {s->b, s->c, left},
		      who[KINDS] = {s->a, s->b, s->c, s->c, left, s->d};
	int64_t chat[2];

	for (int bound = 0; bound < 2; bound++) {
		chat[bound] = group_in(group_create(s, s->a, others, 3)->updates)->id;
		for (int i = 0; i < 12; i++)
			group_say(s, s->a, chat[bound], "x", 0);
		talk_call(s->w, s->a, admin_q(s, s->a, chat[bound], s->b.id, true));
		talk_call(s->w, left, group_delete_q(s, left, chat[bound], left.id));
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

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, group_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_rights),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
