/* private.h - what the files of secret/ share. */
#ifndef DOMAIN_SECRET_PRIVATE_H
#define DOMAIN_SECRET_PRIVATE_H

#include "domain/secret/secret.h"
#include "store/qts.h"
#include "store/secret_chat.h"
#include "store/secret_sent.h"

/* InputEncryptedChat of the caller: 400 CHAT_ID_INVALID, or ENCRYPTION_DECLINED where he had such a chat and it is gone. */
int secret_resolve(struct rpc_call *c, const struct tl_obj *input, struct store_secret_chat *ret);
/* The same of a chat that is open and belongs to the calling authorisation: 400 CHAT_ID_INVALID, ENCRYPTION_DECLINED. */
int secret_resolve_open(struct rpc_call *c, const struct tl_obj *input, struct store_secret_chat *ret);

/* EncryptedChat as its owner gets it. */
struct tl_obj *secret_chat_view(struct rpc_call *c, const struct store_secret_chat *s);
/* EncryptedMessage as c->user_id gets it. */
int secret_message_view(struct rpc_call *c, const struct store_queued *m, struct tl_obj **ret);

/* Write lane: the authorisation that this row belongs to hears of its chat; of a request, all of the owner's that take any. */
int secret_tell(struct rpc_call *c, const struct store_secret_chat *s);
/* The same to the owner's other authorisations, for whom it is over: those that take any, without the calling one. */
int secret_tell_others(struct rpc_call *c, const struct store_secret_chat *s);
/* Write lane: the chat ends on both sides, and the other one is told. `s`: either side's row, whose own device knows. */
int secret_end(struct rpc_call *c, struct store_secret_chat *s, bool delete_history);

/*
 * A message of an open chat, in the two phases of files (first: 1: it was sent already, nothing is to be made). The answer is given.
 * 400 DATA_INVALID, DATA_TOO_LONG, RANDOM_ID_EMPTY, 403 USER_IS_BLOCKED, USER_DELETED, 420 FLOOD_WAIT_%d: too much waits there.
 */
struct secret_draft {
	const struct tl_obj *peer; /* InputEncryptedChat */
	int64_t random_id;
	struct slice data;
	bool is_service;
	const struct tl_obj *file; /* InputEncryptedFile; NULL: none */
	struct media_made *made;
};
int secret_send_first(struct rpc_call *c, const struct secret_draft *d);
int secret_send(struct rpc_call *c, const struct secret_draft *d);

#endif
