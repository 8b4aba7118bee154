/* test_contacts.c - address books: imports, those who join later, lists, search, blocks, links. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

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
	t->b = world_person(t->w, "15550002", "\xd8\xb9\xd9\x84\xd9\x8a",
	                    "Bahrami"); /* Ali, with an Arabic yeh */
	*state = t;
	return 0;
}

static struct tl_obj *book_entry(struct two *t, int64_t client_id, const char *phone, const char *first)
{
	struct tl_inputPhoneContact *c = Q(t, inputPhoneContact);

	c->client_id = client_id;
	c->phone = slice_str(phone);
	c->first_name = slice_str(first);
	c->last_name = slice_str("");
	return &c->o;
}

static struct tl_contacts_importedContacts *import(struct two *t, struct person who, struct tl_obj *one,
                                                   struct tl_obj *two)
{
	struct tl_contacts_importContacts *q = Q(t, contacts_importContacts);
	struct tl_contacts_importedContacts *o;

	q->contacts = tl_vec_new(world_arena(t->w), two ? 2 : 1);
	q->contacts.v[0] = one;
	if (two)
		q->contacts.v[1] = two;
	o = TL_AS(contacts_importedContacts, world_call(t->w, who, &q->o));
	assert_non_null(o);
	return o;
}

static struct tl_contacts_contacts *list(struct two *t, struct person who)
{
	struct tl_contacts_getContacts *q = Q(t, contacts_getContacts);

	return TL_AS(contacts_contacts, world_call(t->w, who, &q->o));
}

static void imports(void **state)
{
	struct two *t = *state;
	struct tl_contacts_importedContacts *o;
	struct tl_contacts_contacts *l;
	struct tl_contacts_getStatuses *statuses = Q(t, contacts_getStatuses);

	o = import(t, t->a, book_entry(t, 7, "+1 (555) 0002", "Ali B"),
	           book_entry(t, 8, "15550077", "Nobody yet"));
	assert_int_equal(o->imported.n, 1);
	assert_int_equal(TL_AS(importedContact, o->imported.v[0])->client_id, 7);
	assert_int_equal(TL_AS(importedContact, o->imported.v[0])->user_id, t->b.id);
	assert_int_equal(o->users.n, 1);
	assert_true(TL_AS(user, o->users.v[0])->contact);
	assert_true(slice_eq(TL_AS(user, o->users.v[0])->first_name, SLICE_LIT("Ali B")));
	l = list(t, t->a);
	assert_int_equal(l->contacts.n, 1);
	assert_int_equal(l->saved_count, 1);
	assert_false(TL_AS(contact, l->contacts.v[0])->mutual);
	assert_int_equal(list(t, t->b)->contacts.n, 0);
	assert_int_equal(TL_AS(vector, world_call(t->w, t->a, &statuses->o))->objs.n, 0);
}

/* api.md 4.3, computed here again: clients send it to say what they have. */
static int64_t contacts_hash(struct tl_contacts_contacts *l)
{
	uint64_t h = 0, v;

	for (uint32_t i = 0; i <= l->contacts.n; i++) {
		v = i ? (uint64_t)TL_AS(contact, l->contacts.v[i - 1])->user_id : (uint64_t)l->saved_count;
		h ^= h >> 21;
		h ^= h << 35;
		h ^= h >> 4;
		h += v;
	}
	return (int64_t)h;
}

static void not_modified_only_on_the_right_hash(void **state)
{
	struct two *t = *state;
	struct tl_contacts_getContacts *q = Q(t, contacts_getContacts);

	import(t, t->a, book_entry(t, 7, "15550002", "Ali"), NULL);
	q->hash = contacts_hash(list(t, t->a));
	assert_true(TL_IS(contacts_contactsNotModified, world_call(t->w, t->a, &q->o)));
	q->hash++;
	assert_true(TL_IS(contacts_contacts, world_call(t->w, t->a, &q->o)));
}

