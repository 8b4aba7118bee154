/* prune.c - see jobs.h. Each row is looked at once: how far a log has been read is a setting of its owner. */
#include <stdlib.h>

#include "base/err.h"
#include "base/rd.h"
#include "domain/sync/jobs.h"
#include "store/setting.h"
#include "store/upd.h"
#include "store/user.h"
#include "updates/event.h"

enum { DAY = 86400, WINDOW = 300, USERS_A_SLICE = 50 };

#define CURSOR "log_pruned"

static bool has_id(const struct store_upd *deleted, int32_t id)
{
	struct rd r = rd_of(deleted->payload.p, deleted->payload.n);

	while (rd_left(&r) >= 4)
		if ((int32_t)rd_u32(&r) == id)
			return true;
	return false;
}

/* Does `later` say all that `row` says? */
static bool covers(const struct store_upd *later, const struct store_upd *row)
{
	switch (row->kind) {
	case UPD_READ_IN:
	case UPD_READ_OUT:
		return later->kind == row->kind && later->peer == row->peer && later->id >= row->id;
	case UPD_EDIT:
		return (later->kind == UPD_EDIT && later->peer == row->peer && later->id == row->id) ||
		       (later->kind == UPD_DELETE && has_id(later, row->id));
	default:
		return false;
	}
}

static int drop_covered(struct rpc_call *c, const struct store_upd *rows, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (covers(&rows[k], &rows[i])) {
				if ((r = store_upd_drop(c->db, rows[i].owner, rows[i].pts)) < 0)
					return r;
				break;
			}
	return r;
}

/* One window of one log. *ret_n: rows that were read; a full window means that there may be more. */
static int prune_log(struct rpc_call *c, int64_t owner, size_t *ret_n)
{
	struct store_upd *rows;
	struct slice v;
	int32_t from = 0;
	size_t n, old = 0;
	int r;

	r = store_setting_get(c->db, owner, CURSOR, &c->arena, &v);
	if (r == 0)
		from = atoi((const char *)v.p);
	else if (r != -ERR_NOTFOUND)
		return r;
	r = store_upd_range(c->db, owner, from, WINDOW, &c->arena, &rows, &n);
	while (r >= 0 && old < n && rows[old].date < c->now - (unixtime_t)LOG_WHOLE_DAYS * DAY)
		old++;
	*ret_n = old;
	if (r < 0 || !old)
		return r;
	if ((r = drop_covered(c, rows, old)) < 0)
		return r;
	return store_setting_put(c->db, owner, CURSOR, arena_printf(&c->arena, "%d", rows[old - 1].pts));
}

/* The payload is the last account whose log has been done. */
int log_job(struct rpc_call *c, const struct store_job *j, struct jobs_next *next)
{
	int64_t ids[USERS_A_SLICE], done = j->payload.n ? atoll((const char *)j->payload.p) : 0;
	size_t n, rows = 0, all = 0;
	int r;

	r = store_user_ids(c->db, done, USERS_A_SLICE, ids, &n);
	for (size_t i = 0; r >= 0 && i < n && all < WINDOW; i++) {
		r = prune_log(c, ids[i], &rows);
		if (r < 0)
			return r;
		all += rows;
		if (rows < WINDOW)
			done = ids[i];
	}
	if (r >= 0 && n && (n == USERS_A_SLICE || done != ids[n - 1])) {
		next->again = true;
		next->payload = arena_printf(&c->arena, "%lld", (long long)done);
	}
	return r < 0 ? r : 0;
}
