/* test_users.c - accounts as others see them: names, numbers, presence, privacy, usernames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/users/view.h"
#include "world.h"

struct two {
	struct world *w;
	struct person a, b;
};

static int setup(void **state)
{
	struct two *t = calloc(1, sizeof(*t));

	t->w = world_new();
	t->a = world_person(t->w, "15550001", "Ann", "Alder");
	t->b = world_person(t->w, "15550002", "Bob", "");
	*state = t;
	return 0;
}

static void is(struct slice s, const char *text)
{
	if (!slice_eq(s, slice_str(text)))
		fail_msg("\"%.*s\" is not \"%s\"", (int)s.n, (const char *)s.p, text);
}

static struct tl_user *sees(struct two *t, struct person who, int64_t whom)
{
	struct tl_users_getUsers *q = Q(t, users_getUsers);
	struct tl_vector *v;

	q->id = tl_vec_new(world_arena(t->w), 1);
	q->id.v[0] = world_user(t->w, who, whom);
	v = TL_AS(vector, world_call(t->w, who, &q->o));
	assert_non_null(v);
	assert_int_equal(v->objs.n, 1);
	return TL_AS(user, v->objs.v[0]);
}

static void add_contact(struct two *t, struct person who, int64_t whom, const char *first, const char *phone)
{
	struct tl_contacts_addContact *q = Q(t, contacts_addContact);

	q->id = world_user(t->w, who, whom);
	q->first_name = slice_str(first);
	q->last_name = slice_str("");
	q->phone = slice_str(phone);
	assert_non_null(world_call(t->w, who, &q->o));
}

static void set_privacy(struct two *t, struct person who, uint16_t input_key, struct tl_obj *rule,
                        struct tl_obj *second)
{
	struct tl_account_setPrivacy *q = Q(t, account_setPrivacy);

	q->key = tl_new(world_arena(t->w), input_key, sizeof(struct tl_obj));
	q->rules = tl_vec_new(world_arena(t->w), second ? 2 : 1);
	q->rules.v[0] = rule;
	if (second)
		q->rules.v[1] = second;
	assert_non_null(world_call(t->w, who, &q->o));
}

static void go_online(struct two *t, struct person who, bool offline)
{
	struct tl_account_updateStatus *q = Q(t, account_updateStatus);

	q->offline = offline;
	assert_non_null(world_call(t->w, who, &q->o));
}

static void self_and_stranger(void **state)
{
	struct two *t = *state;
	struct tl_user *me = sees(t, t->a, t->a.id), *bob = sees(t, t->a, t->b.id);

	assert_true(me->self && me->has_access_hash && me->access_hash != 0);
	is(me->phone, "15550001");
	assert_false(bob->self || bob->contact || bob->mutual_contact || bob->min);
	is(bob->first_name, "Bob");
	assert_null(bob->last_name.p);
	assert_null(bob->phone.p); /* contacts only, until he says otherwise */
	assert_true(bob->has_access_hash);
	assert_int_not_equal(bob->access_hash, sees(t, t->b, t->b.id)->access_hash);
}

static void wrong_hash_is_nobody(void **state)
{
	struct two *t = *state;
	struct tl_users_getUsers *q = Q(t, users_getUsers);
	struct tl_users_getFullUser *full = Q(t, users_getFullUser);
	struct tl_inputUser *u;
	struct tl_vector *v;

	q->id = tl_vec_new(world_arena(t->w), 2);
	q->id.v[0] = world_user(t->w, t->b, t->b.id); /* another viewer's hash */
	q->id.v[1] = world_user(t->w, t->a, t->b.id);
	v = TL_AS(vector, world_call(t->w, t->a, &q->o));
	assert_int_equal(v->objs.n, 2);
	assert_true(TL_IS(userEmpty, v->objs.v[0]));
	assert_true(TL_IS(user, v->objs.v[1]));
	full->id = q->id.v[0];
	assert_null(world_call(t->w, t->a, &full->o));
	assert_string_equal(world_error(t->w), "400 USER_ID_INVALID");
	u = TL_AS(inputUser,
	          world_user(t->w, t->a, 999999999)); /* a right hash for nobody answers the same */
	full->id = &u->o;
	assert_null(world_call(t->w, t->a, &full->o));
	assert_string_equal(world_error(t->w), "400 USER_ID_INVALID");
}