static void who_hides_is_not_found(void **state)
{
	struct two *t = *state;
	struct tl_account_setPrivacy *q = Q(t, account_setPrivacy);
	struct tl_contacts_resolvePhone *phone = Q(t, contacts_resolvePhone);

	phone->phone = slice_str("15550002");
	assert_non_null(world_call(t->w, t->a, &phone->o));
	q->key = &Q(t, inputPrivacyKeyAddedByPhone)->o;
	q->rules = tl_vec_new(world_arena(t->w), 2);
	q->rules.v[0] = &Q(t, inputPrivacyValueAllowContacts)->o;
	q->rules.v[1] = &Q(t, inputPrivacyValueDisallowAll)->o;
	assert_non_null(world_call(t->w, t->b, &q->o));
	assert_int_equal(import(t, t->a, book_entry(t, 7, "15550002", "Ali"), NULL)->imported.n, 0);
	assert_null(world_call(t->w, t->a, &phone->o));
	assert_string_equal(world_error(t->w), "400 PHONE_NOT_OCCUPIED");
	/* Bob knows Ann: she may find him. */
	import(t, t->b, book_entry(t, 1, "15550001", "Ann"), NULL);
	assert_int_equal(import(t, t->a, book_entry(t, 7, "15550002", "Ali"), NULL)->imported.n, 1);
}

static void somebody_joins(void **state)
{
	struct two *t = *state;
	struct tl_updateNewMessage *up;
	struct tl_messageService *m;
	struct tl_contacts_contacts *l;
	struct person carl;
	struct tl_vec pushes;

	import(t, t->a, book_entry(t, 9, "15550033", "Carl of Ann"), NULL);
	world_pushes(t->w, t->a.key);
	carl = world_person(t->w, "15550033", "Carl", "Own");
	l = list(t, t->a);
	assert_int_equal(l->contacts.n, 1);
	assert_true(slice_eq(world_find_user(l->users, carl.id)->first_name, SLICE_LIT("Carl of Ann")));
	pushes = world_pushes(t->w, t->a.key);
	up = TL_AS(updateNewMessage, world_update(pushes, TL_updateNewMessage));
	assert_non_null(up);
	m = TL_AS(messageService, up->message);
	assert_non_null(m);
	assert_true(TL_IS(messageActionContactSignUp, m->action));
	assert_int_equal(TL_AS(peerUser, m->peer_id)->user_id, carl.id);
	assert_int_equal(up->pts, 2);
	assert_int_equal(up->pts_count, 1);
	assert_int_equal(world_pushes(t->w, carl.key).n, 0); /* he does not hear who waited */
}

static void removal(void **state)
{
	struct two *t = *state;
	struct tl_contacts_deleteContacts *q = Q(t, contacts_deleteContacts);
	struct tl_contacts_deleteByPhones *p = Q(t, contacts_deleteByPhones);
	struct slice *phones = ARENA_ARRAY(world_arena(t->w), struct slice, 1);
	struct tl_updates *u;

	import(t, t->a, book_entry(t, 7, "15550002", "Ali"), NULL);
	world_connect(t->w, t->a, t->a.key + 1, 204);
	q->id = tl_vec_new(world_arena(t->w), 1);
	q->id.v[0] = world_user(t->w, t->a, t->b.id);
	u = TL_AS(updates, world_call(t->w, t->a, &q->o));
	assert_non_null(u);
	assert_true(TL_IS(updatePeerSettings, u->updates.v[0]));
	assert_false(world_find_user(u->users, t->b.id)->contact);
	assert_non_null(world_update(world_pushes(t->w, t->a.key + 1), TL_updatePeerSettings));
	assert_int_equal(list(t, t->a)->contacts.n, 0);
	u = TL_AS(updates, world_call(t->w, t->a, &q->o)); /* again: nothing happens */
	assert_non_null(u);
	assert_int_equal(u->updates.n, 0);
	import(t, t->a, book_entry(t, 7, "15550002", "Ali"), NULL);
	phones[0] = SLICE_LIT("+15550002");
	p->phones = (struct tl_vec_str){phones, 1};
	assert_int_equal(world_call(t->w, t->a, &p->o)->name, TL_boolTrue);
	assert_int_equal(list(t, t->a)->contacts.n, 0);
}

