/*
 * search.c - messages.search in one chat, with its counters (api.md 4.5); in all of them: search_global.c.
 */
#include "base/err.h"
#include "domain/messages/match.h"
#include "domain/messages/message.h"
#include "domain/messages/page.h"
#include "domain/messages/search_kind.h"
#include "domain/messages/thread.h"
#include "domain/search/fold.h"
#include "rpc_methods.h"

enum { POSITIONS_MAX = 1000 };

/* A search within `kind`; the whole chat is read as history is (p->match stays NULL). */
static int open_search(struct rpc_call *c, const struct tl_obj *filter, struct page_query *p, struct match *m)
{
	enum search_kind kind = search_kind_of(filter);
	int r;

	m->pinned = kind == SEARCH_PINNED;
	m->link = kind == SEARCH_LINK;
	m->kinds = search_media_of(filter);
	m->place = p->place;
	if ((r = match_open(c, m)) < 0)
		return r;
	if (m->source != MATCH_DIALOG || m->from_id || m->min_date || m->max_date)
		p->match = m;
	return 0;
}

/* place: NULL, or peer 0, for all chats. */
static int nothing(struct rpc_call *c, const struct place *place)
{
	struct view v;

	view_init(&v, c);
	if (place && place->peer)
		view_peer(&v, place->peer);
	return page_reply(c, &v, place, NULL, 0, 0, true);
}

static int reply(struct rpc_call *c, const struct page_query *p, const struct match *m)
{
	struct store_msg *rows;
	struct view v;
	uint32_t total;
	bool exact;
	size_t n;
	int r;

	if ((r = page_read(c, p, &rows, &n)) < 0 || (r = match_count(c, m, &total, &exact)) < 0)
		return r;
	view_init(&v, c);
	if (p->place.peer)
		view_peer(&v, p->place.peer);
	return page_reply(c, &v, &p->place, rows, n, total, exact);
}

static int from_whom(struct rpc_call *c, const struct tl_obj *from, int64_t *ret)
{
	struct peer p;
	int r;

	if (!from || TL_IS(inputPeerEmpty, from))
		return 0;
	r = peer_resolve(c, from, &p);
	*ret = p.key;
	return r;
}

/* Within one thread, which may lie in another group than the peer. */
static int in_thread(struct rpc_call *c, const struct tl_obj *peer, int32_t top, struct place *place,
                     int32_t *ret)
{
	struct thread t;
	int r = thread_resolve(c, peer, top, &t);

	if (r < 0)
		return r;
	*place = t.place;
	*ret = t.top;
	return 0;
}

int messages_search(struct rpc_call *c, const struct tl_messages_search *q)
{
	struct page_query p = {.place = {.owner = c->user_id}, PAGE_NUMBERS(q)};
	struct match m = {.min_date = q->min_date,
	                  .max_date = q->max_date,
	                  .folder = -1,
	                  .query = search_fold(&c->arena, q->q)};
	enum search_kind kind = search_kind_of(q->filter);
	struct peer peer;
	int r;

	if (!TL_IS(inputPeerEmpty, q->peer)) {
		if ((r = place_resolve(c, q->peer, &peer, &p.place)) < 0)
			return r;
	}
	if ((r = from_whom(c, q->from_id, &m.from_id)) < 0)
		return r;
	if (q->saved_peer_id && p.place.peer == c->user_id &&
	    (r = from_whom(c, q->saved_peer_id, &m.saved_peer)) < 0)
		return r;
	if (q->has_top_msg_id && (r = in_thread(c, q->peer, q->top_msg_id, &p.place, &m.thread)) < 0)
		return r;
	if (kind == SEARCH_NOTHING || (q->q.n && !m.query.n) ||
	    (!p.place.peer && kind != SEARCH_LINK && kind != SEARCH_MEDIA && !m.query.n))
		return nothing(c, &p.place);
	if ((r = open_search(c, q->filter, &p, &m)) < 0)
		return r;
	return reply(c, &p, &m);
}

/* One's own media in all chats, newest first, for sending it again. */
int messages_searchSentMedia(struct rpc_call *c, const struct tl_messages_searchSentMedia *q)
{
	struct page_query p = {.place = {.owner = c->user_id}, .limit = q->limit};
	struct match m = {.from_id = c->user_id, .folder = -1, .query = search_fold(&c->arena, q->q)};
	int r;

	if (search_kind_of(q->filter) != SEARCH_MEDIA)
		return rpc_fail(c, 400, "INPUT_FILTER_INVALID");
	if (q->q.n && !m.query.n)
		return nothing(c, NULL);
	r = open_search(c, q->filter, &p, &m);
	return r < 0 ? r : reply(c, &p, &m);
}

static int count(struct rpc_call *c, const struct place *place, int32_t thread, const struct tl_obj *filter,
                 uint32_t *ret)
{
	struct page_query p = {.place = *place};
	struct match m = {.folder = -1, .thread = thread};
	struct store_msg *rows;
	bool exact;
	size_t n;
	int r;

	*ret = 0;
	if (search_kind_of(filter) == SEARCH_NOTHING)
		return 0;
	r = open_search(c, filter, &p, &m);
	if (r < 0 || !thread || m.source == MATCH_THREAD)
		return r < 0 ? r : match_count(c, &m, ret, &exact);
	r = match_walk(c, &m, INT32_MAX, false, 0, POSITIONS_MAX, &rows, &n);
	*ret = (uint32_t)n;
	return r;
}

