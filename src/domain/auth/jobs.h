/* jobs.h - what of the area waits to be done (jobs/jobs.h), and its part of the settings. */
#ifndef DOMAIN_AUTH_JOBS_H
#define DOMAIN_AUTH_JOBS_H

#include "jobs/jobs.h"

struct settings;

/* A login code on its way by one of the operator's senders. */
#define CODE_JOB "send_code"
enum { CODE_JOB_SECONDS = 30 };
int code_job_send(struct app *app, const struct store_job *j);

/* A line for the operator if [signup] or [codes] cannot work, else NULL. Static. Thread: any. */
const char *code_settings_wrong(const struct settings *s);

#endif
