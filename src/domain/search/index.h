/*
 * index.h - the index of messages, filled behind the sends: what is new in a box is noted in memory, a job takes it over in
 * slices, and a search scans what the job has not reached. Texts that change or go are taken out at once.
 */
#ifndef DOMAIN_SEARCH_INDEX_H
#define DOMAIN_SEARCH_INDEX_H

#include "jobs/jobs.h"
#include "rpc/call.h"

struct store_msg;
struct search_index; /* which boxes wait; the write lane's */

#define SEARCH_JOB "search"

struct search_index *search_index_new(void);
void search_index_free(struct search_index *x);

/* Write lane: something was born or changed in this box. */
int search_note(struct rpc_call *c, int64_t owner);
/* Write lane: this row, as it still is, goes (gone) or gets another text. */
int search_forget(struct rpc_call *c, const struct store_msg *row, bool gone);
/* The kind of job. */
int search_job_slice(struct rpc_call *c, const struct store_job *j, struct jobs_next *next);

/*
 * The expression for a folded query in the owner's box, or in one chat (peer != 0); with `link`, only messages with links.
 * Empty if nothing can match.
 */
struct slice search_expression(struct arena *a, int64_t owner, int64_t peer, struct slice query, bool link);

#endif
