/* username.c - names taken, given up, looked up. */
#include "domain/users/username.h"

#include "base/err.h"
#include "domain/users/account.h"
#include "domain/users/peer.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/user.h"

static bool is_letter(uint8_t ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

bool username_is_valid(struct slice name)
{
	if (name.n < LIMIT_USERNAME_MIN || name.n > LIMIT_USERNAME || !is_letter(name.p[0]))
		return false;
	for (uint32_t i = 0; i < name.n; i++) {
		if (!is_letter(name.p[i]) && !(name.p[i] >= '0' && name.p[i] <= '9') && name.p[i] != '_')
			return false;
		if (name.p[i] == '_' && (i + 1 == name.n || name.p[i + 1] == '_'))
			return false;
	}
	return true;
}

struct slice username_fold(struct arena *a, struct slice name)
{
	struct slice s;
	uint8_t *p;

	if (name.n && name.p[0] == '@')
		name = slice_of(name.p + 1, name.n - 1);
	p = arena_alloc(a, name.n + 1);
	for (uint32_t i = 0; i < name.n; i++)
		p[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (uint8_t)(name.p[i] + 32) : name.p[i];
	s = slice_of(p, name.n);
	return s;
}

int account_checkUsername(struct rpc_call *c, const struct tl_account_checkUsername *q)
{
	int64_t peer;
	int r;

	if (!username_is_valid(q->username))
		return rpc_fail(c, 400, "USERNAME_INVALID");
	r = store_username_find(c->db, username_fold(&c->arena, q->username), &peer);
	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	return rpc_reply_bool(c, r == -ERR_NOTFOUND || peer == c->user_id);
}

int account_updateUsername(struct rpc_call *c, const struct tl_account_updateUsername *q)
{
	struct slice folded = username_fold(&c->arena, q->username), old;
	struct store_user u;
	int r;

	if (q->username.n && !username_is_valid(q->username))
		return rpc_fail(c, 400, "USERNAME_INVALID");
	if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
		return r;
	if (slice_eq(u.username, q->username))
		return rpc_fail(c, 400, "USERNAME_NOT_MODIFIED");
	old = username_fold(&c->arena, u.username);
	if (q->username.n) {
		r = store_username_claim(c->db, folded, c->user_id);
		if (r == -ERR_EXISTS)
			return rpc_fail(c, 400, "USERNAME_OCCUPIED");
		if (r < 0)
			return r;
	}
	if (old.n && !slice_eq(old, folded) && (r = store_username_free(c->db, old, c->user_id)) < 0)
		return r;
	u.username = q->username;
	if ((r = store_user_update(c->db, &u)) < 0 ||
	    (r = user_changed(c, c->user_id, c->client->auth_key_id)) < 0)
		return r;
	return rpc_reply_after(c, user_reply_self, NULL);
}
