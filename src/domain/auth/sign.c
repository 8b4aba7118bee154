/* sign.c - auth.signIn and auth.signUp: a proven number becomes an authorisation. */
#include "base/err.h"
#include "domain/auth/code.h"
#include "domain/auth/invite.h"
#include "domain/auth/phone.h"
#include "domain/auth/session.h"
#include "domain/users/account.h"
#include "rpc_methods.h"
#include "store/invite.h"
#include "store/phone_code.h"
#include "store/user.h"

/* Proven by signing in, on this DC: not a code that was sent to change an account's number. */
static int find_code(struct rpc_call *c, struct slice phone, struct slice hash, struct store_phone_code *ret)
{
	int r;

	if (c->client->dc != HOME_DC)
		return rpc_fail(c, 303, "PHONE_MIGRATE_%d", HOME_DC);
	r = code_find(c, phone, hash, ret);
	return r == 0 && ret->sent == CODE_SENT_CHANGE ? rpc_fail(c, 400, "PHONE_CODE_EXPIRED") : r;
}

static int reply_authorised(struct rpc_call *c, int64_t user_id)
{
	struct tl_obj *z;
	int r;

	if ((r = session_begin(c, c->client, user_id, 0)) < 0 || (r = session_answer(c, user_id, &z)) < 0)
		return r;
	return rpc_reply(c, z);
}

/* The number is proven; signUp may follow with the same hash. */
static int reply_sign_up(struct rpc_call *c, struct store_phone_code *code)
{
	int r;

	code->used = true;
	r = store_phone_code_put(c->db, code);
	return r < 0 ? r : rpc_reply(c, &TL_NEW(&c->arena, auth_authorizationSignUpRequired)->o);
}

/* Not the code. An invitation, where that makes an account? Else it is one try less. */
static int not_the_code(struct rpc_call *c, struct store_phone_code *code, struct slice typed, bool is_known)
{
	int r = -ERR_NOTFOUND;

	if (!is_known && c->app->signup != APP_SIGNUP_CLOSED)
		r = invite_find(c, typed, &code->code);
	if (r == 0) {
		code->sent = CODE_SENT_INVITE;
		return reply_sign_up(c, code);
	}
	if (r != -ERR_NOTFOUND && r != -ERR_TIMEOUT && r != -ERR_FULL)
		return r;
	return code_wrong(c, code);
}

int auth_signIn(struct rpc_call *c, const struct tl_auth_signIn *q)
{
	struct store_phone_code code;
	struct store_user u;
	int64_t user;
	int r;

	if (!q->phone_code.n)
		return rpc_fail(c, 400, "PHONE_CODE_EMPTY");
	if ((r = find_code(c, q->phone_number, q->phone_code_hash, &code)) < 0)
		return r;
	r = store_phone_find(c->db, code.phone, &user);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (!code_is(&code, q->phone_code))
		return not_the_code(c, &code, q->phone_code, r == 0);
	if (r == -ERR_NOTFOUND)
		return reply_sign_up(c, &code);
	if ((r = store_user_load(c->db, user, &c->arena, &u)) < 0)
		return r;
	if (u.flags & STORE_USER_BANNED)
		return rpc_fail(c, 400, "PHONE_NUMBER_BANNED");
	if ((r = store_phone_code_delete(c->db, code.hash)) < 0 || (r = session_warn(c, user)) < 0)
		return r;
	return reply_authorised(c, user);
}

/* 403 for everybody whom [signup] mode does not let in; an invitation is counted. */
static int admit(struct rpc_call *c, const struct store_phone_code *code)
{
	bool invited = code->sent == CODE_SENT_INVITE;
	int r = 0;

	if (c->app->signup == APP_SIGNUP_CLOSED || (c->app->signup == APP_SIGNUP_INVITE && !invited))
		return rpc_fail(c, 403, "SIGN_UP_CLOSED");
	if (invited)
		r = store_invite_use(c->db, code->code, c->now);
	/* Revoked, over or used up since it was typed. */
	if (r == -ERR_NOTFOUND || r == -ERR_TIMEOUT || r == -ERR_FULL)
		return rpc_fail(c, 403, "SIGN_UP_CLOSED");
	return r;
}

int auth_signUp(struct rpc_call *c, const struct tl_auth_signUp *q)
{
	struct store_phone_code code;
	struct slice first, last;
	int64_t user;
	int r;

	if ((r = find_code(c, q->phone_number, q->phone_code_hash, &code)) < 0)
		return r;
	if (!code.used)
		return rpc_fail(c, 400, "PHONE_CODE_EMPTY");
	if ((r = user_names(c, q->first_name, q->last_name, &first, &last)) < 0)
		return r;
	if ((r = admit(c, &code)) < 0)
		return r;
	if ((r = user_create(c, code.phone, first, last, !q->no_joined_notifications, &user)) < 0)
		return r;
	if ((r = store_phone_code_delete(c->db, code.hash)) < 0)
		return r;
	return reply_authorised(c, user);
}
