/*
 * test_upload.c - parts in any order, repeated, replaced, wrong; together they are the file that the client had. Small files and
 * large ones go different ways on disk (upload_part.c), and a sealed store a third.
 */
#include "blob/test_blob.h"

#include <pthread.h>

#include "base/clock.h"

enum { OWNER = 7, KIB = 1024, SMALL = 0, BIG = -1 };

static const struct upload_limits limits = {.quota = 1u << 30, .parts = UPLOAD_PARTS_MAX};
static const char *why;

static int part_of(int64_t owner, int64_t file, int32_t number, int32_t total, const void *p, size_t n)
{
	return test_part(&limits, owner, file, number, total, slice_of(p, n), NOW, &why);
}

#define assert_part(file, number, total, p, n)                                                               \
	do {                                                                                                 \
		int r_ = part_of(OWNER, file, number, total, p, n);                                          \
		if (r_ != 0)                                                                                 \
			fail_msg("part %d: %s %s", number, err_name(r_), why ? why : "-");                   \
	} while (0)

#define assert_refused(expected, call)                                                                       \
	do {                                                                                                 \
		assert_true((call) < 0);                                                                     \
		assert_non_null(why);                                                                        \
		assert_string_equal(why, expected);                                                          \
	} while (0)

static int finish(int64_t file, int32_t parts, const char *md5, struct upload_done *ret)
{
	static char missing[40];

	return upload_finish(t.s, OWNER, file, parts, slice_str(md5), missing, ret, &why);
}

static void assert_file(int64_t file, int32_t parts, const uint8_t *p, size_t n)
{
	struct upload_done d;
	uint8_t sum[32];
	int r = finish(file, parts, NULL, &d);

	if (r < 0)
		fail_msg("finish: %s %s", err_name(r), why ? why : "-");
	sha256(p, n, sum);
	assert_memory_equal(d.id.b, sum, 32);
	assert_int_equal(d.size, n);
	test_windows(buf_slice(&d.windows), p, n);
	buf_fini(&d.windows);
	test_same(&d.id, p, n);
}

/* All parts in an order that `step` chooses; the parts' number. */
static int32_t send_all(int64_t file, int32_t total, const uint8_t *p, size_t n, size_t part, int32_t step)
{
	int32_t parts = (int32_t)((n + part - 1) / part);

	for (int32_t i = 0, k = 0; i < parts; i++, k = (k + step) % parts) {
		size_t at = (size_t)k * part;

		assert_part(file, k, total > 0 ? parts : total, p + at, n - at < part ? n - at : part);
	}
	return parts;
}

static void test_sizes_and_orders(void **state)
{
	static const size_t sizes[] = {1, 1025, 524288, 524289, 700 * 1024};
	static const size_t parts[] = {65536, 131072, 524288};
	int64_t file = 1;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			for (int32_t total = -1; total <= 1; total++) {
				uint8_t *p = test_bytes(sizes[i], (uint64_t)file);
				int32_t n = (int32_t)((sizes[i] + parts[k] - 1) / parts[k]), step;

				/* Forwards, backwards, or across. */
				step = file % 3 == 0 ? 1 : file % 3 == 1 ? n - 1 : n % 2 ? 2 : 1;
				if (step < 1)
					step = 1;
				send_all(file, total, p, sizes[i], parts[k], step);
				assert_file(file, n, p, sizes[i]);
				file++;
				free(p);
			}
}

