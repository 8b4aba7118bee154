/* jobs.h - what of the area waits to be done (jobs/jobs.h). */
#ifndef DOMAIN_SYNC_JOBS_H
#define DOMAIN_SYNC_JOBS_H

#include "jobs/jobs.h"

/*
 * A slice of making logs shorter: of events older than LOG_WHOLE_DAYS, those go that a later one makes needless: a read mark
 * before another of the same chat, an edit before another or before the message's deletion. Nobody can tell the difference:
 * a client that was away gets the later one. All other rows stay, so a difference is never too long.
 */
enum { LOG_WHOLE_DAYS = 30 };
int log_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
