/* sign.c - auth.importBotAuthorization: a token becomes an authorisation. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "domain/auth/session.h"
#include "domain/bots/bot.h"
#include "rpc_methods.h"
#include "store/user.h"

/* The two halves of "<id>:<secret>"; false: it is no token. */
static bool split(struct slice token, int64_t *ret_id, struct slice *ret_secret)
{
	int64_t id = 0;
	uint32_t i;

	for (i = 0; i < token.n && i < 12 && token.p[i] >= '0' && token.p[i] <= '9'; i++)
		id = id * 10 + (token.p[i] - '0');
	if (!i || i + 1 + BOT_SECRET != token.n || token.p[i] != ':')
		return false;
	*ret_id = id;
	*ret_secret = slice_of(token.p + i + 1, BOT_SECRET);
	return true;
}

int auth_importBotAuthorization(struct rpc_call *c, const struct tl_auth_importBotAuthorization *q)
{
	struct store_bot b;
	struct store_user u;
	struct slice secret;
	struct tl_obj *z;
	uint8_t hash[32];
	int64_t id;
	int r;

	if (c->client->dc != HOME_DC)
		return rpc_fail(c, 303, "USER_MIGRATE_%d", HOME_DC);
	if (!split(q->bot_auth_token, &id, &secret))
		return rpc_fail(c, 400, "ACCESS_TOKEN_INVALID");
	r = store_bot_get(c->db, id, &c->arena, &b);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	sha256(secret.p, secret.n, hash);
	if (r < 0 || b.secret.n != sizeof(hash) || !equal_consttime(hash, b.secret.p, sizeof(hash)))
		return rpc_fail(c, 400, "ACCESS_TOKEN_INVALID");
	if ((r = store_user_load(c->db, id, &c->arena, &u)) < 0)
		return r;
	if (u.flags & (STORE_USER_BANNED | STORE_USER_DELETED))
		return rpc_fail(c, 400, "ACCESS_TOKEN_INVALID");
	if ((r = session_begin(c, c->client, id, 0)) < 0 || (r = session_answer(c, id, &z)) < 0)
		return r;
	return rpc_reply(c, z);
}
