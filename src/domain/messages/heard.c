/* heard.c - see heard.h. */
#include "domain/messages/heard.h"

#include "base/err.h"
#include "domain/messages/twin.h"
#include "store/heard.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { ROWS_A_SLICE = 200 };

static bool is_old(const struct rpc_call *c, const struct store_msg *row)
{
	return row->date + STORE_HEARD_SECONDS <= c->now;
}

int heard_not(struct rpc_call *c, const struct store_msg *row, int64_t viewer)
{
	int r;

	if (is_old(c, row))
		return 0;
	if (viewer && viewer == row->origin_owner)
		return !(row->flags & STORE_MSG_HEARD);
	if (!viewer)
		return 1;
	r = store_heard_is(c->db, viewer, row->owner, row->id);
	return r < 0 ? r : !r;
}

int heard_note(struct rpc_call *c, const struct store_msg *row)
{
	struct upd_event ev = {.owner = row->origin_owner, .kind = UPD_CHANNEL_CONTENTS, .peer = row->owner};
	int r;

	if (!(row->flags & STORE_MSG_MEDIA_UNREAD) || row->flags & STORE_MSG_MENTIONED || is_old(c, row) ||
	    row->origin_owner == c->user_id)
		return 0;
	r = store_heard_put(c->db, c->user_id, row->owner, row->id, c->now);
	if (r <= 0 || row->flags & STORE_MSG_HEARD)
		return r;
	r = store_msg_set_flags(c->db, row->owner, row->peer, row->id, row->flags | STORE_MSG_HEARD);
	if (r < 0 || !peer_is_user(row->origin_owner))
		return r < 0 ? r : 1;
	ev.payload = ids_payload(&c->arena, -1, &row->id, 1);
	r = rpc_log_event(c, &ev);
	return r < 0 ? r : 1;
}

int heard_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int r = store_heard_prune(c->db, c->now - STORE_HEARD_SECONDS, ROWS_A_SLICE);

	next->again = r == ROWS_A_SLICE;
	return r < 0 ? r : 0;
}
