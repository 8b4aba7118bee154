/*
 * peer.h - how domain code names somebody: resolved from what a client sent, access hash checked.
 * A wrong hash and an absent user answer alike. Threads: lanes.
 */
#ifndef DOMAIN_USERS_PEER_H
#define DOMAIN_USERS_PEER_H

#include "rpc/app.h"
#include "rpc/call.h"

enum peer_kind {
	ACCESS_USER = 1,
	ACCESS_CHANNEL = 2,
	ACCESS_PHOTO = 3,
	ACCESS_DOCUMENT = 4,
	ACCESS_ENCRYPTED = 5, /* a file of a secret chat */
	ACCESS_STICKERS = 6,  /* a set */
	ACCESS_SECRET_CHAT = 7,
};

struct channel;
struct chat;

struct peer {
	int64_t key; /* updates/peer.h */
	bool self;   /* the caller's own Saved Messages */
	struct channel
		*channel;  /* in the call's arena, where it is one (domain/channels/channel.h); else NULL */
	struct chat *chat; /* likewise a basic group (domain/chats/chat.h) */
};

/*
 * InputPeer: 400 PEER_ID_INVALID; a basic group that he is not in and has nothing of 400 CHAT_ID_INVALID; a channel 400
 * CHANNEL_INVALID, and one that he may not see 400 CHANNEL_PRIVATE. The ...FromMessage ones name who stands in a message that he
 * can read: 400 MSG_ID_INVALID where nobody like that does.
 */
int peer_resolve(struct rpc_call *c, const struct tl_obj *input_peer, struct peer *ret);
/* InputDialogPeer that is one chat; a folder is none: 400 PEER_ID_INVALID. */
int peer_resolve_dialog(struct rpc_call *c, const struct tl_obj *input_dialog_peer, struct peer *ret);
/* Is it a user? Else 400 PEER_ID_INVALID: for what only people have. */
int peer_resolve_user(struct rpc_call *c, const struct tl_obj *input_peer, struct peer *ret);
/* InputUser: 400 USER_ID_INVALID. */
int user_resolve(struct rpc_call *c, const struct tl_obj *input_user, int64_t *ret_id);

/* Does `whom` (a key) stand in message `id` of that peer, as the caller reads it? 0, 400 MSG_ID_INVALID and those of the peer. */
int peer_in_message(struct rpc_call *c, const struct tl_obj *input_peer, int32_t id, int64_t whom);

/* The 64-bit access hash of a thing for one viewer; never 0. Stateless: a SipHash under the server's secret. */
int64_t access_hash(const struct app *app, int64_t viewer, enum peer_kind kind, int64_t target);

/* The key of a Peer (updates/peer.h); 0 if it is none. */
int64_t peer_key(const struct tl_obj *peer);
/* Peer and its kin as TL objects. */
struct tl_obj *peer_to_tl(struct arena *a, int64_t peer);        /* Peer */
struct tl_obj *dialog_peer_to_tl(struct arena *a, int64_t peer); /* DialogPeer */

#endif