/* What came is there after a restart; what is asked again, too. */
static void test_restart(void **state)
{
	size_t n = 2500000;
	uint8_t *p = test_bytes(n, 5);
	struct upload_done d;

	for (int64_t file = 1; file <= 3; file++) {
		size_t part = file == 1 ? 131072 : 524288;
		int32_t parts = (int32_t)((n + part - 1) / part), total = file == 3 ? 0 : parts;

		for (int32_t i = 0; i < parts; i++) {
			size_t at = (size_t)i * part;

			if (i % 2)
				assert_int_equal(test_again(), 0);
			assert_part(file, i, total, p + at, n - at < part ? n - at : part);
		}
		assert_int_equal(test_again(), 0);
		for (int32_t i = 0; i < parts; i += 2) { /* the client has not heard us */
			size_t at = (size_t)i * part;

			assert_part(file, i, total, p + at, n - at < part ? n - at : part);
		}
		assert_file(file, parts, p, n);
		assert_int_equal(test_again(), 0);
		assert_file(file, parts, p, n);
		upload_drop(t.s, OWNER, file);
		assert_int_equal(test_again(), 0);
		assert_refused("FILE_PART_0_MISSING", finish(file, parts, NULL, &d));
	}
	free(p);
}

static void test_repeats(void **state)
{
	size_t n = 1000000;
	uint8_t *p = test_bytes(n, 6), *q = test_bytes(n, 7);
	struct upload_stat before, after;
	struct upload_done d;

	for (int64_t file = 1; file <= 2; file++) {
		int32_t total = file == 1 ? 0 : 2;

		assert_part(file, 0, total, p, 524288);
		upload_stats(t.s, &before);
		for (int i = 0; i < 5; i++)
			assert_part(file, 0, total, p, 524288);
		upload_stats(t.s, &after);
		assert_int_equal(before.bytes, after.bytes); /* nothing was written */
		assert_part(file, 1, total, q + 524288, n - 524288);
		/* Other bytes replace a part, as often as it is wanted. */
		assert_part(file, 0, total, q, 524288);
		assert_part(file, 0, total, p, 524288);
		assert_int_equal(test_again(), 0);
		assert_part(file, 1, total, p + 524288, n - 524288);
		assert_part(file, 0, total, q, 524288);
		assert_part(file, 0, total, p, 524288);
		assert_file(file, 2, p, n);
		/* A repeat after the end is a repeat; something else begins anew. */
		assert_part(file, 0, total, p, 524288);
		assert_part(file, 1, total, p + 524288, n - 524288);
		assert_file(file, 2, p, n);
		assert_part(file, 0, total, q, 524288);
		assert_refused("FILE_PART_1_MISSING", finish(file, 2, NULL, &d));
		assert_part(file, 1, total, q + 524288, n - 524288);
		assert_file(file, 2, q, n);
	}
	free(p);
	free(q);
}

static void test_total_comes_later(void **state)
{
	size_t n = 3 * 131072 + 5;
	uint8_t *p = test_bytes(n, 8);

	assert_part(1, 1, -1, p + 131072, 131072);
	assert_part(1, 0, -1, p, 131072);
	assert_part(1, 3, 4, p + 3 * 131072, 5);
	assert_refused("FILE_PARTS_INVALID", part_of(OWNER, 1, 2, 5, p + 2 * 131072, 131072));
	assert_part(1, 2, -1, p + 2 * 131072, 131072);
	assert_file(1, 4, p, n);
	/* Known only once more parts are there than it says. */
	assert_part(2, 5, -1, p, 131072);
	assert_refused("FILE_PARTS_INVALID", part_of(OWNER, 2, 1, 4, p, 131072));
	/* The last comes first and looks like any other. */
	for (int32_t total = -1; total <= 0; total++) {
		assert_part(3 - total, 3, total, p + 3 * 131072, 5);
		for (int32_t i = 2; i >= 0; i--)
			assert_part(3 - total, i, total, p + i * 131072, 131072);
		assert_file(3 - total, 4, p, n);
	}
	assert_part(5, 1, -1, p + 131072, 1024);
	assert_part(5, 0, -1, p, 131072);
	assert_file(5, 2, p, 131072 + 1024);
	free(p);
}

