/*
 * test_privacy.c - each privacy key against each kind of rules and of viewer: what is seen is what the rules say, no more and no
 * less. Named users go before contacts, contacts before everybody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "talk.h"

#define PHONE "15550001"

struct s {
	struct world *w;
	struct person owner, viewer[2]; /* a contact of the owner's, and none */
	int32_t said[2];                /* a message of the owner's, as the viewer has it */
	int64_t random_id;
};

static void add_contact(struct s *s, struct person who, struct person whom)
{
	struct tl_contacts_addContact *q = Q(s, contacts_addContact);

	q->id = world_user(s->w, who, whom.id);
	q->first_name = SLICE_LIT("Friend");
	q->last_name = q->phone = SLICE_LIT("");
	talk_call(s->w, who, &q->o);
}

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));
	struct tl_account_updateProfile *about;
	struct tl_account_updateBirthday *born;
	struct tl_account_updateStatus *online;
	struct tl_birthday *b;

	s->w = world_new();
	s->owner = world_person(s->w, PHONE, "Ann", "Alder");
	s->viewer[0] = world_person(s->w, "15550002", "Bob", "");
	s->viewer[1] = world_person(s->w, "15550003", "Cid", "");
	add_contact(s, s->owner, s->viewer[0]);
	about = Q(s, account_updateProfile);
	about->about = SLICE_LIT("salt");
	talk_call(s->w, s->owner, &about->o);
	born = Q(s, account_updateBirthday);
	b = Q(s, birthday);
	b->day = 29;
	b->month = 2;
	born->birthday = &b->o;
	talk_call(s->w, s->owner, &born->o);
	online = Q(s, account_updateStatus);
	online->offline = true;
	talk_call(s->w, s->owner, &online->o);
	for (int i = 0; i < 2; i++) {
		talk_say(s->w, s->owner, s->viewer[i], "mine");
		s->said[i] = talk_top(s->w, s->viewer[i], s->owner);
	}
	*state = s;
	return 0;
}

static struct tl_user *seen(struct s *s, int i)
{
	struct tl_users_getUsers *q = Q(s, users_getUsers);

	q->id = tl_vec_new(world_arena(s->w), 1);
	q->id.v[0] = world_user(s->w, s->viewer[i], s->owner.id);
	return TL_AS(user, TL_AS(vector, talk_call(s->w, s->viewer[i], &q->o))->objs.v[0]);
}

static struct tl_userFull *full(struct s *s, int i)
{
	struct tl_users_getFullUser *q = Q(s, users_getFullUser);

	q->id = world_user(s->w, s->viewer[i], s->owner.id);
	return TL_AS(userFull, TL_AS(users_userFull, talk_call(s->w, s->viewer[i], &q->o))->full_user);
}

/* --- one look a key: does this viewer get it? */

static bool phone(struct s *s, int i)
{
	return seen(s, i)->phone.n > 0;
}

static bool status(struct s *s, int i)
{
	const struct tl_obj *o = seen(s, i)->status;

	assert_true(TL_IS(userStatusOffline, o) || TL_IS(userStatusRecently, o));
	return TL_IS(userStatusOffline, o);
}

static bool about(struct s *s, int i)
{
	return full(s, i)->about.n > 0;
}

static bool birthday(struct s *s, int i)
{
	return full(s, i)->birthday != NULL;
}

static bool voice(struct s *s, int i)
{
	return !full(s, i)->voice_messages_forbidden;
}

static bool found(struct s *s, int i)
{
	struct tl_contacts_resolvePhone *q = Q(s, contacts_resolvePhone);
	struct tl_obj *o;

	q->phone = SLICE_LIT(PHONE);
	o = world_call(s->w, s->viewer[i], &q->o);
	if (!o)
		assert_string_equal(world_error(s->w), "400 PHONE_NOT_OCCUPIED");
	return o != NULL;
}

static bool forwarded(struct s *s, int i)
{
	struct tl_messages_forwardMessages *q = Q(s, messages_forwardMessages);
	const struct tl_messageFwdHeader *f;
	struct tl_obj *o;

	q->from_peer = world_peer(s->w, s->viewer[i], s->owner.id);
	q->to_peer = world_peer(s->w, s->viewer[i], s->viewer[!i].id);
	s->random_id++;
	q->id = (struct tl_vec_int){&s->said[i], 1};
	q->random_id = (struct tl_vec_long){&s->random_id, 1};
	o = talk_update(talk_call(s->w, s->viewer[i], &q->o), TL_updateNewMessage);
	f = TL_AS(messageFwdHeader, TL_AS(message, TL_AS(updateNewMessage, o)->message)->fwd_from);
	assert_true((f->from_id != NULL) != (f->from_name.n > 0));
	if (!f->from_id)
		assert_true(slice_eq(f->from_name, SLICE_LIT("Ann Alder")));
	assert_int_equal(full(s, i)->private_forward_name.n > 0, !f->from_id);
	return f->from_id != NULL;
}

