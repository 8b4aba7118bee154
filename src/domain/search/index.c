/* index.c - see index.h. */
#include "domain/search/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "domain/messages/message.h"
#include "domain/search/fold.h"
#include "rpc/app.h"
#include "rpc/server.h"
#include "store/channel.h"
#include "store/msg.h"
#include "store/search.h"
#include "store/upd.h"
#include "store/user.h"
#include "updates/event.h"
#include "updates/peer.h"

enum { ROWS_AT_ONCE = 32, MERGE_PAGES = 16, MERGE_BUSY = 8, USERS_A_SLICE = 500, DELAY_S = 1 };
#define SLICE_USEC 2000 /* a slice, while nobody waits for the lane, */
#define BUSY_USEC  1000 /* and as soon as somebody does */

struct box { /* one that was written to */
	int64_t owner;
	struct box *next; /* in `doing` */
	UT_hash_handle hh;
};

/*
 * The job goes in rounds: what is noted during one waits for the next, a second later. So a box that is written to all the
 * time is taken over once a second, and a slice finds much to do: each of its commits makes a segment of the index.
 */
struct search_index {
	struct box *later, *now;
	struct box *doing; /* taken over by a slice that is not committed; a list */
	bool merging;      /* the round is over, its segments are being merged */
	bool scanned;      /* boxes left over by an earlier run of the server have been noted */
	bool scheduled;    /* the job's row is there */
	unixtime_t asked;
};

struct search_index *search_index_new(void)
{
	return xcalloc(1, sizeof(struct search_index));
}

static void drop_all(struct box **set)
{
	struct box *b;

	while ((b = *set) != NULL) {
		HASH_DEL(*set, b);
		free(b);
	}
}

static void drop_doing(struct search_index *x)
{
	struct box *b;

	while ((b = x->doing) != NULL) {
		x->doing = b->next;
		free(b);
	}
}

void search_index_free(struct search_index *x)
{
	if (!x)
		return;
	drop_all(&x->later);
	drop_all(&x->now);
	drop_doing(x);
	free(x);
}

/* --- words */

static void put_word(struct buf *b, int64_t owner, const char *p, size_t n)
{
	char head[20];
	int k = snprintf(head, sizeof(head), "%llx_", (unsigned long long)owner);

	buf_put(b, head, (size_t)k);
	buf_put(b, p, n);
}

static void put_mark(struct buf *b, int64_t owner, const char *kind, int64_t v)
{
	char mark[24]; /* no word of a text begins with '_' */
	int k = snprintf(mark, sizeof(mark), "_%s%llx", kind, (unsigned long long)v);

	put_word(b, owner, mark, (size_t)k);
}

static size_t word_end(struct slice s, size_t at)
{
	const uint8_t *e = memchr(s.p + at, ' ', s.n - at);

	return e ? (size_t)(e - s.p) : s.n;
}

static struct slice kept(struct arena *a, struct buf *b)
{
	struct slice s = arena_slice(a, buf_slice(b));

	buf_fini(b);
	return s;
}

/* The words under which a row is found, as the index has them: folded, with owner and chat. In the arena. */
static struct slice words_of(struct arena *a, const struct store_msg *row)
{
	struct slice folded = search_fold(a, message_searched(a, row));
	struct buf b = {0};

	for (size_t at = 0; at < folded.n;) {
		size_t end = word_end(folded, at);

		put_word(&b, row->owner, (const char *)folded.p + at, end - at);
		buf_u8(&b, ' ');
		at = end + 1;
	}
	put_mark(&b, row->owner, "p", row->peer);
	if (message_has_link(a, row)) {
		buf_u8(&b, ' ');
		put_mark(&b, row->owner, "u", 1);
	}
	return kept(a, &b);
}

static void put_and(struct buf *b)
{
	if (b->n)
		buf_put(b, " AND ", 5);
}