static void test_wrong_parts(void **state)
{
	uint8_t *p = test_bytes(UPLOAD_PART_MAX + 8, 1);
	struct upload_stat st;
	struct upload_done d;

	assert_refused("FILE_PART_INVALID", part_of(OWNER, 1, -1, 0, p, 1024));
	assert_refused("FILE_PART_INVALID", part_of(OWNER, 1, UPLOAD_PARTS_MAX, 0, p, 1024));
	assert_refused("FILE_PART_INVALID", part_of(OWNER, 1, 3, 3, p, 1024));
	assert_refused("FILE_PART_INVALID", part_of(OWNER, 1, INT32_MAX, -1, p, 1024));
	assert_refused("FILE_PART_EMPTY", part_of(OWNER, 1, 0, 0, p, 0));
	assert_refused("FILE_PART_TOO_BIG", part_of(OWNER, 1, 0, 0, p, UPLOAD_PART_MAX + 1));
	assert_refused("FILE_PARTS_INVALID", part_of(OWNER, 1, 0, -2, p, 1024));
	assert_refused("FILE_PARTS_INVALID", part_of(OWNER, 1, 0, UPLOAD_PARTS_MAX + 1, p, 1024));
	assert_refused("FILE_PART_SIZE_INVALID", part_of(OWNER, 1, 0, 2, p, 1000));
	assert_refused("FILE_PART_SIZE_INVALID", part_of(OWNER, 1, 0, 2, p, 3 * 1024)); /* does not divide */
	upload_stats(t.s, &st);
	assert_int_equal(st.uploads, 0); /* nothing of all that is kept */

	assert_part(1, 0, 0, p, 131072);
	assert_part(1, 1, 0, p, 131072);
	assert_refused("FILE_PART_SIZE_CHANGED", part_of(OWNER, 1, 2, 0, p, 262144));
	assert_refused("FILE_PART_SIZE_CHANGED", part_of(OWNER, 1, 0, 0, p, 65536));
	assert_part(1, 4, 0, p, 77);
	assert_refused("FILE_PART_SIZE_CHANGED", part_of(OWNER, 1, 5, 0, p, 131072)); /* one after the last */
	assert_refused("FILE_PART_SIZE_CHANGED", part_of(OWNER, 1, 3, 0, p, 78));
	assert_refused("FILE_PART_2_MISSING", finish(1, 5, NULL, &d));
	assert_refused("FILE_PARTS_INVALID", finish(1, 2, NULL, &d)); /* there are more */
	assert_refused("FILE_PARTS_INVALID", finish(1, 0, NULL, &d));
	assert_refused("FILE_PARTS_INVALID", finish(1, -1, NULL, &d));
	assert_refused("FILE_PARTS_INVALID", finish(1, INT32_MAX, NULL, &d));
	assert_refused("FILE_PART_0_MISSING", finish(99, 1, NULL, &d));
	assert_refused("FILE_PART_0_MISSING",
	               upload_finish(t.s, OWNER + 1, 1, 5, (struct slice){0}, (char[40]){0}, &d, &why));
	assert_part(2, 0, 3, p, 1024);
	assert_refused("FILE_PARTS_INVALID", finish(2, 2, NULL, &d)); /* not what was said */
	assert_part(3, 0, 0, p, 77);
	assert_refused("FILE_PART_SIZE_INVALID", part_of(OWNER, 3, 1, 0, p, 77));
	free(p);
}

static void test_md5(void **state)
{
	struct upload_done d;

	for (int64_t file = 1; file <= 2; file++) {
		int32_t total = file == 1 ? 0 : 1;

		assert_part(file, 0, total, "hello", 5);
		assert_refused("MD5_CHECKSUM_INVALID",
		               finish(file, 1, "5d41402abc4b2a76b9719d911017c593", &d));
		assert_refused("MD5_CHECKSUM_INVALID", finish(file, 1, "5d41", &d));
		for (int i = 0; i < 2; i++) { /* also once it is done */
			assert_int_equal(finish(file, 1, "5D41402abc4b2a76b9719d911017c592", &d), 0);
			buf_fini(&d.windows);
			assert_refused("MD5_CHECKSUM_INVALID",
			               finish(file, 1, "5d41402abc4b2a76b9719d911017c59", &d));
			assert_int_equal(finish(file, 1, "", &d), 0);
			buf_fini(&d.windows);
			assert_refused("FILE_PARTS_INVALID", finish(file, 2, NULL, &d));
		}
	}
	assert_int_equal(test_count(), 1);
}