static void refusals(void **state)
{
	struct two *t = *state;
	struct tl_contacts_addContact *q = Q(t, contacts_addContact);
	struct tl_contacts_acceptContact *accept = Q(t, contacts_acceptContact);

	q->first_name = slice_str("Me");
	q->last_name = q->phone = slice_str("");
	q->id = world_user(t->w, t->a, t->a.id);
	assert_null(world_call(t->w, t->a, &q->o));
	assert_string_equal(world_error(t->w), "400 CONTACT_ID_INVALID");
	q->id = world_user(t->w, t->a, t->b.id);
	q->first_name = slice_str("  ");
	assert_null(world_call(t->w, t->a, &q->o));
	assert_string_equal(world_error(t->w), "400 CONTACT_NAME_EMPTY");
	accept->id = q->id;
	assert_null(world_call(t->w, t->a, &accept->o));
	assert_string_equal(world_error(t->w), "400 CONTACT_REQ_MISSING");
	import(t, t->b, book_entry(t, 1, "15550001", "Ann"), NULL);
	assert_non_null(world_call(t->w, t->a, &accept->o));
	assert_true(TL_AS(contact, list(t, t->a)->contacts.v[0])->mutual);
}

static void add_with_a_phone_exception(void **state)
{
	struct two *t = *state;
	struct tl_contacts_addContact *q = Q(t, contacts_addContact);
	struct tl_account_setPrivacy *hide = Q(t, account_setPrivacy);
	struct tl_account_getPrivacy *get = Q(t, account_getPrivacy);
	struct tl_account_privacyRules *rules;

	hide->key = get->key = &Q(t, inputPrivacyKeyPhoneNumber)->o;
	hide->rules = tl_vec_new(world_arena(t->w), 1);
	hide->rules.v[0] = &Q(t, inputPrivacyValueDisallowAll)->o;
	assert_non_null(world_call(t->w, t->a, &hide->o));
	q->first_name = slice_str("Ali");
	q->last_name = q->phone = slice_str("");
	q->id = world_user(t->w, t->a, t->b.id);
	q->add_phone_privacy_exception = true;
	assert_non_null(world_call(t->w, t->a, &q->o));
	rules = TL_AS(account_privacyRules, world_call(t->w, t->a, &get->o));
	assert_int_equal(rules->rules.n, 2);
	assert_int_equal(TL_AS(privacyValueAllowUsers, rules->rules.v[0])->users.v[0], t->b.id);
	assert_non_null(world_find_user(rules->users, t->b.id));
}

static struct tl_contacts_found *search(struct two *t, struct person who, const char *text)
{
	struct tl_contacts_search *q = Q(t, contacts_search);

	q->q = slice_str(text);
	q->limit = 20;
	return TL_AS(contacts_found, world_call(t->w, who, &q->o));
}

static void searching(void **state)
{
	struct two *t = *state;
	struct tl_account_updateUsername *name = Q(t, account_updateUsername);
	struct tl_contacts_found *f;

	name->username = slice_str("Ali_Bahrami");
	assert_non_null(world_call(t->w, t->b, &name->o));
	f = search(t, t->a, "ali_b");
	assert_int_equal(f->my_results.n, 0);
	assert_int_equal(f->results.n, 1);
	assert_int_equal(TL_AS(peerUser, f->results.v[0])->user_id, t->b.id);
	assert_non_null(world_find_user(f->users, t->b.id));
	assert_int_equal(search(t, t->a, "ali")->results.n, 0); /* too short for strangers */
	import(t, t->a, book_entry(t, 7, "15550002", "\xd8\xb9\xd9\x84\xd9\x8a Neighbour"), NULL);
	f = search(t, t->a, "neigh \xd8\xb9\xd9\x84\xdb\x8c"); /* a Persian yeh finds the Arabic one */
	assert_int_equal(f->my_results.n, 1);
	assert_int_equal(f->results.n, 0);
	f = search(t, t->a, "ali_b"); /* known: not among the strangers */
	assert_int_equal(f->my_results.n, 1);
	assert_int_equal(f->results.n, 0);
	assert_null(search(t, t->a, "  "));
	assert_string_equal(world_error(t->w), "400 SEARCH_QUERY_EMPTY");
}

