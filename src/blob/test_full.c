/*
 * test_full.c - no room on the disk in the middle of an upload and of a content: the answer is -ERR_NOSPACE, what was acknowledged
 * stays, nothing half made stays, and all goes on once there is room. Once with a limit on the size of files, once on a file
 * system of 3 MB (in a mount namespace of its own; skipped where that is not allowed).
 */
#include "blob/test_blob.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { PART = 131072, PARTS = 40, OWNER = 5 };

static const struct upload_limits limits = {.quota = 1u << 30, .parts = UPLOAD_PARTS_MAX};

static int send_part(int64_t file, int part, bool big)
{
	uint8_t *p = test_bytes(PART, (uint64_t)part);
	const char *why;
	int r = test_part(&limits, OWNER, file, part, big ? PARTS : 0, slice_of(p, PART), NOW, &why);

	free(p);
	return r;
}

static int count_in(const char *folder)
{
	char command[200];
	int n = -1;
	FILE *f;

	snprintf(command, sizeof(command), "ls %s/blobs/%s | wc -l", t.data, folder);
	f = popen(command, "r");
	if (fscanf(f, "%d", &n) != 1)
		n = -1;
	pclose(f);
	return n;
}

struct fill {
	int small, large; /* parts acknowledged */
	int r_small, r_large, r_put;
};

/* Two uploads side by side and contents, until there is no more room. */
static struct fill fill(void)
{
	uint8_t *p = test_bytes((size_t)PARTS * PART, 99);
	struct fill f = {0};
	struct blob_id id;

	while (f.small < PARTS && f.large < PARTS && !(f.r_small && f.r_large)) {
		if (!f.r_small && (f.r_small = send_part(1, f.small, false)) == 0)
			f.small++;
		if (!f.r_large && (f.r_large = send_part(2, f.large, true)) == 0)
			f.large++;
	}
	f.r_put = blob_put(t.s, slice_of(p, (size_t)PARTS * PART), &id, NULL);
	free(p);
	return f;
}

/* 0: what was acknowledged is there and the uploads come to their end. */
static int go_on(const struct fill *f)
{
	for (int64_t file = 1; file <= 2; file++) {
		struct upload_done d;
		char missing[40];
		const char *why;

		for (int i = file == 1 ? f->small : f->large; i < PARTS; i++)
			if (send_part(file, i, file == 2) < 0)
				return 10;
		if (upload_finish(t.s, OWNER, file, PARTS, (struct slice){0}, missing, &d, &why) < 0)
			return 11;
		buf_fini(&d.windows);
		for (int i = 0; i < PARTS; i++) {
			uint8_t *p = test_bytes(PART, (uint64_t)i);
			struct buf b = {0};
			bool same = blob_read(t.s, &d.id, (uint64_t)i * PART, PART, &b) == 0 && b.n == PART &&
			            memcmp(b.p, p, PART) == 0;

			free(p);
			buf_fini(&b);
			if (!same)
				return 12;
		}
		if (blob_verify(t.s, &d.id) < 0)
			return 13;
	}
	return 0;
}

static bool as_expected(const struct fill *f)
{
	return f->r_small == -ERR_NOSPACE && f->r_large == -ERR_NOSPACE && f->r_put == -ERR_NOSPACE &&
	       f->small > 2 && f->large > 2 && count_in("in") == 0;
}

static void test_limit(void **state)
{
	struct rlimit old, low;
	struct fill f;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 2 * 1024 * 1024 + 777;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	f = fill();
	setrlimit(RLIMIT_FSIZE, &old);
	assert_true(as_expected(&f));
	assert_int_equal(test_again(), 0);
	assert_int_equal(go_on(&f), 0);
}

/* In a child with a mount namespace of its own. 0 good, 77 not allowed here, else bad. */
static int on_tmpfs(void)
{
	struct fill f;
	int r;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return 77;
	blob_close(t.s);
	t.s = NULL;
	if (mount("none", t.data, "tmpfs", 0, "size=3m") != 0)
		return 77;
	if (test_again() < 0)
		return 1;
	f = fill();
	if (!as_expected(&f))
		return 2;
	/* Also the end of an upload needs room: it fails, and nothing is lost by that. */
	if (mount(NULL, t.data, NULL, MS_REMOUNT, "size=32m") != 0)
		return 3;
	if (test_again() < 0)
		return 4;
	r = go_on(&f);
	blob_close(t.s);
	t.s = NULL;
	umount(t.data);
	return r;
}

static void test_tmpfs(void **state)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(on_tmpfs());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {BLOB_TEST(test_limit), BLOB_TEST(test_tmpfs)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
