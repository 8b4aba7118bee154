/* test_sessions.c - authorisations: whose a key is, what is carried to other DCs, who may end what, QR codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "domain/auth/session.h"
#include "store/authorization.h"
#include "updates/online.h"
#include "world.h"

enum { DAY = 86400, LIMIT = 100 };

struct s {
	struct world *w;
	struct person a, b;
};

static int setup(void **state)
{
	struct s *s = calloc(1, sizeof(*s));

	s->w = world_new();
	s->a = world_person(s->w, "9996610001", "Ann", "");
	s->b = world_person(s->w, "9996620002", "Bob", "");
	*state = s;
	return 0;
}

static struct tl_obj *by_key(struct s *s, struct person p, int64_t key, const struct tl_obj *q)
{
	return world_call_as(s->w, p, key, TL_LAYER_MAX, q);
}

static void error_is(struct s *s, const struct tl_obj *answer, const char *text)
{
	assert_null(answer);
	assert_string_equal(world_error(s->w), text);
}

static int put(struct rpc_call *c, void *arg)
{
	struct store_authorization *z = arg;

	z->created = z->active = c->now - z->active;
	z->device = z->system = z->app = z->country = SLICE_LIT("x");
	z->ip = SLICE_LIT("127.0.0.1");
	return store_authorization_put(c->db, z);
}

/* An authorisation that began, and was used, `ago` seconds ago; its hash is its key. It is connected. */
static void signed_in(struct s *s, struct person p, int64_t key, unixtime_t ago)
{
	struct store_authorization z = {.user_id = p.id, .key_id = key, .hash = key, .active = ago};

	assert_int_equal(world_write(s->w, put, &z), 0);
	world_connect(s->w, p, key, TL_LAYER_MAX);
}

/* Whose an authorisation's key is now, as the connections know it. */
static bool is_his(struct s *s, struct person p, int64_t key)
{
	struct upd_online_key keys[LIMIT + 10];
	size_t n = upd_online_keys(world_app(s->w)->online, p.id, keys, LIMIT + 10);

	for (size_t i = 0; i < n; i++)
		if (keys[i].key == key)
			return true;
	return false;
}

static uint32_t count(struct s *s, struct person p, int64_t by, int *ret_current)
{
	struct tl_obj *o = by_key(s, p, by, &Q(s, account_getAuthorizations)->o);
	struct tl_vec v = TL_AS(account_authorizations, o)->authorizations;

	*ret_current = 0;
	for (uint32_t i = 0; i < v.n; i++)
		*ret_current += TL_AS(authorization, v.v[i])->current;
	return v.n;
}

static struct tl_obj *sign_in(struct s *s, struct person caller, int64_t key, const char *phone)
{
	struct tl_auth_sendCode *send = Q(s, auth_sendCode);
	struct tl_auth_signIn *q = Q(s, auth_signIn);
	char code[6] = {phone[5], phone[5], phone[5], phone[5], phone[5]};
	struct tl_obj *o;

	send->phone_number = slice_str(phone);
	send->api_hash = SLICE_LIT("x");
	send->settings = &Q(s, codeSettings)->o;
	o = by_key(s, caller, key, &send->o);
	assert_non_null(o);
	q->phone_number = slice_str(phone);
	q->phone_code_hash = TL_AS(auth_sentCode, o)->phone_code_hash;
	q->phone_code = arena_str(world_arena(s->w), code);
	return by_key(s, caller, key, &q->o);
}

static struct tl_obj *carry(struct s *s, struct person p, int64_t from, int64_t to)
{
	struct tl_auth_exportAuthorization *q = Q(s, auth_exportAuthorization);
	struct tl_auth_importAuthorization *in = Q(s, auth_importAuthorization);
	struct tl_auth_exportedAuthorization *out;

	q->dc_id = 4;
	out = TL_AS(auth_exportedAuthorization, by_key(s, p, from, &q->o));
	assert_non_null(out);
	in->id = out->id;
	in->bytes = out->bytes;
	world_connect(s->w, (struct person){0}, to, TL_LAYER_MAX);
	return by_key(s, (struct person){0}, to, &in->o);
}