static void blocking(void **state)
{
	struct two *t = *state;
	struct tl_contacts_block *q = Q(t, contacts_block);
	struct tl_contacts_unblock *un = Q(t, contacts_unblock);
	struct tl_contacts_getBlocked *get = Q(t, contacts_getBlocked);
	struct tl_account_updateStatus *online = Q(t, account_updateStatus);
	struct tl_users_getFullUser *full = Q(t, users_getFullUser);
	struct tl_contacts_blocked *l;
	struct tl_updatePeerBlocked *up;
	struct tl_users_userFull *f;

	assert_non_null(world_call(t->w, t->a, &online->o));
	world_connect(t->w, t->a, t->a.key + 1, 146);
	q->id = un->id = world_peer(t->w, t->a, t->b.id);
	assert_int_equal(world_call(t->w, t->a, &q->o)->name, TL_boolTrue);
	up = TL_AS(updatePeerBlocked, world_update(world_pushes(t->w, t->a.key + 1), TL_updatePeerBlocked));
	assert_non_null(up);
	assert_true(up->blocked);
	assert_int_equal(world_call(t->w, t->a, &q->o)->name, TL_boolTrue);
	assert_int_equal(world_pushes(t->w, t->a.key + 1).n, 0); /* was so already */
	get->limit = 10;
	l = TL_AS(contacts_blocked, world_call(t->w, t->a, &get->o));
	assert_int_equal(l->blocked.n, 1);
	assert_non_null(world_find_user(l->users, t->b.id));
	full->id = world_user(t->w, t->a, t->b.id);
	f = TL_AS(users_userFull, world_call(t->w, t->a, &full->o));
	assert_true(TL_AS(userFull, f->full_user)->blocked);
	full->id = world_user(t->w, t->b, t->a.id);
	f = TL_AS(users_userFull, world_call(t->w, t->b, &full->o));
	assert_false(TL_AS(userFull, f->full_user)->blocked); /* he is not told */
	assert_true(TL_IS(userStatusEmpty, world_find_user(f->users, t->a.id)->status));
	assert_int_equal(world_call(t->w, t->a, &un->o)->name, TL_boolTrue);
	l = TL_AS(contacts_blocked, world_call(t->w, t->a, &get->o));
	assert_int_equal(l->blocked.n, 0);
	q->id = world_peer(t->w, t->a, t->a.id);
	assert_null(world_call(t->w, t->a, &q->o));
	q->id = world_peer(t->w, t->b, t->b.id); /* not Ann's hash */
	assert_null(world_call(t->w, t->a, &q->o));
	assert_string_equal(world_error(t->w), "400 PEER_ID_INVALID");
}

static void links(void **state)
{
	struct two *t = *state;
	struct tl_contacts_exportContactToken *out = Q(t, contacts_exportContactToken);
	struct tl_contacts_importContactToken *in = Q(t, contacts_importContactToken);
	struct tl_exportedContactToken *token;
	struct tl_obj *o;
	uint8_t *copy;

	token = TL_AS(exportedContactToken, world_call(t->w, t->b, &out->o));
	assert_non_null(token);
	in->token = slice_of(token->url.p + strlen("tg://contact?token="),
	                     token->url.n - strlen("tg://contact?token="));
	o = world_call(t->w, t->a, &in->o);
	assert_int_equal(TL_AS(user, o)->id, t->b.id);
	copy = arena_alloc(world_arena(t->w), in->token.n);
	memcpy(copy, in->token.p, in->token.n);
	copy[0] = copy[0] == '0' ? '1' : '0'; /* another account */
	in->token.p = copy;
	assert_null(world_call(t->w, t->a, &in->o));
	assert_string_equal(world_error(t->w), "400 TOKEN_INVALID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(imports, setup, world_teardown),
		cmocka_unit_test_setup_teardown(not_modified_only_on_the_right_hash, setup, world_teardown),
		cmocka_unit_test_setup_teardown(who_hides_is_not_found, setup, world_teardown),
		cmocka_unit_test_setup_teardown(somebody_joins, setup, world_teardown),
		cmocka_unit_test_setup_teardown(removal, setup, world_teardown),
		cmocka_unit_test_setup_teardown(refusals, setup, world_teardown),
		cmocka_unit_test_setup_teardown(add_with_a_phone_exception, setup, world_teardown),
		cmocka_unit_test_setup_teardown(searching, setup, world_teardown),
		cmocka_unit_test_setup_teardown(blocking, setup, world_teardown),
		cmocka_unit_test_setup_teardown(links, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
