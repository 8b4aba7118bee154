/* job.c - see job.h. */
#include "store/job.h"

#include "store/meta.h"

int store_job_add(struct sql_db *db, unixtime_t due, struct slice kind, int64_t owner, struct slice payload,
                  int64_t *ret_id)
{
	struct sql_stmt *s;
	int64_t id;
	int r;

	r = store_meta_next(db, "next_job", 1, &id); /* never again, so that nobody ends another's job */
	if (r < 0)
		return r;
	s = sql_prepare(
		db, "INSERT INTO job (id, due, kind, owner, payload, tries) VALUES ($1, $2, $3, $4, $5, 0)");
	SQL_BIND_INTS(s, id, due);
	sql_bind_text(s, 3, kind);
	sql_bind_int(s, 4, owner);
	sql_bind_bytes(s, 5, payload);
	r = sql_run(s);
	if (r == 0)
		*ret_id = id;
	return r;
}

static int set_taken(struct sql_db *db, int64_t id, unixtime_t lease)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE job SET due = $2, tries = tries + 1 WHERE id = $1");

	SQL_BIND_INTS(s, id, lease);
	return sql_run(s);
}

int store_job_take(struct sql_db *db, unixtime_t now, unixtime_t lease, uint32_t limit, struct arena *a,
                   struct store_job **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT id, due, kind, owner, payload, tries FROM job"
	                                     " WHERE due <= $1 ORDER BY due, id LIMIT $2");
	struct store_job *v = ARENA_ARRAY(a, struct store_job, limit ? limit : 1);
	size_t n = 0;
	int r;

	SQL_BIND_INTS(s, now, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_job){.id = sql_int(s, 0),
		                            .due = sql_int(s, 1),
		                            .kind = sql_copy(s, 2, a),
		                            .owner = sql_int(s, 3),
		                            .payload = sql_copy(s, 4, a),
		                            .tries = (int)sql_int(s, 5) + 1};
	sql_done(s);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = set_taken(db, v[i].id, lease);
	if (r < 0)
		return r;
	*ret = v;
	*ret_n = n;
	return 0;
}

int store_job_done(struct sql_db *db, int64_t id)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM job WHERE id = $1");

	sql_bind_int(s, 1, id);
	return sql_run_found(s);
}

int store_job_go_on(struct sql_db *db, int64_t id, unixtime_t due, struct slice payload)
{
	struct sql_stmt *s = sql_prepare(db,
	                                 "UPDATE job SET due = $2, payload = $3, tries = 0 WHERE id = $1");

	SQL_BIND_INTS(s, id, due);
	sql_bind_bytes(s, 3, payload);
	return sql_run_found(s);
}

int store_job_put_off(struct sql_db *db, int64_t id, unixtime_t due)
{
	struct sql_stmt *s = sql_prepare(db, "UPDATE job SET due = $2 WHERE id = $1");

	SQL_BIND_INTS(s, id, due);
	return sql_run_found(s);
}

int store_job_release(struct sql_db *db, unixtime_t now, unixtime_t until)
{
	struct sql_stmt *s = sql_prepare(
		db, "UPDATE job SET due = $1 WHERE due > $1 AND due <= $2 AND tries > 0");

	SQL_BIND_INTS(s, now, until);
	return sql_run_count(s);
}

int store_job_has(struct sql_db *db, struct slice kind, int64_t owner)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT 1 FROM job WHERE owner = $1 AND kind = $2 LIMIT 1");
	int r;

	sql_bind_int(s, 1, owner);
	sql_bind_text(s, 2, kind);
	r = sql_step(s);
	sql_done(s);
	return r;
}

int store_job_next_due(struct sql_db *db, unixtime_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT due FROM job ORDER BY due LIMIT 1");
	int r = sql_value(s, ret);

	return sql_found(r);
}

int store_job_drop(struct sql_db *db, struct slice kind, int64_t owner)
{
	struct sql_stmt *s = sql_prepare(db, "DELETE FROM job WHERE owner = $1 AND kind = $2");

	sql_bind_int(s, 1, owner);
	sql_bind_text(s, 2, kind);
	return sql_run_count(s);
}

int store_job_count(struct sql_db *db, int64_t *ret)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT count(*) FROM job");
	int r = sql_value(s, ret);

	return r < 0 ? r : 0;
}

int store_job_list(struct sql_db *db, uint32_t limit, struct arena *a, struct store_job **ret, size_t *ret_n)
{
	struct sql_stmt *s = sql_prepare(
		db, "SELECT id, due, kind, owner, tries FROM job ORDER BY due, id LIMIT $1");
	struct store_job *v = ARENA_ARRAY(a, struct store_job, limit ? limit : 1);
	size_t n = 0;
	int r;

	sql_bind_int(s, 1, limit);
	while ((r = sql_step(s)) == 1)
		v[n++] = (struct store_job){.id = sql_int(s, 0),
		                            .due = sql_int(s, 1),
		                            .kind = sql_copy(s, 2, a),
		                            .owner = sql_int(s, 3),
		                            .tries = (int)sql_int(s, 4)};
	sql_done(s);
	*ret = v;
	*ret_n = n;
	return r;
}