struct slice search_expression(struct arena *a, int64_t owner, int64_t peer, struct slice query, bool link)
{
	struct buf b = {0};

	for (size_t at = 0; at < query.n;) {
		size_t end = word_end(query, at);

		put_and(&b);
		buf_u8(&b, '"');
		put_word(&b, owner, (const char *)query.p + at, end - at);
		buf_u8(&b, '"');
		if (end == query.n)
			buf_u8(&b, '*');
		at = end + 1;
	}
	if (peer && (b.n || link)) {
		put_and(&b);
		buf_u8(&b, '"');
		put_mark(&b, owner, "p", peer);
		buf_u8(&b, '"');
	}
	if (link) {
		put_and(&b);
		buf_u8(&b, '"');
		put_mark(&b, owner, "u", 1);
		buf_u8(&b, '"');
	}
	return kept(a, &b);
}

/* --- who waits */

static void add(struct search_index *x, int64_t owner)
{
	struct box *b;

	HASH_FIND(hh, x->later, &owner, sizeof(owner), b);
	if (b)
		return;
	b = xcalloc(1, sizeof(*b));
	b->owner = owner;
	HASH_ADD(hh, x->later, owner, sizeof(b->owner), b);
}

static void is_scheduled(struct app *app, void *arg)
{
	app->search->scheduled = true;
}

int search_note(struct rpc_call *c, int64_t owner)
{
	struct search_index *x = c->app->search;

	add(x, owner);
	/* A job asked for by a transaction that failed is asked for again a second later. */
	if (x->scheduled || x->asked == c->now)
		return 0;
	x->asked = c->now;
	rpc_after_commit(c, is_scheduled, NULL);
	return jobs_add(c, SEARCH_JOB, 0, c->now + DELAY_S, (struct slice){0});
}

int search_forget(struct rpc_call *c, const struct store_msg *row, bool gone)
{
	int32_t done;
	int r = store_search_done(c->db, row->owner, &done);

	if (r >= 0)
		r = peer_is_channel(row->owner) ? store_upd_born_after(c->db, row->owner, done, row->id)
		                                : row->id > done;
	if (r != 0)
		return r < 0 ? r : 0; /* the job will see it as it is then */
	r = store_search_is_stale(c->db, row->owner, row->id);
	if (r == -ERR_NOTFOUND)
		r = store_search_remove(c->db, row->owner, row->id, words_of(&c->arena, row));
	return r < 0 ? r : store_search_set_stale(c->db, row->owner, row->id, !gone);
}

/* --- the job */

static int take_over(struct rpc_call *c, const struct store_upd *u)
{
	struct store_msg row;
	int r;

	if (u->kind == UPD_EDIT) { /* one that is not stale was not indexed yet when it was edited */
		r = store_search_is_stale(c->db, u->owner, u->id);
		if (r == 0)
			r = store_search_set_stale(c->db, u->owner, u->id, false);
		if (r < 0)
			return r == -ERR_NOTFOUND ? 0 : r;
	} else if (u->kind != UPD_NEW) {
		return 0;
	}
	r = store_msg_get(c->db, u->owner, u->peer, u->id, &c->arena, &row);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	return store_search_add(c->db, u->owner, u->id, words_of(&c->arena, &row));
}