static void test_quota(void **state)
{
	struct upload_limits low = {.quota = 300 * KIB, .parts = 10};
	uint8_t *p = test_bytes(131072, 1);
	struct upload_done d;

	assert_int_equal(test_part(&low, OWNER, 1, 0, 0, slice_of(p, 131072), NOW, &why), 0);
	assert_int_equal(test_part(&low, OWNER, 2, 0, 2, slice_of(p, 131072), NOW, &why), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(test_part(&low, OWNER, 3, 0, 0, slice_of(p, 131072), NOW, &why), -ERR_FULL);
		assert_string_equal(why, "STORAGE_QUOTA_EXCEEDED");
		assert_int_equal(test_again(), 0); /* counted again at a start */
	}
	assert_int_equal(test_part(&low, OWNER + 1, 3, 0, 0, slice_of(p, 131072), NOW, &why), 0);
	/* A repeat is free, what was finished or dropped gives room. */
	assert_int_equal(test_part(&low, OWNER, 1, 0, 0, slice_of(p, 131072), NOW, &why), 0);
	assert_int_equal(finish(1, 1, NULL, &d), 0);
	buf_fini(&d.windows);
	assert_int_equal(test_part(&low, OWNER, 3, 0, 0, slice_of(p, 131072), NOW, &why), 0);
	assert_int_equal(test_part(&low, OWNER, 4, 0, 0, slice_of(p, 131072), NOW, &why), -ERR_FULL);
	upload_drop(t.s, OWNER, 2);
	assert_int_equal(test_part(&low, OWNER, 4, 0, 0, slice_of(p, 131072), NOW, &why), 0);
	assert_refused("FILE_PART_INVALID", test_part(&low, OWNER, 5, 10, 0, slice_of(p, 131072), NOW, &why));
	for (int i = 0; i < UPLOAD_OWNER_MAX; i++)
		assert_int_equal(part_of(OWNER + 2, i, 0, 0, p, 1), 0);
	assert_refused("STORAGE_QUOTA_EXCEEDED", part_of(OWNER + 2, UPLOAD_OWNER_MAX, 0, 0, p, 1));
	assert_int_equal(part_of(OWNER + 2, 5, 1, 0, p, 1) < 0 && strcmp(why, "FILE_PART_SIZE_INVALID") == 0,
	                 1);
	free(p);
}

static void test_max_size(void **state)
{
	struct blob_config cfg = {.dir = t.data, .key_file = t.sealed ? t.key : NULL, .max_size = 300000};
	uint8_t *p = test_bytes(131072, 1);

	blob_close(t.s);
	assert_int_equal(blob_open(&cfg, t.why, sizeof(t.why), &t.s), 0);
	assert_refused("FILE_PARTS_INVALID", part_of(OWNER, 1, 0, 4, p, 131072)); /* said before it comes */
	assert_part(2, 0, -1, p, 131072);
	assert_part(2, 1, -1, p, 131072);
	assert_refused("FILE_PARTS_INVALID", part_of(OWNER, 2, 2, -1, p, 131072));
	assert_part(2, 2, -1, p, 300000 - 262144);
	free(p);
}

