/* page_unseen.c - pages of what somebody has not looked at: mentions of him, reactions to what he wrote. */
#include "base/err.h"
#include "domain/messages/page.h"
#include "domain/messages/thread.h"
#include "rpc_methods.h"

/* Ids as history pages them: api.md 4.3. */
static int ids_of(struct rpc_call *c, int64_t key, enum store_unseen_kind kind, const struct page_query *q,
                  int32_t **ret, size_t *ret_n)
{
	uint32_t limit = q->limit < 1 ? 1 : q->limit > LIMIT_PAGE ? LIMIT_PAGE : (uint32_t)q->limit;
	int32_t newer = q->add_offset < 0 ? -q->add_offset : 0, cut = q->offset_id > 0 ? q->offset_id : 0;
	int32_t *up = NULL, *down, *all = ARENA_ARRAY(&c->arena, int32_t, 2 * limit + 1);
	size_t n_up = 0, n_down = 0, n = 0;
	int r = 0;

	if (newer > (int32_t)limit)
		newer = (int32_t)limit;
	if (cut && newer)
		r = store_unseen_walk(c->db, c->user_id, key, kind, cut, true, 0, (uint32_t)newer, &c->arena,
		                      &up, &n_up);
	if (r < 0 || (r = store_unseen_walk(c->db, c->user_id, key, kind, cut ? cut : INT32_MAX, false,
	                                    q->add_offset > 0 ? (uint32_t)q->add_offset : 0,
	                                    limit - (uint32_t)newer, &c->arena, &down, &n_down)) < 0)
		return r;
	for (size_t i = n_up; i-- > 0;)
		all[n++] = up[i];
	for (size_t i = 0; i < n_down; i++)
		all[n++] = down[i];
	*ret = all;
	*ret_n = n;
	return 0;
}

int page_unseen(struct rpc_call *c, const struct tl_obj *input_peer, enum store_unseen_kind kind,
                const struct page_query *q)
{
	struct store_msg *rows;
	size_t n_ids, n = 0;
	struct place place;
	struct peer peer;
	uint32_t total;
	int32_t *ids, in_thread;
	struct view v;
	int r;

	if ((r = place_resolve(c, input_peer, &peer, &place)) < 0 ||
	    (r = store_unseen_count(c->db, c->user_id, peer.key, kind, &total)) < 0 ||
	    (r = ids_of(c, peer.key, kind, q, &ids, &n_ids)) < 0)
		return r;
	if (q->thread && (r = thread_unseen(c, peer.key, q->thread, kind, &in_thread)) < 0)
		return r;
	rows = ARENA_ARRAY(&c->arena, struct store_msg, n_ids + 1);
	for (size_t i = 0; i < n_ids; i++) {
		if ((q->max_id > 0 && ids[i] >= q->max_id) || (q->min_id > 0 && ids[i] <= q->min_id))
			continue;
		if (q->thread && (r = store_thread_has(c->db, peer.key, q->thread, ids[i])) <= 0) {
			if (r < 0)
				return r;
			continue;
		}
		r = place_message(c, &place, ids[i], &rows[n]);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		n += r == 0;
	}
	view_init(&v, c);
	view_peer(&v, peer.key);
	return page_reply(c, &v, &place, rows, n, q->thread ? (uint32_t)in_thread : total, true);
}
