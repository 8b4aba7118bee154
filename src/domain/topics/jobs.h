/* jobs.h - the area's jobs. */
#ifndef DOMAIN_TOPICS_JOBS_H
#define DOMAIN_TOPICS_JOBS_H

#include "jobs/jobs.h"
#include "rpc/call.h"

/* What was said before a group became a forum comes into General, the newest first. */
#define FORUM_JOB "forum"
int forum_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
