/* bot.c - bots begin, and get another token. Who may do that: the operator (admin/bots.c). */
#include "domain/bots/bot.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "domain/auth/session.h"
#include "domain/users/account.h"
#include "domain/users/username.h"
#include "rpc_methods.h"
#include "store/authorization.h"
#include "store/dialog.h"
#include "store/user.h"

static bool ends_in_bot(struct arena *a, struct slice username)
{
	struct slice s = username_fold(a, username);

	return s.n > 3 && memcmp(s.p + s.n - 3, "bot", 3) == 0;
}

/* 35 characters of 6 bits each; what is kept of them is a hash. */
static struct slice draw_secret(struct rpc_call *c, struct store_bot *b)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	uint8_t *text = arena_alloc(&c->arena, BOT_SECRET), *hash = arena_alloc(&c->arena, 32);

	rng_bytes(text, BOT_SECRET);
	for (int i = 0; i < BOT_SECRET; i++)
		text[i] = (uint8_t)letters[text[i] & 63];
	sha256(text, BOT_SECRET, hash);
	b->secret = slice_of(hash, 32);
	return slice_of(text, BOT_SECRET);
}

static struct slice token_of(struct arena *a, int64_t id, struct slice secret)
{
	return arena_printf(a, "%lld:%.*s", (long long)id, (int)secret.n, (const char *)secret.p);
}

int bot_create(struct rpc_call *c, struct slice username, struct slice name, struct store_bot *b,
               struct slice *ret_token)
{
	struct slice first, last, secret = draw_secret(c, b), folded = username_fold(&c->arena, username);
	int64_t ids[LIMIT_BOTS];
	struct store_user u;
	size_t n;
	int r;

	if (!username_is_valid(username) || !ends_in_bot(&c->arena, username))
		return rpc_fail(c, 400, "USERNAME_INVALID");
	if ((r = user_names(c, name, (struct slice){0}, &first, &last)) < 0 ||
	    (r = store_bot_ids(c->db, b->owner, 0, LIMIT_BOTS, ids, &n)) < 0)
		return r;
	if (n >= LIMIT_BOTS)
		return rpc_fail(c, 400, "BOTS_TOO_MUCH");
	b->version = 1;
	b->created = c->now;
	if ((r = store_bot_insert(c->db, b)) < 0)
		return r;
	r = store_username_claim(c->db, folded, b->id);
	if (r < 0)
		return r == -ERR_EXISTS ? rpc_fail(c, 400, "USERNAME_OCCUPIED") : r;
	u = (struct store_user){.id = b->id,
	                        .first = first,
	                        .last = last,
	                        .username = username,
	                        .flags = STORE_USER_BOT,
	                        .created = c->now};
	if ((r = store_user_insert(c->db, &u)) < 0)
		return r;
	*ret_token = token_of(&c->arena, b->id, secret);
	return 0;
}

int bot_revoke(struct rpc_call *c, struct store_bot *b, struct slice *ret_token)
{
	struct slice secret = draw_secret(c, b);
	struct store_authorization *v;
	size_t n;
	int r;

	if ((r = store_bot_put(c->db, b)) < 0)
		return r;
	do {
		r = store_authorization_list(c->db, b->id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);
		for (size_t i = 0; r >= 0 && i < n; i++)
			r = session_end(c, b->id, v[i].key_id);
	} while (r >= 0 && n == LIMIT_AUTHORISATIONS);
	*ret_token = token_of(&c->arena, b->id, secret);
	return r < 0 ? r : 0;
}

int bot_changed(struct rpc_call *c, struct store_bot *b)
{
	int r;

	b->version++;
	r = store_bot_put(c->db, b);
	return r < 0 ? r : user_changed(c, b->id, c->client ? c->client->auth_key_id : 0);
}

int bot_may_write(struct rpc_call *c, int64_t bot, int64_t user)
{
	struct store_dialog d;
	int r = store_dialog_get(c->db, bot, user, &c->arena, &d);

	return r < 0 ? r : r > 0;
}
