/* test_blob.h - for the tests of this folder: a store in a folder of its own, sealed or not, and bytes that look like chance. */
#ifndef BLOB_TEST_BLOB_H
#define BLOB_TEST_BLOB_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "blob/blob.h"
#include "blob/upload.h"
#include "crypto/hash.h"

#define NOW 1700000000

static struct {
	char folder[64], data[80], key[80], why[300];
	bool sealed, on_disk;
	struct blob_store *s;
} t;

static inline int test_again(void)
{
	struct blob_config cfg = {
		.dir = t.data, .key_file = t.sealed ? t.key : NULL, .max_size = (uint64_t)4000 << 20};

	blob_close(t.s);
	t.s = NULL;
	return blob_open(&cfg, t.why, sizeof(t.why), &t.s);
}

static inline void test_write(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	close(fd);
}

static inline int test_folder(void)
{
	/* In memory where that can be: thousands of syncs of a busy disk prove nothing more. */
	snprintf(t.folder, sizeof(t.folder), "/dev/shm/chapar-blob-XXXXXX");
	if (t.on_disk || !mkdtemp(t.folder)) {
		snprintf(t.folder, sizeof(t.folder), "/tmp/chapar-blob-XXXXXX");
		if (!mkdtemp(t.folder))
			return -1;
	}
	snprintf(t.data, sizeof(t.data), "%s/data", t.folder);
	snprintf(t.key, sizeof(t.key), "%s/key", t.folder);
	mkdir(t.data, 0700);
	test_write(t.key, "0123456789abcdef0123456789abcdef", 32);
	return 0;
}

static inline int test_open(void **state)
{
	t.sealed = *state != NULL;
	return test_folder() < 0 ? -1 : test_again();
}

static inline int test_close(void **state)
{
	char command[128];

	blob_close(t.s);
	t.s = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", t.folder);
	return system(command);
}

/* The same test over an open and a sealed store. */
#define BLOB_TEST(f)                                                                                         \
	{#f, f, test_open, test_close, NULL},                                                                \
	{                                                                                                    \
#f " (sealed)", f, test_open, test_close, (void *)"sealed"                                   \
	}
#define BLOB_TEST_OPEN(f)                                                                                    \
	{                                                                                                    \
#f, f, test_open, test_close, NULL                                                           \
	}

/* n bytes that `seed` chooses. */
static inline uint8_t *test_bytes(size_t n, uint64_t seed)
{
	uint8_t *p = malloc(n + 8);

	seed = seed * 0x9e3779b97f4a7c15u + 1;
	for (size_t i = 0; i < n; i += 8) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		memcpy(p + i, &(uint64_t){seed ^ seed >> 29}, 8);
	}
	return p;
}

static inline void test_same(const struct blob_id *id, const uint8_t *p, size_t n)
{
	struct buf b = {0};
	uint64_t size;

	assert_int_equal(blob_size(t.s, id, &size), 0);
	assert_int_equal(size, n);
	for (uint64_t at = 0; at < n; at += b.n) {
		b.n = 0;
		assert_int_equal(blob_read(t.s, id, at, BLOB_READ_MAX, &b), 0);
		assert_true(b.n > 0);
		assert_memory_equal(b.p, p + at, b.n);
	}
	buf_fini(&b);
}

static inline void test_windows(struct slice windows, const uint8_t *p, size_t n)
{
	uint8_t sum[32];

	assert_int_equal(windows.n, (n + BLOB_WINDOW - 1) / BLOB_WINDOW * 32);
	for (size_t i = 0; i * BLOB_WINDOW < n; i++) {
		size_t at = i * BLOB_WINDOW;

		sha256(p + at, n - at < BLOB_WINDOW ? n - at : BLOB_WINDOW, sum);
		assert_memory_equal(windows.p + 32 * i, sum, 32);
	}
}

/* One part, alone. */
static inline int test_part(const struct upload_limits *l, int64_t owner, int64_t file, int32_t part,
                            int32_t total, struct slice bytes, unixtime_t now, const char **ret_why)
{
	struct upload_arrival a = {
		.owner = owner, .file_id = file, .part = part, .total = total, .bytes = bytes};

	upload_parts(t.s, l, &a, now);
	*ret_why = a.why;
	return a.r;
}

static inline int test_count_one(void *arg, const struct blob_id *id, uint64_t disk_bytes)
{
	++*(int *)arg;
	return 0;
}

static inline int test_count(void)
{
	int n = 0;

	assert_int_equal(blob_each(t.s, test_count_one, &n), 0);
	return n;
}

/* Does any file of the store have these bytes? */
static inline bool test_disk_has(const char *words)
{
	char command[256];

	snprintf(command, sizeof(command), "grep -rqF '%s' %s", words, t.data);
	return system(command) == 0;
}

#endif
