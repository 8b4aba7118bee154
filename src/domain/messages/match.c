/*
 * match.c - see match.h. The index says where the words of a query may stand; without words the chat itself is read, or its
 * pins. Each row is looked at before it is given, since the index knows neither senders nor dates, and a message may have
 * changed a moment ago.
 */
#include "domain/messages/match.h"

#include <stdlib.h>

#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/search/fold.h"
#include "domain/search/index.h"
#include "store/dialog.h"
#include "store/media.h"
#include "store/saved.h"
#include "store/search.h"
#include "store/thread.h"
#include "store/upd.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { TAIL_MAX = 2000, BATCH = 64, LOOKS = 5000, ROWS_LOOKS = 50000 };

static int ascending(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

static int read_tail(struct rpc_call *c, struct match *m)
{
	struct store_upd *v;
	int32_t done;
	size_t n, k = 0;
	int r;

	if ((r = store_search_done(c->db, m->place.owner, &done)) < 0 ||
	    (r = store_upd_range(c->db, m->place.owner, done, TAIL_MAX, &c->arena, &v, &n)) < 0)
		return r;
	m->tail = ARENA_ARRAY(&c->arena, int32_t, n + 1);
	for (size_t i = 0; i < n; i++)
		if (v[i].kind == UPD_NEW || v[i].kind == UPD_EDIT)
			m->tail[m->n_tail++] = v[i].id;
	qsort(m->tail, m->n_tail, sizeof(m->tail[0]), ascending);
	for (size_t i = 0; i < m->n_tail; i++)
		if (!k || m->tail[k - 1] != m->tail[i])
			m->tail[k++] = m->tail[i];
	m->n_tail = k;
	return 0;
}

int match_open(struct rpc_call *c, struct match *m)
{
	m->tail = NULL;
	m->n_tail = 0;
	m->expression = (struct slice){0};
	m->source = m->pinned               ? MATCH_PINNED
	            : m->query.n || m->link ? MATCH_WORDS
	            : m->saved_peer         ? MATCH_SAVED
	            : m->kinds              ? MATCH_MEDIA
	            : m->thread             ? MATCH_THREAD
	                                    : MATCH_DIALOG;
	if (m->source != MATCH_WORDS)
		return 0;
	m->expression = search_expression(&c->arena, m->place.owner, m->place.peer, m->query, m->link);
	return m->expression.n ? read_tail(c, m) : 0;
}

/* 1 if the row answers, 0 if not. */
static int answers(struct rpc_call *c, const struct match *m, const struct store_msg *row)
{
	struct store_dialog d;
	int64_t saved;
	int r;

	if ((m->whose == MATCH_USERS && !peer_is_user(row->peer)) ||
	    (m->whose == MATCH_GROUPS && !peer_is_chat(row->peer)))
		return 0;
	if (row->id < m->place.first_id || (m->place.peer && row->peer != m->place.peer) ||
	    (m->from_id && row->from_id != m->from_id) || (m->min_date && row->date <= m->min_date) ||
	    (m->max_date && row->date >= m->max_date) || (m->link && !message_has_link(&c->arena, row)))
		return 0;
	if (m->query.n && !search_matches(search_fold(&c->arena, message_searched(&c->arena, row)), m->query))
		return 0;
	if (m->saved_peer && m->source != MATCH_SAVED) {
		r = store_saved_peer_of(c->db, row->owner, row->id, &saved);
		if (r < 0 || saved != m->saved_peer)
			return r == -ERR_NOTFOUND || r == 0 ? 0 : r;
	}
	if (m->kinds && m->source != MATCH_MEDIA) {
		struct store_media x;

		if (!(row->flags & STORE_MSG_MEDIA))
			return 0;
		r = store_media_get(c->db, row->owner, row->peer, row->id, &x);
		if (r < 0)
			return r == -ERR_NOTFOUND ? 0 : r;
		if (!(m->kinds & 1u << x.kind))
			return 0;
	}
	if (m->thread && m->source != MATCH_THREAD &&
	    (r = store_thread_has(c->db, row->owner, m->thread, row->id)) <= 0)
		return r;
	if (m->folder < 0)
		return 1;
	r = store_dialog_get(c->db, row->owner, row->peer, &c->arena, &d);
	return r < 0 ? r : d.folder == m->folder;
}

/* The index in batches, as one run of ids. */
struct run {
	int32_t *ids;
	size_t n, at;
	int32_t from;
	bool over;
};

static int next_indexed(struct rpc_call *c, const struct match *m, struct run *x, bool up, int32_t *ret)
{
	int r;

	if (x->at == x->n && !x->over) {
		r = store_search_match(c->db, m->place.owner, m->expression, x->from, up, BATCH, &c->arena,
		                       &x->ids, &x->n);
		if (r < 0)
			return r;
		x->at = 0;
		x->over = x->n < BATCH;
		if (x->n)
			x->from = up ? x->ids[x->n - 1] + 1 : x->ids[x->n - 1];
	}
	*ret = x->at < x->n ? x->ids[x->at] : 0;
	return 0;
}

/* The tail's next id in this direction; 0: no more. */
static int32_t next_in_tail(const struct match *m, int32_t from, bool up)
{
	for (size_t i = 0; i < m->n_tail; i++) {
		int32_t id = m->tail[up ? i : m->n_tail - 1 - i];

		if (up ? id >= from : id < from)
			return id;
	}
	return 0;
}

/* What was found so far; the first `skip` of it are passed over. */
struct found {
	struct store_msg *v;
	size_t n, max;
	uint32_t skip;
};

static int take(struct rpc_call *c, const struct match *m, struct found *f, const struct store_msg *row)
{
	int r = answers(c, m, row);

	if (r <= 0)
		return r;
	if (f->skip)
		f->skip--;
	else
		f->v[f->n++] = *row;
	return 0;
}

/* A channel's ids are no pts: its log does not lead from one to the other. */
static int message_of(struct rpc_call *c, const struct match *m, int32_t id, struct store_msg *ret)
{
	if (peer_is_channel(m->place.owner))
		return store_msg_get(c->db, m->place.owner, m->place.owner, id, &c->arena, ret);
	return store_msg_find(c->db, m->place.owner, id, &c->arena, ret);
}

static int walk_words(struct rpc_call *c, const struct match *m, int32_t from, bool up, struct found *f)
{
	int32_t tail = next_in_tail(m, from, up), indexed, id;
	struct run x = {.from = from};
	struct store_msg row;
	int r;

	for (int looks = 0; m->expression.n && f->n < f->max && looks < LOOKS; looks++) {
		if ((r = next_indexed(c, m, &x, up, &indexed)) < 0)
			return r;
		if (!tail && !indexed)
			break;
		id = !tail ? indexed : !indexed ? tail : up == (tail < indexed) ? tail : indexed;
		if (id == indexed)
			x.at++;
		if (id == tail)
			tail = next_in_tail(m, up ? id + 1 : id, up);
		r = message_of(c, m, id, &row);
		if (r == 0)
			r = take(c, m, f, &row);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
	}
	return 0;
}

/* Dates grow with ids: where the wanted ones begin and end. */
static int by_dates(struct rpc_call *c, const struct match *m, int32_t *ret_low, int32_t *ret_high)
{
	int32_t before;
	int r;

	*ret_low = 1;
	*ret_high = INT32_MAX;
	if (m->max_date) {
		r = store_msg_before_date(c->db, m->place.owner, m->place.peer, m->max_date, &before);
		if (r < 0)
			return r;
		*ret_high = before + 1;
	}
	if (m->min_date > 0 && m->min_date < INT32_MAX) {
		r = store_msg_before_date(c->db, m->place.owner, m->place.peer, m->min_date + 1, &before);
		if (r < 0)
			return r;
		*ret_low = before + 1;
	}
	return 0;
}

/* The next BATCH rows of what carries something, and where to go on. */
static int batch_of_media(struct rpc_call *c, const struct match *m, int32_t from, bool up,
                          struct store_msg **ret, size_t *ret_n)
{
	struct store_msg *rows = ARENA_ARRAY(&c->arena, struct store_msg, BATCH);
	struct store_media *v;
	size_t n;
	int r = store_media_walk(c->db, m->place.owner, m->place.peer, m->kinds, from, up, BATCH, &c->arena,
	                         &v, &n);

	for (size_t i = 0; r >= 0 && i < n; i++)
		r = store_msg_get(c->db, v[i].owner, v[i].peer, v[i].id, &c->arena, &rows[i]);
	*ret = rows;
	*ret_n = n;
	return r == -ERR_NOTFOUND ? -ERR_CORRUPT : r; /* a row of media goes with its message */
}

static int next_batch(struct rpc_call *c, const struct match *m, int32_t from, bool up,
                      struct store_msg **ret, size_t *ret_n)
{
	switch (m->source) {
	case MATCH_MEDIA:
		return batch_of_media(c, m, from, up, ret, ret_n);
	case MATCH_SAVED:
		return store_saved_walk(c->db, m->place.owner, m->saved_peer, from, up, 0, BATCH, &c->arena,
		                        ret, ret_n);
	case MATCH_THREAD:
		return store_thread_walk(c->db, m->place.owner, m->thread, from, up, 0, BATCH, &c->arena, ret,
		                         ret_n);
	case MATCH_PINNED:
		return store_msg_walk_pinned(c->db, m->place.owner, m->place.peer, from, up, BATCH, &c->arena,
		                             ret, ret_n);
	default:
		return store_msg_walk(c->db, m->place.owner, m->place.peer, from, up, 0, BATCH, &c->arena,
		                      ret, ret_n);
	}
}

static int walk_rows(struct rpc_call *c, const struct match *m, int32_t from, bool up, struct found *f)
{
	struct store_msg *rows;
	int32_t low = 1, high = INT32_MAX;
	size_t n = BATCH;
	int r;

	if (m->place.peer && (r = by_dates(c, m, &low, &high)) < 0)
		return r;
	from = up ? (from > low ? from : low) : (from < high ? from : high);
	for (int looks = 0; n == BATCH && f->n < f->max && looks < ROWS_LOOKS; looks += BATCH) {
		r = next_batch(c, m, from, up, &rows, &n);
		for (size_t i = 0; r >= 0 && i < n && f->n < f->max; i++) {
			if (up ? rows[i].id >= high : rows[i].id < low)
				return 0;
			r = take(c, m, f, &rows[i]);
		}
		if (r < 0)
			return r;
		if (n)
			from = up ? rows[n - 1].id + 1 : rows[n - 1].id;
	}
	return 0;
}

int match_walk(struct rpc_call *c, const struct match *m, int32_t from, bool up, uint32_t skip, uint32_t n,
               struct store_msg **ret, size_t *ret_n)
{
	struct found f = {.v = ARENA_ARRAY(&c->arena, struct store_msg, n + 1u), .max = n, .skip = skip};
	int r = m->source == MATCH_WORDS ? walk_words(c, m, from, up, &f) : walk_rows(c, m, from, up, &f);

	*ret = f.v;
	*ret_n = f.n;
	return r;
}

static int count_words(struct rpc_call *c, const struct match *m, uint32_t *ret)
{
	struct store_msg row;
	int r;

	if (!m->expression.n)
		return 0;
	if ((r = store_search_count(c->db, m->place.owner, m->expression, ret)) < 0)
		return r;
	for (size_t i = 0; i < m->n_tail; i++) {
		r = message_of(c, m, m->tail[i], &row);
		if (r == 0)
			r = answers(c, m, &row);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		*ret += r == 1;
	}
	return 0;
}

int match_count(struct rpc_call *c, const struct match *m, uint32_t *ret, bool *ret_exact)
{
	bool narrowed = m->from_id || m->min_date || m->max_date || m->folder >= 0 || m->whose;
	struct store_thread t;
	int64_t n;
	int r;

	*ret = 0;
	*ret_exact = !narrowed && !(m->source == MATCH_PINNED && m->query.n) &&
	             (!m->saved_peer || m->source == MATCH_SAVED) &&
	             (!m->kinds || m->source == MATCH_MEDIA) && (!m->thread || m->source == MATCH_THREAD);
	switch (m->source) {
	case MATCH_WORDS:
		return count_words(c, m, ret);
	case MATCH_PINNED:
		return store_msg_count_pinned(c->db, m->place.owner, m->place.peer, ret);
	case MATCH_SAVED:
		return store_saved_count(c->db, m->place.owner, m->saved_peer, ret);
	case MATCH_MEDIA:
		r = store_media_count(c->db, m->place.owner, m->place.peer, m->kinds, &n);
		*ret = (uint32_t)n;
		return r;
	case MATCH_THREAD:
		r = store_thread_get(c->db, m->place.owner, m->thread, &t);
		*ret = (uint32_t)t.count;
		return r < 0 ? r : 0;
	case MATCH_DIALOG:
		break;
	}
	return place_count(c, &m->place, ret);
}
