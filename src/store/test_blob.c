/* test_blob.c - contents are counted by those who need them, and their windows are found again. */
#include "store/test_store.h"

#include "store/blob.h"
#include "store/file.h"

static uint8_t one[32] = {1}, two[32] = {2}, none[32];

static void assert_refs(const uint8_t *id, int64_t refs)
{
	int64_t r, size;

	assert_int_equal(store_blob_get(t.db, id, &r, &size), 0);
	assert_int_equal(r, refs);
	assert_int_equal(size, 100);
}

static size_t unneeded(unixtime_t before)
{
	struct slice *ids;
	size_t n;

	assert_int_equal(store_blob_unneeded(t.db, before, 10, &t.a, &ids, &n), 0);
	return n;
}

static void test_refs(void **state)
{
	int64_t r, size;

	assert_int_equal(store_blob_get(t.db, one, &r, &size), -ERR_NOTFOUND);
	assert_int_equal(store_blob_unref(t.db, one, NOW), -ERR_NOTFOUND);
	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_ref(t.db, two, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_refs(one, 2);
	assert_int_equal(store_blob_forget(t.db, one), 0);
	assert_int_equal(store_blob_unref(t.db, one, NOW), 0);
	assert_int_equal(unneeded(NOW + 100), 0);
	assert_int_equal(store_blob_unref(t.db, one, NOW + 5), 0);
	assert_int_equal(unneeded(NOW + 5), 0);
	assert_int_equal(unneeded(NOW + 6), 1);
	assert_refs(one, 0);
	/* It comes again before the job does. */
	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(unneeded(NOW + 6), 0);
	assert_int_equal(store_blob_forget(t.db, one), 0);
	assert_int_equal(store_blob_unref(t.db, one, NOW + 7), 0);
	assert_int_equal(store_blob_forget(t.db, one), 1);
	assert_int_equal(store_blob_forget(t.db, one), 0);
	assert_int_equal(store_blob_get(t.db, one, &r, &size), -ERR_NOTFOUND);
	assert_refs(two, 1);
}

static void test_windows(void **state)
{
	enum { N = 200 };
	static uint8_t w[N * 32];
	struct slice s;

	for (int i = 0; i < N * 32; i++)
		w[i] = (uint8_t)(i / 32 + i % 32);
	assert_int_equal(store_blob_ref(t.db, one, 100, slice_of(w, sizeof(w)), (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_ref(t.db, one, 100, slice_of(w, sizeof(w)), (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_ref(t.db, two, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	for (uint32_t first = 0; first < N + 70; first += 7)
		for (uint32_t n = 1; n < 150; n += 11) {
			uint32_t want = first >= N ? 0 : N - first < n ? N - first : n;

			assert_int_equal(store_blob_windows(t.db, one, first, n, &t.a, &s), 0);
			assert_int_equal(s.n, 32 * want);
			assert_memory_equal(s.p, w + 32 * first, s.n);
		}
	assert_int_equal(store_blob_windows(t.db, one, UINT32_MAX, 8, &t.a, &s), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(store_blob_windows(t.db, two, 0, 8, &t.a, &s), -ERR_NOTFOUND);
	assert_int_equal(store_blob_windows(t.db, none, 0, 8, &t.a, &s), -ERR_NOTFOUND);
	/* What was a thumb first is a document, too. */
	assert_int_equal(store_blob_ref(t.db, two, 100, slice_of(w, 64), (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_windows(t.db, two, 0, 8, &t.a, &s), 0);
	assert_int_equal(s.n, 64);
	assert_int_equal(store_blob_unref(t.db, two, NOW), 0);
	assert_int_equal(store_blob_unref(t.db, two, NOW), 0);
	assert_int_equal(store_blob_forget(t.db, two), 1);
	assert_int_equal(store_blob_windows(t.db, two, 0, 8, &t.a, &s), -ERR_NOTFOUND);
}

static void test_walk_and_repair(void **state)
{
	struct store_file_part p = {.file = 9, .type = 'm', .size = 100};
	struct store_blob_stats st;
	struct store_blob *v;
	struct slice *ids;
	size_t n;

	memcpy(p.blob, one, 32);
	assert_int_equal(store_blob_stats(t.db, &st), 0);
	assert_int_equal(st.contents + st.lost, 0);
	assert_int_equal(store_blob_ref(t.db, two, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_file_part_insert(t.db, &p), 0);
	assert_int_equal(store_blob_walk(t.db, none, 1, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_memory_equal(v[0].id, one, 32);
	assert_int_equal(v[0].refs, 2);
	assert_int_equal(v[0].parts, 1);
	assert_int_equal(store_blob_walk(t.db, one, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 1);
	assert_memory_equal(v[0].id, two, 32);
	assert_int_equal(v[0].parts, 0);
	assert_int_equal(store_blob_walk(t.db, two, 10, &t.a, &v, &n), 0);
	assert_int_equal(n, 0);

	assert_int_equal(store_blob_unknown(t.db, 10, &t.a, &ids, &n), 0);
	assert_int_equal(n, 0);
	p.type = 's';
	memcpy(p.blob, none, 32);
	assert_int_equal(store_file_part_insert(t.db, &p), 0);
	assert_int_equal(store_blob_unknown(t.db, 10, &t.a, &ids, &n), 0);
	assert_int_equal(n, 1);
	assert_memory_equal(ids[0].p, none, 32);

	assert_int_equal(store_blob_recount(t.db, one, NOW), 0);
	assert_int_equal(store_blob_recount(t.db, two, NOW), 0);
	assert_int_equal(store_blob_recount(t.db, none, NOW), -ERR_NOTFOUND);
	assert_refs(one, 1);
	assert_refs(two, 0);
	assert_int_equal(unneeded(NOW + 1), 1);
	assert_int_equal(store_blob_set_lost(t.db, one, NOW), 0);
	assert_int_equal(store_blob_set_lost(t.db, none, NOW), -ERR_NOTFOUND);
	assert_int_equal(store_blob_stats(t.db, &st), 0);
	assert_int_equal(st.contents, 1);
	assert_int_equal(st.bytes, 100);
	assert_int_equal(st.unneeded, 1);
	assert_int_equal(st.lost, 1);
	/* Who sends it again heals it for all. */
	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_stats(t.db, &st), 0);
	assert_int_equal(st.lost, 0);
	assert_int_equal(st.files, 2);
	assert_int_equal(st.file_bytes, 200);
}

static void test_home(void **state)
{
	char home[3];

	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, SLICE_LIT("IR"), NOW), 0);
	assert_int_equal(store_blob_ref(t.db, one, 100, (struct slice){0}, SLICE_LIT("US"), NOW), 0);
	assert_int_equal(store_blob_home(t.db, one, home), 0);
	assert_string_equal(home, "IR"); /* of who was first */
	assert_int_equal(store_blob_home(t.db, two, home), -ERR_NOTFOUND);
	assert_int_equal(store_blob_ref(t.db, two, 100, (struct slice){0}, (struct slice){0}, NOW), 0);
	assert_int_equal(store_blob_home(t.db, two, home), 0);
	assert_string_equal(home, "");
}

int main(void)
{
	static const char *const may_scan[] = {"SELECT count(*), sum(CASE WHEN since",
	                                       "ORDER BY b.hash LIMIT", "SELECT DISTINCT p.blob", NULL};
	const struct CMUnitTest tests[] = {STORE_TEST(test_refs), STORE_TEST(test_windows),
	                                   STORE_TEST(test_walk_and_repair), STORE_TEST(test_home)};

	t.may_scan = may_scan;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
