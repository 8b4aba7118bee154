/* qr.c - signing in by a QR code: the new device shows a token, one that is signed in confirms it (api.md 2.3). */
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/rng.h"
#include "domain/auth/session.h"
#include "rpc_methods.h"
#include "store/login_token.h"

enum { TOKEN = 32 };

static struct slice text(const char *s)
{
	return slice_str(s ? s : "");
}

static int reply_token(struct rpc_call *c, const struct store_login_token *t)
{
	struct tl_auth_loginToken *l = TL_NEW(&c->arena, auth_loginToken);
	struct tl_auth_loginTokenMigrateTo *m;

	if (c->client->dc != HOME_DC) {
		m = TL_NEW(&c->arena, auth_loginTokenMigrateTo);
		m->dc_id = HOME_DC;
		m->token = t->token;
		return rpc_reply(c, &m->o);
	}
	l->expires = (int32_t)t->expires;
	l->token = t->token;
	return rpc_reply(c, &l->o);
}

/* Whoever confirms a token is told the hash of what will come of it. */
static int64_t hash_of(const struct store_login_token *t)
{
	uint8_t h[32];
	int64_t hash;

	sha256(t->token.p, t->token.n, h);
	memcpy(&hash, h, sizeof(hash));
	return hash | 1;
}

/* Somebody confirmed it: the calling key is his now. */
static int reply_success(struct rpc_call *c, const struct store_login_token *t)
{
	struct tl_auth_loginTokenSuccess *s = TL_NEW(&c->arena, auth_loginTokenSuccess);
	int r;

	if ((r = store_login_token_delete(c->db, t->token)) < 0 || (r = session_warn(c, t->user_id)) < 0)
		return r;
	if ((r = session_begin(c, c->client, t->user_id, hash_of(t))) < 0 ||
	    (r = session_answer(c, t->user_id, &s->authorization)) < 0)
		return r;
	return rpc_reply(c, &s->o);
}

int auth_exportLoginToken(struct rpc_call *c, const struct tl_auth_exportLoginToken *q)
{
	uint8_t *secret = arena_alloc(&c->arena, TOKEN);
	struct store_login_token t;
	int r;

	r = store_login_token_of_key(c->db, c->client->auth_key_id, STORE_TOKEN_QR, c->now, &c->arena, &t);
	if (r == 0)
		return t.user_id ? reply_success(c, &t) : reply_token(c, &t);
	if (r != -ERR_NOTFOUND)
		return r;
	rng_bytes(secret, TOKEN);
	t = (struct store_login_token){.token = slice_of(secret, TOKEN),
	                               .kind = STORE_TOKEN_QR,
	                               .key_id = c->client->auth_key_id,
	                               .created = c->now,
	                               .expires = c->now + LIMIT_TOKEN_LIFETIME,
	                               .api_id = c->client->api_id,
	                               .device = text(c->client->device_model),
	                               .system = text(c->client->system_version),
	                               .app = text(c->client->app_version),
	                               .ip = text(c->client->ip)};
	r = store_login_token_put(c->db, &t);
	return r < 0 ? r : reply_token(c, &t);
}

static int find(struct rpc_call *c, struct slice token, struct store_login_token *ret)
{
	int r = store_login_token_get(c->db, token, &c->arena, ret);

	if (r == -ERR_NOTFOUND || (r == 0 && ret->kind != STORE_TOKEN_QR))
		return rpc_fail(c, 400, "AUTH_TOKEN_INVALID");
	if (r == 0 && ret->expires < c->now)
		return rpc_fail(c, 400, "AUTH_TOKEN_EXPIRED");
	return r;
}

int auth_importLoginToken(struct rpc_call *c, const struct tl_auth_importLoginToken *q)
{
	struct store_login_token t;
	int r;

	if ((r = find(c, q->token, &t)) < 0)
		return r;
	if (t.user_id)
		return reply_success(c, &t);
	t.key_id = c->client->auth_key_id; /* it waits here from now on */
	r = store_login_token_put(c->db, &t);
	return r < 0 ? r : reply_token(c, &t);
}

struct waiting {
	int64_t key;
};

static void tell_waiting(struct app *app, void *arg)
{
	struct tl_updateLoginToken u = {.o = {.name = TL_updateLoginToken}};
	struct tl_updateShort s = {
		.o = {.name = TL_updateShort}, .update = &u.o, .date = (int32_t)clock_unix()};

	rpc_push_key(app, ((struct waiting *)arg)->key, &s.o);
}

int auth_acceptLoginToken(struct rpc_call *c, const struct tl_auth_acceptLoginToken *q)
{
	struct tl_authorization *z = TL_NEW(&c->arena, authorization);
	struct waiting *w = ARENA_NEW(&c->arena, struct waiting);
	struct store_login_token t;
	int r;

	if ((r = find(c, q->token, &t)) < 0)
		return r;
	if (t.user_id)
		return rpc_fail(c, 400, "AUTH_TOKEN_ALREADY_ACCEPTED");
	t.user_id = c->user_id;
	t.expires = c->now + LIMIT_TOKEN_LIFETIME;
	if ((r = store_login_token_put(c->db, &t)) < 0)
		return r;
	w->key = t.key_id;
	rpc_after_commit(c, tell_waiting, w);
	z->hash = hash_of(&t);
	z->device_model = t.device;
	z->system_version = t.system;
	z->app_version = t.app;
	z->api_id = t.api_id;
	z->ip = t.ip;
	z->platform = z->app_name = z->country = z->region = SLICE_LIT("");
	z->date_created = z->date_active = (int32_t)c->now;
	return rpc_reply(c, &z->o);
}
