/* test_blob.c - contents go in and come out, are one for equal bytes, are sealed if a key says so, and go only if nobody holds them. */
#include "blob/test_blob.h"

#include <sys/uio.h>

#include "base/clock.h"

static const struct blob_id nothing;

static void test_round(void **state)
{
	static const size_t sizes[] = {0,      1,      4095,   65535,  65536,   65537,          131071,
	                               131072, 131073, 196608, 300000, 1048576, 3 * 1048576 + 7};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *p = test_bytes(sizes[i], i), sum[32];
		struct buf windows = {0};
		struct blob_id id;

		assert_int_equal(blob_put(t.s, slice_of(p, sizes[i]), &id, &windows), 0);
		sha256(p, sizes[i], sum);
		assert_memory_equal(id.b, sum, 32);
		test_windows(buf_slice(&windows), p, sizes[i]);
		test_same(&id, p, sizes[i]);
		assert_int_equal(blob_verify(t.s, &id), 0);
		assert_int_equal(test_again(), 0);
		test_same(&id, p, sizes[i]);
		buf_fini(&windows);
		free(p);
	}
	assert_int_equal(test_count(), sizeof(sizes) / sizeof(sizes[0]));
}

static void test_pieces(void **state)
{
	size_t n = 1000000, at = 0, k = 1;
	uint8_t *p = test_bytes(n, 9);
	struct buf windows = {0};
	struct blob_in *in;
	struct blob_id id;
	uint64_t size;

	assert_int_equal(blob_in_new(t.s, &in), 0);
	while (at < n) {
		k = k * 3 % 70001;
		if (k > n - at)
			k = n - at;
		assert_int_equal(blob_in_put(in, slice_of(p + at, k)), 0);
		at += k;
	}
	assert_int_equal(blob_in_seal(in, &id, &size, &windows), 0);
	blob_in_free(in);
	assert_int_equal(size, n);
	test_windows(buf_slice(&windows), p, n);
	test_same(&id, p, n);
	buf_fini(&windows);
	free(p);
}

/* Files in memory cannot be asked whether they are. */
static int open_on_disk(void **state)
{
	t.on_disk = true;
	return test_open(state);
}

static int close_on_disk(void **state)
{
	t.on_disk = false;
	return test_close(state);
}

/* Can this file system tell what lies in memory? */
static bool knows_memory(void)
{
	char path[600], c;
	struct iovec v = {&c, 1};
	ssize_t k;
	int fd;

	snprintf(path, sizeof(path), "%s/blobs/format", t.data);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && pread(fd, &c, 1, 0) == 1);
	k = preadv2(fd, &v, 1, 0, RWF_NOWAIT);
	close(fd);
	return k == 1;
}

/* What was just read is at hand; what is not open is not; a damaged chunk is left to whoever may say so. */
static void test_now(void **state)
{
	static const uint32_t at[][2] = {{0, 1},         {0, 131072},     {65535, 2},
	                                 {65536, 65536}, {190000, 20000}, {200001, 5}};
	size_t n = 200001;
	uint8_t *p = test_bytes(n, 3);
	int expected = knows_memory() ? 0 : -ERR_AGAIN;
	struct buf b = {0};
	struct blob_id id;

	assert_int_equal(blob_put(t.s, slice_of(p, n), &id, NULL), 0);
	assert_int_equal(blob_read_now(t.s, &id, 0, 100, &b), -ERR_AGAIN);
	assert_int_equal(b.n, 0);
	assert_int_equal(blob_read(t.s, &id, 0, BLOB_READ_MAX, &b), 0);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		size_t there = at[i][0] >= n ? 0 : n - at[i][0] < at[i][1] ? n - at[i][0] : at[i][1];

		b.n = 0;
		assert_int_equal(blob_read_now(t.s, &id, at[i][0], at[i][1], &b), there ? expected : 0);
		assert_int_equal(b.n, expected == 0 ? there : 0);
		if (b.n)
			assert_memory_equal(b.p, p + at[i][0], there);
	}
	if (expected < 0)
		print_message("# this file system does not tell what lies in memory\n");
	buf_fini(&b);
	free(p);
}

static void test_ranges(void **state)
{
	size_t n = 200001;
	uint8_t *p = test_bytes(n, 3);
	struct buf b = {0};
	struct blob_id id;

	assert_int_equal(blob_put(t.s, slice_of(p, n), &id, NULL), 0);
	for (uint64_t off = 0; off < n + 5000; off += 4999)
		for (uint32_t len = 1; len <= BLOB_READ_MAX; len *= 16) {
			size_t want = off >= n ? 0 : n - off < len ? n - off : len;

			b.n = 0;
			buf_put(&b, "head", 4); /* it is appended */
			assert_int_equal(blob_read(t.s, &id, off, len, &b), 0);
			assert_int_equal(b.n, 4 + want);
			assert_memory_equal(b.p + 4, p + off, want);
		}
	assert_int_equal(blob_read(t.s, &id, UINT64_MAX, 1, &b), 0);
	assert_int_equal(blob_read(t.s, &id, 0, 0, &b), -ERR_INVALID);
	assert_int_equal(blob_read(t.s, &id, 0, BLOB_READ_MAX + 1, &b), -ERR_INVALID);
	assert_int_equal(blob_read(t.s, &nothing, 0, 1, &b), -ERR_NOTFOUND);
	assert_int_equal(blob_verify(t.s, &nothing), -ERR_NOTFOUND);
	buf_fini(&b);
	free(p);
}

