/* test_sign.c - proving numbers, signing in and up, who may; and another number for an account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/auth/invite.h"
#include "domain/users/view.h"
#include "signing.h"
#include "store/authorization.h"
#include "store/invite.h"
#include "store/phone_code.h"

struct inviting {
	unixtime_t expires;
	int uses;
	char code[64];
	bool revoke;
};

static int invite(struct rpc_call *c, void *arg)
{
	struct inviting *x = arg;
	struct slice code;
	int r;

	if (x->revoke)
		return store_invite_delete(c->db, slice_str(x->code));
	r = invite_new(c, SLICE_LIT("for Bob"), x->expires, x->uses, &code);
	if (r == 0)
		snprintf(x->code, sizeof(x->code), "%.*s", (int)code.n, (const char *)code.p);
	return r;
}

static void test_open(void **state)
{
	struct s *s = *state;
	struct tl_auth_authorization *z;
	struct tl_obj *o;

	assert_true(signing_send_code(s, 1, "+999 661 2345"));
	assert_int_equal(s->length, 5);
	assert_null(signing_up(s, 1, TEST_NUMBER, "Bob"));
	signing_error_is(s, "400 PHONE_CODE_EMPTY"); /* not proven yet */
	assert_null(signing_in(s, 1, TEST_NUMBER, ""));
	signing_error_is(s, "400 PHONE_CODE_EMPTY");
	assert_null(signing_in(s, 1, TEST_NUMBER, "11112"));
	signing_error_is(s, "400 PHONE_CODE_INVALID");
	o = signing_in(s, 1, TEST_NUMBER, "11111");
	assert_true(o && TL_IS(auth_authorizationSignUpRequired, o));
	assert_null(signing_up(s, 1, TEST_NUMBER, " "));
	signing_error_is(s, "400 FIRSTNAME_INVALID");
	z = TL_AS(auth_authorization, signing_up(s, 1, TEST_NUMBER, "Bob"));
	assert_non_null(z);
	assert_true(TL_AS(user, z->user)->self);
	assert_null(signing_up(s, 1, TEST_NUMBER, "Bob"));
	signing_error_is(s, "400 PHONE_CODE_EXPIRED"); /* once */
}

static void test_tries(void **state)
{
	struct s *s = *state;

	assert_true(signing_send_code(s, 1, TEST_NUMBER));
	for (int i = 0; i < 5; i++) {
		assert_null(signing_in(s, 1, TEST_NUMBER, "00000"));
		signing_error_is(s, "400 PHONE_CODE_INVALID");
	}
	assert_null(signing_in(s, 1, TEST_NUMBER, "11111"));
	signing_error_is(s, "400 PHONE_CODE_EXPIRED");
	assert_false(signing_send_code(s, 1, "12"));
	signing_error_is(s, "400 PHONE_NUMBER_INVALID");
}

static int make_old(struct rpc_call *c, void *arg)
{
	struct store_phone_code code;
	int r = store_phone_code_get(c->db, *(struct slice *)arg, &c->arena, &code);

	if (r < 0)
		return r;
	assert_int_equal(code.expires - c->now, 300);
	code.expires = c->now - 1;
	return store_phone_code_put(c->db, &code);
}

/* A code lives five minutes, and a number is asked about so often and no more. */
static void test_time(void **state)
{
	struct s *s = *state;
	struct slice first;
	int sent = 0;

	assert_true(signing_send_code(s, 1, TEST_NUMBER));
	first = s->hash;
	assert_int_equal(world_write(s->w, make_old, &first), 0);
	assert_null(signing_in(s, 1, TEST_NUMBER, "11111"));
	signing_error_is(s, "400 PHONE_CODE_EXPIRED");
	while (sent < 100 && signing_send_code(s, 1, TEST_NUMBER))
		sent++;
	assert_in_range(sent, 30, 70);
	signing_error_is(s, "420 FLOOD_WAIT_3");
	assert_true(signing_send_code(s, 1, STRANGER)); /* another number */
}

static void test_closed(void **state)
{
	struct s *s = *state;

	world_app(s->w)->signup = APP_SIGNUP_CLOSED;
	assert_true(signing_send_code(s, 1, TEST_NUMBER));
	assert_non_null(signing_in(s, 1, TEST_NUMBER, "11111"));
	assert_null(signing_up(s, 1, TEST_NUMBER, "Bob"));
	signing_error_is(s, "403 SIGN_UP_CLOSED");
	/* Who has an account signs in as ever. */
	assert_true(signing_send_code(s, 2, "15550001"));
	assert_non_null(signing_in(s, 2, "15550001", signing_code_of(s)));
}

