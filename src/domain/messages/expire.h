/* expire.h - media with a lifetime, from the moment it is opened. */
#ifndef DOMAIN_MESSAGES_EXPIRE_H
#define DOMAIN_MESSAGES_EXPIRE_H

#include "jobs/jobs.h"
#include "rpc/call.h"

struct store_msg;

#define EXPIRE_JOB "expire"

/* Write lane: the owner of this row has opened what it carries. */
int message_opened(struct rpc_call *c, const struct store_msg *row);
/* The kind of job. */
int expire_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