/* What is carried to another DC is the same authorisation: it is listed once, and ends with the one it came from. */
static void test_import(void **state)
{
	struct s *s = *state;
	struct tl_account_resetAuthorization *end = Q(s, account_resetAuthorization);
	int64_t main_key = s->a.key, other = main_key + 1, far = main_key + 5, farther = main_key + 6;
	int current;

	signed_in(s, s->a, main_key, 2 * DAY);
	signed_in(s, s->a, other, DAY);
	error_is(s, carry(s, s->b, s->b.key, far), "400 AUTH_BYTES_INVALID"); /* listed nowhere */
	assert_non_null(carry(s, s->a, other, far));
	assert_true(is_his(s, s->a, far));
	assert_non_null(carry(s, s->a, far, farther));
	assert_true(is_his(s, s->a, farther));
	assert_int_equal(count(s, s->a, main_key, &current), 2);
	assert_int_equal(current, 1);
	assert_int_equal(count(s, s->a, far, &current), 2); /* speaks for the one it came from */
	assert_int_equal(current, 1);
	end->hash = other;
	error_is(s, by_key(s, s->a, far, &end->o), "400 HASH_INVALID"); /* that is itself */
	assert_non_null(by_key(s, s->a, main_key, &end->o));
	assert_false(is_his(s, s->a, other));
	assert_false(is_his(s, s->a, far));
	assert_false(is_his(s, s->a, farther));
	assert_true(is_his(s, s->a, main_key));

	/* Logging out there is logging out here. */
	assert_non_null(carry(s, s->a, main_key, far));
	assert_non_null(by_key(s, s->a, far, &Q(s, auth_logOut)->o));
	assert_false(is_his(s, s->a, far));
	assert_false(is_his(s, s->a, main_key));
}

/* A key that somebody else signs in on is his alone. */
static void test_another_account(void **state)
{
	struct s *s = *state;
	int64_t key = s->a.key;
	int current;

	signed_in(s, s->a, key, 2 * DAY);
	signed_in(s, s->a, key + 1, 2 * DAY);
	assert_non_null(carry(s, s->a, key, key + 5));
	assert_non_null(sign_in(s, s->a, key, "9996620002"));
	assert_true(is_his(s, s->b, key));
	assert_false(is_his(s, s->a, key));
	assert_false(is_his(s, s->a, key + 5));
	assert_int_equal(count(s, s->a, key + 1, &current), 1);
	assert_int_equal(count(s, s->b, key, &current), 1);
	assert_int_equal(current, 1);
}

/* For a day, a newcomer ends only what came after him. */
static void test_fresh(void **state)
{
	struct s *s = *state;
	struct tl_account_resetAuthorization *q = Q(s, account_resetAuthorization);
	struct tl_obj *all = &Q(s, auth_resetAuthorizations)->o;
	int64_t old = s->a.key, fresh = old + 1, fresher = old + 2;

	signed_in(s, s->a, old, 2 * DAY);
	signed_in(s, s->a, fresh, DAY / 2);
	signed_in(s, s->a, fresher, 60);
	q->hash = old;
	error_is(s, by_key(s, s->a, fresh, &q->o), "406 FRESH_RESET_AUTHORISATION_FORBIDDEN");
	error_is(s, by_key(s, s->a, fresh, all), "406 FRESH_RESET_AUTHORISATION_FORBIDDEN");
	assert_true(is_his(s, s->a, fresher)); /* all or nothing */
	q->hash = fresher;
	assert_non_null(by_key(s, s->a, fresh, &q->o));
	assert_false(is_his(s, s->a, fresher));
	q->hash = 999;
	error_is(s, by_key(s, s->a, old, &q->o), "400 HASH_INVALID");
	assert_non_null(by_key(s, s->a, old, all));
	assert_false(is_his(s, s->a, fresh));
	assert_true(is_his(s, s->a, old));
}

/* One more than an account may have: whoever was away longest makes room. */
static void test_too_many(void **state)
{
	struct s *s = *state;
	int current;

	for (int i = 0; i < LIMIT; i++)
		signed_in(s, s->a, s->a.key + i, i == 40 ? 9 * DAY : DAY);
	world_connect(s->w, (struct person){0}, 77, TL_LAYER_MAX);
	assert_non_null(sign_in(s, (struct person){0}, 77, "9996610001"));
	assert_int_equal(count(s, s->a, 77, &current), LIMIT);
	assert_int_equal(current, 1);
	assert_false(is_his(s, s->a, s->a.key + 40));
	assert_true(is_his(s, s->a, 77));
}

