/* code.c - auth.sendCode, resendCode, cancelCode: a number asks to be proven (api.md 2.1). */
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "domain/auth/code.h"
#include "domain/auth/invite.h"
#include "domain/auth/phone.h"
#include "domain/auth/session.h"
#include "domain/users/account.h"
#include "rpc_methods.h"
#include "store/phone_code.h"
#include "store/user.h"

enum { CODES_AT_ONCE = 20 };

static struct tl_obj *type_of(struct rpc_call *c, int sent, int digits)
{
	struct tl_auth_sentCodeTypeApp *app;
	struct tl_auth_sentCodeTypeSms *sms;

	if (sent == CODE_SENT_APP) {
		app = TL_NEW(&c->arena, auth_sentCodeTypeApp);
		app->length = digits;
		return &app->o;
	}
	sms = TL_NEW(&c->arena, auth_sentCodeTypeSms);
	sms->length = digits;
	return &sms->o;
}

static int reply_sent(struct rpc_call *c, const struct store_phone_code *code, int digits)
{
	struct tl_auth_sentCode *s = TL_NEW(&c->arena, auth_sentCode);

	s->type = type_of(c, code->sent, digits);
	s->phone_code_hash = code->hash;
	/* TDLib asks for another only if it was told that there is one. */
	s->next_type = &TL_NEW(&c->arena, auth_codeTypeSms)->o;
	s->has_timeout = true;
	s->timeout = LIMIT_CODE_RESEND_AFTER;
	return rpc_reply(c, &s->o);
}

/*
 * To the account's other devices if one is alive, else by the operator's senders. Where strangers cannot make accounts,
 * nothing is sent to their numbers; their clients are to ask for the digits of an invitation.
 */
static int send(struct rpc_call *c, struct store_phone_code *code, enum code_to to, int *ret_digits)
{
	int alive = 0, r;
	int64_t user;

	*ret_digits = LIMIT_CODE_DIGITS;
	if (to == CODE_TO_NEW_NUMBER) {
		code->sent = CODE_SENT_CHANGE;
		return code_send_out(c, code);
	}
	r = store_phone_find(c->db, code->phone, &user);
	code->sent = CODE_SENT_OUT;
	if (r == -ERR_NOTFOUND && c->app->signup != APP_SIGNUP_OPEN) {
		if (c->app->signup == APP_SIGNUP_INVITE && !phone_is_test(c->app, code->phone))
			*ret_digits = INVITE_DIGITS;
		return 0;
	}
	if (r == 0 && to == CODE_TO_ACCOUNT)
		alive = session_is_alive(c, user);
	if (alive < 0 || (r < 0 && r != -ERR_NOTFOUND))
		return alive < 0 ? alive : r;
	code->sent = alive ? CODE_SENT_APP : CODE_SENT_OUT;
	if (alive)
		return service_message(c, user,
		                       arena_printf(&c->arena,
		                                    "Login code: %.*s. Do not give this code to anyone, even "
		                                    "if they say they are "
		                                    "from the service. It signs in to your account.",
		                                    (int)code->code.n, (const char *)code->code.p));
	return code_send_out(c, code);
}

int code_new(struct rpc_call *c, struct slice phone, enum code_to to)
{
	struct store_phone_code code = {.phone = phone,
	                                .created = c->now,
	                                .expires = c->now + LIMIT_CODE_LIFETIME,
	                                .key_id = c->client->auth_key_id};
	char digits[6];
	int r, length;

	phone_code_make(c->app, phone, digits);
	code.code = arena_str(&c->arena, digits);
	code.hash = arena_printf(&c->arena, "%016llx%04x", (unsigned long long)rng_u64(),
	                         (unsigned)(rng_u64() & 0xffff));
	if ((r = send(c, &code, to, &length)) < 0)
		return r;
	if ((r = store_phone_code_put(c->db, &code)) < 0)
		return r;
	return reply_sent(c, &code, length);
}