static const struct key {
	uint16_t name;
	bool (*look)(struct s *s, int i);
	bool contacts_only; /* the default */
} keys[] = {
	{TL_inputPrivacyKeyPhoneNumber, phone, true},    {TL_inputPrivacyKeyStatusTimestamp, status, false},
	{TL_inputPrivacyKeyAbout, about, false},         {TL_inputPrivacyKeyBirthday, birthday, true},
	{TL_inputPrivacyKeyVoiceMessages, voice, false}, {TL_inputPrivacyKeyAddedByPhone, found, false},
	{TL_inputPrivacyKeyForwards, forwarded, false},
};

/* a: everybody, c: contacts, n: nobody; + or - a viewer: named. */
static const struct {
	const char *rules;
	bool sees[2];
} rows[] =
	{
		{"a", {true, true}},     {"n", {false, false}},    {"cn", {true, false}},
		{"n+0", {true, false}},  {"n+1", {false, true}},   {"a-0", {false, true}},
		{"a-1", {true, false}},  {"cn+1", {true, true}},   {"cn-0", {false, false}},
		{"n+0+1", {true, true}}, {"a-0+0", {false, true}}, /* a refusal before a permission */
};

static struct tl_obj *rule(struct s *s, const char *r)
{
	struct tl_inputPrivacyValueDisallowUsers *no = Q(s, inputPrivacyValueDisallowUsers);
	struct tl_inputPrivacyValueAllowUsers *yes = Q(s, inputPrivacyValueAllowUsers);
	struct tl_vec users = tl_vec_new(world_arena(s->w), 1);

	switch (*r) {
	case 'a':
		return &Q(s, inputPrivacyValueAllowAll)->o;
	case 'c':
		return &Q(s, inputPrivacyValueAllowContacts)->o;
	case 'n':
		return &Q(s, inputPrivacyValueDisallowAll)->o;
	default:
		users.v[0] = world_user(s->w, s->owner, s->viewer[r[1] - '0'].id);
		no->users = yes->users = users;
		return *r == '+' ? &yes->o : &no->o;
	}
}

static void set(struct s *s, const struct key *key, const char *rules)
{
	struct tl_account_setPrivacy *q = Q(s, account_setPrivacy);

	q->key = tl_new(world_arena(s->w), key->name, sizeof(struct tl_obj));
	q->rules = tl_vec_new(world_arena(s->w), (uint32_t)strlen(rules));
	q->rules.n = 0;
	for (const char *r = rules; *r; r += *r == '+' || *r == '-' ? 2 : 1)
		q->rules.v[q->rules.n++] = rule(s, r);
	talk_call(s->w, s->owner, &q->o);
}

static void test_table(void **state)
{
	struct s *s = *state;

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		for (int i = 0; i < 2; i++)
			if (keys[k].look(s, i) != (i == 0 || !keys[k].contacts_only))
				fail_msg("key %zu, the default: viewer %d", k, i);
		for (size_t j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
			set(s, &keys[k], rows[j].rules);
			for (int i = 0; i < 2; i++)
				if (keys[k].look(s, i) != rows[j].sees[i])
					fail_msg("key %zu, %s: viewer %d sees %d", k, rows[j].rules, i,
					         !rows[j].sees[i]);
		}
		set(s, &keys[k], "a");
	}
}

static void block(struct s *s, struct person who, struct person whom, bool on)
{
	struct tl_contacts_unblock *un = Q(s, contacts_unblock);
	struct tl_contacts_block *q = Q(s, contacts_block);

	q->id = un->id = world_peer(s->w, who, whom.id);
	talk_call(s->w, who, on ? &q->o : &un->o);
}

static struct tl_obj *message(struct s *s, struct person from, struct person to)
{
	struct tl_messages_sendMessage *q = Q(s, messages_sendMessage);

	q->peer = world_peer(s->w, from, to.id);
	q->message = SLICE_LIT("hello");
	q->random_id = ++s->random_id + 1000;
	return &q->o;
}

