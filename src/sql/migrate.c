/* migrate.c - see migrate.h. One row a step that was applied. */
#include "sql/migrate.h"

#include "base/err.h"
#include "sql/sql.h"

/* FNV-1a. It finds an edited step, not a forger. */
static int64_t sum_of(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3u;
	return (int64_t)h;
}

int sql_migrated(struct sql_db *db, size_t *ret_n)
{
	struct sql_stmt *s;
	int r;

	r = sql_exec(db, "CREATE TABLE IF NOT EXISTS schema_step (n BIGINT PRIMARY KEY, checksum BIGINT)");
	if (r < 0)
		return r;
	s = sql_prepare(db, "SELECT count(*) FROM schema_step");
	r = sql_step(s);
	if (r == 1)
		*ret_n = (size_t)sql_int(s, 0);
	sql_done(s);
	return r < 0 ? r : 0;
}

static int is_same(struct sql_db *db, size_t n, const char *text)
{
	struct sql_stmt *s = sql_prepare(db, "SELECT checksum FROM schema_step WHERE n = $1");
	int r;

	sql_bind_int(s, 1, (int64_t)n);
	r = sql_step(s);
	if (r >= 0)
		r = r == 1 && sql_int(s, 0) == sum_of(text) ? 0 : -ERR_INVALID;
	sql_done(s);
	return r;
}

static int apply(struct sql_db *db, size_t n, const char *text)
{
	struct sql_stmt *s;
	int r;

	r = sql_begin(db);
	if (r < 0)
		return r;
	r = sql_exec(db, text);
	if (r == 0) {
		s = sql_prepare(db, "INSERT INTO schema_step (n, checksum) VALUES ($1, $2)");
		SQL_BIND_INTS(s, (int64_t)n, sum_of(text));
		r = sql_run(s);
	}
	if (r == 0)
		return sql_commit(db);
	sql_rollback(db);
	return r;
}

int sql_migrate(struct sql_db *db, const char *const *steps, size_t n)
{
	size_t done;
	int r;

	r = sql_migrated(db, &done);
	if (r < 0)
		return r;
	if (done > n)
		return -ERR_UNSUPPORTED;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = i < done ? is_same(db, i + 1, steps[i]) : apply(db, i + 1, steps[i]);
	return r;
}
