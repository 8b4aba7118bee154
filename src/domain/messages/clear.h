/* clear.h - histories of channels that go, in slices. */
#ifndef DOMAIN_MESSAGES_CLEAR_H
#define DOMAIN_MESSAGES_CLEAR_H

#include "jobs/jobs.h"
#include "rpc/call.h"

#define CLEAR_JOB "clear"

/*
 * Write lane: messages of this channel at or below max_id go for everybody: the newest at once, the others by the job. The
 * channel's first message stays.
 */
int channel_clear(struct rpc_call *c, int64_t channel, int32_t max_id, int64_t except_key);
/* The kind of job. */
int clear_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
