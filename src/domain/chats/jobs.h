/* jobs.h - what of the area waits to be done (jobs/jobs.h). Owner: the group's key. */
#ifndef DOMAIN_CHATS_JOBS_H
#define DOMAIN_CHATS_JOBS_H

#include "jobs/jobs.h"

/* What has happened in the group comes into the boxes of those who have not got it yet. */
#define CHAT_DELIVER_JOB "chat-deliver"
int chat_deliver_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* It was closed: everybody's history of it goes, then he himself. */
#define CHAT_CLOSE_JOB "chat-close"
int chat_close_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* Payload: the user. Who was thrown out keeps nothing of it. */
#define CHAT_CLEAR_JOB "chat-clear"
int chat_clear_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* It became a supergroup: its members come along. */
#define CHAT_MIGRATE_JOB "chat-migrate"
int chat_migrate_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
