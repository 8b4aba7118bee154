/* export.c - an authorisation carried to the key of another DC: auth.exportAuthorization and importAuthorization. */
#include "base/err.h"
#include "crypto/rng.h"
#include "domain/auth/session.h"
#include "rpc_methods.h"
#include "store/authorization.h"
#include "store/imported_key.h"
#include "store/login_token.h"

enum { DCS = 5, SECRET = 32 };

int auth_exportAuthorization(struct rpc_call *c, const struct tl_auth_exportAuthorization *q)
{
	struct tl_auth_exportedAuthorization *e = TL_NEW(&c->arena, auth_exportedAuthorization);
	struct store_login_token t = {.kind = STORE_TOKEN_EXPORT, .user_id = c->user_id, .created = c->now};
	uint8_t *secret = arena_alloc(&c->arena, SECRET);
	int r;

	if (q->dc_id < 1 || q->dc_id > DCS || q->dc_id == HOME_DC)
		return rpc_fail(c, 400, "DC_ID_INVALID");
	rng_bytes(secret, SECRET);
	t.token = slice_of(secret, SECRET);
	/* An imported one carries on what it was given. */
	if ((r = store_imported_key_of(c->db, c->client->auth_key_id, &t.key_id)) < 0)
		return r;
	t.expires = c->now + LIMIT_EXPORT_LIFETIME;
	t.device = t.system = t.app = t.ip = SLICE_LIT("");
	if ((r = store_login_token_put(c->db, &t)) < 0)
		return r;
	e->id = c->user_id;
	e->bytes = t.token;
	return rpc_reply(c, &e->o);
}

static int reply_authorised(struct rpc_call *c, int64_t user_id)
{
	struct tl_obj *z;
	int r;

	c->user_id = user_id;
	r = session_answer(c, user_id, &z);
	return r < 0 ? r : rpc_reply(c, z);
}

int auth_importAuthorization(struct rpc_call *c, const struct tl_auth_importAuthorization *q)
{
	int64_t key = c->client->auth_key_id;
	struct store_authorization from;
	struct store_login_token t;
	int r;

	r = store_login_token_get(c->db, q->bytes, &c->arena, &t);
	if (r == -ERR_NOTFOUND || (r == 0 && (t.kind == STORE_TOKEN_QR || t.expires < c->now)))
		return rpc_fail(c, 400, "AUTH_BYTES_INVALID");
	if (r < 0)
		return r;
	if (t.user_id != q->id)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	if (t.kind == STORE_TOKEN_IMPORTED && t.key_id == key && c->user_id == t.user_id)
		return reply_authorised(
			c, t.user_id); /* TDLib asks again when it renewed its session meanwhile */
	if (t.kind == STORE_TOKEN_IMPORTED)
		return rpc_fail(c, 400, "AUTH_BYTES_INVALID");
	if (c->user_id && c->user_id != t.user_id) /* somebody else's, who has not logged out */
		return rpc_fail(c, 400, "AUTH_BYTES_INVALID");
	r = store_authorization_get(c->db, t.user_id, c->client->auth_key_id, &c->arena, &from);
	if (r == 0) /* signed in by itself: there is nothing to carry */
		return reply_authorised(c, t.user_id);
	if (r != -ERR_NOTFOUND)
		return r;
	r = store_authorization_get(c->db, t.user_id, t.key_id, &c->arena, &from);
	if (r == -ERR_NOTFOUND) /* ended since */
		return rpc_fail(c, 400, "AUTH_BYTES_INVALID");
	if (r < 0)
		return r;
	if ((r = store_imported_key_put(c->db, key, t.key_id)) < 0 ||
	    (r = session_key(c, key, t.user_id)) < 0)
		return r;
	t.kind = STORE_TOKEN_IMPORTED;
	t.key_id = key;
	if ((r = store_login_token_put(c->db, &t)) < 0)
		return r;
	return reply_authorised(c, t.user_id);
}