int messages_getSearchCounters(struct rpc_call *c, const struct tl_messages_getSearchCounters *q)
{
	struct tl_vector *v = TL_NEW(&c->arena, vector);
	struct place place;
	int32_t thread = 0;
	struct peer peer;
	int r;

	if ((r = place_resolve(c, q->peer, &peer, &place)) < 0 ||
	    (q->has_top_msg_id && (r = in_thread(c, q->peer, q->top_msg_id, &place, &thread)) < 0))
		return r;
	v->objs = tl_vec_new(&c->arena, q->filters.n);
	for (uint32_t i = 0; i < q->filters.n; i++) {
		struct tl_messages_searchCounter *x = TL_NEW(&c->arena, messages_searchCounter);
		uint32_t n;

		if ((r = count(c, &place, thread, q->filters.v[i], &n)) < 0)
			return r;
		x->filter = q->filters.v[i];
		x->count = (int32_t)n;
		v->objs.v[i] = &x->o;
	}
	return rpc_reply(c, &v->o);
}

/* --- where in time they are */

/* The newest POSITIONS_MAX of a kind below an id; none of what cannot be. */
static int listed(struct rpc_call *c, const struct tl_obj *input, const struct tl_obj *filter,
                  int32_t offset_id, int32_t limit, struct page_query *p, struct store_msg **ret,
                  size_t *ret_n, uint32_t *ret_total)
{
	enum search_kind kind = search_kind_of(filter);
	struct match m = {.folder = -1};
	struct peer peer;
	bool exact;
	int r;

	*ret_n = 0;
	*ret_total = 0;
	if ((r = place_resolve(c, input, &peer, &p->place)) < 0)
		return r;
	if (kind == SEARCH_ALL)
		return rpc_fail(c, 400, "FILTER_NOT_SUPPORTED");
	if (kind == SEARCH_NOTHING)
		return 0;
	if ((r = open_search(c, filter, p, &m)) < 0 || (r = match_count(c, &m, ret_total, &exact)) < 0)
		return r;
	return match_walk(c, &m, offset_id > 0 ? offset_id : INT32_MAX, false, 0, (uint32_t)limit, ret,
	                  ret_n);
}

int messages_getSearchResultsPositions(struct rpc_call *c,
                                       const struct tl_messages_getSearchResultsPositions *q)
{
	struct tl_messages_searchResultsPositions *t = TL_NEW(&c->arena, messages_searchResultsPositions);
	int32_t limit = q->limit < 1 ? 1 : q->limit > LIMIT_PAGE ? LIMIT_PAGE : q->limit;
	struct page_query p = {0};
	struct store_msg *rows;
	uint32_t total;
	size_t n;
	int r;

	r = listed(c, q->peer, q->filter, q->offset_id, limit, &p, &rows, &n, &total);
	if (r < 0)
		return r;
	t->count = (int32_t)total;
	t->positions = tl_vec_new(&c->arena, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct tl_searchResultPosition *x = TL_NEW(&c->arena, searchResultPosition);

		x->msg_id = rows[i].id;
		x->date = (int32_t)rows[i].date;
		x->offset = (int32_t)i;
		t->positions.v[i] = &x->o;
	}
	return rpc_reply(c, &t->o);
}

static struct tl_searchResultsCalendarPeriod *period_of(struct rpc_call *c, const struct store_msg *m)
{
	struct tl_searchResultsCalendarPeriod *x = TL_NEW(&c->arena, searchResultsCalendarPeriod);

	x->date = (int32_t)(m->date - m->date % 86400);
	x->min_msg_id = x->max_msg_id = m->id;
	return x;
}

int messages_getSearchResultsCalendar(struct rpc_call *c,
                                      const struct tl_messages_getSearchResultsCalendar *q)
{
	struct tl_messages_searchResultsCalendar *t = TL_NEW(&c->arena, messages_searchResultsCalendar);
	struct tl_searchResultsCalendarPeriod *x = NULL;
	struct page_query p = {0};
	struct store_msg *rows;
	uint32_t total;
	struct view v;
	size_t n;
	int r;

	r = listed(c, q->peer, q->filter, q->offset_id, POSITIONS_MAX, &p, &rows, &n, &total);
	if (r < 0)
		return r;
	view_init(&v, c);
	view_peer(&v, p.place.peer);
	t->count = (int32_t)total;
	t->periods = tl_vec_new(&c->arena, (uint32_t)n);
	t->messages = tl_vec_new(&c->arena, (uint32_t)n);
	t->periods.n = t->messages.n = 0;
	for (size_t i = 0; i < n; i++) {
		if (!x || rows[i].date < x->date) { /* the newest of a day stands for it */
			x = period_of(c, &rows[i]);
			t->periods.v[t->periods.n++] = &x->o;
			if ((r = message_view(&v, &rows[i], &t->messages.v[t->messages.n++])) < 0)
				return r;
		}
		x->min_msg_id = rows[i].id;
		x->count++;
		t->min_date = (int32_t)rows[i].date;
		t->min_msg_id = rows[i].id;
	}
	if ((r = view_mentioned(&v, &t->users, &t->chats)) < 0)
		return r;
	return rpc_reply(c, &t->o);
}
