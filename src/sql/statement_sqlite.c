/*
 * statement_sqlite.c - statements of sql.h over SQLite: prepared once a connection and text, parameters by their $n, rows, and what ends
 * them.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "sql/sqlite_private.h"

/* $12 -> the number that SQLite gave it. */
static void map_params(struct sql_stmt *s)
{
	int n = sqlite3_bind_parameter_count(s->st);

	for (int i = 1; i <= n; i++) {
		const char *name = sqlite3_bind_parameter_name(s->st, i);
		int k = name ? atoi(name + 1) : 0;

		assert(k >= 1 && k <= SQL_PARAMS_MAX);
		s->param[k] = (uint8_t)i;
	}
}

struct sql_stmt *sql_prepare(struct sql_db *d, const char *text)
{
	struct sql_stmt *s;
	int rc;

	HASH_FIND_PTR(d->stmts, &text, s);
	if (!s) {
		s = xcalloc(1, sizeof(*s));
		s->text = text;
		s->db = d;
		rc = sqlite3_prepare_v3(d->db, text, -1, SQLITE_PREPARE_PERSISTENT, &s->st, NULL);
		if ((rc & 0xff) == SQLITE_ERROR) {
			fprintf(stderr, "sql: %s: %s\n", sqlite3_errmsg(d->db), text);
			abort();
		}
		if (rc !=
		    SQLITE_OK) { /* the tables could not be read: the world's fault, and said at the step */
			s->failed = sql_noted(d, rc);
			return s;
		}
		map_params(s);
		HASH_ADD_PTR(d->stmts, text, s);
	}
	assert(!s->in_use);
	s->in_use = true;
	s->failed = 0;
	return s;
}

static int at(struct sql_stmt *s, int n)
{
	assert(n >= 1 && n <= SQL_PARAMS_MAX && s->param[n]);
	return s->param[n];
}

/* Prepared; else every bind is in vain and the step says why. */
static bool is_ready(const struct sql_stmt *s)
{
	return s->st != NULL;
}

static void note(struct sql_stmt *s, int rc)
{
	if (rc != SQLITE_OK && !s->failed)
		s->failed = sql_map(s->db, rc);
}

void sql_bind_int(struct sql_stmt *s, int n, int64_t v)
{
	if (is_ready(s))
		note(s, sqlite3_bind_int64(s->st, at(s, n), v));
}

void sql_bind_ints(struct sql_stmt *s, const int64_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sql_bind_int(s, (int)i + 1, v[i]);
}

static void bind_null(struct sql_stmt *s, int n)
{
	if (is_ready(s))
		note(s, sqlite3_bind_null(s->st, at(s, n)));
}

void sql_bind_bytes(struct sql_stmt *s, int n, struct slice v)
{
	if (!v.p)
		bind_null(s, n);
	else if (is_ready(s))
		note(s, sqlite3_bind_blob(s->st, at(s, n), v.n ? (const void *)v.p : "", (int)v.n,
		                          SQLITE_STATIC));
}

void sql_bind_text(struct sql_stmt *s, int n, struct slice v)
{
	if (!v.p)
		bind_null(s, n);
	else if (is_ready(s))
		note(s, sqlite3_bind_text(s->st, at(s, n), v.n ? (const char *)v.p : "", (int)v.n,
		                          SQLITE_STATIC));
}

int sql_step(struct sql_stmt *s)
{
	int rc, r;

	if (s->failed || s->db->lost)
		return s->failed ? s->failed : s->db->lost;
	rc = sqlite3_step(s->st);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	log_event(LOG_DEBUG, "sql", "rc=%d text=\"%.80s\"", rc, s->text);
	r = sql_noted(s->db, rc);
	return r < 0 ? r : -ERR_IO;
}

int64_t sql_int(struct sql_stmt *s, int col)
{
	return sqlite3_column_int64(s->st, col);
}

bool sql_is_null(struct sql_stmt *s, int col)
{
	return sqlite3_column_type(s->st, col) == SQLITE_NULL;
}

struct slice sql_bytes(struct sql_stmt *s, int col)
{
	const void *p;

	if (sql_is_null(s, col))
		return (struct slice){0};
	p = sqlite3_column_blob(s->st, col);
	return slice_of(p ? p : "", (size_t)sqlite3_column_bytes(s->st, col));
}

struct slice sql_copy(struct sql_stmt *s, int col, struct arena *a)
{
	return arena_slice(a, sql_bytes(s, col));
}

void sql_done(struct sql_stmt *s)
{
	if (!is_ready(s)) {
		free(s); /* never cached: the next use tries again */
		return;
	}
	sqlite3_reset(s->st);
	sqlite3_clear_bindings(s->st);
	s->in_use = false;
}

int sql_value(struct sql_stmt *s, int64_t *ret)
{
	int r = sql_step(s);

	if (r == 1)
		*ret = sql_int(s, 0);
	sql_done(s);
	return r;
}

int sql_run(struct sql_stmt *s)
{
	int r;

	while ((r = sql_step(s)) > 0)
		;
	sql_done(s);
	return r;
}

int64_t sql_changes(struct sql_db *d)
{
	return sqlite3_changes64(d->db);
}

int64_t sql_all_changes(struct sql_db *d)
{
	return sqlite3_total_changes64(d->db);
}

int sql_run_count(struct sql_stmt *s)
{
	struct sql_db *d = s->db;
	int r = sql_run(s);

	return r < 0 ? r : (int)sql_changes(d);
}

int sql_run_found(struct sql_stmt *s)
{
	int r = sql_run_count(s);

	return r > 0 ? 0 : r < 0 ? r : -ERR_NOTFOUND;
}

int sql_found(int stepped)
{
	return stepped > 0 ? 0 : stepped < 0 ? stepped : -ERR_NOTFOUND;
}

void sql_each_text(struct sql_db *d, void (*f)(void *arg, const char *text), void *arg)
{
	struct sql_stmt *s, *t;

	HASH_ITER (hh, d->stmts, s, t)
		f(arg, s->text);
}

void sql_statements_free(struct sql_db *d)
{
	struct sql_stmt *s, *t;

	HASH_ITER (hh, d->stmts, s, t) {
		HASH_DEL(d->stmts, s);
		sqlite3_finalize(s->st);
		free(s);
	}
}
