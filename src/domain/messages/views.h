/*
 * views.h - how often posts of channels were seen. Counted in memory: one view an account and post while it is remembered; a job adds
 * what has gathered to the rows, so that no view is a write of its own, and tells who is online: once a round and post. Inside messages/, but for who makes it and the job.
 */
#ifndef DOMAIN_MESSAGES_VIEWS_H
#define DOMAIN_MESSAGES_VIEWS_H

#include "jobs/jobs.h"
#include "rpc/call.h"
#include "store/msg_count.h"

#define VIEWS_JOB       "views"
#define VIEWS_JOB_EVERY 20 /* seconds: what is lost at most when the server is killed */

struct views;
struct store_msg;

struct view_post {
	int64_t channel; /* its peer key */
	int32_t id;
};

/* Where a post is looked at. */
enum view_place {
	VIEW_BY_SUBSCRIBER,
	VIEW_FROM_OUTSIDE, /* in the channel, by one who is not in it */
	VIEW_IN_GROUP,     /* as it was passed on to */
	VIEW_IN_PRIVATE,
	VIEW_PLACES
};

struct views *views_new(void);
void views_free(struct views *v);

/* Whose views a message shows: its own, of a post; those of the post that it was, of one that was passed on elsewhere. False: none. */
bool views_whose(const struct store_msg *row, const struct tl_message *m, struct view_post *ret);
/* user looks at this post, there; language: the number of his (base/language.h) or 0. Thread: any. */
void views_see(struct views *v, int64_t channel, int32_t id, int64_t user, enum view_place place,
               int language);
/* This post of a channel was passed on: who is online hears of it with the next round of views. Thread: any. */
void views_passed_on(struct views *v, int64_t channel, int32_t id);
/* What is in the rows and what has gathered since. Lanes. */
int views_of(struct rpc_call *c, int64_t channel, int32_t id, struct store_msg_count *ret);
/* The kind of job. */
int views_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

#endif
