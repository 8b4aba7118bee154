/* test_search.c - the index of words is added to in small commits, as the job does; its segments stay few, and all is found. */
#include "store/test_store.h"

#include "store/search.h"

enum { COMMITS = 300, A_COMMIT = 8, OWNER = 1000007, SEGMENTS_MAX = 40 };

static int64_t segments(void)
{
	struct sql_stmt *s = sql_prepare(t.db, "SELECT count(DISTINCT segid) FROM search_idx");
	int64_t n = sql_step(s) == 1 ? sql_int(s, 0) : -1;

	sql_done(s);
	return n;
}

static void add_some(int commit)
{
	char words[80];

	for (int i = 0; i < A_COMMIT; i++) {
		snprintf(words, sizeof(words), "f4247_word%u f4247_all f4247_n%d", test_random(5000), commit);
		assert_int_equal(store_search_add(t.db, OWNER, commit * A_COMMIT + i + 1, slice_str(words)),
		                 0);
	}
}

static void test_merge(void **state)
{
	static const char *const scans[] = {"search", NULL}; /* tables of the index's own */
	uint32_t n;
	int r, more = 0;

	t.may_scan = scans;
	for (int i = 0; i < COMMITS; i++) {
		assert_int_equal(sql_begin(t.db), 0);
		add_some(i);
		r = store_search_merge(t.db, 16);
		assert_in_range(r, 0, 1);
		assert_int_equal(sql_commit(t.db), 0);
	}
	assert_in_range(segments(), 1, SEGMENTS_MAX);
	while ((r = store_search_merge(t.db, 16)) == 1 && more < 1000)
		more++;
	assert_int_equal(r, 0); /* it ends by itself */
	assert_in_range(segments(), 1, 16);
	assert_int_equal(store_search_count(t.db, OWNER, SLICE_LIT("\"f4247_all\""), &n), 0);
	assert_int_equal(n, COMMITS * A_COMMIT);
	assert_int_equal(store_search_count(t.db, OWNER, SLICE_LIT("\"f4247_n7\""), &n), 0);
	assert_int_equal(n, A_COMMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {STORE_TEST(test_merge)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