static void test_one_copy(void **state)
{
	struct blob_id a, b;

	assert_int_equal(blob_put(t.s, SLICE_LIT("the same"), &a, NULL), 0);
	assert_int_equal(blob_put(t.s, SLICE_LIT("the same"), &b, NULL), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(test_count(), 1);
}

/* One that was given up, and one that a kill left: nothing of them stays. */
static void test_given_up(void **state)
{
	struct blob_in *in;
	char left[128];

	assert_int_equal(blob_in_new(t.s, &in), 0);
	assert_int_equal(blob_in_put(in, SLICE_LIT("never mind")), 0);
	blob_in_free(in);
	assert_int_equal(test_count(), 0);
	snprintf(left, sizeof(left), "%s/blobs/in/abc", t.data);
	test_write(left, "left", 4);
	assert_int_equal(test_again(), 0);
	assert_int_not_equal(access(left, F_OK), 0);
}

static void test_too_big(void **state)
{
	struct blob_config cfg = {.dir = t.data, .key_file = t.sealed ? t.key : NULL, .max_size = 10};
	struct blob_in *in;

	blob_close(t.s);
	assert_int_equal(blob_open(&cfg, t.why, sizeof(t.why), &t.s), 0);
	assert_int_equal(blob_in_new(t.s, &in), 0);
	assert_int_equal(blob_in_put(in, SLICE_LIT("0123456789")), 0);
	assert_int_equal(blob_in_put(in, SLICE_LIT("0")), -ERR_TOO_BIG);
	blob_in_free(in);
}

static void test_fd(void **state)
{
	size_t n = 150000;
	uint8_t *p = test_bytes(n, 4), *back = malloc(n + 1);
	struct blob_id id, again;
	struct buf windows = {0};
	uint64_t size;
	int fd;

	assert_int_equal(blob_put(t.s, slice_of(p, n), &id, NULL), 0);
	assert_int_equal(blob_fd(t.s, &id, &fd), 0);
	assert_int_equal(pread(fd, back, n + 1, 0), n);
	assert_memory_equal(back, p, n);
	assert_int_equal(blob_put_fd(t.s, fd, &again, &size, &windows), 0);
	assert_memory_equal(&again, &id, sizeof(id));
	assert_int_equal(size, n);
	test_windows(buf_slice(&windows), p, n);
	close(fd);
	assert_int_equal(blob_fd(t.s, &nothing, &fd), -ERR_NOTFOUND);
	buf_fini(&windows);
	free(back);
	free(p);
}

/* Who put it has time to say that he needs it; who reads it reads on. */
static void test_drop(void **state)
{
	struct buf b = {0};
	struct blob_id id;
	int fd;

	assert_int_equal(blob_put(t.s, SLICE_LIT("soon gone"), &id, NULL), 0);
	assert_true(blob_held(t.s, &id));
	assert_int_equal(blob_drop(t.s, &id, clock_usec()), -ERR_BUSY);
	clock_set_test_usec((int64_t)(BLOB_HOLD_S + 1) * 1000000);
	assert_false(blob_held(t.s, &id));
	assert_int_equal(blob_put(t.s, SLICE_LIT("soon gone"), &id, NULL), 0);
	assert_int_equal(blob_drop(t.s, &id, clock_usec()), -ERR_BUSY); /* it was put again */
	clock_set_test_usec((int64_t)(BLOB_HOLD_S + 1) * 2000000);
	assert_int_equal(blob_fd(t.s, &id, &fd), 0);
	assert_int_equal(blob_read(t.s, &id, 0, 100, &b), 0);
	assert_int_equal(blob_drop(t.s, &id, clock_usec()), 0);
	assert_int_equal(blob_drop(t.s, &id, clock_usec()), -ERR_NOTFOUND);
	assert_int_equal(blob_read(t.s, &id, 0, 100, &b), -ERR_NOTFOUND);
	assert_int_equal(test_count(), 0);
	close(fd);
	/* And comes back. */
	assert_int_equal(blob_put(t.s, SLICE_LIT("soon gone"), &id, NULL), 0);
	test_same(&id, (const uint8_t *)"soon gone", 9);
	clock_set_test_usec(0);
	buf_fini(&b);
}

static void test_many_open(void **state)
{
	enum { N = 3000 };
	static struct blob_id ids[N];

	for (int i = 0; i < N; i++)
		assert_int_equal(blob_put(t.s, slice_of(&i, sizeof(i)), &ids[i], NULL), 0);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < N; i++)
			test_same(&ids[i], (const uint8_t *)&i, sizeof(i));
	assert_int_equal(test_count(), N);
}

