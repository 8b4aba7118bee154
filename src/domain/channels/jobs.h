/* jobs.h - what of the area waits to be done (jobs/jobs.h). */
#ifndef DOMAIN_CHANNELS_JOBS_H
#define DOMAIN_CHANNELS_JOBS_H

#include "rpc/call.h"

struct jobs_next;
struct store_job;

/* Owner: the channel's key; payload: the user. A restriction with an end is over. */
#define CHANNEL_UNBAN_JOB "channel-unban"
int channel_unban_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* Owner: the channel's key; payload: when it was closed. Its members, messages and rest go in slices, its name at last. */
#define CHANNEL_CLOSE_JOB "channel-close"
int channel_close_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* What is older than two days leaves the admin logs, in slices. */
int channel_log_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* When who read what is forgotten, as nobody may ask any more; in slices. */
int channel_readers_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
