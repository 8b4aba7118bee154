/* drop.c - the end of a topic, whichever way its beginning was deleted: by itself, or with the forum's history. */
#include "domain/topics/jobs.h"
#include "domain/topics/topic.h"
#include "store/thread.h"
#include "store/topic.h"

enum { MARKS_A_SLICE = 100 };

int topic_drop(struct rpc_call *c, int64_t channel, int32_t id)
{
	int r;

	if ((r = store_topic_drop(c->db, channel, id)) < 0 || (r = store_thread_drop(c->db, channel, id)) < 0)
		return r;
	return jobs_add(c, TOPIC_MARKS_JOB, channel, 0, slice_of(&id, sizeof(id)));
}

int topic_marks_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int32_t id;
	int r;

	if (j->payload.n != sizeof(id))
		return 0;
	memcpy(&id, j->payload.p, sizeof(id));
	r = store_thread_marks_forget(c->db, j->owner, id, MARKS_A_SLICE);
	next->again = r > 0;
	return r < 0 ? r : 0;
}
