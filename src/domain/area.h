/* area.h - the whole domain's door for the roles. */
#ifndef DOMAIN_AREA_H
#define DOMAIN_AREA_H

#include "jobs/jobs.h"
#include "rpc/call.h"

struct settings;
struct sql_db;
struct rpc_crowd;
struct upd_event;

/* At each start: the service account, if it is not there yet, and the jobs of a start. Thread: main. */
int domain_first_rows(struct sql_db *db);
/* For struct rpc_server_config. */
int domain_compose(struct rpc_call *c, const struct upd_event *ev, size_t n, struct tl_obj **ret_updates);

int domain_compose_crowd(struct rpc_call *c, const struct upd_event *ev, size_t n, struct rpc_crowd *ret);
int domain_channels_of(struct rpc_call *c, int64_t user, int64_t **ret, size_t *ret_n);

/* What is wrong with the settings that belong to the domain, for the operator, or NULL. Static. Thread: any. */
const char *domain_settings_wrong(const struct settings *s);

/* Every kind of job that the areas have, for jobs_start(). */
extern const struct jobs_kind domain_jobs[];

#endif
