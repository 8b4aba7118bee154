/* ttl.h - chats whose messages go by themselves after a time. */
#ifndef DOMAIN_MESSAGES_TTL_H
#define DOMAIN_MESSAGES_TTL_H

#include "jobs/jobs.h"
#include "rpc/call.h"

struct store_msg;

#define TTL_JOB "ttl"

/*
 * Write lane: for how many seconds what `from` writes to `peer` now is kept; 0: for good. If it begins the chat, what he has
 * chosen for new chats is in force from now on, for both sides.
 */
int ttl_of_new(struct rpc_call *c, int64_t from, int64_t peer, int32_t *ret);
/* Write lane: this row was born with such a time; it will go. */
int ttl_begin(struct rpc_call *c, const struct store_msg *row, int32_t period);
/* The kind of job. */
int ttl_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
