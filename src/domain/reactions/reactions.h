/*
 * reactions.h - the door of the area: the emoji by which messages can be answered, with their animations, which come with the
 * program (assets/reactions/). Sending them comes with messages.sendReaction.
 */
#ifndef DOMAIN_REACTIONS_REACTIONS_H
#define DOMAIN_REACTIONS_REACTIONS_H

#include "jobs/jobs.h"

/*
 * At each start of the server: what lies in `folder` becomes what is offered, by a job. The same contents stay the same documents, so a
 * start without news changes nothing. Thread: main, after jobs_start.
 */
int reactions_ship(struct app *app, const char *folder);

#define REACTIONS_JOB "reactions"
enum { REACTIONS_JOB_SECONDS = 60 };
int reactions_job(struct app *app, const struct store_job *j);

#endif