static void names_and_numbers_of_contacts(void **state)
{
	struct two *t = *state;
	struct tl_user *u;

	add_contact(t, t->a, t->b.id, "Bobby", "+1 555-0002");
	u = sees(t, t->a, t->b.id);
	assert_true(u->contact);
	assert_false(u->mutual_contact);
	is(u->first_name, "Bobby");
	is(u->phone, "15550002"); /* he had the number before */
	u = sees(t, t->b, t->a.id);
	assert_false(u->contact);
	is(u->first_name, "Ann");
	is(u->phone, "15550001"); /* Ann shows hers to her contacts */
	add_contact(t, t->b, t->a.id, "Annie", "");
	u = sees(t, t->a, t->b.id);
	assert_true(u->contact && u->mutual_contact);
	is(u->first_name, "Bobby");
}

static void a_wrong_number_shows_nothing(void **state)
{
	struct two *t = *state;

	add_contact(t, t->a, t->b.id, "Bobby", "15550009");
	assert_null(sees(t, t->a, t->b.id)->phone.p);
}

static void presence(void **state)
{
	struct two *t = *state;
	struct tl_user *u;
	struct tl_obj *up;

	assert_null(sees(t, t->a, t->b.id)->status);
	add_contact(t, t->a, t->b.id, "Bob", "");
	world_pushes(t->w, t->a.key);
	go_online(t, t->b, false);
	u = sees(t, t->a, t->b.id);
	assert_true(TL_IS(userStatusOnline, u->status));
	up = world_update(world_pushes(t->w, t->a.key), TL_updateUserStatus);
	assert_non_null(up);
	assert_int_equal(TL_AS(updateUserStatus, up)->user_id, t->b.id);
	assert_true(TL_IS(userStatusOnline, TL_AS(updateUserStatus, up)->status));
	go_online(t, t->b, true);
	u = sees(t, t->a, t->b.id);
	assert_true(TL_IS(userStatusOffline, u->status));
}

static void hidden_presence_is_coarse_and_mutual(void **state)
{
	struct two *t = *state;
	struct arena *a = world_arena(t->w);
	struct tl_user *u;

	add_contact(t, t->a, t->b.id, "Bob", "");
	go_online(t, t->a, false);
	go_online(t, t->b, false);
	set_privacy(t, t->b, TL_inputPrivacyKeyStatusTimestamp, &TL_NEW(a, inputPrivacyValueDisallowAll)->o,
	            NULL);
	u = sees(t, t->a, t->b.id);
	assert_true(TL_IS(userStatusRecently, u->status));
	assert_false(TL_AS(userStatusRecently, u->status)->by_me);
	u = sees(t, t->b, t->a.id); /* who hides does not see */
	assert_true(TL_IS(userStatusRecently, u->status));
	assert_true(TL_AS(userStatusRecently, u->status)->by_me);
	world_pushes(t->w, t->a.key);
	go_online(t, t->b, true);
	assert_null(world_update(world_pushes(t->w, t->a.key), TL_updateUserStatus));
	assert_true(TL_IS(userStatusOffline, sees(t, t->b, t->b.id)->status));
}

static void named_exceptions_go_first(void **state)
{
	struct two *t = *state;
	struct arena *a = world_arena(t->w);
	struct tl_inputPrivacyValueAllowUsers *yes = TL_NEW(a, inputPrivacyValueAllowUsers);
	struct tl_inputPrivacyValueDisallowUsers *no = TL_NEW(a, inputPrivacyValueDisallowUsers);

	yes->users = tl_vec_new(a, 1);
	yes->users.v[0] = world_user(t->w, t->b, t->a.id);
	set_privacy(t, t->b, TL_inputPrivacyKeyPhoneNumber, &yes->o,
	            &TL_NEW(a, inputPrivacyValueDisallowAll)->o);
	is(sees(t, t->a, t->b.id)->phone, "15550002");
	no->users = yes->users;
	set_privacy(t, t->b, TL_inputPrivacyKeyPhoneNumber, &TL_NEW(a, inputPrivacyValueAllowAll)->o, &no->o);
	assert_null(sees(t, t->a, t->b.id)->phone.p);
}

