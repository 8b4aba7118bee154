/*
 * peer.c - what a client calls somebody, to our key. The access hash is checked here and nowhere else.
 * inputPeerUserFromMessage is for min users, which are never sent: such a peer answers as unknown.
 */
#include "domain/users/peer.h"

#include "base/err.h"
#include "store/user.h"
#include "updates/peer.h"

/* The id if (id, hash) is a user that the caller may name, -ERR_NOTFOUND if not; the two reasons look alike. */
static int known_user(struct rpc_call *c, int64_t id, int64_t hash)
{
	int r;

	if (id <= 0)
		return -ERR_NOTFOUND;
	if (id != c->user_id && hash != access_hash(c->app, c->user_id, ACCESS_USER, id))
		return -ERR_NOTFOUND;
	r = store_user_exists(c->db, id);
	return r == 1 ? 0 : r < 0 ? r : -ERR_NOTFOUND;
}

int peer_resolve(struct rpc_call *c, const struct tl_obj *p, struct peer *ret)
{
	int64_t id = 0, hash = 0;
	int r = -ERR_NOTFOUND;

	if (TL_IS(inputPeerSelf, p)) {
		id = c->user_id;
		r = 0;
	} else if (TL_IS(inputPeerUser, p)) {
		id = TL_AS(inputPeerUser, p)->user_id;
		hash = TL_AS(inputPeerUser, p)->access_hash;
		r = known_user(c, id, hash);
	} else if (TL_IS(inputPeerChat, p)) {
		return rpc_fail(c, 400, "CHAT_ID_INVALID");
	} else if (TL_IS(inputPeerChannel, p) || TL_IS(inputPeerChannelFromMessage, p)) {
		return rpc_fail(c, 400, "CHANNEL_INVALID");
	}
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	if (r < 0)
		return r;
	ret->key = peer_user(id);
	ret->self = id == c->user_id;
	return 0;
}

int peer_resolve_dialog(struct rpc_call *c, const struct tl_obj *p, struct peer *ret)
{
	const struct tl_inputDialogPeer *d = TL_AS(inputDialogPeer, p);

	return d ? peer_resolve(c, d->peer, ret) : rpc_fail(c, 400, "PEER_ID_INVALID");
}

int user_resolve(struct rpc_call *c, const struct tl_obj *u, int64_t *ret_id)
{
	int64_t id = 0;
	int r = -ERR_NOTFOUND;

	if (TL_IS(inputUserSelf, u)) {
		id = c->user_id;
		r = 0;
	} else if (TL_IS(inputUser, u)) {
		id = TL_AS(inputUser, u)->user_id;
		r = known_user(c, id, TL_AS(inputUser, u)->access_hash);
	}
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "USER_ID_INVALID");
	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

int64_t peer_key(const struct tl_obj *p)
{
	if (TL_IS(peerUser, p))
		return peer_user(TL_AS(peerUser, p)->user_id);
	if (TL_IS(peerChat, p))
		return peer_chat(TL_AS(peerChat, p)->chat_id);
	if (TL_IS(peerChannel, p))
		return peer_channel(TL_AS(peerChannel, p)->channel_id);
	return 0;
}

struct tl_obj *peer_to_tl(struct arena *a, int64_t peer)
{
	struct tl_peerChannel *channel;
	struct tl_peerUser *user;
	struct tl_peerChat *chat;

	if (peer_is_user(peer)) {
		user = TL_NEW(a, peerUser);
		user->user_id = peer;
		return &user->o;
	}
	if (peer_is_chat(peer)) {
		chat = TL_NEW(a, peerChat);
		chat->chat_id = -peer;
		return &chat->o;
	}
	channel = TL_NEW(a, peerChannel);
	channel->channel_id = -PEER_CHANNEL_BASE - peer;
	return &channel->o;
}

struct tl_obj *dialog_peer_to_tl(struct arena *a, int64_t peer)
{
	struct tl_dialogPeer *d = TL_NEW(a, dialogPeer);

	d->peer = peer_to_tl(a, peer);
	return &d->o;
}