static void test_invite(void **state)
{
	struct inviting one = {.uses = 1}, over = {.expires = 1, .uses = 0}, gone = {.uses = 1};
	struct s *s = *state;
	struct tl_obj *o;
	char spaced[80];

	world_app(s->w)->signup = APP_SIGNUP_INVITE;
	assert_int_equal(world_write(s->w, invite, &one), 0);
	assert_int_equal(world_write(s->w, invite, &over), 0);
	assert_int_equal(world_write(s->w, invite, &gone), 0);
	assert_int_equal(strlen(one.code), INVITE_DIGITS);

	/* Without one: the code alone makes no account. */
	assert_true(signing_send_code(s, 1, STRANGER));
	assert_int_equal(s->length, INVITE_DIGITS);
	assert_non_null(signing_in(s, 1, STRANGER, signing_code_of(s)));
	assert_null(signing_up(s, 1, STRANGER, "Bob"));
	signing_error_is(s, "403 SIGN_UP_CLOSED");

	assert_true(signing_send_code(s, 1, STRANGER));
	assert_null(signing_in(s, 1, STRANGER, over.code));
	signing_error_is(s, "400 PHONE_CODE_INVALID");
	snprintf(spaced, sizeof(spaced), "%.5s %s", one.code, one.code + 5);
	o = signing_in(s, 1, STRANGER, spaced);
	assert_true(o && TL_IS(auth_authorizationSignUpRequired, o));
	assert_non_null(signing_up(s, 1, STRANGER, "Bob"));

	/* It is used up. */
	assert_true(signing_send_code(s, 1, "15557778"));
	assert_null(signing_in(s, 1, "15557778", one.code));
	signing_error_is(s, "400 PHONE_CODE_INVALID");

	/* Revoked between the two steps. */
	assert_non_null(signing_in(s, 1, "15557778", gone.code));
	gone.revoke = true;
	assert_int_equal(world_write(s->w, invite, &gone), 0);
	assert_null(signing_up(s, 1, "15557778", "Eve"));
	signing_error_is(s, "403 SIGN_UP_CLOSED");
}

/* It stands in for the code of a number without an account only; and nowhere if nobody may sign up. */
static void test_invite_is_no_key(void **state)
{
	struct inviting any = {.uses = 0};
	struct s *s = *state;

	world_app(s->w)->signup = APP_SIGNUP_INVITE;
	assert_int_equal(world_write(s->w, invite, &any), 0);
	assert_true(signing_send_code(s, 1, "15550001"));
	assert_int_equal(s->length, 5);
	assert_null(signing_in(s, 1, "15550001", any.code));
	signing_error_is(s, "400 PHONE_CODE_INVALID");
	world_app(s->w)->signup = APP_SIGNUP_CLOSED;
	assert_true(signing_send_code(s, 1, STRANGER));
	assert_null(signing_in(s, 1, STRANGER, any.code));
	signing_error_is(s, "400 PHONE_CODE_INVALID");
	world_app(s->w)->signup = APP_SIGNUP_OPEN;
	assert_true(signing_send_code(s, 2, STRANGER));
	assert_int_equal(s->length, 5);
	assert_non_null(signing_in(s, 2, STRANGER, any.code));
	assert_non_null(signing_up(s, 2, STRANGER, "Bob"));
}

static int add_authorization(struct rpc_call *c, void *arg)
{
	struct store_authorization *z = arg;

	z->active = z->created = c->now - z->created;
	return store_authorization_put(c->db, z);
}

static void signed_in(struct s *s, int64_t key, unixtime_t ago)
{
	struct store_authorization z = {.user_id = s->a.id,
	                                .key_id = key,
	                                .hash = key,
	                                .created = ago,
	                                .device = SLICE_LIT("d"),
	                                .system = SLICE_LIT("s"),
	                                .app = SLICE_LIT("a"),
	                                .ip = SLICE_LIT("127.0.0.1"),
	                                .country = SLICE_LIT("")};

	assert_int_equal(world_write(s->w, add_authorization, &z), 0);
}

/* The text of the newest message pushed to the first device. */
static struct slice told(struct s *s)
{
	struct tl_vec pushes = world_pushes(s->w, s->a.key);
	struct tl_updateNewMessage *u = (void *)world_update(pushes, TL_updateNewMessage);
	struct tl_message *m = u ? TL_AS(message, u->message) : NULL;

