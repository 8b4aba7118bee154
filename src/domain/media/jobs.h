/* jobs.h - what of the area waits to be done (jobs/jobs.h), and its part of the settings. */
#ifndef DOMAIN_MEDIA_JOBS_H
#define DOMAIN_MEDIA_JOBS_H

#include "jobs/jobs.h"

struct settings;

/* Unfinished uploads that are too old, contents that nobody needs. Outside. */
int contents_job(struct app *app, const struct store_job *j);
/* Bytes without a row, some folders at a time; the payload is the next one. */
int strays_job(struct app *app, const struct store_job *j);
int strays_job_next(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);
/* The uploads of an account that ended. */
#define UPLOADS_OF_JOB "uploads_of"
int uploads_of_job(struct app *app, const struct store_job *j);
enum { CONTENTS_JOB_SECONDS = 60 };

/* A line for the operator if [media] cannot work, else NULL. Static. Thread: any. */
const char *media_settings_wrong(const struct settings *s);

#endif
