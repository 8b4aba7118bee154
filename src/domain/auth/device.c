/*
 * device.c - account.registerDevice and unregisterDevice: where an application wants to be woken. Kept with the
 * authorisation, for whoever will wake it; so far nobody does, since the ways of Apple, Google and others need their leave.
 */
#include "base/err.h"
#include "base/utf8.h"
#include "domain/auth/device.h"
#include "rpc_methods.h"
#include "store/setting.h"

enum { TOKEN_MAX = 4096, TYPE_MAX = 100, TYPES = 32 };

static const char *key_of(struct rpc_call *c, int64_t auth_key, int type)
{
	return (const char *)arena_printf(&c->arena, "device.%016llx.%d", (unsigned long long)auth_key, type)
	        .p;
}

static int check(struct rpc_call *c, int type, struct slice token)
{
	if (type < 1 || type > TYPE_MAX)
		return rpc_fail(c, 400, "TOKEN_TYPE_INVALID");
	if (!token.n)
		return rpc_fail(c, 400, "TOKEN_EMPTY");
	if (token.n > TOKEN_MAX || !utf8_valid(token))
		return rpc_fail(c, 400, "TOKEN_INVALID");
	return 0;
}

int account_registerDevice(struct rpc_call *c, const struct tl_account_registerDevice *q)
{
	int r;

	if ((r = check(c, q->token_type, q->token)) < 0)
		return r;
	r = store_setting_put(c->db, c->user_id, key_of(c, c->client->auth_key_id, q->token_type), q->token);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int account_unregisterDevice(struct rpc_call *c, const struct tl_account_unregisterDevice *q)
{
	const char *key = key_of(c, c->client->auth_key_id, q->token_type);
	struct slice had;
	int r;

	if ((r = check(c, q->token_type, q->token)) < 0)
		return r;
	r = store_setting_get(c->db, c->user_id, key, &c->arena, &had);
	if (r == 0 && slice_eq(had, q->token))
		r = store_setting_delete(c->db, c->user_id, key);
	return r < 0 && r != -ERR_NOTFOUND ? r : rpc_reply_bool(c, true);
}

/* Until when a device is locked: kept with its authorisation, for whoever will wake it. 0: it is open. */
int account_updateDeviceLocked(struct rpc_call *c, const struct tl_account_updateDeviceLocked *q)
{
	const char *key = (const char *)arena_printf(&c->arena, "device.%016llx.locked",
	                                             (unsigned long long)c->client->auth_key_id)
	                          .p;
	int r;

	r = q->period > 0
	            ? store_setting_put(c->db, c->user_id, key,
	                                arena_printf(&c->arena, "%lld", (long long)(c->now + q->period)))
	            : store_setting_delete(c->db, c->user_id, key);
	return r < 0 && r != -ERR_NOTFOUND ? r : rpc_reply_bool(c, true);
}

int device_forget(struct rpc_call *c, int64_t user_id, int64_t auth_key)
{
	const char *prefix =
		(const char *)arena_printf(&c->arena, "device.%016llx.", (unsigned long long)auth_key).p;
	struct slice *keys, *values;
	size_t n;
	int r;

	r = store_setting_list(c->db, user_id, prefix, TYPES, &c->arena, &keys, &values, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_setting_delete(c->db, user_id, (const char *)keys[i].p);
	return r < 0 ? r : 0;
}
