/* draft.c - what somebody has begun to write in a topic. */
#include "base/err.h"
#include "domain/topics/private.h"
#include "store/thread.h"
#include "updates/event.h"

int topic_draft_put(struct rpc_call *c, int64_t channel, int32_t top, struct slice draft)
{
	struct store_thread_mark m;
	struct store_topic t;
	int r = store_topic_get(c->db, channel, top, &c->arena, &t);

	if (r < 0)
		return r == -ERR_NOTFOUND ? rpc_fail(c, 400, "TOPIC_ID_INVALID") : r;
	if ((r = store_thread_mark_get(c->db, c->user_id, channel, top, &c->arena, &m)) < 0 ||
	    (!draft.n && !m.draft.n))
		return r;
	m.draft = draft;
	m.draft_date = c->now;
	r = store_thread_mark_put(c->db, &m);
	return r < 0 ? r : rpc_log_own(c, UPD_TOPIC_DRAFT, channel, top);
}