static void privacy_is_kept_and_pushed(void **state)
{
	struct two *t = *state;
	struct arena *a = world_arena(t->w);
	struct tl_account_getPrivacy *q = Q(t, account_getPrivacy);
	struct tl_account_privacyRules *rules;
	struct tl_updatePrivacy *up;

	q->key = &TL_NEW(a, inputPrivacyKeyPhoneNumber)->o;
	rules = TL_AS(account_privacyRules, world_call(t->w, t->a, &q->o));
	assert_int_equal(rules->rules.n, 2);
	assert_true(TL_IS(privacyValueAllowContacts, rules->rules.v[0]));
	world_connect(t->w, t->a, t->a.key + 1, 158);
	set_privacy(t, t->a, TL_inputPrivacyKeyPhoneNumber, &TL_NEW(a, inputPrivacyValueAllowAll)->o, NULL);
	rules = TL_AS(account_privacyRules, world_call(t->w, t->a, &q->o));
	assert_int_equal(rules->rules.n, 1);
	assert_true(TL_IS(privacyValueAllowAll, rules->rules.v[0]));
	assert_null(world_update(world_pushes(t->w, t->a.key), TL_updatePrivacy));
	up = TL_AS(updatePrivacy, world_update(world_pushes(t->w, t->a.key + 1), TL_updatePrivacy));
	assert_non_null(up);
	assert_true(TL_IS(privacyKeyPhoneNumber, up->key));
	assert_int_equal(up->rules.n, 1);
}

static void try_username(struct two *t, struct person who, const char *name, const char *error)
{
	struct tl_account_updateUsername *q = Q(t, account_updateUsername);
	struct tl_obj *o;

	q->username = slice_str(name);
	o = world_call(t->w, who, &q->o);
	if (error) {
		assert_null(o);
		assert_string_equal(world_error(t->w), error);
	} else {
		assert_non_null(o);
		if (*name)
			is(TL_AS(user, o)->username, name);
		else
			assert_null(TL_AS(user, o)->username.p);
	}
}

static void usernames(void **state)
{
	static const char *const bad[] = {"abcd",
	                                  "1abcde",
	                                  "abc__def",
	                                  "abcde_",
	                                  "ab cde",
	                                  "_abcde",
	                                  "abcdefghijklmnopqrstuvwxyzabcdefg"};
	struct two *t = *state;
	struct tl_contacts_resolveUsername *q = Q(t, contacts_resolveUsername);
	struct tl_account_checkUsername *check = Q(t, account_checkUsername);
	struct tl_contacts_resolvedPeer *found;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		try_username(t, t->a, bad[i], "400 USERNAME_INVALID");
	try_username(t, t->a, "Ann_Alder", NULL);
	try_username(t, t->a, "Ann_Alder", "400 USERNAME_NOT_MODIFIED");
	try_username(t, t->a, "ann_alder", NULL); /* the same name otherwise written is one's own */
	try_username(t, t->b, "ANN_ALDER", "400 USERNAME_OCCUPIED");
	check->username = slice_str("ann_Alder");
	assert_int_equal(world_call(t->w, t->b, &check->o)->name, TL_boolFalse);
	check->username = slice_str("bob_alder");
	assert_int_equal(world_call(t->w, t->b, &check->o)->name, TL_boolTrue);
	q->username = slice_str("@Ann_ALDER");
	found = TL_AS(contacts_resolvedPeer, world_call(t->w, t->b, &q->o));
	assert_non_null(found);
	assert_int_equal(TL_AS(peerUser, found->peer)->user_id, t->a.id);
	assert_non_null(world_find_user(found->users, t->a.id));
	try_username(t, t->a, "", NULL);
	assert_null(world_call(t->w, t->b, &q->o));
	assert_string_equal(world_error(t->w), "400 USERNAME_NOT_OCCUPIED");
	try_username(t, t->b, "ann_alder", NULL);
}

