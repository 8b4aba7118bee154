/*
 * test_crash.c - a process that takes parts, finishes uploads and puts contents is killed in the middle, many times: every part
 * that it had acknowledged is there, every content is whole, nothing half made is left.
 */
#include "blob/test_blob.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum {
	ROUNDS = 6,
	FILES = 4000,
	PARTS = 6,
	THREADS = 3,
	OWNER = 5,
	OTHER = 77,
	FINISHED = PARTS,
	PUT = PARTS + 1
};

static const struct upload_limits limits = {.quota = 1u << 30, .parts = UPLOAD_PARTS_MAX};

/* What the child has said that is on disk. */
static uint8_t said[FILES][PARTS + 2];

/* A file of one kind or the other (upload_part.c), by its number. */
static uint32_t part_size(int file)
{
	return file % 3 == 0 ? 131072 : file % 3 == 1 ? 65536 : 1024;
}

static uint32_t size_of(int file, int part)
{
	return part == PARTS - 1 ? 1000 : part_size(file);
}

static int32_t total_of(int file)
{
	return file % 2 ? PARTS : 0;
}

static uint8_t *bytes_of(int file, int part)
{
	return test_bytes(size_of(file, part), (uint64_t)file * 1000 + (uint64_t)part);
}

static int send_part(int file, int part, bool right)
{
	uint8_t *p = right ? bytes_of(file, part) : test_bytes(size_of(file, part), OTHER);
	const char *why;
	int r = test_part(&limits, OWNER, file, part, total_of(file), slice_of(p, size_of(file, part)), NOW,
	                  &why);

	free(p);
	return r;
}

static int finish(int file, struct upload_done *ret)
{
	char missing[40];
	const char *why;

	return upload_finish(t.s, OWNER, file, PARTS, (struct slice){0}, missing, ret, &why);
}

struct worker {
	pthread_t id;
	int fd, first;
	uint32_t chance;
};

static uint32_t chance(struct worker *w, uint32_t below)
{
	w->chance = w->chance * 1664525u + 1013904223u;
	return (w->chance >> 8) % below;
}

static void say(struct worker *w, int file, int what)
{
	uint16_t m[2] = {(uint16_t)file, (uint16_t)what};

	if (write(w->fd, m, sizeof(m)) != sizeof(m))
		_exit(4);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct upload_done d;
	struct blob_id id;

	for (int file = w->first; file < FILES; file += THREADS) {
		for (int i = 0, k = (int)chance(w, PARTS); i < PARTS; i++, k = (k + 1) % PARTS) {
			if (chance(w, 4) == 0 && send_part(file, k, false) < 0)
				_exit(5);
			if (send_part(file, k, true) < 0)
				_exit(6);
			say(w, file, k);
		}
		if (blob_put(t.s, slice_of(&file, sizeof(file)), &id, NULL) < 0)
			_exit(7);
		say(w, file, PUT);
		if (chance(w, 3) == 0)
			continue;
		if (finish(file, &d) < 0)
			_exit(8);
		buf_fini(&d.windows);
		say(w, file, FINISHED);
	}
	return NULL;
}

