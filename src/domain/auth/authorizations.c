/* authorizations.c - the caller's authorisations, as he sees them: their list, what each takes, and that others end. */
#include "base/err.h"
#include "domain/auth/session.h"
#include "domain/help/country.h"
#include "rpc_methods.h"
#include "store/authorization.h"
#include "store/imported_key.h"
#include "store/user.h"

enum {
	FRESH_SECONDS = 86400,
	/* An unconfirmed authorisation counts as confirmed after this; clients count the same. */
	CONFIRMED_SECONDS = 7 * 86400,
};

/* All authorisations of the caller, the calling one among them: `own` is its place, or n if it is none. */
struct listed {
	struct store_authorization *v;
	size_t n, own;
};

static int list_own(struct rpc_call *c, struct listed *l)
{
	int64_t key;
	int r;

	/* A key of another DC speaks for the one that it was imported from. */
	if ((r = store_imported_key_of(c->db, c->client->auth_key_id, &key)) < 0)
		return r;
	r = store_authorization_list(c->db, c->user_id, LIMIT_AUTHORISATIONS, &c->arena, &l->v, &l->n);
	for (l->own = 0; r >= 0 && l->own < l->n && l->v[l->own].key_id != key; l->own++)
		;
	return r;
}

/*
 * Who took the account over a moment ago must not shut its owner out: for a day he can end only what came after himself.
 */
static bool may_end(const struct rpc_call *c, const struct listed *l, size_t i)
{
	return l->own < l->n &&
	       (c->now - l->v[l->own].created >= FRESH_SECONDS || l->v[i].created >= l->v[l->own].created);
}

static struct tl_obj *authorization_of(struct rpc_call *c, const struct store_authorization *z,
                                       bool is_current, const char *country)
{
	struct tl_authorization *t = TL_NEW(&c->arena, authorization);

	t->current = is_current;
	t->hash = t->current ? 0 : z->hash;
	t->encrypted_requests_disabled = z->flags & AUTHORIZATION_NO_SECRET;
	t->call_requests_disabled = z->flags & AUTHORIZATION_NO_CALLS;
	t->unconfirmed = z->flags & AUTHORIZATION_UNCONFIRMED && z->created > c->now - CONFIRMED_SECONDS;
	t->device_model = z->device;
	t->platform = SLICE_LIT("");
	t->system_version = z->system;
	t->api_id = z->api_id;
	t->app_name = SLICE_LIT("");
	t->app_version = z->app;
	t->date_created = (int32_t)z->created;
	t->date_active = (int32_t)(t->current ? c->now : z->active);
	t->ip = z->ip;
	t->country = slice_str(country);
	t->region = SLICE_LIT("");
	return &t->o;
}

int account_getAuthorizations(struct rpc_call *c, const struct tl_account_getAuthorizations *q)
{
	struct tl_account_authorizations *t = TL_NEW(&c->arena, account_authorizations);
	struct store_user u;
	struct listed l;
	int days, r;

	if ((r = list_own(c, &l)) < 0 || (r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0 ||
	    (r = session_ttl_days(c, c->user_id, &days)) < 0)
		return r;
	t->authorization_ttl_days = days;
	t->authorizations = tl_vec_new(&c->arena, (uint32_t)l.n);
	for (size_t i = 0; i < l.n; i++)
		t->authorizations.v[i] = authorization_of(c, &l.v[i], i == l.own,
		                                          country_name_of_phone(u.phone));
	return rpc_reply(c, &t->o);
}

static void set_flag(int *flags, int flag, bool on)
{
	*flags = on ? *flags | flag : *flags & ~flag;
}

int account_changeAuthorizationSettings(struct rpc_call *c,
                                        const struct tl_account_changeAuthorizationSettings *q)
{
	struct store_authorization *z = NULL;
	struct listed l;
	int r;

	if ((r = list_own(c, &l)) < 0)
		return r;
	for (size_t i = 0; i < l.n; i++)
		if (q->hash ? l.v[i].hash == q->hash : i == l.own)
			z = &l.v[i];
	if (!z)
		return rpc_fail(c, 400, "HASH_INVALID");
	/* A new device cannot vouch for itself. */
	if (q->confirmed && z != &l.v[l.own])
		set_flag(&z->flags, AUTHORIZATION_UNCONFIRMED, false);
	if (q->has_encrypted_requests_disabled)
		set_flag(&z->flags, AUTHORIZATION_NO_SECRET, q->encrypted_requests_disabled);
	if (q->has_call_requests_disabled)
		set_flag(&z->flags, AUTHORIZATION_NO_CALLS, q->call_requests_disabled);
	r = store_authorization_put(c->db, z);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int account_resetAuthorization(struct rpc_call *c, const struct tl_account_resetAuthorization *q)
{
	struct listed l;
	int r;

	if ((r = list_own(c, &l)) < 0)
		return r;
	for (size_t i = 0; i < l.n; i++) {
		if (!q->hash || l.v[i].hash != q->hash || i == l.own)
			continue;
		if (!may_end(c, &l, i))
			return rpc_fail(c, 406, "FRESH_RESET_AUTHORISATION_FORBIDDEN");
		r = session_end(c, c->user_id, l.v[i].key_id);
		return r < 0 ? r : rpc_reply_bool(c, true);
	}
	return rpc_fail(c, 400, "HASH_INVALID");
}

int auth_resetAuthorizations(struct rpc_call *c, const struct tl_auth_resetAuthorizations *q)
{
	struct listed l;
	int r;

	if ((r = list_own(c, &l)) < 0)
		return r;
	for (size_t i = 0; i < l.n; i++)
		if (i != l.own && !may_end(c, &l, i))
			return rpc_fail(c, 406, "FRESH_RESET_AUTHORISATION_FORBIDDEN");
	for (size_t i = 0; r >= 0 && i < l.n; i++)
		if (i != l.own)
			r = session_end(c, c->user_id, l.v[i].key_id);
	return r < 0 ? r : rpc_reply_bool(c, true);
}