static void path_of_only(char *out, size_t n)
{
	char command[256];
	FILE *f;

	snprintf(command, sizeof(command), "find %s/blobs/?? -type f", t.data);
	f = popen(command, "r");
	assert_non_null(fgets(out, (int)n, f));
	out[strcspn(out, "\n")] = '\0';
	pclose(f);
}

static void damage(const char *path, uint64_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t c;

	assert_int_equal(pread(fd, &c, 1, (off_t)at), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, (off_t)at), 1);
	close(fd);
}

static void test_damage(void **state)
{
	size_t n = 150000;
	uint8_t *p = test_bytes(n, 4);
	char path[256];
	struct blob_id id;
	struct stat st;

	assert_int_equal(blob_put(t.s, slice_of(p, n), &id, NULL), 0);
	path_of_only(path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	for (off_t at = 0; at < st.st_size; at += st.st_size / 13) {
		damage(path, (uint64_t)at);
		assert_int_equal(test_again(), 0);
		assert_int_equal(blob_verify(t.s, &id), -ERR_CORRUPT);
		damage(path, (uint64_t)at);
		assert_int_equal(test_again(), 0);
		assert_int_equal(blob_verify(t.s, &id), 0);
	}
	assert_int_equal(truncate(path, st.st_size - 20), 0);
	assert_int_equal(test_again(), 0);
	assert_int_equal(blob_verify(t.s, &id), -ERR_CORRUPT);
	/* Put again it is whole: one of another size is not taken for it. */
	assert_int_equal(blob_put(t.s, slice_of(p, n), &id, NULL), 0);
	test_same(&id, p, n);
	free(p);
}

/* A person can look at an open store; a sealed one tells nothing. */
static void test_looks(void **state)
{
	static const char text[] = "These words are looked for on the disk.";
	char path[256], hex[65], command[400];
	struct blob_id id;

	assert_int_equal(blob_put(t.s, SLICE_LIT(text), &id, NULL), 0);
	path_of_only(path, sizeof(path));
	for (int i = 0; i < 32; i++)
		sprintf(hex + 2 * i, "%02x", id.b[i]);
	snprintf(command, sizeof(command), "sha256sum %s | grep -q ^%s", path, hex);
	assert_int_equal(system(command) == 0, !t.sealed);
	assert_int_equal(strstr(path, hex) != NULL, !t.sealed);
	assert_int_equal(test_disk_has("These words"), !t.sealed);
}

static int open_with(const char *key)
{
	struct blob_config cfg = {.dir = t.data, .key_file = key, .max_size = 1000};
	struct blob_store *s = NULL;
	int r = blob_open(&cfg, t.why, sizeof(t.why), &s);

	if (r == 0)
		assert_string_equal(t.why, "");
	else
		assert_true(strlen(t.why) > 10);
	blob_close(s);
	return r;
}

static void test_keys(void **state)
{
	char other[96], inside[120], brief[96];
	struct blob_id id;

	snprintf(other, sizeof(other), "%s/other", t.folder);
	snprintf(brief, sizeof(brief), "%s/brief", t.folder);
	snprintf(inside, sizeof(inside), "%s/key", t.data);
	test_write(other, "another key, of 32 bytes as well", 32);
	test_write(inside, "another key, of 32 bytes as well", 32);
	test_write(brief, "too short", 9);
	/* Nothing is in it yet: the operator may change his mind. */
	blob_close(t.s);
	t.s = NULL;
	assert_int_equal(open_with(other), 0);
	assert_int_equal(open_with(NULL), 0);
	assert_int_equal(open_with(inside), -ERR_INVALID);
	assert_non_null(strstr(t.why, "data folder"));
	assert_int_equal(open_with(brief), -ERR_INVALID);
	assert_int_equal(open_with("/nowhere/key"), -ERR_INVALID);
	assert_int_equal(chmod(other, 0644), 0);
	assert_int_equal(open_with(other), -ERR_INVALID);
	assert_int_equal(chmod(other, 0600), 0);
	assert_int_equal(test_again(), 0);
	assert_int_equal(blob_put(t.s, SLICE_LIT("x"), &id, NULL), 0);
	blob_close(t.s);
	t.s = NULL;
	assert_int_equal(open_with(other), -ERR_INVALID);
	assert_int_equal(open_with(t.sealed ? NULL : t.key), t.sealed ? -ERR_NOTFOUND : -ERR_INVALID);
	assert_int_equal(test_again(), 0);
	test_same(&id, (const uint8_t *)"x", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BLOB_TEST(test_round),
		BLOB_TEST(test_pieces),
		BLOB_TEST(test_ranges),
		{"test_now", test_now, open_on_disk, close_on_disk, NULL},
		{"test_now (sealed)", test_now, open_on_disk, close_on_disk, (void *)"sealed"},
		BLOB_TEST(test_one_copy),
		BLOB_TEST(test_given_up),
		BLOB_TEST(test_too_big),
		BLOB_TEST(test_fd),
		BLOB_TEST(test_drop),
		BLOB_TEST_OPEN(test_many_open),
		BLOB_TEST(test_damage),
		BLOB_TEST(test_looks),
		BLOB_TEST(test_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
