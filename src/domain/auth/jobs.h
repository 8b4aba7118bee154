/* jobs.h - what of the area waits to be done (jobs/jobs.h), and its part of the settings. */
#ifndef DOMAIN_AUTH_JOBS_H
#define DOMAIN_AUTH_JOBS_H

#include "jobs/jobs.h"

struct settings;

/* A login code on its way by one of the operator's senders. */
#define CODE_JOB "send_code"
enum { CODE_JOB_SECONDS = 30 };
int code_job_send(struct app *app, const struct store_job *j);

/* Each a slice: what is over goes; authorisations in use are noted; those and accounts that nobody uses end. */
int prune_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);
int used_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);
/*
 * Could those who are away have come? 1; 0: the server was down for more than a day, less than 30 days ago, and nobody is
 * to lose an account by that. Or negative.
 */
int used_is_known(struct rpc_call *c);
int lifetime_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/* A line for the operator if [signup] or [codes] cannot work, else NULL. Static. Thread: any. */
const char *code_settings_wrong(const struct settings *s);

#endif
