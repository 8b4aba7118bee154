/* begin.c - a secret chat begins: the numbers that both sides need, one asks, one device of the other accepts. */
#include "base/err.h"
#include "crypto/dh.h"
#include "crypto/rng.h"
#include "domain/secret/private.h"
#include "domain/users/peer.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/user.h"
#include "updates/peer.h"

enum { DH_VERSION = 1, RANDOM_MAX = 1024 };

int messages_getDhConfig(struct rpc_call *c, const struct tl_messages_getDhConfig *q)
{
	struct tl_messages_dhConfigNotModified *same;
	struct tl_messages_dhConfig *o;
	uint8_t *random;

	if (q->random_length < 0 || q->random_length > RANDOM_MAX)
		return rpc_fail(c, 400, "RANDOM_LENGTH_INVALID");
	random = arena_alloc(&c->arena, (size_t)q->random_length + 1);
	rng_bytes(random, (size_t)q->random_length);
	if (q->version == DH_VERSION) {
		same = TL_NEW(&c->arena, messages_dhConfigNotModified);
		same->random = slice_of(random, (uint32_t)q->random_length);
		return rpc_reply(c, &same->o);
	}
	o = TL_NEW(&c->arena, messages_dhConfig);
	o->g = DH_G;
	o->p = slice_of(dh_prime, sizeof(dh_prime));
	o->version = DH_VERSION;
	o->random = slice_of(random, (uint32_t)q->random_length);
	return rpc_reply(c, &o->o);
}

/* A public number within the margins: what lies outside would let whoever chose it know the key. */
static bool is_public(struct slice g)
{
	uint8_t n[sizeof(dh_prime)] = {0};

	if (g.n > sizeof(n))
		return false;
	memcpy(n + sizeof(n) - g.n, g.p, g.n);
	return dh_public_ok(n);
}

/* Who can be asked: a person who is there, and has not blocked the caller. */
static int may_ask(struct rpc_call *c, int64_t peer)
{
	struct store_user u;
	int r;

	if (peer == c->user_id || peer == SERVICE_USER || peer_is_bot(peer))
		return rpc_fail(c, 400, "USER_ID_INVALID");
	if ((r = store_user_load(c->db, peer, &c->arena, &u)) < 0)
		return r;
	if (u.flags & STORE_USER_DELETED)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	r = store_blocked_is(c->db, peer, c->user_id);
	return r > 0 ? rpc_fail(c, 403, "USER_IS_BLOCKED") : r;
}

static int again(struct rpc_call *c, int64_t peer, int32_t id)
{
	struct store_secret_chat s;
	int r = store_secret_chat_get(c->db, c->user_id, id, &c->arena, &s);

	if (r < 0 && r != -ERR_NOTFOUND)
		return r;
	if (r == 0 && s.is_admin && s.peer == peer && s.key == c->client->auth_key_id &&
	    s.state == STORE_SECRET_WAITING)
		return rpc_reply(c, secret_chat_view(c, &s));
	return rpc_fail(c, 500, "RANDOM_ID_DUPLICATE");
}

int messages_requestEncryption(struct rpc_call *c, const struct tl_messages_requestEncryption *q)
{
	/* TDLib knows its chats by the number that it chose: the id is the caller's. */
	struct store_secret_chat mine = {.owner = c->user_id,
	                                 .id = q->random_id,
	                                 .is_admin = true,
	                                 .state = STORE_SECRET_WAITING,
	                                 .date = c->now,
	                                 .key = c->client->auth_key_id,
	                                 .g = SLICE_LIT("")};
	struct store_secret_chat theirs = mine;
	int r;

	if (!q->random_id)
		return rpc_fail(c, 400, "RANDOM_ID_EMPTY");
	if (!is_public(q->g_a))
		return rpc_fail(c, 400, "DH_G_A_INVALID");
	if ((r = user_resolve(c, q->user_id, &mine.peer)) < 0 || (r = may_ask(c, mine.peer)) < 0)
		return r;
	theirs.owner = mine.peer;
	theirs.peer = c->user_id;
	theirs.is_admin = false;
	theirs.state = STORE_SECRET_REQUESTED;
	theirs.key = 0;
	theirs.g = q->g_a;
	r = store_secret_chat_insert(c->db, &mine);
	if (r == -ERR_EXISTS)
		return again(c, mine.peer, mine.id);
	if (r >= 0)
		r = store_secret_chat_insert(c->db, &theirs);
	if (r == -ERR_EXISTS)
		return rpc_fail(c, 500, "RANDOM_ID_DUPLICATE");
	if (r < 0 || (r = secret_tell(c, &theirs)) < 0)
		return r;
	return rpc_reply(c, secret_chat_view(c, &mine));
}

int messages_acceptEncryption(struct rpc_call *c, const struct tl_messages_acceptEncryption *q)
{
	struct store_secret_chat mine, theirs;
	int r;

	if ((r = secret_resolve(c, q->peer, &mine)) < 0)
		return r;
	if (mine.is_admin)
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	if (mine.state == STORE_SECRET_ENDED)
		return rpc_fail(c, 400, "ENCRYPTION_ALREADY_DECLINED");
	if (mine.state == STORE_SECRET_OPEN) /* the answer to the first try may have been lost */
		return mine.key == c->client->auth_key_id && mine.fingerprint == q->key_fingerprint
		               ? rpc_reply(c, secret_chat_view(c, &mine))
		               : rpc_fail(c, 400, "ENCRYPTION_ALREADY_ACCEPTED");
	if (!is_public(q->g_b))
		return rpc_fail(c, 400, "DH_G_B_INVALID");
	if ((r = store_secret_chat_get(c->db, mine.peer, mine.id, &c->arena, &theirs)) < 0)
		return r;
	mine.state = theirs.state = STORE_SECRET_OPEN;
	mine.key = c->client->auth_key_id;
	mine.fingerprint = theirs.fingerprint = q->key_fingerprint;
	theirs.g = q->g_b;
	if ((r = store_secret_chat_update(c->db, &mine)) < 0 ||
	    (r = store_secret_chat_update(c->db, &theirs)) < 0 || (r = secret_tell(c, &theirs)) < 0 ||
	    (r = secret_tell_others(c, &mine)) < 0)
		return r;
	return rpc_reply(c, secret_chat_view(c, &mine));
}