int code_check_number(struct rpc_call *c, struct slice phone)
{
	struct store_user u;
	int64_t user;
	int r, wait;

	wait = rpc_limit_text(c, RPC_RATE_CODE_PHONE, phone);
	if (wait > 0)
		return rpc_fail(c, 420, "FLOOD_WAIT_%d", wait);
	r = store_phone_find(c->db, phone, &user);
	if (r == 0)
		r = store_user_load(c->db, user, &c->arena, &u);
	if (r == 0 && u.flags & STORE_USER_BANNED)
		return rpc_fail(c, 400, "PHONE_NUMBER_BANNED");
	return r == -ERR_NOTFOUND ? 0 : r;
}

int code_find(struct rpc_call *c, struct slice phone_text, struct slice hash, struct store_phone_code *ret)
{
	struct slice phone;
	int r;

	if (user_phone_digits(&c->arena, phone_text, &phone) < 0)
		return rpc_fail(c, 400, "PHONE_NUMBER_INVALID");
	r = store_phone_code_get(c->db, hash, &c->arena, ret);
	if (r == -ERR_NOTFOUND || (r == 0 && (!slice_eq(ret->phone, phone) || ret->expires < c->now)))
		return rpc_fail(c, 400, "PHONE_CODE_EXPIRED");
	return r;
}

bool code_is(const struct store_phone_code *code, struct slice typed)
{
	return typed.n == code->code.n && equal_consttime(typed.p, code->code.p, typed.n);
}

int code_wrong(struct rpc_call *c, struct store_phone_code *code)
{
	int r;

	code->tries++;
	r = code->tries >= LIMIT_CODE_TRIES ? store_phone_code_delete(c->db, code->hash)
	                                    : store_phone_code_put(c->db, code);
	return r < 0 ? r : rpc_reply_error(c, 400, "PHONE_CODE_INVALID");
}

int auth_sendCode(struct rpc_call *c, const struct tl_auth_sendCode *q)
{
	struct slice phone;
	int r;

	if (user_phone_digits(&c->arena, q->phone_number, &phone) < 0)
		return rpc_fail(c, 400, "PHONE_NUMBER_INVALID");
	if (c->client->dc != HOME_DC)
		return rpc_fail(c, 303, "PHONE_MIGRATE_%d", HOME_DC);
	if ((r = code_check_number(c, phone)) < 0)
		return r;
	return code_new(c, phone, CODE_TO_ACCOUNT);
}

int auth_resendCode(struct rpc_call *c, const struct tl_auth_resendCode *q)
{
	struct store_phone_code old;
	int r;

	if ((r = code_find(c, q->phone_number, q->phone_code_hash, &old)) < 0 ||
	    (r = code_check_number(c, old.phone)) < 0 || (r = store_phone_code_delete(c->db, old.hash)) < 0)
		return r;
	if (old.sent != CODE_SENT_CHANGE)
		return code_new(c, old.phone, CODE_TO_SENDERS);
	if (old.key_id != c->client->auth_key_id)
		return rpc_fail(c, 400, "PHONE_CODE_EXPIRED");
	return code_new(c, old.phone, CODE_TO_NEW_NUMBER);
}

/* A client saw its user's login codes where they do not belong, as in a forwarded message: they are worth nothing now. */
int account_invalidateSignInCodes(struct rpc_call *c, const struct tl_account_invalidateSignInCodes *q)
{
	struct store_user u;
	int r;

	if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
		return r;
	for (uint32_t i = 0; u.phone.n && i < q->codes.n && i < CODES_AT_ONCE; i++)
		if ((r = store_phone_code_delete_code(c->db, u.phone, q->codes.v[i])) < 0)
			return r;
	return rpc_reply_bool(c, true);
}

int auth_cancelCode(struct rpc_call *c, const struct tl_auth_cancelCode *q)
{
	struct store_phone_code old;
	struct slice phone;
	int r;

	if (user_phone_digits(&c->arena, q->phone_number, &phone) < 0)
		return rpc_fail(c, 400, "PHONE_NUMBER_INVALID");
	r = store_phone_code_get(c->db, q->phone_code_hash, &c->arena, &old);
	if (r == -ERR_NOTFOUND || (r == 0 && !slice_eq(old.phone, phone)))
		return rpc_fail(c, 400, "PHONE_CODE_EXPIRED");
	if (r == 0)
		r = store_phone_code_delete(c->db, old.hash);
	return r < 0 ? r : rpc_reply_bool(c, true);
}