static void test_qr(void **state)
{
	struct s *s = *state;
	struct tl_auth_exportLoginToken *show = Q(s, auth_exportLoginToken);
	struct tl_auth_acceptLoginToken *accept = Q(s, auth_acceptLoginToken);
	struct tl_auth_loginToken *t;
	struct tl_authorization *told;
	struct tl_vec pushes, list;
	struct tl_obj *o;
	bool seen = false;

	signed_in(s, s->a, s->a.key, DAY);
	world_connect(s->w, (struct person){0}, 77, TL_LAYER_MAX);
	show->api_hash = SLICE_LIT("x");
	show->except_ids = (struct tl_vec_long){ARENA_ARRAY(world_arena(s->w), int64_t, 1), 0};
	t = TL_AS(auth_loginToken, by_key(s, (struct person){0}, 77, &show->o));
	assert_non_null(t);
	o = by_key(s, (struct person){0}, 77, &show->o); /* the same until it is over */
	assert_true(slice_eq(TL_AS(auth_loginToken, o)->token, t->token));
	accept->token = SLICE_LIT("none");
	error_is(s, by_key(s, s->a, s->a.key, &accept->o), "400 AUTH_TOKEN_INVALID");
	accept->token = t->token;
	told = TL_AS(authorization, by_key(s, s->a, s->a.key, &accept->o));
	assert_non_null(told);
	error_is(s, by_key(s, s->a, s->a.key, &accept->o), "400 AUTH_TOKEN_ALREADY_ACCEPTED");
	pushes = world_pushes(s->w, 77);
	assert_non_null(world_update(pushes, TL_updateLoginToken));
	o = by_key(s, (struct person){0}, 77, &show->o);
	assert_true(o && TL_IS(auth_loginTokenSuccess, o));
	assert_true(is_his(s, s->a, 77));
	/* Under the hash that was told, and known already: a device of the account confirmed it. */
	o = by_key(s, s->a, s->a.key, &Q(s, account_getAuthorizations)->o);
	list = TL_AS(account_authorizations, o)->authorizations;
	assert_int_equal(list.n, 2);
	for (uint32_t i = 0; i < list.n; i++) {
		struct tl_authorization *z = TL_AS(authorization, list.v[i]);

		seen = seen || (z->hash == told->hash && !z->current && !z->unconfirmed);
	}
	assert_true(seen);
}

static void test_quiet_arrival(void **state)
{
	struct s *s = *state;
	struct tl_contacts_importContacts *in = Q(s, contacts_importContacts);
	struct tl_auth_signUp *up = Q(s, auth_signUp);

	for (int quiet = 0; quiet < 2; quiet++) {
		const char *phone = quiet ? "9996630004" : "9996630003";
		struct tl_inputPhoneContact *c = Q(s, inputPhoneContact);
		struct tl_auth_sendCode *send = Q(s, auth_sendCode);
		struct tl_auth_signIn *q = Q(s, auth_signIn);
		struct tl_vec pushes;
		struct tl_obj *o;

		c->phone = slice_str(phone);
		c->first_name = SLICE_LIT("Joe");
		c->last_name = SLICE_LIT("");
		in->contacts = tl_vec_new(world_arena(s->w), 1);
		in->contacts.v[0] = &c->o;
		assert_non_null(world_call(s->w, s->a, &in->o));
		send->phone_number = slice_str(phone);
		send->api_hash = SLICE_LIT("x");
		send->settings = &Q(s, codeSettings)->o;
		o = by_key(s, (struct person){0}, 77, &send->o);
		q->phone_number = up->phone_number = slice_str(phone);
		q->phone_code_hash = up->phone_code_hash = TL_AS(auth_sentCode, o)->phone_code_hash;
		q->phone_code = SLICE_LIT("33333");
		assert_non_null(by_key(s, (struct person){0}, 77, &q->o));
		up->first_name = SLICE_LIT("Joseph");
		up->last_name = SLICE_LIT("");
		up->no_joined_notifications = quiet;
		assert_non_null(by_key(s, (struct person){0}, 77, &up->o));
		pushes = world_pushes(s->w, s->a.key);
		assert_int_equal(world_update(pushes, TL_updateNewMessage) != NULL, !quiet);
		assert_non_null(world_update(pushes, TL_updatePeerSettings)); /* a contact all the same */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_import, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_another_account, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_fresh, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_qr, setup, world_teardown),
		cmocka_unit_test_setup_teardown(test_quiet_arrival, setup, world_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
