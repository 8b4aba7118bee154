/*
 * lifetime.c - how long authorisations and accounts last without being used, and how an account ends: by its owner at
 * once, by a job after its time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/settings.h"
#include "domain/auth/jobs.h"
#include "domain/media/jobs.h"
#include "domain/auth/session.h"
#include "domain/secret/secret.h"
#include "domain/users/account.h"
#include "domain/users/view.h"
#include "rpc_methods.h"
#include "store/authorization.h"
#include "store/setting.h"
#include "store/user.h"
#include "updates/online.h"

enum { DAY = 86400, USERS_A_SLICE = 25 };

#define TTL_SETTING "authorization_ttl_days"

int session_ttl_days(struct rpc_call *c, int64_t user_id, int *ret)
{
	struct slice v;
	int r = store_setting_get(c->db, user_id, TTL_SETTING, &c->arena, &v);

	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	*ret = r == 0 ? atoi((const char *)v.p) : LIMIT_AUTHORISATION_TTL_DEFAULT;
	return 0;
}

int account_setAuthorizationTTL(struct rpc_call *c, const struct tl_account_setAuthorizationTTL *q)
{
	int r;

	if (q->authorization_ttl_days < 1 || q->authorization_ttl_days > LIMIT_AUTHORISATION_TTL)
		return rpc_fail(c, 400, "TTL_DAYS_INVALID");
	r = store_setting_put(c->db, c->user_id, TTL_SETTING,
	                      arena_printf(&c->arena, "%d", q->authorization_ttl_days));
	return r < 0 ? r : rpc_reply_bool(c, true);
}

/* 0: never. What nobody chose is the operator's setting. */
static int account_days(const struct rpc_call *c, const struct store_user *u)
{
	return u->ttl_days ? u->ttl_days : (int)c->app->settings->account_ttl_days;
}

int account_getAccountTTL(struct rpc_call *c, const struct tl_account_getAccountTTL *q)
{
	struct tl_accountDaysTTL *t = TL_NEW(&c->arena, accountDaysTTL);
	struct store_user u;
	int r;

	if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
		return r;
	t->days = account_days(c, &u);
	if (!t->days)
		t->days = LIMIT_ACCOUNT_TTL; /* clients have no word for never */
	return rpc_reply(c, &t->o);
}

int account_setAccountTTL(struct rpc_call *c, const struct tl_account_setAccountTTL *q)
{
	struct store_user u;
	int r;

	const struct tl_accountDaysTTL *t = TL_AS(accountDaysTTL, q->ttl);

	if (!t || t->days < 1 || t->days > LIMIT_ACCOUNT_TTL)
		return rpc_fail(c, 400, "TTL_DAYS_INVALID");
	if ((r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0)
		return r;
	u.ttl_days = t->days;
	r = store_user_update(c->db, &u);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int account_end(struct rpc_call *c, int64_t user_id)
{
	struct store_authorization *v;
	size_t n;
	int r;

	do {
		r = store_authorization_list(c->db, user_id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);
		for (size_t i = 0; r >= 0 && i < n; i++)
			r = session_end(c, user_id, v[i].key_id);
	} while (r >= 0 && n == LIMIT_AUTHORISATIONS);
	if (r >= 0)
		r = secret_account_ended(c, user_id);
	if (r >= 0)
		r = user_delete(c, user_id);
	return r < 0 ? r : jobs_add(c, UPLOADS_OF_JOB, user_id, 0, (struct slice){0});
}

int account_deleteAccount(struct rpc_call *c, const struct tl_account_deleteAccount *q)
{
	int r = account_end(c, c->user_id);

	return r < 0 ? r : rpc_reply_bool(c, true);
}

/* One account: authorisations that nobody used for their time end; so does the account. */
static int look_at(struct rpc_call *c, int64_t id)
{
	struct store_authorization *v;
	struct store_user u;
	unixtime_t last;
	bool here = false;
	int days, r;
	size_t n;

	if ((r = store_user_load(c->db, id, &c->arena, &u)) < 0)
		return r;
	if (id == SERVICE_USER || u.flags & (STORE_USER_DELETED | STORE_USER_BOT | STORE_USER_BANNED))
		return 0;
	if ((r = session_ttl_days(c, id, &days)) < 0 ||
	    (r = store_authorization_list(c->db, id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n)) < 0)
		return r;
	last = u.seen > u.created ? u.seen : u.created;
	for (size_t i = 0; i < n; i++) {
		bool online = upd_online_key_layer(c->app->online, v[i].key_id) != 0;

		here = here || online;
		last = v[i].active > last ? v[i].active : last;
		if (!online && v[i].active < c->now - (unixtime_t)days * DAY &&
		    (r = session_end(c, id, v[i].key_id)) < 0)
			return r;
	}
	days = account_days(c, &u);
	return !here && days && last < c->now - (unixtime_t)days * DAY ? account_end(c, id) : 0;
}

/* All accounts, some a slice; the payload is the id of the last one that was looked at. */
int lifetime_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t ids[USERS_A_SLICE], after = j->payload.n ? atoll((const char *)j->payload.p) : 0;
	size_t n;
	int r;

	r = used_is_known(c);
	if (r <= 0)
		return r; /* tomorrow again */
	r = store_user_ids(c->db, after, USERS_A_SLICE, ids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = look_at(c, ids[i]);
	if (r >= 0 && n == USERS_A_SLICE) {
		next->again = true;
		next->payload = arena_printf(&c->arena, "%lld", (long long)ids[n - 1]);
	}
	return r < 0 ? r : 0;
}