/* Who is blocked cannot write, is told nothing of presence and typing; who blocked must unblock before he writes. */
static void test_blocked(void **state)
{
	struct s *s = *state;
	struct person bob = s->viewer[0];
	struct tl_messages_setTyping *typing = Q(s, messages_setTyping);
	struct tl_account_updateStatus *online = Q(s, account_updateStatus);

	block(s, s->owner, bob, true);
	talk_refused(s->w, bob, message(s, bob, s->owner), "400 USER_IS_BLOCKED");
	talk_refused(s->w, s->owner, message(s, s->owner, bob), "400 YOU_BLOCKED_USER");
	assert_true(TL_IS(userStatusEmpty, seen(s, 0)->status));
	assert_false(full(s, 0)->blocked); /* he is not told */
	world_pushes(s->w, s->owner.key);
	world_pushes(s->w, bob.key);
	typing->peer = world_peer(s->w, bob, s->owner.id);
	typing->action = &Q(s, sendMessageTypingAction)->o;
	talk_call(s->w, bob, &typing->o);
	talk_call(s->w, s->owner, &online->o);
	assert_null(world_update(world_pushes(s->w, s->owner.key), TL_updateUserTyping));
	assert_null(world_update(world_pushes(s->w, bob.key), TL_updateUserStatus));
	block(s, s->owner, bob, false);
	world_pushes(s->w, s->owner.key);
	talk_call(s->w, bob, message(s, bob, s->owner));
	talk_call(s->w, s->owner, message(s, s->owner, bob));
	talk_call(s->w, bob, &typing->o);
	assert_non_null(world_update(world_pushes(s->w, s->owner.key), TL_updateUserTyping));
	assert_true(TL_IS(userStatusOnline, seen(s, 0)->status));
}

static void test_birthdays(void **state)
{
	struct s *s = *state;
	struct tl_account_updateBirthday *q = Q(s, account_updateBirthday);
	struct tl_birthday *b = Q(s, birthday);
	struct tl_contacts_contactBirthdays *o;
	time_t now = (time_t)clock_unix();
	struct tm tm;

	q->birthday = &b->o;
	b->day = 30;
	b->month = 2;
	talk_refused(s->w, s->owner, &q->o, "400 BIRTHDAY_INVALID");
	b->month = 13;
	talk_refused(s->w, s->owner, &q->o, "400 BIRTHDAY_INVALID");
	gmtime_r(&now, &tm);
	b->day = tm.tm_mday;
	b->month = tm.tm_mon + 1;
	b->has_year = true;
	b->year = tm.tm_year + 1901;
	talk_refused(s->w, s->owner, &q->o, "400 BIRTHDAY_INVALID");
	b->year = 1990;
	talk_call(s->w, s->owner, &q->o);
	for (int i = 0; i < 2; i++) {
		add_contact(s, s->viewer[i], s->owner);
		o = TL_AS(contacts_contactBirthdays,
		          talk_call(s->w, s->viewer[i], &Q(s, contacts_getBirthdays)->o));
		assert_int_equal(o->contacts.n, i == 0); /* only whom she has as a contact is told */
	}
	q->birthday = NULL;
	talk_call(s->w, s->owner, &q->o);
	o = TL_AS(contacts_contactBirthdays, talk_call(s->w, s->viewer[0], &Q(s, contacts_getBirthdays)->o));
	assert_int_equal(o->contacts.n, 0);
}

/* A deleted account is nobody's contact, and its chats stay. */
static void test_deleted(void **state)
{
	struct s *s = *state;
	struct tl_account_deleteAccount *q = Q(s, account_deleteAccount);
	struct tl_contacts_contacts *o;

	add_contact(s, s->viewer[0], s->owner);
	q->reason = SLICE_LIT("");
	talk_call(s->w, s->owner, &q->o);
	o = TL_AS(contacts_contacts, talk_call(s->w, s->viewer[0], &Q(s, contacts_getContacts)->o));
	assert_int_equal(o->contacts.n, 0);
	assert_true(seen(s, 0)->deleted && !seen(s, 0)->contact);
	assert_int_equal(talk_top(s->w, s->viewer[0], s->owner), s->said[0]);
	talk_refused(s->w, s->viewer[0], message(s, s->viewer[0], s->owner), "400 INPUT_USER_DEACTIVATED");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {T(test_table), T(test_blocked), T(test_birthdays),
	                                   T(test_deleted)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
