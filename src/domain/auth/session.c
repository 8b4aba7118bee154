/* session.c - authorisations begin and end; what getAuthorizations lists. */
#include "domain/auth/session.h"

#include <time.h>

#include "base/err.h"
#include "crypto/rng.h"
#include "domain/auth/device.h"
#include "domain/help/country.h"
#include "domain/messages/message.h"
#include "domain/secret/secret.h"
#include "rpc_methods.h"
#include "store/auth_key.h"
#include "store/authorization.h"
#include "store/imported_key.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

enum {
	ALIVE_SECONDS = 30 * 86400,
	FRESH_SECONDS = 86400,
	/* An unconfirmed authorisation counts as confirmed after this; clients count the same. */
	CONFIRMED_SECONDS = 7 * 86400,
	IMPORTED_MAX = 64
};

enum authorization_flag {                                /* store_authorization.flags */
	                  AUTHORIZATION_NO_SECRET = 1,   /* takes no secret chats */
	                  AUTHORIZATION_NO_CALLS = 2,    /* takes no calls */
	                  AUTHORIZATION_UNCONFIRMED = 4, /* no other device has said yet that it is known */
};

struct key_user {
	int64_t key, user;
};

static void tell_key(struct app *app, void *arg)
{
	const struct key_user *k = arg;

	app->key_set_user(app->mt, k->key, k->user);
}

static void end_key(struct app *app, void *arg)
{
	struct tl_updatesTooLong gone = {.o = {.name = TL_updatesTooLong}};
	const struct key_user *k = arg;

	rpc_push_key(app, k->key, &gone.o); /* its next call hears 401 */
	app->key_set_user(app->mt, k->key, 0);
}

static int set_user(struct rpc_call *c, int64_t key, int64_t user, void (*after)(struct app *app, void *arg))
{
	struct key_user *k = ARENA_NEW(&c->arena, struct key_user);

	*k = (struct key_user){key, user};
	rpc_after_commit(c, after, k);
	return store_auth_key_set_user(c->db, key, user);
}

int session_key(struct rpc_call *c, int64_t key, int64_t user_id)
{
	return set_user(c, key, user_id, tell_key);
}

static struct slice text_or_empty(const char *s)
{
	return slice_str(s ? s : "");
}

/* updateNewAuthorization as the event's payload: it is the same for all devices. */
static int announce(struct rpc_call *c, const struct store_authorization *z)
{
	struct tl_updateNewAuthorization *u = TL_NEW(&c->arena, updateNewAuthorization);
	struct upd_event ev = {.owner = z->user_id, .kind = UPD_NEW_AUTHORIZATION, .except_key = z->key_id};
	struct buf b = {0};
	int r;

	u->hash = z->hash;
	u->has_date = true;
	u->date = (int32_t)z->created;
	u->device = z->device;
	u->location = z->ip;
	r = tl_encode(&b, &u->o, TL_LAYER_MAX);
	if (r == 0) {
		ev.payload = arena_slice(&c->arena, buf_slice(&b));
		r = rpc_log_event(c, &ev);
	}
	buf_fini(&b);
	return r;
}

static int end_imported(struct rpc_call *c, int64_t by_key)
{
	int64_t keys[IMPORTED_MAX];
	size_t n;
	int r;

	do {
		r = store_imported_key_list(c->db, by_key, IMPORTED_MAX, keys, &n);
		for (size_t i = 0; r >= 0 && i < n; i++) {
			r = store_imported_key_delete(c->db, keys[i]);
			if (r >= 0)
				r = set_user(c, keys[i], 0, end_key);
		}
	} while (r >= 0 && n == IMPORTED_MAX);
	return r;
}

/* What hangs on an authorisation goes; its key still names the user. */
static int forget(struct rpc_call *c, int64_t user_id, int64_t key)
{
	int r;

	if ((r = store_authorization_delete(c->db, user_id, key)) < 0 ||
	    (r = device_forget(c, user_id, key)) < 0 || (r = secret_device_ended(c, user_id, key)) < 0)
		return r;
	return end_imported(c, key);
}

int session_end(struct rpc_call *c, int64_t user_id, int64_t key)
{
	int r = forget(c, user_id, key);

	return r < 0 ? r : set_user(c, key, 0, end_key);
}

