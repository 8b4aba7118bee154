/* dialog.c - see dialog.h. The list is read by whole days, newest first, and put in order in memory (schema.c says why). */
#include "store/dialog.h"

#include <stdlib.h>

#include "base/err.h"
#include "store/list.h"

enum { DAY = 86400 };

#define COLUMNS                                                                                              \
	"owner, peer, top_id, top_date, read_in, read_out, unread, unread_mark, count, pin_order, folder, "  \
	"flags, draft, draft_date"

static struct store_dialog row_of(struct sql_stmt *s, struct arena *a)
{
	return (struct store_dialog){.owner = sql_int(s, 0),
	                             .peer = sql_int(s, 1),
	                             .top_id = (int32_t)sql_int(s, 2),
	                             .top_date = sql_int(s, 3),
	                             .read_in = (int32_t)sql_int(s, 4),
	                             .read_out = (int32_t)sql_int(s, 5),
	                             .unread = (int32_t)sql_int(s, 6),
	                             .unread_mark = sql_int(s, 7) != 0,
	                             .count = (int32_t)sql_int(s, 8),
	                             .pin_order = (int32_t)sql_int(s, 9),
	                             .folder = (int)sql_int(s, 10),
	                             .flags = (int)sql_int(s, 11),
	                             .draft = sql_copy(s, 12, a),
	                             .draft_date = sql_int(s, 13)};
}

struct list {
	struct store_dialog *v;
	size_t n, cap;
};

static void add(struct list *l, struct arena *a, struct store_dialog d)
{
	struct store_dialog *more;

	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 32;
		more = ARENA_ARRAY(a, struct store_dialog, l->cap);
		if (l->n)
			memcpy(more, l->v, l->n * sizeof(*more));
		l->v = more;
	}
	l->v[l->n++] = d;
}

static int all(struct sql_stmt *s, struct arena *a, struct store_dialog **ret, size_t *ret_n)
{
	struct list l = {0};
	int r;

	while ((r = sql_step(s)) == 1)
		add(&l, a, row_of(s, a));
	sql_done(s);
	*ret = l.v;
	*ret_n = l.n;
	return r;
}

int store_dialog_get(struct sql_db *db, int64_t owner, int64_t peer, struct arena *a,
                     struct store_dialog *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM dlg WHERE owner = $1 AND peer = $2");
	int r;

	SQL_BIND_INTS(s, owner, peer);
	r = sql_step(s);
	if (r == 1)
		*ret = row_of(s, a);
	else
		*ret = (struct store_dialog){.owner = owner, .peer = peer};
	sql_done(s);
	return r;
}

int store_dialog_put(struct sql_db *db, const struct store_dialog *d)
{
	struct sql_stmt *s = sql_prepare(db, "INSERT INTO dlg (owner, peer, top_id, top_date, top_day, "
	                                     "read_in, read_out, unread, unread_mark, count, pin_order,"
	                                     " folder, flags, draft, draft_date) VALUES ($1, $2, $3, $4, $5, "
	                                     "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
	                                     " ON CONFLICT (owner, peer) DO UPDATE SET top_id = $3, top_date "
	                                     "= $4, top_day = $5, read_in = $6, read_out = $7,"
	                                     " unread = $8, unread_mark = $9, count = $10, pin_order = $11, "
	                                     "folder = $12, flags = $13, draft = $14,"
	                                     " draft_date = $15");

	SQL_BIND_INTS(s, d->owner, d->peer, d->top_id, d->top_date);
	sql_bind_int(s, 5, d->top_id ? d->top_date / DAY : 0); /* out of the list */
	sql_bind_int(s, 6, d->read_in);
	sql_bind_int(s, 7, d->read_out);
	sql_bind_int(s, 8, d->unread);
	sql_bind_int(s, 9, d->unread_mark);
	sql_bind_int(s, 10, d->count);
	sql_bind_int(s, 11, d->pin_order);
	sql_bind_int(s, 12, d->folder);
	sql_bind_int(s, 13, d->flags);
	sql_bind_bytes(s, 14, d->draft);
	sql_bind_int(s, 15, d->draft_date);
	return sql_run(s);
}

/* The usual case: there is such a row, of the same day, and no index is touched. 1: done. */
static int bump_within_day(struct sql_db *db, int64_t owner, int64_t peer, int32_t top_id,
                           unixtime_t top_date, bool unread, int *ret_folder)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE dlg SET top_id = $3, top_date = $4, unread = unread + $6, count = count + 1"
		    " WHERE owner = $1 AND peer = $2 AND top_day = $5 RETURNING folder");
	int r;

	SQL_BIND_INTS(s, owner, peer, top_id, top_date, top_date / DAY, unread);
	r = sql_step(s);
	if (r == 1)
		*ret_folder = (int)sql_int(s, 0);
	sql_done(s);
	return r;
}

