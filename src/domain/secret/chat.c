/* chat.c - which secret chat a client means, and what the two sides see of it. */
#include "base/err.h"
#include "domain/secret/private.h"
#include "domain/users/peer.h"

int secret_resolve(struct rpc_call *c, const struct tl_obj *input, struct store_secret_chat *ret)
{
	const struct tl_inputEncryptedChat *i = TL_AS(inputEncryptedChat, input);
	int r;

	if (!i || i->access_hash != access_hash(c->app, c->user_id, ACCESS_SECRET_CHAT, i->chat_id))
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	r = store_secret_chat_get(c->db, c->user_id, i->chat_id, &c->arena, ret);
	return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "ENCRYPTION_DECLINED") : r;
}

int secret_resolve_open(struct rpc_call *c, const struct tl_obj *input, struct store_secret_chat *ret)
{
	int r = secret_resolve(c, input, ret);

	if (r < 0)
		return r;
	if (ret->state == STORE_SECRET_ENDED)
		return rpc_fail(c, 400, "ENCRYPTION_DECLINED");
	if (ret->state != STORE_SECRET_OPEN || ret->key != c->client->auth_key_id)
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	return 0;
}

static struct tl_obj *waiting(struct rpc_call *c, const struct store_secret_chat *s, int64_t hash)
{
	struct tl_encryptedChatWaiting *o = TL_NEW(&c->arena, encryptedChatWaiting);

	o->id = s->id;
	o->access_hash = hash;
	o->date = (int32_t)s->date;
	o->admin_id = s->owner;
	o->participant_id = s->peer;
	return &o->o;
}

static struct tl_obj *requested(struct rpc_call *c, const struct store_secret_chat *s, int64_t hash)
{
	struct tl_encryptedChatRequested *o = TL_NEW(&c->arena, encryptedChatRequested);

	o->id = s->id;
	o->access_hash = hash;
	o->date = (int32_t)s->date;
	o->admin_id = s->peer;
	o->participant_id = s->owner;
	o->g_a = s->g;
	return &o->o;
}

static struct tl_obj *is_open(struct rpc_call *c, const struct store_secret_chat *s, int64_t hash)
{
	struct tl_encryptedChat *o = TL_NEW(&c->arena, encryptedChat);

	o->id = s->id;
	o->access_hash = hash;
	o->date = (int32_t)s->date;
	o->admin_id = s->is_admin ? s->owner : s->peer;
	o->participant_id = s->is_admin ? s->peer : s->owner;
	o->g_a_or_b = s->g;
	o->key_fingerprint = s->fingerprint;
	return &o->o;
}

struct tl_obj *secret_chat_view(struct rpc_call *c, const struct store_secret_chat *s)
{
	int64_t hash = access_hash(c->app, s->owner, ACCESS_SECRET_CHAT, s->id);
	struct tl_encryptedChatDiscarded *gone;

	switch (s->state) {
	case STORE_SECRET_WAITING:
		return waiting(c, s, hash);
	case STORE_SECRET_REQUESTED:
		return requested(c, s, hash);
	case STORE_SECRET_OPEN:
		return is_open(c, s, hash);
	default:
		gone = TL_NEW(&c->arena, encryptedChatDiscarded);
		gone->id = s->id;
		gone->history_deleted = s->history_deleted;
		return &gone->o;
	}
}
