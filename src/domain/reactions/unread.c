/* unread.c - reactions to one's own messages that one has not seen: counted, listed, seen; and those of messages that are gone. */
#include "base/err.h"
#include "domain/messages/page.h"
#include "domain/messages/thread.h"
#include "domain/messages/touch.h"
#include "domain/messages/twin.h"
#include "domain/reactions/private.h"
#include "jobs/jobs.h"
#include "rpc_methods.h"
#include "store/content.h"
#include "store/unseen.h"
#include "updates/peer.h"

enum { READ_SLICE = 100, SWEEP_ROWS = 200 };

int reactions_unread(struct rpc_call *c, int64_t owner, int64_t peer, int32_t *ret)
{
	uint32_t n;
	int r = store_unseen_count(c->db, owner, peer, STORE_UNSEEN_REACTION, &n);

	if (r >= 0)
		*ret = (int32_t)n;
	return r;
}

int reactions_seen(struct rpc_call *c, const struct store_msg *row)
{
	struct subject s = subject_of(row);
	int r;

	if (row->origin_owner != c->user_id)
		return 0;
	r = store_unseen_delete(c->db, c->user_id, row->peer, STORE_UNSEEN_REACTION, row->id);
	if (r <= 0 || (r = store_msg_reactions_set_since(c->db, s.owner, s.id, 0)) < 0)
		return r;
	return message_looked_at(c, row, MESSAGE_REACTIONS);
}

int messages_getUnreadReactions(struct rpc_call *c, const struct tl_messages_getUnreadReactions *q)
{
	const struct page_query page = {PAGE_NUMBERS(q), .thread = q->has_top_msg_id ? q->top_msg_id : 0};

	return page_unseen(c, q->peer, STORE_UNSEEN_REACTION, &page);
}

/* Some of them are seen; their number. */
static int see_some(struct rpc_call *c, const struct place *place, int32_t top, size_t *ret_n)
{
	struct store_msg row;
	int32_t *ids;
	int r = thread_unseen_ids(c, place->peer, top, STORE_UNSEEN_REACTION, READ_SLICE, &ids, ret_n);

	for (size_t i = 0; r >= 0 && i < *ret_n; i++) {
		r = store_msg_get(c->db, place->owner, place->peer, ids[i], &c->arena, &row);
		if (r == 0)
			r = reactions_seen(c, &row);
		else if (r == -ERR_NOTFOUND)
			r = store_unseen_delete(c->db, c->user_id, place->peer, STORE_UNSEEN_REACTION,
			                        ids[i]);
	}
	return r;
}

int messages_readReactions(struct rpc_call *c, const struct tl_messages_readReactions *q)
{
	struct tl_messages_affectedHistory *a = TL_NEW(&c->arena, messages_affectedHistory);
	struct place place;
	struct peer peer;
	size_t n = 0;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0 ||
	    (r = see_some(c, &place, q->has_top_msg_id ? q->top_msg_id : 0, &n)) < 0 ||
	    (r = rpc_box_pts(c, place.owner, &a->pts)) < 0)
		return r;
	a->offset = n == READ_SLICE; /* "call again" */
	return rpc_reply(c, &a->o);
}

/* Does another box still have it? */
static int is_elsewhere(struct rpc_call *c, const struct store_msg *row)
{
	struct store_msg twin;
	int r;

	if (peer_is_channel(row->owner))
		return 0;
	if (peer_is_chat(row->peer))
		return store_content_is(c->db, row->origin_owner, row->origin_id);
	r = message_twin(c, row, &twin);
	return r == -ERR_NOTFOUND ? 0 : r < 0 ? r : 1;
}

int reactions_forget(struct rpc_call *c, const struct store_msg *row)
{
	struct subject s = subject_of(row);
	int r;

	if (row->flags & STORE_MSG_SERVICE || !(row->flags & STORE_MSG_REACTIONS || peer_is_chat(row->peer)))
		return 0;
	if (peer_is_channel(row->owner) || row->owner == row->origin_owner) {
		r = store_unseen_delete(c->db, row->origin_owner, row->peer, STORE_UNSEEN_REACTION, row->id);
		if (r < 0)
			return r;
	}
	r = is_elsewhere(c, row);
	return r != 0 ? (r < 0 ? r : 0) : store_msg_reactions_forget(c->db, s.owner, s.id);
}

int reacted_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int r = store_msg_reactions_sweep(c->db, SWEEP_ROWS);

	next->again = r == 1;
	return r < 0 ? r : 0;
}