	if (m && m->from_id && TL_AS(peerUser, m->from_id)->user_id != SERVICE_USER)
		return (struct slice){0};
	return m ? m->message : (struct slice){0};
}

static bool has_text(struct slice s, const char *text)
{
	return s.p && memmem(s.p, s.n, text, strlen(text));
}

static void test_app(void **state)
{
	struct tl_auth_resendCode *again;
	struct s *s = *state;
	char code[64];

	signed_in(s, s->a.key, 31 * 86400); /* too long ago */
	assert_true(signing_send_code(s, 7, "15550001"));
	assert_int_equal(s->type, TL_auth_sentCodeTypeSms);
	assert_null(told(s).p);

	signed_in(s, s->a.key, 29 * 86400);
	assert_true(signing_send_code(s, 7, "15550001"));
	assert_int_equal(s->type, TL_auth_sentCodeTypeApp);
	snprintf(code, sizeof(code), "%s", signing_code_of(s));
	assert_true(has_text(told(s), code));

	again = Q(s, auth_resendCode);
	again->phone_number = slice_str("15550001");
	again->phone_code_hash = s->hash;
	assert_non_null(signing_take_sent(s, signing_by_key(s, 7, &again->o)));
	assert_int_equal(s->type, TL_auth_sentCodeTypeSms);
	assert_null(told(s).p);
	assert_null(signing_by_key(s, 7, &again->o));
	signing_error_is(s, "400 PHONE_CODE_EXPIRED"); /* the old hash */

	assert_non_null(signing_in(s, 7, "15550001", signing_code_of(s)));
	assert_true(has_text(told(s), "127.0.0.1")); /* of the new device */
}

static bool send_change(struct s *s, const char *phone)
{
	struct tl_account_sendChangePhoneCode *q = Q(s, account_sendChangePhoneCode);

	q->phone_number = slice_str(phone);
	q->settings = &Q(s, codeSettings)->o;
	return signing_take_sent(s, world_call(s->w, s->a, &q->o)) != NULL;
}

static struct tl_obj *change(struct s *s, struct person p, const char *phone, const char *code)
{
	struct tl_account_changePhone *q = Q(s, account_changePhone);

	q->phone_number = slice_str(phone);
	q->phone_code_hash = s->hash;
	q->phone_code = slice_str(code);
	return world_call(s->w, p, &q->o);
}

static void test_change_phone(void **state)
{
	struct s *s = *state;
	struct person b = world_person(s->w, "15550002", "Bob", "");
	struct tl_auth_resendCode *again;
	struct tl_user *u;
	char code[64];

	world_app(s->w)->signup = APP_SIGNUP_CLOSED; /* makes no difference here */
	assert_false(send_change(s, "12"));
	signing_error_is(s, "400 PHONE_NUMBER_INVALID");
	assert_false(send_change(s, "15550002"));
	signing_error_is(s, "400 PHONE_NUMBER_OCCUPIED");
	assert_true(send_change(s, STRANGER));
	assert_int_equal(s->type, TL_auth_sentCodeTypeSms);
	assert_int_equal(s->length, 5);
	assert_null(change(s, s->a, STRANGER, ""));
	signing_error_is(s, "400 PHONE_CODE_EMPTY");
	assert_null(change(s, s->a, STRANGER, "x"));
	signing_error_is(s, "400 PHONE_CODE_INVALID");
	snprintf(code, sizeof(code), "%s", signing_code_of(s));
	/* It proves nothing else, to nobody else. */
	assert_null(signing_in(s, 1, STRANGER, code));
	signing_error_is(s, "400 PHONE_CODE_EXPIRED");
	assert_null(change(s, b, STRANGER, code));
	signing_error_is(s, "400 PHONE_CODE_EXPIRED");

	again = Q(s, auth_resendCode);
	again->phone_number = slice_str(STRANGER);
	again->phone_code_hash = s->hash;
	assert_non_null(signing_take_sent(s, world_call(s->w, s->a, &again->o)));
	u = TL_AS(user, change(s, s->a, STRANGER, signing_code_of(s)));
	assert_non_null(u);
	assert_true(slice_eq(u->phone, slice_str(STRANGER)));

	/* The old number is free, a code for signing in changes nothing. */
	assert_true(signing_send_code(s, s->a.key, "15550001"));
	assert_null(change(s, s->a, "15550001", signing_code_of(s)));
	signing_error_is(s, "400 PHONE_CODE_EXPIRED");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, signing_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(test_open),   T(test_tries),        T(test_time),
		T(test_closed), T(test_invite),       T(test_invite_is_no_key),
		T(test_app),    T(test_change_phone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
