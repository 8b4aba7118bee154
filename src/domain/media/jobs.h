/* jobs.h - what of the area waits to be done (jobs/jobs.h), and its part of the settings. */
#ifndef DOMAIN_MEDIA_JOBS_H
#define DOMAIN_MEDIA_JOBS_H

#include "jobs/jobs.h"

struct settings;

/* A line for the operator if [media] cannot work, else NULL. Static. Thread: any. */
const char *media_settings_wrong(const struct settings *s);

#endif
