/*
 * sender.h - the ways by which a login code leaves the server. Each blocks, on a thread of the jobs', for CODE_JOB_SECONDS
 * at most, and leaves within a second once jobs_stopping().
 * 0: it was taken. -ERR_*: it was not; the reason is in the log, without number and code.
 */
#ifndef DOMAIN_AUTH_SENDER_H
#define DOMAIN_AUTH_SENDER_H

#include "rpc/app.h"

struct code_out {
	const char *phone; /* digits */
	const char *code;
	const char *json; /* both, and when the code expires, as programs get it */
};

/* [codes] command: JSON on its standard input; status 0 is success. */
int sender_command(struct app *app, const struct code_out *o);
/* [codes] webhook: JSON as a POST; 2xx is success. */
int sender_webhook(struct app *app, const struct code_out *o);
/* [codes] smtp: a mail. */
int sender_mail(struct app *app, const struct code_out *o);

#endif