static void test_expiry(void **state)
{
	struct upload_stat st;
	struct upload_done d;

	assert_part(1, 0, 0, "a", 1);
	assert_part(2, 0, 1, "b", 1);
	assert_part(3, 0, 0, "c", 1);
	assert_int_equal(finish(3, 1, NULL, &d), 0);
	buf_fini(&d.windows);
	assert_int_equal(test_part(&limits, OWNER, 1, 0, 0, SLICE_LIT("a"), NOW + 100, &why), 0);
	assert_int_equal(upload_expire(t.s, NOW), 0);
	assert_int_equal(upload_expire(t.s, NOW + 50), 1);
	upload_stats(t.s, &st);
	assert_int_equal(st.uploads, 2);
	assert_int_equal(st.bytes, 1); /* the finished one is a content now */
	upload_drop_owner(t.s, OWNER + 1);
	upload_stats(t.s, &st);
	assert_int_equal(st.uploads, 2);
	upload_drop_owner(t.s, OWNER);
	upload_stats(t.s, &st);
	assert_int_equal(st.uploads, 0);
	assert_int_equal(test_again(), 0);
	upload_stats(t.s, &st);
	assert_int_equal(st.uploads, 0);
	test_same(&d.id, (const uint8_t *)"c", 1);
}

/* As long as a finished upload may be asked for again, its content stays. */
static void test_held(void **state)
{
	struct upload_done d;

	assert_part(1, 0, 0, "held", 4);
	assert_int_equal(finish(1, 1, NULL, &d), 0);
	buf_fini(&d.windows);
	clock_set_test_usec((int64_t)(BLOB_HOLD_S + 1) * 1000000);
	assert_int_equal(blob_drop(t.s, &d.id, clock_usec()), -ERR_BUSY);
	assert_int_equal(test_again(), 0);
	assert_int_equal(blob_drop(t.s, &d.id, clock_usec()), -ERR_BUSY);
	upload_drop(t.s, OWNER, 1);
	clock_set_test_usec((int64_t)(BLOB_HOLD_S + 1) * 3000000);
	assert_int_equal(blob_drop(t.s, &d.id, clock_usec()), 0);
	clock_set_test_usec(0);
}

/* Two who upload the same: one content, and each may drop his own. */
static void test_equal(void **state)
{
	size_t n = 600000;
	uint8_t *p = test_bytes(n, 2);

	for (int64_t file = 1; file <= 4; file++)
		assert_file(file, send_all(file, file % 2 ? 0 : 1, p, n, 131072, 1), p, n);
	assert_int_equal(test_count(), 1);
	upload_drop(t.s, OWNER, 1);
	assert_file(2, 5, p, n);
	free(p);
}

static void test_words(void **state)
{
	char text[2048];

	memset(text, '.', sizeof(text));
	memcpy(text + 100, "These words are looked for", 26);
	assert_part(1, 0, 0, text, sizeof(text));
	assert_part(2, 0, 1, text, sizeof(text));
	assert_int_equal(test_disk_has("These words"), !t.sealed);
}

struct sender {
	pthread_t thread;
	const uint8_t *p;
	size_t n;
	int32_t first;
	int errors;
};

enum { SENDERS = 8, PART = 131072 };

static void *send_some(void *arg)
{
	struct sender *x = arg;
	const char *w;

	/* Every second part comes from two senders at once. */
	for (int32_t k = x->first / 2; (size_t)k * PART < x->n; k += SENDERS / 2) {
		size_t at = (size_t)k * PART;

		if (x->first % 2 && k % 2)
			continue;
		if (test_part(&limits, OWNER, 1, k, (int32_t)((x->n + PART - 1) / PART),
		              slice_of(x->p + at, x->n - at < PART ? x->n - at : PART), NOW, &w) < 0)
			x->errors++;
	}
	return NULL;
}

static void *finish_early(void *arg)
{
	struct upload_done d;
	char missing[40];
	const char *w;

	for (int i = 0; i < 20; i++) {
		if (upload_finish(t.s, OWNER, 1, *(int32_t *)arg, (struct slice){0}, missing, &d, &w) == 0)
			buf_fini(&d.windows);
		usleep(1000);
	}
	return NULL;
}

