/* jobs.h - the area's jobs. */
#ifndef DOMAIN_TOPICS_JOBS_H
#define DOMAIN_TOPICS_JOBS_H

#include "jobs/jobs.h"
#include "rpc/call.h"

/* What was said before a group became a forum comes into General, the newest first. */
#define FORUM_JOB "forum"
int forum_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* Owner: the forum's key; payload: the topic. Marks and drafts of people in a topic that is gone go, in slices. */
#define TOPIC_MARKS_JOB "topic-marks"
int topic_marks_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
