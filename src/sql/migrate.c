/* migrate.c - see migrate.h. The number of applied steps is a row of its own table. */
#include "sql/migrate.h"

#include "base/err.h"
#include "sql/sql.h"

static int applied(struct sql_db *db, int64_t *ret)
{
	struct sql_stmt *s;
	int r;

	r = sql_exec(db, "CREATE TABLE IF NOT EXISTS migration (id BIGINT PRIMARY KEY, steps BIGINT)");
	if (r < 0)
		return r;
	s = sql_prepare(db, "SELECT steps FROM migration WHERE id = 1");
	r = sql_step(s);
	*ret = r == 1 ? sql_int(s, 0) : 0;
	sql_done(s);
	return r < 0 ? r : 0;
}

int sql_migrate(struct sql_db *db, const char *const *steps, size_t n)
{
	struct sql_stmt *s;
	int64_t done;
	int r;

	r = applied(db, &done);
	if (r < 0)
		return r;
	if ((size_t)done > n)
		return -ERR_UNSUPPORTED;
	for (; (size_t)done < n; done++) {
		r = sql_begin(db);
		if (r == 0)
			r = sql_exec(db, steps[done]);
		if (r == 0) {
			s = sql_prepare(db, "INSERT INTO migration (id, steps) VALUES (1, $1) ON CONFLICT "
			                    "(id) DO UPDATE SET steps = $1");
			sql_bind_int(s, 1, done + 1);
			r = sql_run(s);
		}
		if (r == 0)
			r = sql_commit(db);
		else
			sql_rollback(db);
		if (r < 0)
			return r;
	}
	return 0;
}
