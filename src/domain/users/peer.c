/* peer.c - what a client calls somebody, to our key. The access hash is checked here and nowhere else. */
#include "domain/users/peer.h"

#include "base/err.h"
#include "domain/bots/bot.h"
#include "domain/channels/channel.h"
#include "domain/chats/chat.h"
#include "domain/messages/message.h"
#include "domain/messages/place.h"
#include "store/msg.h"
#include "store/user.h"
#include "updates/peer.h"

/* The id if (id, hash) is a user that the caller may name, -ERR_NOTFOUND if not; the two reasons look alike. */
static int known_user(struct rpc_call *c, int64_t id, int64_t hash)
{
	int r;

	if (id <= 0)
		return -ERR_NOTFOUND;
	if (id != c->user_id && hash != access_hash(c->app, c->user_id, ACCESS_USER, id)) {
		if (hash || !c->is_bot)
			return -ERR_NOTFOUND;
		if ((r = bot_has_met(c, c->user_id, id)) <= 0)
			return r < 0 ? r : -ERR_NOTFOUND;
	}
	r = store_user_exists(c->db, id);
	return r == 1 ? 0 : r < 0 ? r : -ERR_NOTFOUND;
}

int peer_in_message(struct rpc_call *c, const struct tl_obj *input_peer, int32_t id, int64_t whom)
{
	struct store_msg row;
	struct place place;
	struct peer peer;
	struct tl_obj *o;
	struct view v;
	int r;

	if (TL_IS(inputPeerUserFromMessage, input_peer) || TL_IS(inputPeerChannelFromMessage, input_peer))
		return rpc_fail(c, 400, "PEER_ID_INVALID"); /* no chains */
	if ((r = peer_resolve(c, input_peer, &peer)) < 0 || (r = place_of(c, &peer, &place)) < 0)
		return r;
	r = place_message(c, &place, id, &row);
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "MSG_ID_INVALID");
	view_init(&v, c);
	if (r < 0 || (r = message_view(&v, &row, &o)) < 0)
		return r;
	for (uint32_t i = 0; i < v.n_peers; i++)
		if (v.peers[i] == whom)
			return 0;
	return rpc_fail(c, 400, "MSG_ID_INVALID");
}

static int resolve_user(struct rpc_call *c, const struct tl_obj *p, struct peer *ret)
{
	const struct tl_inputPeerUserFromMessage *m = TL_AS(inputPeerUserFromMessage, p);
	int64_t id = c->user_id;
	int r = 0;

	if (TL_IS(inputPeerUser, p)) {
		id = TL_AS(inputPeerUser, p)->user_id;
		r = known_user(c, id, TL_AS(inputPeerUser, p)->access_hash);
	} else if (m) {
		id = m->user_id;
		r = peer_in_message(c, m->peer, m->msg_id, peer_user(id));
		if (r >= 0) /* what was written may name who never was */
			r = known_user(c, id, access_hash(c->app, c->user_id, ACCESS_USER, id));
	}
	if (r == -ERR_NOTFOUND)
		return rpc_fail(c, 400, "PEER_ID_INVALID");
	ret->key = peer_user(id);
	ret->self = id == c->user_id;
	return r;
}

int peer_resolve(struct rpc_call *c, const struct tl_obj *p, struct peer *ret)
{
	int r;

	*ret = (struct peer){0};
	if (TL_IS(inputPeerSelf, p) || TL_IS(inputPeerUser, p) || TL_IS(inputPeerUserFromMessage, p))
		return resolve_user(c, p, ret);
	if (TL_IS(inputPeerChat, p)) {
		ret->chat = ARENA_NEW(&c->arena, struct chat);
		ret->key = peer_chat(TL_AS(inputPeerChat, p)->chat_id);
		return chat_resolve(c, TL_AS(inputPeerChat, p)->chat_id, ret->chat);
	}
	if (TL_IS(inputPeerChannel, p) || TL_IS(inputPeerChannelFromMessage, p)) {
		ret->channel = ARENA_NEW(&c->arena, struct channel);
		r = channel_resolve(c, p, ret->channel);
		ret->key = peer_channel(ret->channel->row.id);
		return r;
	}
	return rpc_fail(c, 400, "PEER_ID_INVALID");
}

int peer_resolve_user(struct rpc_call *c, const struct tl_obj *p, struct peer *ret)
{
	int r = peer_resolve(c, p, ret);

	return r < 0 || peer_is_user(ret->key) ? r : rpc_fail(c, 400, "PEER_ID_INVALID");
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
	} else if (TL_IS(inputUserFromMessage, u)) {
		const struct tl_inputUserFromMessage *m = TL_AS(inputUserFromMessage, u);

		id = m->user_id;
		r = peer_in_message(c, m->peer, m->msg_id, peer_user(id));
		if (r >= 0)
			r = known_user(c, id, access_hash(c->app, c->user_id, ACCESS_USER, id));
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
