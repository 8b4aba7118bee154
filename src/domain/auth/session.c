/* session.c - authorisations begin and end. What their user sees of them: authorizations.c. */
#include "domain/auth/session.h"

#include <time.h>

#include "base/err.h"
#include "crypto/rng.h"
#include "domain/auth/device.h"
#include "domain/messages/message.h"
#include "domain/secret/secret.h"
#include "rpc_methods.h"
#include "store/auth_key.h"
#include "store/authorization.h"
#include "store/imported_key.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { ALIVE_SECONDS = 30 * 86400, IMPORTED_MAX = 64 };

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