/* Never returns. */
static void take_for_ever(int fd, int first, uint32_t seed)
{
	struct worker w[THREADS];

	if (test_again() < 0)
		_exit(1);
	for (int i = 0; i < THREADS; i++) {
		w[i] = (struct worker){.fd = fd, .first = first + i, .chance = seed + (uint32_t)i};
		pthread_create(&w[i].id, NULL, work, &w[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(w[i].id, NULL);
	_exit(2); /* it should have been killed before */
}

static void hear(int fd, int *ret_last)
{
	uint16_t m[2];

	while (read(fd, m, sizeof(m)) == sizeof(m)) {
		said[m[0]][m[1]] = 1;
		if (m[0] > *ret_last)
			*ret_last = m[0];
	}
}

static int verify(void *arg, const struct blob_id *id, uint64_t disk_bytes)
{
	assert_int_equal(blob_verify(t.s, id), 0);
	return 0;
}

static void look_for_left(const char *folder, const char *end)
{
	char path[160];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "%s/blobs/%s", t.data, folder);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && (!end || strstr(e->d_name, end)))
			fail_msg("%s/%s is left", folder, e->d_name);
	closedir(d);
}

/* The client comes again with what was not acknowledged, and only with that. */
static void complete(int file)
{
	struct upload_done d;
	uint64_t off = 0;

	for (int k = 0; k < PARTS; k++)
		if (!said[file][k])
			assert_int_equal(send_part(file, k, true), 0);
	for (int again = 0; again < 2; again++) {
		int r = finish(file, &d);

		if (r < 0)
			fail_msg("file %d: %s", file, err_name(r));
		buf_fini(&d.windows);
	}
	for (int k = 0; k < PARTS; k++) {
		uint8_t *p = bytes_of(file, k);
		struct buf b = {0};

		assert_int_equal(blob_read(t.s, &d.id, off, size_of(file, k), &b), 0);
		assert_int_equal(b.n, size_of(file, k));
		assert_memory_equal(b.p, p, b.n);
		off += b.n;
		buf_fini(&b);
		free(p);
	}
	assert_int_equal(d.size, off);
	upload_drop(t.s, OWNER, file);
}

static void check(int from, int last)
{
	for (int file = from; file <= last; file++) {
		struct blob_id id;

		if (said[file][PUT]) {
			sha256(&file, sizeof(file), id.b);
			test_same(&id, (const uint8_t *)&file, sizeof(file));
		}
		complete(file);
	}
	assert_int_equal(blob_each(t.s, verify, NULL), 0);
	look_for_left("in", NULL);
	look_for_left("uploads", ".new");
}

static void test_kill(void **state)
{
	int fds[2], status, first = 0, last = 0, parts = 0;
	pid_t pid;

	blob_close(t.s);
	t.s = NULL;
	memset(said, 0, sizeof(said));
	for (int round = 0; round < ROUNDS && first + 50 < FILES; round++) {
		fflush(stdout);
		assert_int_equal(pipe(fds), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			close(fds[0]);
			take_for_ever(fds[1], first, (uint32_t)round);
		}
		close(fds[1]);
		nanosleep(&(struct timespec){.tv_nsec = (8 + round * 3) * 1000000}, NULL);
		kill(pid, SIGKILL);
		hear(fds[0], &last);
		close(fds[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status)); /* and not an error of its own */
		assert_int_equal(test_again(), 0);
		check(first, last + THREADS < FILES ? last + THREADS : FILES - 1);
		blob_close(t.s);
		t.s = NULL;
		first = last + THREADS + 1;
	}
	for (int i = 0; i < FILES; i++)
		for (int k = 0; k < PARTS; k++)
			parts += said[i][k];
	assert_true(parts > ROUNDS);
	print_message("# %d parts acknowledged, %d kills\n", parts, ROUNDS);
}

/* The disk kept the record of a part, but not its bytes, as after a loss of power: the part is missing, not wrong. */
static void test_bytes_lost(void **state)
{
	static const char *const ends[] = {"data", "log"};
	char path[200], missing[40];
	struct upload_done d;
	const char *why;
	uint8_t zero[64] = {0};
	int fd;

	for (int i = 0; i < 2; i++) {
		int file = i ? 2 : 3;

		for (int k = 0; k < PARTS; k++)
			assert_int_equal(send_part(file, k, true), 0);
		blob_close(t.s);
		t.s = NULL;
		snprintf(path, sizeof(path), "%s/blobs/uploads/%d-%016x.%s", t.data, OWNER, file, ends[i]);
		fd = open(path, O_RDWR);
		assert_true(fd >= 0);
		if (i) {
			struct stat st;

			assert_int_equal(fstat(fd, &st), 0);
			assert_int_equal(pwrite(fd, zero, 64, st.st_size - 900), 64); /* of the last part */
		} else {
			assert_int_equal(pwrite(fd, zero, 64, 2 * 131072 + 70000), 64);
		}
		close(fd);
		assert_int_equal(test_again(), 0);
		assert_true(upload_finish(t.s, OWNER, file, PARTS, (struct slice){0}, missing, &d, &why) < 0);
		assert_string_equal(why, i ? "FILE_PART_5_MISSING" : "FILE_PART_2_MISSING");
		said[file][i ? 5 : 2] = 0;
		for (int k = 0; k < PARTS; k++)
			said[file][k] = k != (i ? 5 : 2);
		complete(file);
	}
}

/* Any end of the log may be torn off: what stands before it counts. */
static void test_torn(void **state)
{
	char path[200], copy[200];
	struct stat st;
	int64_t ends[PARTS];
	int fd, file = 4; /* small: its bytes are in the log */

	snprintf(path, sizeof(path), "%s/blobs/uploads/%d-%016x.log", t.data, OWNER, file);
	snprintf(copy, sizeof(copy), "%s/copy", t.folder);
	for (int k = 0; k < PARTS; k++) {
		assert_int_equal(send_part(file, k, true), 0);
		assert_int_equal(stat(path, &st), 0);
		ends[k] = st.st_size;
	}
	blob_close(t.s);
	t.s = NULL;
	assert_int_equal(rename(path, copy), 0);
	for (int64_t at = 0; at <= st.st_size; at += at < 300 ? 11 : 9001) {
		char command[500];

		snprintf(command, sizeof(command), "head -c %lld %s > %s", (long long)at, copy, path);
		assert_int_equal(system(command), 0);
		assert_int_equal(test_again(), 0);
		for (int k = 0; k < PARTS; k++)
			said[file][k] = ends[k] <= at;
		complete(file);
	}
	fd = open(path, O_RDONLY);
	assert_int_equal(fd, -1);
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {BLOB_TEST(test_kill), BLOB_TEST_OPEN(test_bytes_lost),
	                                   BLOB_TEST(test_torn)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
