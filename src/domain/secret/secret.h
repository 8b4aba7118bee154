/*
 * secret.h - the door of the area: secret chats between two devices, of which the server only passes ciphertext on
 * (docs/design/secret.md). Rules: api.md 8.
 */
#ifndef DOMAIN_SECRET_SECRET_H
#define DOMAIN_SECRET_SECRET_H

#include "domain/users/view.h"
#include "rpc/call.h"
#include "updates/event.h"

/* UPD_SECRET_* as one Update for the authorisation that it is for; NULL: nothing to show. Read lanes. */
int secret_update_view(struct view *v, const struct upd_event *ev, struct tl_obj **ret_update);

/* The last qts of the calling authorisation's queue. Any lane. */
int secret_qts(struct rpc_call *c, int32_t *ret_qts);
/* What getDifference tells of the queue: EncryptedMessages after qts, and the qts that they come to. Read lanes. */
struct secret_difference {
	struct tl_vec messages;
	int32_t qts;
	bool more;
};
int secret_difference(struct rpc_call *c, int32_t qts, int32_t limit, struct secret_difference *ret);
/*
 * The calling client has all up to qts: what has been there for a while goes, later, on the write lane. Not at once: clients say so
 * when they have read it, not when it is on their disk (TDLib). Read lanes.
 */
int secret_acknowledge(struct rpc_call *c, int32_t qts);

/* Write lane: an authorisation of this account ends, and with it its secret chats and its queue. */
int secret_device_ended(struct rpc_call *c, int64_t user_id, int64_t key);
/* Write lane: the account ends: so do the requests that nobody of it has accepted. After its authorisations. */
int secret_account_ended(struct rpc_call *c, int64_t user_id);

/* The job, a slice: what is over goes: chats that ended long ago, files that were held long enough, random_ids. */
struct store_job;
struct jobs_next;
int secret_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