/* The others of the account, before `key` joins them: the one that was away longest ends if there are too many. */
static int others(struct rpc_call *c, int64_t user_id, int64_t key, bool *ret_any)
{
	struct store_authorization *v;
	size_t n, kept = 0;
	int r;

	r = store_authorization_list(c->db, user_id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (v[i].key_id != key)
			v[kept++] = v[i];
	*ret_any = kept > 0;
	return r >= 0 && kept == LIMIT_AUTHORISATIONS ? session_end(c, user_id, v[kept - 1].key_id) : r;
}

int session_begin(struct rpc_call *c, const struct rpc_client *client, int64_t user_id, int64_t confirmed_as)
{
	struct store_authorization z = {.user_id = user_id,
	                                .key_id = client->auth_key_id,
	                                .hash = confirmed_as ? confirmed_as : (int64_t)(rng_u64() | 1),
	                                .created = c->now,
	                                .active = c->now,
	                                .api_id = client->api_id,
	                                .device = text_or_empty(client->device_model),
	                                .system = text_or_empty(client->system_version),
	                                .app = text_or_empty(client->app_version),
	                                .ip = text_or_empty(client->ip),
	                                .country = SLICE_LIT("")};
	bool any;
	int r;

	if (c->user_id && c->user_id != user_id && (r = forget(c, c->user_id, z.key_id)) < 0)
		return r;
	c->user_id = user_id;
	c->is_bot = peer_is_bot(user_id);
	if ((r = store_imported_key_delete(c->db, z.key_id)) < 0 ||
	    (r = others(c, user_id, z.key_id, &any)) < 0)
		return r;
	if (any && !confirmed_as && !c->is_bot) /* they may say that they know this one */
		z.flags = AUTHORIZATION_UNCONFIRMED;
	if ((r = store_authorization_put(c->db, &z)) < 0 || (!c->is_bot && (r = announce(c, &z)) < 0))
		return r;
	return set_user(c, z.key_id, user_id, tell_key);
}

int session_warn(struct rpc_call *c, int64_t user_id)
{
	const struct rpc_client *from = c->client;
	time_t now = (time_t)c->now;
	char date[64];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%d.%m.%Y, %H:%M UTC", &tm);
	return service_message(
		c, user_id,
		arena_printf(&c->arena,
	                     "Your account was signed in to on a new device, %s.\n\nDevice: %s, %s\n"
	                     "Application: %s\nAddress: %s\n\nIf it was not you, end that session in the "
	                     "settings of your application, under devices.",
	                     date, from->device_model, from->system_version, from->app_version, from->ip));
}

int session_answer(struct rpc_call *c, int64_t user_id, struct tl_obj **ret)
{
	struct tl_auth_authorization *z = TL_NEW(&c->arena, auth_authorization);
	int r;

	r = user_view(c, user_id, user_id, &z->user);
	*ret = &z->o;
	return r;
}

int session_is_alive(struct rpc_call *c, int64_t user_id)
{
	struct store_authorization *v;
	size_t n;
	int r;

	/* Newest first: if the first is the caller's own, the second tells. */
	r = store_authorization_list(c->db, user_id, 2, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (v[i].key_id != c->client->auth_key_id)
			return v[i].active > c->now - ALIVE_SECONDS;
	return r < 0 ? r : 0;
}

int session_takes_secret(struct rpc_call *c, int64_t user_id, int64_t key)
{
	struct store_authorization z;
	int r = store_authorization_get(c->db, user_id, key, &c->arena, &z);

	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : !(z.flags & AUTHORIZATION_NO_SECRET);
}

int session_secret_keys(struct rpc_call *c, int64_t user_id, int64_t **ret, size_t *ret_n)
{
	struct store_authorization *v;
	size_t n;
	int r = store_authorization_list(c->db, user_id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);

	if (r < 0)
		return r;
	*ret = ARENA_ARRAY(&c->arena, int64_t, n + 1);
	*ret_n = 0;
	for (size_t i = 0; i < n; i++)
		if (!(v[i].flags & AUTHORIZATION_NO_SECRET))
			(*ret)[(*ret_n)++] = v[i].key_id;
	return 0;
}

int service_message(struct rpc_call *c, int64_t user_id, struct slice text)
{
	struct tl_message *content = TL_NEW(&c->arena, message);
	struct message_draft m = {
		.from = SERVICE_USER, .peer = user_id, .only_receiver = true, .content = &content->o};
	int32_t id;

	content->message = text;
	return message_deliver(c, &m, &id);
}

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

int auth_logOut(struct rpc_call *c, const struct tl_auth_logOut *q)
{
	int64_t key;
	int r;

	if ((r = store_imported_key_of(c->db, c->client->auth_key_id, &key)) < 0 ||
	    (r = forget(c, c->user_id, key)) < 0 ||
	    (r = set_user(c, key, 0, key == c->client->auth_key_id ? tell_key : end_key)) < 0)
		return r;
	return rpc_reply(c, &TL_NEW(&c->arena, auth_loggedOut)->o);
}

struct drop_temp {
	int64_t key;
	struct tl_vec_long except;
};

static void tell_temp_dropped(struct app *app, void *arg)
{
	const struct drop_temp *d = arg;

	app->key_drop_temp(app->mt, d->key, d->except.v, d->except.n);
}

int auth_dropTempAuthKeys(struct rpc_call *c, const struct tl_auth_dropTempAuthKeys *q)
{
	struct drop_temp *d = ARENA_NEW(&c->arena, struct drop_temp);
	int r;

	*d = (struct drop_temp){c->client->auth_key_id, q->except_auth_keys};
	r = store_auth_key_drop_temp(c->db, d->key, d->except.v, d->except.n);
	if (r < 0)
		return r;
	rpc_after_commit(c, tell_temp_dropped, d);
	return rpc_reply_bool(c, true);
}
