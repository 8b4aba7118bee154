/* page.c - see page.h. */
#include "domain/messages/page.h"

#include "base/err.h"
#include "domain/messages/match.h"
#include "domain/messages/message.h"
#include "rpc_methods.h"
#include "store/saved.h"
#include "store/thread.h"
#include "updates/heads.h"
#include "updates/peer.h"

/* Nobody pages so far by counting; whoever does finds that there is no more. */
enum { SKIP_MAX = 100000 };

static int walk(struct rpc_call *c, const struct page_query *q, int32_t from, bool up, int64_t skip,
                int64_t n, struct store_msg **ret, size_t *ret_n)
{
	*ret_n = 0;
	if (n <= 0 || skip > SKIP_MAX)
		return 0;
	if (q->match)
		return match_walk(c, q->match, from, up, (uint32_t)skip, (uint32_t)n, ret, ret_n);
	if (q->saved_peer)
		return store_saved_walk(c->db, c->user_id, q->saved_peer, from, up, (uint32_t)skip,
		                        (uint32_t)n, &c->arena, ret, ret_n);
	if (q->thread)
		return store_thread_walk(c->db, q->place.owner, q->thread, from, up, (uint32_t)skip,
		                         (uint32_t)n, &c->arena, ret, ret_n);
	return store_msg_walk(c->db, q->place.owner, q->place.peer, from, up, (uint32_t)skip, (uint32_t)n,
	                      &c->arena, ret, ret_n);
}

/* The id at which the list is cut in two: newer ones are at it and above. 0: the newest end. */
static int boundary(struct rpc_call *c, const struct page_query *q, int32_t *ret)
{
	int32_t before;
	int r;

	*ret = q->offset_id > 0 ? q->offset_id : 0;
	if (*ret || q->offset_date <= 0)
		return 0;
	r = store_msg_before_date(c->db, q->place.owner, q->place.peer, q->offset_date, &before);
	*ret = before + 1;
	return r;
}

static bool is_inside(const struct page_query *q, const struct store_msg *m)
{
	return m->id >= q->place.first_id && (q->max_id <= 0 || m->id < q->max_id) &&
	       (q->min_id <= 0 || m->id > q->min_id);
}

/*
 * Positions count from the newest message. Those at `cut` and above are 0 .. base - 1, and the window is
 * [base + add_offset, ... + limit): what of it lies above the cut is read upwards, the rest downwards.
 */
int page_read(struct rpc_call *c, const struct page_query *q, struct store_msg **ret, size_t *ret_n)
{
	int64_t limit = q->limit < 0 ? 0 : q->limit > LIMIT_PAGE ? LIMIT_PAGE : q->limit;
	int64_t newer = q->add_offset < 0 ? -(int64_t)q->add_offset : 0, passed = newer - limit;
	struct store_msg *up = NULL, *down = NULL, *out;
	size_t n_up = 0, n_down = 0, n = 0;
	int32_t cut;
	int r;

	if (passed < 0)
		passed = 0;
	if ((r = boundary(c, q, &cut)) < 0)
		return r;
	if (cut && (r = walk(c, q, cut, true, passed, newer - passed, &up, &n_up)) < 0)
		return r;
	r = walk(c, q, cut ? cut : INT32_MAX, false, q->add_offset > 0 ? q->add_offset : 0, limit - newer,
	         &down, &n_down);
	if (r < 0)
		return r;
	out = ARENA_ARRAY(&c->arena, struct store_msg, n_up + n_down + 1);
	for (size_t i = n_up; i-- > 0;)
		if (is_inside(q, &up[i]))
			out[n++] = up[i];
	for (size_t i = 0; i < n_down; i++)
		if (is_inside(q, &down[i]))
			out[n++] = down[i];
	*ret = out;
	*ret_n = n;
	return 0;
}

int page_reply(struct rpc_call *c, struct view *v, const struct place *place, const struct store_msg *rows,
               size_t n, uint32_t total, bool is_exact)
{
	struct tl_messages_channelMessages *of_channel;
	struct tl_messages_messagesSlice *s;
	struct tl_messages_messages *m;
	struct upd_head head;
	struct tl_vec list, users, chats;
	int r;

	list = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		if ((r = message_view(v, &rows[i], &list.v[i])) < 0)
			return r;
	if ((r = view_mentioned(v, &users, &chats)) < 0)
		return r;
	if (place && peer_is_channel(place->owner)) {
		if ((r = rpc_head(c, place->owner, &head)) < 0)
			return r;
		of_channel = TL_NEW(&c->arena, messages_channelMessages);
		of_channel->inexact = !is_exact;
		of_channel->pts = head.pts;
		of_channel->count = (int32_t)(total > n ? total : n);
		of_channel->messages = list;
		of_channel->users = users;
		of_channel->chats = chats;
		of_channel->topics = tl_vec_new(&c->arena, 0);
		return rpc_reply(c, &of_channel->o);
	}
	if (n >= total) {
		m = TL_NEW(&c->arena, messages_messages);
		m->messages = list;
		m->users = users;
		m->chats = chats;
		m->topics = tl_vec_new(&c->arena, 0);
		return rpc_reply(c, &m->o);
	}
	s = TL_NEW(&c->arena, messages_messagesSlice);
	s->inexact = !is_exact;
	s->count = (int32_t)total;
	s->messages = list;
	s->users = users;
	s->chats = chats;
	s->topics = tl_vec_new(&c->arena, 0);
	return rpc_reply(c, &s->o);
}
