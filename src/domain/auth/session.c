/* session.c - authorisations begin and end; what getAuthorizations lists. */
#include "domain/auth/session.h"

#include <time.h>

#include "base/err.h"
#include "crypto/rng.h"
#include "domain/auth/device.h"
#include "domain/help/country.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "store/auth_key.h"
#include "store/authorization.h"
#include "store/user.h"
#include "updates/event.h"

enum {
	ALIVE_SECONDS = 30 * 86400,
	FRESH_SECONDS = 86400,
	/* An unconfirmed authorisation counts as confirmed after this; clients count the same. */
	CONFIRMED_SECONDS = 7 * 86400
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

int session_begin(struct rpc_call *c, const struct rpc_client *client, int64_t user_id)
{
	struct store_authorization z = {.user_id = user_id,
	                                .key_id = client->auth_key_id,
	                                .hash = (int64_t)(rng_u64() | 1),
	                                .created = c->now,
	                                .active = c->now,
	                                .api_id = client->api_id,
	                                .device = text_or_empty(client->device_model),
	                                .system = text_or_empty(client->system_version),
	                                .app = text_or_empty(client->app_version),
	                                .ip = text_or_empty(client->ip),
	                                .country = SLICE_LIT("")};
	struct store_authorization *others;
	size_t n;
	int r;

	r = store_authorization_list(c->db, user_id, 2, &c->arena, &others, &n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (others[i].key_id != z.key_id) /* it may say that it knows this one */
			z.flags = AUTHORIZATION_UNCONFIRMED;
	if ((r = store_authorization_put(c->db, &z)) < 0)
		return r;
	if ((r = announce(c, &z)) < 0)
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

int session_end(struct rpc_call *c, int64_t user_id, int64_t key)
{
	int r;

	if ((r = store_authorization_delete(c->db, user_id, key)) < 0 ||
	    (r = device_forget(c, user_id, key)) < 0)
		return r;
	return set_user(c, key, 0, end_key);
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

int service_message(struct rpc_call *c, int64_t user_id, struct slice text)
{
	struct tl_message *content = TL_NEW(&c->arena, message);
	struct message_draft m = {
		.from = SERVICE_USER, .peer = user_id, .only_receiver = true, .content = &content->o};
	int32_t id;

	content->message = text;
	return message_deliver(c, &m, &id);
}

static struct tl_obj *authorization_of(struct rpc_call *c, const struct store_authorization *z,
                                       const char *country)
{
	struct tl_authorization *t = TL_NEW(&c->arena, authorization);

	t->current = z->key_id == c->client->auth_key_id;
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
	struct store_authorization *v;
	struct store_user u;
	int days, r;
	size_t n;

	r = store_authorization_list(c->db, c->user_id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);
	if (r < 0 || (r = store_user_load(c->db, c->user_id, &c->arena, &u)) < 0 ||
	    (r = session_ttl_days(c, c->user_id, &days)) < 0)
		return r;
	t->authorization_ttl_days = days;
	t->authorizations = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		t->authorizations.v[i] = authorization_of(c, &v[i], country_name_of_phone(u.phone));
	return rpc_reply(c, &t->o);
}

static void set_flag(int *flags, int flag, bool on)
{
	*flags = on ? *flags | flag : *flags & ~flag;
}

int account_changeAuthorizationSettings(struct rpc_call *c,
                                        const struct tl_account_changeAuthorizationSettings *q)
{
	struct store_authorization *v, *z = NULL;
	size_t n;
	int r;

	r = store_authorization_list(c->db, c->user_id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (q->hash ? v[i].hash == q->hash : v[i].key_id == c->client->auth_key_id)
			z = &v[i];
	if (!z)
		return rpc_fail(c, 400, "HASH_INVALID");
	/* A new device cannot vouch for itself. */
	if (q->confirmed && z->key_id != c->client->auth_key_id)
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
	struct store_authorization *v;
	size_t n;
	int r;

	r = store_authorization_list(c->db, c->user_id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if (q->hash && v[i].hash == q->hash && v[i].key_id != c->client->auth_key_id) {
			r = session_end(c, c->user_id, v[i].key_id);
			return r < 0 ? r : rpc_reply_bool(c, true);
		}
	return rpc_fail(c, 400, "HASH_INVALID");
}

int auth_resetAuthorizations(struct rpc_call *c, const struct tl_auth_resetAuthorizations *q)
{
	struct store_authorization *v;
	size_t n;
	int r;

	r = store_authorization_list(c->db, c->user_id, LIMIT_AUTHORISATIONS, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (v[i].key_id == c->client->auth_key_id && c->now - v[i].created < FRESH_SECONDS && n > 1)
			return rpc_fail(c, 406, "FRESH_RESET_AUTHORISATION_FORBIDDEN");
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (v[i].key_id != c->client->auth_key_id)
			r = session_end(c, c->user_id, v[i].key_id);
	return r < 0 ? r : rpc_reply_bool(c, true);
}

int auth_logOut(struct rpc_call *c, const struct tl_auth_logOut *q)
{
	int r;

	r = store_authorization_delete(c->db, c->user_id, c->client->auth_key_id);
	if (r >= 0)
		r = device_forget(c, c->user_id, c->client->auth_key_id);
	if (r >= 0)
		r = set_user(c, c->client->auth_key_id, 0, tell_key);
	return r < 0 ? r : rpc_reply(c, &TL_NEW(&c->arena, auth_loggedOut)->o);
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
