/* private.h - what the files of the area share. */
#ifndef DOMAIN_POLLS_PRIVATE_H
#define DOMAIN_POLLS_PRIVATE_H

#include "domain/polls/poll.h"
#include "store/poll.h"

/* A poll as it is stored: poll, and in results what is right and why. */
struct poll_body {
	struct store_poll row;
	struct tl_poll *poll;
	struct tl_pollResults *key;
};

/* By the message that carries it, in the caller's place: 400 MESSAGE_ID_INVALID and those of the peer. */
struct store_msg;
int poll_find(struct rpc_call *c, const struct tl_obj *input_peer, int32_t id, struct peer *ret_peer,
              struct store_msg *ret_row, struct poll_body *ret);
/* -ERR_NOTFOUND. */
int poll_load(struct rpc_call *c, int64_t id, struct poll_body *ret);
bool poll_is_over(const struct rpc_call *c, const struct poll_body *p);
/* The number of the option with these bytes; -1: none. */
int poll_option(const struct poll_body *p, struct slice bytes);
/* Its bytes. */
struct slice poll_option_bytes(const struct poll_body *p, int32_t option);
/* Who is shown as having voted. */
int64_t poll_voter(const struct store_poll_vote *x);
/* Poll and PollResults as v->viewer may see them. */
int poll_objects(struct view *v, struct poll_body *p, struct tl_obj **ret_poll, struct tl_obj **ret_results);

#endif
