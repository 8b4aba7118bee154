/*
 * match.c - see match.h. The index says where the words of a query may stand; each row is looked at before it is given, since
 * the index knows neither senders nor dates, and a message may have changed a moment ago.
 */
#include "domain/messages/match.h"

#include <stdlib.h>

#include "base/err.h"
#include "domain/messages/message.h"
#include "domain/search/fold.h"
#include "domain/search/index.h"
#include "store/dialog.h"
#include "store/search.h"
#include "store/upd.h"
#include "updates/event.h"

enum { TAIL_MAX = 2000, BATCH = 64, MATCH_LOOKS = 5000 };

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

	if ((r = store_search_done(c->db, c->user_id, &done)) < 0 ||
	    (r = store_upd_range(c->db, c->user_id, done, TAIL_MAX, &c->arena, &v, &n)) < 0)
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
	m->expression = search_expression(&c->arena, c->user_id, m->peer, m->query, m->link);
	m->tail = NULL;
	m->n_tail = 0;
	return m->expression.n ? read_tail(c, m) : 0;
}

/* 1 if the row answers, 0 if not. */
static int answers(struct rpc_call *c, const struct match *m, const struct store_msg *row)
{
	struct store_dialog d;
	int r;

	if ((m->peer && row->peer != m->peer) || (m->from_id && row->from_id != m->from_id) ||
	    (m->min_date && row->date <= m->min_date) || (m->max_date && row->date >= m->max_date) ||
	    (m->link && !message_has_link(&c->arena, row)))
		return 0;
	if (m->query.n && !search_matches(search_fold(&c->arena, message_text(&c->arena, row)), m->query))
		return 0;
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
		r = store_search_match(c->db, c->user_id, m->expression, x->from, up, BATCH, &c->arena,
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

int match_walk(struct rpc_call *c, const struct match *m, int32_t from, bool up, uint32_t n,
               struct store_msg **ret, size_t *ret_n)
{
	struct store_msg *v = ARENA_ARRAY(&c->arena, struct store_msg, n + 1u);
	struct run x = {.from = from};
	int32_t tail = next_in_tail(m, from, up), indexed, id;
	size_t k = 0;
	int r = 0;

	for (int looks = 0; m->expression.n && k < n && looks < MATCH_LOOKS; looks++) {
		if ((r = next_indexed(c, m, &x, up, &indexed)) < 0)
			return r;
		if (!tail && !indexed)
			break;
		id = !tail ? indexed : !indexed ? tail : up == (tail < indexed) ? tail : indexed;
		if (id == indexed)
			x.at++;
		if (id == tail)
			tail = next_in_tail(m, up ? id + 1 : id, up);
		r = store_msg_find(c->db, c->user_id, id, &c->arena, &v[k]);
		if (r == 0)
			r = answers(c, m, &v[k]);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		k += r == 1;
	}
	*ret = v;
	*ret_n = k;
	return 0;
}

int match_count(struct rpc_call *c, const struct match *m, uint32_t *ret)
{
	struct store_msg row;
	int r;

	*ret = 0;
	if (!m->expression.n)
		return 0;
	if ((r = store_search_count(c->db, c->user_id, m->expression, ret)) < 0)
		return r;
	for (size_t i = 0; i < m->n_tail; i++) {
		r = store_msg_find(c->db, c->user_id, m->tail[i], &c->arena, &row);
		if (r == 0)
			r = answers(c, m, &row);
		if (r < 0 && r != -ERR_NOTFOUND)
			return r;
		*ret += r == 1;
	}
	return 0;
}
