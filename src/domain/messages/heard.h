/*
 * heard.h - voice and round video messages of supergroups, which are new to each member until he listens. Lanes, with c->db.
 */
#ifndef DOMAIN_MESSAGES_HEARD_H
#define DOMAIN_MESSAGES_HEARD_H

#include "jobs/jobs.h"
#include "store/msg.h"

/* Is this message of a channel, which has STORE_MSG_MEDIA_UNREAD, new to the viewer (0: a stranger); to its writer: to all others? 1 or 0. */
int heard_not(struct rpc_call *c, const struct store_msg *row, int64_t viewer);
/* Write lane: the caller listens. 1: it was new to him; its writer is told if he is the first. */
int heard_note(struct rpc_call *c, const struct store_msg *row);
/* The kind of job: what is so old that it counts as heard is forgotten. */
int heard_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