static void test_at_once(void **state)
{
	size_t n = 8 * 1048576 + 17;
	uint8_t *p = test_bytes(n, 3);
	struct sender senders[SENDERS];
	int32_t parts = (int32_t)((n + PART - 1) / PART);
	pthread_t early;

	pthread_create(&early, NULL, finish_early, &parts);
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){.p = p, .n = n, .first = i};
		pthread_create(&senders[i].thread, NULL, send_some, &senders[i]);
	}
	for (int i = 0; i < SENDERS; i++) {
		pthread_join(senders[i].thread, NULL);
		assert_int_equal(senders[i].errors, 0);
	}
	pthread_join(early, NULL);
	assert_file(1, parts, p, n);
	free(p);
}

/* Parts of a large and a small upload that wait together: repeated, replaced and wrong ones among them; each hears what is its own. */
static void test_together(void **state)
{
	enum { N = 700000, EACH = 131072, PARTS = 6 };
	uint8_t *big = test_bytes(N, 41), *small = test_bytes(N, 42), *other = test_bytes(EACH, 43);
	struct upload_arrival a[2 * PARTS + 5] = {0};
	size_t n = 0;

	for (int32_t i = PARTS; i-- > 0;)
		for (int64_t file = 1; file <= 2; file++) {
			size_t at = (size_t)i * EACH;

			a[n++] = (struct upload_arrival){.owner = OWNER,
			                                 .file_id = file,
			                                 .part = i,
			                                 .total = file == 1 ? PARTS : 0,
			                                 .bytes = slice_of((file == 1 ? big : small) + at,
			                                                   N - at < EACH ? N - at : EACH)};
		}
	a[n] = a[4]; /* replaced, and back again; and once more the same */
	a[n++].bytes = slice_of(other, EACH);
	a[n++] = a[4];
	a[n++] = a[4];
	a[n] = a[5];
	a[n++].part = -1;
	a[n] = a[5];
	a[n++].bytes = slice_of(other, EACH / 2);
	for (size_t i = 0; i + 1 < n; i++)
		a[i].next = &a[i + 1];
	upload_parts(t.s, &limits, a, NOW);
	for (size_t i = 0; i + 2 < n; i++) {
		assert_int_equal(a[i].r, 0);
		assert_null(a[i].why);
	}
	assert_int_equal(a[n - 2].r, -ERR_INVALID);
	assert_string_equal(a[n - 2].why, "FILE_PART_INVALID");
	assert_int_equal(a[n - 1].r, -ERR_INVALID);
	assert_string_equal(a[n - 1].why, "FILE_PART_SIZE_CHANGED");
	assert_int_equal(test_again(), 0);
	assert_file(1, PARTS, big, N);
	assert_file(2, PARTS, small, N);
	a[0].next = NULL; /* of what is finished */
	upload_parts(t.s, &limits, a, NOW);
	assert_int_equal(a[0].r, 0);
	free(big);
	free(small);
	free(other);
}

static void test_many(void **state)
{
	enum { N = 300 }; /* more than files are kept open */
	uint8_t *p = test_bytes(2048 + 8, 1);

	for (int32_t round = 0; round < 3; round++)
		for (int i = 0; i < N; i++)
			assert_part(i, round, i % 2 ? 3 : 0, p + 1024 * round, round < 2 ? 1024 : 8);
	for (int i = 0; i < N; i++)
		assert_file(i, 3, p, 2048 + 8);
	assert_int_equal(test_count(), 1);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLOB_TEST(test_sizes_and_orders),
		BLOB_TEST(test_restart),
		BLOB_TEST(test_repeats),
		BLOB_TEST(test_total_comes_later),
		BLOB_TEST(test_wrong_parts),
		BLOB_TEST(test_md5),
		BLOB_TEST(test_quota),
		BLOB_TEST(test_max_size),
		BLOB_TEST(test_expiry),
		BLOB_TEST(test_held),
		BLOB_TEST(test_equal),
		BLOB_TEST(test_words),
		BLOB_TEST(test_at_once),
		BLOB_TEST(test_together),
		BLOB_TEST_OPEN(test_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
