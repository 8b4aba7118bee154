/* session.h - authorisations: a user signed in on a key. The door of the area for others. */
#ifndef DOMAIN_AUTH_SESSION_H
#define DOMAIN_AUTH_SESSION_H

#include "rpc/app.h"
#include "rpc/call.h"

enum authorization_flag {                                /* store_authorization.flags */
	                  AUTHORIZATION_NO_SECRET = 1,   /* takes no secret chats */
	                  AUTHORIZATION_NO_CALLS = 2,    /* takes no calls */
	                  AUTHORIZATION_UNCONFIRMED = 4, /* no other device has said yet that it is known */
};

/*
 * The calling key is `user_id`'s from the commit on, and so is the rest of this call; his other devices hear of it. Whoever was
 * signed in on it is no more. confirmed_as: the hash under which another device confirmed it already, or 0. Write lane.
 */
int session_begin(struct rpc_call *c, const struct rpc_client *client, int64_t user_id, int64_t confirmed_as);
/*
 * Tells the account, by the service account, that the calling key is about to be signed in. Not at the first sign-up.
 * Write lane.
 */
int session_warn(struct rpc_call *c, int64_t user_id);
/* Ends one authorisation: its key and those imported from it are nobody's, their next call hears 401. Write lane. */
int session_end(struct rpc_call *c, int64_t user_id, int64_t key);
/* Every authorisation of the account ends, and the account with them. Write lane. */
int account_end(struct rpc_call *c, int64_t user_id);
/* Days without use after which the account's authorisations end. */
int session_ttl_days(struct rpc_call *c, int64_t user_id, int *ret);
/* `key` is `user_id`'s (0: nobody's) from the commit on, without being listed as an authorisation. Write lane. */
int session_key(struct rpc_call *c, int64_t key, int64_t user_id);
/* auth.authorization for the user, as he sees himself. */
int session_answer(struct rpc_call *c, int64_t user_id, struct tl_obj **ret);
/* Is another authorisation of this user alive (used within 30 days)? 1, 0 or negative. */
int session_is_alive(struct rpc_call *c, int64_t user_id);
/* Does this authorisation take secret chats? 1, 0 or negative; 0 also if it is none. Any lane. */
int session_takes_secret(struct rpc_call *c, int64_t user_id, int64_t key);
/* Keys of the account's authorisations that take secret chats. Any lane. */
int session_secret_keys(struct rpc_call *c, int64_t user_id, int64_t **ret, size_t *ret_n);
/* A message of the service account, in the user's box alone. Write lane. */
int service_message(struct rpc_call *c, int64_t user_id, struct slice text);

#endif