int store_dialog_bump(struct sql_db *db, int64_t owner, int64_t peer, int32_t top_id, unixtime_t top_date,
                      bool unread, int *ret_folder)
{
	struct sql_stmt *s;
	int64_t count;
	int r;

	r = bump_within_day(db, owner, peer, top_id, top_date, unread, ret_folder);
	if (r != 0)
		return r < 0 ? r : 0;
	s = sql_prepare(
		db, "INSERT INTO dlg (owner, peer, top_id, top_date, top_day, read_in, read_out, unread, "
		    "unread_mark, count, pin_order,"
		    " folder, flags, draft, draft_date) VALUES ($1, $2, $3, $4, $5, 0, 0, $6, 0, 1, 0, 0, 0, "
		    "NULL, 0)"
		    " ON CONFLICT (owner, peer) DO UPDATE SET top_id = $3, top_date = $4, top_day = $5,"
		    " unread = dlg.unread + $6, count = dlg.count + 1 RETURNING count, folder");
	SQL_BIND_INTS(s, owner, peer, top_id, top_date, top_date / DAY, unread);
	r = sql_step(s);
	count = r == 1 ? sql_int(s, 0) : 0;
	if (r == 1)
		*ret_folder = (int)sql_int(s, 1);
	sql_done(s);
	return r < 0 ? r : count == 1;
}

/* Newest first. */
static int newer(const void *x, const void *y)
{
	const struct store_dialog *a = x, *b = y;

	if (a->top_date != b->top_date)
		return a->top_date < b->top_date ? 1 : -1;
	if (a->top_id != b->top_id)
		return a->top_id < b->top_id ? 1 : -1;
	return a->peer < b->peer ? 1 : a->peer > b->peer ? -1 : 0;
}

static bool is_older(const struct store_dialog *d, unixtime_t date, int32_t id, int64_t peer)
{
	struct store_dialog last = {.top_date = date, .top_id = id, .peer = peer};

	return !date || newer(&last, d) < 0;
}

static int one_folder(struct sql_db *db, int64_t owner, int folder, unixtime_t date, int32_t id, int64_t peer,
                      uint32_t limit, struct arena *a, struct list *l)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT " COLUMNS ", top_day FROM dlg WHERE owner = $1 AND folder = $2 AND top_day <= $3"
		    " AND top_day <> 0 ORDER BY top_day DESC");
	int64_t day = INT64_MAX;
	size_t before = l->n;
	int r;

	SQL_BIND_INTS(s, owner, folder, date ? date / DAY : INT32_MAX);
	while ((r = sql_step(s)) == 1) {
		if (l->n - before >= limit && sql_int(s, 14) < day)
			break; /* enough, and a whole day at its end */
		day = sql_int(s, 14);
		if (is_older(&(struct store_dialog){.top_date = sql_int(s, 3),
		                                    .top_id = (int32_t)sql_int(s, 2),
		                                    .peer = sql_int(s, 1)},
		             date, id, peer))
			add(l, a, row_of(s, a));
	}
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_dialog_page(struct sql_db *db, int64_t owner, int folder, unixtime_t date, int32_t id, int64_t peer,
                      uint32_t limit, struct arena *a, struct store_dialog **ret, size_t *ret_n)
{
	struct list l = {0};
	int r = 0;

	for (int f = folder < 0 ? 0 : folder; r == 0 && f <= (folder < 0 ? 1 : folder); f++)
		r = one_folder(db, owner, f, date, id, peer, limit, a, &l);
	if (r < 0)
		return r;
	if (l.n)
		qsort(l.v, l.n, sizeof(*l.v), newer);
	*ret = l.v;
	*ret_n = l.n < limit ? l.n : limit;
	return 0;
}

int store_dialog_pinned(struct sql_db *db, int64_t owner, int folder, struct arena *a,
                        struct store_dialog **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM dlg WHERE owner = $1 AND folder = $2 AND pin_order <> 0"
	                                     " ORDER BY pin_order DESC");

	SQL_BIND_INTS(s, owner, folder);
	return all(s, a, ret, ret_n);
}

int store_dialog_drafts(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                        struct store_dialog **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM dlg WHERE owner = $1 AND draft IS NOT NULL LIMIT $2");

	SQL_BIND_INTS(s, owner, limit);
	return all(s, a, ret, ret_n);
}

int store_dialog_marked(struct sql_db *db, int64_t owner, uint32_t limit, struct arena *a,
                        struct store_dialog **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM dlg WHERE owner = $1 AND unread_mark <> 0 LIMIT $2");

	SQL_BIND_INTS(s, owner, limit);
	return all(s, a, ret, ret_n);
}

int store_dialog_all(struct sql_db *db, int64_t owner, struct arena *a, struct store_dialog **ret,
                     size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS " FROM dlg WHERE owner = $1");

	sql_bind_int(s, 1, owner);
	return all(s, a, ret, ret_n);
}

int store_dialog_channels(struct sql_db *db, int64_t owner, struct arena *a, struct store_dialog **ret,
                          size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT " COLUMNS
	                                     " FROM dlg WHERE owner = $1 AND peer < -1000000000000"
	                                     " ORDER BY peer DESC");

	sql_bind_int(s, 1, owner);
	return all(s, a, ret, ret_n);
}

int store_dialog_count(struct sql_db *db, int64_t owner, int folder, uint32_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT count(*) FROM dlg WHERE owner = $1 AND top_id <> 0 AND (folder = $2 OR $2 < 0)");

	SQL_BIND_INTS(s, owner, folder);
	return store_count_of(s, ret);
}

int store_dialog_unread(struct sql_db *db, int64_t owner, int64_t *ret)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT coalesce(sum(unread), 0) FROM dlg WHERE owner = $1"
		    " AND peer >= -1000000000000"); /* what stands there for channels: store/dialog.h */
	int r;

	sql_bind_int(s, 1, owner);
	r = sql_value(s, ret);
	return r < 0 ? r : 0;
}
