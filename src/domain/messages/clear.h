/* clear.h - histories of channels that go, in slices. */
#ifndef DOMAIN_MESSAGES_CLEAR_H
#define DOMAIN_MESSAGES_CLEAR_H

#include "jobs/jobs.h"
#include "rpc/call.h"

#define CLEAR_JOB "clear"

/* The kind of job. */
int clear_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
