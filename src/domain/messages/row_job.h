/* row_job.h - jobs that are about one message, by its place in a box: added with it, and what is left of it when their time has come. */
#ifndef DOMAIN_MESSAGES_ROW_JOB_H
#define DOMAIN_MESSAGES_ROW_JOB_H

#include "jobs/jobs.h"
#include "rpc/call.h"
#include "store/msg.h"

/* Write lane: a job of this kind is due then. */
int row_job_add(struct rpc_call *c, const char *kind, const struct store_msg *row, unixtime_t when);
/* Write lane: the row. 1; 0: it has gone meanwhile. */
int row_job_get(struct rpc_call *c, const struct store_job *j, struct store_msg *ret);

#endif
