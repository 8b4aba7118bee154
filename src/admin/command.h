/* command.h - what the commands of the operator share. */
#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

#include "rpc/app.h"
#include "rpc/call.h"

struct admin_call {
	struct app *app;
	const char *db_path;
	const json_t *in; /* the request */
	json_t *out;      /* an object, to be filled: the answer */
	char error[200];
	bool (*progress)(void *arg, int64_t done, int64_t all); /* false: give up */
	void *progress_arg;
};

struct admin_command {
	const char *name;
	/* 0, or negative with a->error set (or without: then the number's own words). Thread: the connection's. */
	int (*run)(struct admin_call *a);
};

/* Each ends with a row without name. */
extern const struct admin_command admin_blob_commands[], admin_user_commands[], admin_session_commands[],
	admin_code_commands[], admin_job_commands[], admin_media_commands[], admin_server_commands[],
	admin_report_commands[], admin_bot_commands[], admin_cdn_commands[];

/* Sets the error, for the operator to read; returns r. */
int admin_fail(struct admin_call *a, int r, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Runs f on the write lane (in a transaction) or on a read lane (with a snapshot), and waits for it. */
int admin_write(struct admin_call *a, int (*f)(struct rpc_call *c, struct admin_call *a));
int admin_read(struct admin_call *a, int (*f)(struct rpc_call *c, struct admin_call *a));

/* Arguments: NULL or `def` if they are not there. */
const char *admin_text(const struct admin_call *a, const char *name);
int64_t admin_number(const struct admin_call *a, const char *name, int64_t def);

/* Values for answers. A time of 0 is null. */
json_t *admin_slice(struct slice s);
json_t *admin_time(unixtime_t t);

/* The account that "user" names: an id, a phone number or @username. Fails with words. */
int admin_find_user(struct rpc_call *c, struct admin_call *a, int64_t *ret_id);
/* The same of another argument. */
int admin_find_user_named(struct rpc_call *c, struct admin_call *a, const char *argument, int64_t *ret_id);

#endif
