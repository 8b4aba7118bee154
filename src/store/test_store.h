/*
 * test_store.h - for the tests of this folder: a new database in a folder of its own, and a look at the plan of every
 * statement that a test used: none may read a whole table or all messages of a box, but for those named in `may_scan`.
 */
#ifndef STORE_TEST_STORE_H
#define STORE_TEST_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/err.h"
#include "sql/sql.h"
#include "store/schema.h"

#define NOW 1700000000 /* 22:13:20 of its day */

static struct {
	char folder[64], path[96];
	struct sql_db *db;
	struct arena a;
	const char *const *may_scan; /* parts of statements, NULL at the end; NULL: none */
	int scans;
} t;

static inline int test_open(void **state)
{
	snprintf(t.folder, sizeof(t.folder), "/tmp/chapar-store-XXXXXX");
	if (!mkdtemp(t.folder))
		return -1;
	snprintf(t.path, sizeof(t.path), "%s/t.db", t.folder);
	arena_init(&t.a, 0);
	t.scans = 0;
	return sql_open(t.path, SQL_WRITER, &t.db) < 0 ? -1 : store_migrate(t.db);
}

static inline bool test_reads_all(const char *detail)
{
	if (strncmp(detail, "SCAN ", 5) == 0)
		return strncmp(detail, "SCAN x", 6) != 0 && strncmp(detail, "SCAN (", 6) != 0 &&
		       strncmp(detail, "SCAN schema_step", 16) != 0;
	return strcmp(detail, "SEARCH msg USING PRIMARY KEY (owner=?)") == 0 ||
	       strcmp(detail, "SEARCH state USING PRIMARY KEY (owner=?)") == 0;
}

static inline void test_look_at_plan(void *arg, const char *text)
{
	sqlite3 *raw = arg;
	sqlite3_stmt *s = NULL;
	char *query;

	for (const char *const *p = t.may_scan; p && *p; p++)
		if (strstr(text, *p))
			return;
	query = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", text);
	if (sqlite3_prepare_v2(raw, query, -1, &s, NULL) == SQLITE_OK)
		while (sqlite3_step(s) == SQLITE_ROW) {
			const char *detail = (const char *)sqlite3_column_text(s, 3);

			if (!test_reads_all(detail))
				continue;
			print_error("reads everything: %s: %s\n", detail, text);
			t.scans++;
		}
	sqlite3_finalize(s);
	sqlite3_free(query);
}

static inline int test_close(void **state)
{
	char command[128];
	sqlite3 *raw;

	if (sqlite3_open(t.path, &raw) != SQLITE_OK)
		return -1;
	sql_each_text(t.db, test_look_at_plan, raw);
	sqlite3_close(raw);
	sql_close(t.db);
	arena_fini(&t.a);
	snprintf(command, sizeof(command), "rm -rf %s", t.folder);
	return system(command) != 0 || t.scans;
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, test_open, test_close)

#define assert_slice(s, text)                                                                                \
	do {                                                                                                 \
		assert_int_equal((s).n, strlen(text));                                                       \
		assert_memory_equal((s).p, text, (s).n);                                                     \
	} while (0)

/* The same numbers at every run. */
static inline uint32_t test_random(uint32_t below)
{
	static uint64_t seed = 42;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

#endif