static void profile(void **state)
{
	struct two *t = *state;
	struct tl_account_updateProfile *q = Q(t, account_updateProfile);
	struct tl_users_getFullUser *full = Q(t, users_getFullUser);
	struct tl_updateUserName *up;
	struct tl_users_userFull *f;

	add_contact(t, t->b, t->a.id, "Annie", "");
	world_pushes(t->w, t->b.key);
	world_connect(t->w, t->a, t->a.key + 1, 133);
	q->first_name = slice_str("  \xd8\xb2\xd9\x87\xd8\xb1\xd8\xa7 ");
	q->last_name = slice_str("");
	q->about = slice_str("salt");
	assert_non_null(world_call(t->w, t->a, &q->o));
	is(sees(t, t->a, t->a.id)->first_name, "\xd8\xb2\xd9\x87\xd8\xb1\xd8\xa7");
	up = TL_AS(updateUserName, world_update(world_pushes(t->w, t->a.key + 1), TL_updateUserName));
	assert_non_null(up);
	is(up->first_name, "\xd8\xb2\xd9\x87\xd8\xb1\xd8\xa7");
	up = TL_AS(updateUserName, world_update(world_pushes(t->w, t->b.key), TL_updateUserName));
	assert_non_null(up);
	is(up->first_name, "Annie"); /* Bob's own name for her stays */
	full->id = world_user(t->w, t->b, t->a.id);
	f = TL_AS(users_userFull, world_call(t->w, t->b, &full->o));
	assert_non_null(f);
	is(TL_AS(userFull, f->full_user)->about, "salt");
	assert_non_null(TL_AS(userFull, f->full_user)->settings);
	assert_non_null(TL_AS(userFull, f->full_user)->notify_settings);
	assert_non_null(world_find_user(f->users, t->a.id));
	q->first_name = slice_str(" \xe2\x80\x8b ");
	assert_null(world_call(t->w, t->a, &q->o));
	assert_string_equal(world_error(t->w), "400 FIRSTNAME_INVALID");
	q->first_name = slice_str("\xff");
	assert_null(world_call(t->w, t->a, &q->o));
	q->first_name = (struct slice){0};
	q->last_name = (struct slice){0};
	q->about = slice_str("0123456789012345678901234567890123456789012345678901234567890123456789x");
	assert_null(world_call(t->w, t->a, &q->o));
	assert_string_equal(world_error(t->w), "400 ABOUT_TOO_LONG");
}

static void service_account(void **state)
{
	struct two *t = *state;
	struct tl_user *u = sees(t, t->a, SERVICE_USER);

	assert_non_null(u);
	assert_true(u->verified && u->support);
	assert_null(u->status);
}

static void switches(void **state)
{
	struct two *t = *state;
	struct tl_account_setContactSignUpNotification *set = Q(t, account_setContactSignUpNotification);
	struct tl_account_getContactSignUpNotification *get = Q(t, account_getContactSignUpNotification);
	struct tl_account_setGlobalPrivacySettings *gset = Q(t, account_setGlobalPrivacySettings);
	struct tl_account_getGlobalPrivacySettings *gget = Q(t, account_getGlobalPrivacySettings);
	struct tl_globalPrivacySettings *s = Q(t, globalPrivacySettings);

	assert_int_equal(world_call(t->w, t->a, &get->o)->name, TL_boolFalse);
	set->silent = true;
	assert_int_equal(world_call(t->w, t->a, &set->o)->name, TL_boolTrue);
	assert_int_equal(world_call(t->w, t->a, &get->o)->name, TL_boolTrue);
	set->silent = false;
	assert_int_equal(world_call(t->w, t->a, &set->o)->name, TL_boolTrue);
	assert_int_equal(world_call(t->w, t->a, &get->o)->name, TL_boolFalse);
	s->hide_read_marks = true;
	s->new_noncontact_peers_require_premium = true;
	gset->settings = &s->o;
	assert_non_null(world_call(t->w, t->a, &gset->o));
	s = TL_AS(globalPrivacySettings, world_call(t->w, t->a, &gget->o));
	assert_true(s->hide_read_marks);
	assert_false(
		s->new_noncontact_peers_require_premium); /* there is no premium: not kept, and said so */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(self_and_stranger, setup, world_teardown),
		cmocka_unit_test_setup_teardown(wrong_hash_is_nobody, setup, world_teardown),
		cmocka_unit_test_setup_teardown(names_and_numbers_of_contacts, setup, world_teardown),
		cmocka_unit_test_setup_teardown(a_wrong_number_shows_nothing, setup, world_teardown),
		cmocka_unit_test_setup_teardown(presence, setup, world_teardown),
		cmocka_unit_test_setup_teardown(hidden_presence_is_coarse_and_mutual, setup, world_teardown),
		cmocka_unit_test_setup_teardown(named_exceptions_go_first, setup, world_teardown),
		cmocka_unit_test_setup_teardown(privacy_is_kept_and_pushed, setup, world_teardown),
		cmocka_unit_test_setup_teardown(usernames, setup, world_teardown),
		cmocka_unit_test_setup_teardown(profile, setup, world_teardown),
		cmocka_unit_test_setup_teardown(service_account, setup, world_teardown),
		cmocka_unit_test_setup_teardown(switches, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
