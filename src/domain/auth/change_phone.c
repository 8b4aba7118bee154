/* change_phone.c - an account's number becomes another one, which is proven first. */
#include "base/err.h"
#include "domain/auth/code.h"
#include "domain/users/account.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/phone_code.h"
#include "store/user.h"

static int must_be_free(struct rpc_call *c, struct slice phone)
{
	int64_t user;
	int r;

	r = store_phone_find(c->db, phone, &user);
	if (r == 0)
		return rpc_fail(c, 400, "PHONE_NUMBER_OCCUPIED");
	return r == -ERR_NOTFOUND ? 0 : r;
}

int account_sendChangePhoneCode(struct rpc_call *c, const struct tl_account_sendChangePhoneCode *q)
{
	struct slice phone;
	int r;

	if (user_phone_digits(&c->arena, q->phone_number, &phone) < 0)
		return rpc_fail(c, 400, "PHONE_NUMBER_INVALID");
	if ((r = code_check_number(c, phone)) < 0 || (r = must_be_free(c, phone)) < 0)
		return r;
	return code_new(c, phone, CODE_TO_NEW_NUMBER);
}

int account_changePhone(struct rpc_call *c, const struct tl_account_changePhone *q)
{
	struct store_phone_code code;
	int r;

	if (!q->phone_code.n)
		return rpc_fail(c, 400, "PHONE_CODE_EMPTY");
	if ((r = code_find(c, q->phone_number, q->phone_code_hash, &code)) < 0)
		return r;
	/* Sent for this purpose, to this device. */
	if (code.sent != CODE_SENT_CHANGE || code.key_id != c->client->auth_key_id)
		return rpc_fail(c, 400, "PHONE_CODE_EXPIRED");
	if (!code_is(&code, q->phone_code))
		return code_wrong(c, &code);
	if ((r = must_be_free(c, code.phone)) < 0 || (r = store_phone_code_delete(c->db, code.hash)) < 0 ||
	    (r = user_set_phone(c, c->user_id, code.phone)) < 0)
		return r;
	return rpc_reply_after(c, user_reply_self, NULL);
}
