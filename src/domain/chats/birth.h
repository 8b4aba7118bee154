/* birth.h - a message of a group on its way into a member's box: what his row does not take from the body. Inside chats/. Write lane. */
#ifndef DOMAIN_CHATS_BIRTH_H
#define DOMAIN_CHATS_BIRTH_H

#include "domain/chats/private.h"
#include "store/media.h"

struct birth {
	int64_t from;
	int flags;           /* of enum store_msg_flag, those that are the same for all */
	int64_t reply_owner; /* what it answers, in the box where that was sent from */
	int32_t reply_id;    /* 0: nothing */
	int64_t grouped_id;
	int32_t period; /* it goes after so many seconds; 0: it stays */
	enum store_media_kind kind;
	int64_t file;
	bool media_unread;
	const int64_t *meant; /* who is mentioned or answered */
	size_t n_meant;
};

struct slice birth_payload(struct arena *a, const struct birth *b);
/* act: owner, id and date are the message's. edited: which version of it he gets. */
int birth_into(struct rpc_call *c, int64_t user, const struct store_out *act, const struct birth *b,
               unixtime_t edited);

#endif
