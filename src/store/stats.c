/* stats.c - see stats.h. Messages are summed from the dialogs' counts: a hundredth of the rows. */
#include "store/stats.h"

#include "base/err.h"

static int number(struct sql_stmt *s, int64_t *ret)
{
	int r = sql_value(s, ret);

	return r < 0 ? r : 0;
}

static int people(struct sql_db *db, unixtime_t now, struct store_stats *t)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "SELECT count(*), sum(CASE WHEN flags & 2 <> 0 THEN 1 ELSE 0 END),"
	                                 " sum(CASE WHEN seen > $1 THEN 1 ELSE 0 END) FROM usr");
	int r;

	sql_bind_int(s, 1, now - 86400);
	r = sql_step(s);
	if (r == 1) {
		t->deleted = sql_int(s, 1);
		t->users = sql_int(s, 0) - t->deleted;
		t->active_day = sql_int(s, 2);
	}
	sql_done(s);
	return r < 0 ? r : 0;
}

int store_stats_read(struct sql_db *db, unixtime_t now, struct store_stats *ret)
{
	struct store_stats t = {0};
	int r;

	if ((r = people(db, now, &t)) < 0)
		return r;
	if ((r = number(sql_prepare(db, "SELECT count(*) FROM authorization_"), &t.authorizations)) < 0 ||
	    (r = number(sql_prepare(db, "SELECT count(*) FROM auth_key"), &t.keys)) < 0 ||
	    (r = number(sql_prepare(db, "SELECT count(*) FROM dlg"), &t.dialogs)) < 0 ||
	    (r = number(sql_prepare(db, "SELECT sum(count) FROM dlg"), &t.messages)) < 0 ||
	    (r = number(sql_prepare(db, "SELECT count(*) FROM job"), &t.jobs)) < 0 ||
	    (r = number(sql_prepare(db, "SELECT count(*) FROM invite"), &t.invites)) < 0)
		return r;
	t.bytes = sql_file_bytes(db);
	t.log_bytes = sql_wal_bytes(db);
	*ret = t;
	return 0;
}