/* Some rows of a box's log; ret_left: whether there are more. */
static int advance(struct rpc_call *c, int64_t owner, bool *ret_left)
{
	struct store_upd *v;
	int32_t done;
	size_t n;
	int r;

	if ((r = store_search_done(c->db, owner, &done)) < 0 ||
	    (r = store_upd_range(c->db, owner, done, ROWS_AT_ONCE, &c->arena, &v, &n)) < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if ((r = take_over(c, &v[i])) < 0)
			return r;
	*ret_left = n == ROWS_AT_ONCE;
	return n ? store_search_set_done(c->db, owner, v[n - 1].pts) : 0;
}

static int look_at(struct rpc_call *c, int64_t owner)
{
	int32_t done, pts;
	int r;

	if ((r = store_search_done(c->db, owner, &done)) >= 0 &&
	    (r = store_upd_max(c->db, owner, &pts)) >= 0 && pts > done)
		add(c->app->search, owner);
	return r;
}

/*
 * After a start: which boxes are behind. `at` is the account to go on behind, and the next one; below 0 the accounts are done, and
 * it is -1 less the channel.
 */
static int scan(struct rpc_call *c, int64_t *at, bool *ret_left)
{
	int64_t *ids = ARENA_ARRAY(&c->arena, int64_t, USERS_A_SLICE);
	bool channels = *at < 0;
	size_t n;
	int r;

	r = channels ? store_channel_ids(c->db, -1 - *at, USERS_A_SLICE, ids, &n)
	             : store_user_ids(c->db, *at, USERS_A_SLICE, ids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		*at = channels ? -1 - ids[i] : ids[i];
		r = look_at(c, channels ? peer_channel(ids[i]) : ids[i]);
	}
	*ret_left = !channels || n == USERS_A_SLICE;
	if (!channels && n < USERS_A_SLICE)
		*at = -1;
	return r;
}

static void is_done(struct app *app, void *arg)
{
	drop_doing(app->search);
}

/* What a slice took over that was rolled back. */
static void take_back(struct search_index *x)
{
	struct box *b;

	while ((b = x->doing) != NULL) {
		x->doing = b->next;
		HASH_ADD(hh, x->now, owner, sizeof(b->owner), b);
	}
}

static bool waits(struct rpc_call *c)
{
	return rpc_server_write_waits(c->app->rpc);
}

/* Boxes of this round, until the slice's time is over. */
static int take_over_some(struct rpc_call *c)
{
	struct search_index *x = c->app->search;
	usec_t began = clock_usec();
	struct box *b;
	bool left;
	int r;

	while ((b = x->now) != NULL && clock_usec() < began + (waits(c) ? BUSY_USEC : SLICE_USEC)) {
		r = advance(c, b->owner, &left);
		if (r < 0)
			return r;
		if (left)
			continue;
		HASH_DEL(x->now, b);
		b->next = x->doing;
		x->doing = b;
	}
	rpc_after_commit(c, is_done, NULL);
	return 0;
}

static int by_row(const struct box *a, const struct box *b)
{
	int64_t x = store_search_row(a->owner, 0), y = store_search_row(b->owner, 0);

	return (x > y) - (x < y);
}

/* A slice of the round: boxes, or behind the last one nothing but merges. */
static int go_round(struct rpc_call *c, struct jobs_next *next)
{
	struct search_index *x = c->app->search;
	int r = 0;

	take_back(x);
	if (!x->now && !x->merging) {
		x->now = x->later;
		x->later = NULL;
		HASH_SORT(x->now, by_row);
	}
	if (x->now)
		r = take_over_some(c);
	if (r >= 0)
		r = store_search_merge(c->db, waits(c) ? MERGE_BUSY : MERGE_PAGES);
	if (r < 0)
		return r;
	x->merging = !x->now && r > 0;
	if (!x->now && !x->merging && x->later)
		next->due = c->now + DELAY_S;
	return 0;
}

/* What an earlier run of the server left over. */
static int find_left_over(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t at = 0;
	bool left;
	int r;

	if (j->payload.n == sizeof(at))
		memcpy(&at, j->payload.p, sizeof(at));
	r = scan(c, &at, &left);
	if (r < 0)
		return r;
	c->app->search->scanned = !left;
	next->payload = arena_slice(&c->arena, slice_of(&at, sizeof(at)));
	return 0;
}

int search_job_slice(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	struct search_index *x = c->app->search;
	int r = x->scanned ? go_round(c, next) : find_left_over(c, j, next);

	if (r < 0)
		return r;
	next->again = x->now || x->later || x->merging || !x->scanned;
	x->scheduled = next->again;
	return 0;
}
