/*
 * main.c - chapar-worker. Its first process loads the libraries, reads requests from the pool and forks a process for each;
 * it never looks at an input. So an exploit meets one file's process, which holds that file and a pipe, and is gone after it.
 *
 *      pool --control socket--> first process --fork--> task's process --answer pipe--> pool
 *
 * It ends when the pool's end of the socket closes, and its tasks end with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "worker/child/sandbox.h"
#include "worker/child/task.h"

enum { RUNNING_MAX = 256, CHILD_FD_MIN = 16 };

static struct {
	pid_t pid;
	usec_t deadline;
} running[RUNNING_MAX];
static unsigned n_running;

static void write_answer(struct buf *b)
{
	for (size_t at = 0; at < b->n;) {
		ssize_t k = write(TASK_ANSWER_FD, b->p + at, b->n - at);

		if (k < 0 && errno != EINTR)
			_exit(1); /* nobody waits for it any more */
		at += k > 0 ? (size_t)k : 0;
	}
}

static void run_task(const struct worker_request *q)
{
	union {
		struct worker_image image;
		struct worker_video video;
		struct worker_sticker sticker;
	} f;
	struct arena a;
	struct buf b = {0};
	int r;

	memset(&f, 0, sizeof(f));
	arena_init(&a, 0);
	switch (q->task) {
	case WORKER_TASK_IMAGE:
		r = q->arg > WORKER_STICKER_THUMB ? -ERR_INVALID
		                                  : task_image(TASK_INPUT_FD, q->arg, &a, &f.image);
		if (r == 0)
			worker_answer_put_image(&b, &f.image);
		break;
	case WORKER_TASK_COLOURS:
		r = task_colours(TASK_INPUT_FD, &a, &f.image);
		if (r == 0)
			worker_answer_put_image(&b, &f.image);
		break;
	case WORKER_TASK_VIDEO:
		r = task_video(TASK_INPUT_FD, q->arg, &a, &f.video);
		if (r == 0)
			worker_answer_put_video(&b, &f.video);
		break;
	case WORKER_TASK_GIF:
		r = task_gif(TASK_INPUT_FD, TASK_OUTPUT_FD, &a, &f.video);
		if (r == 0)
			worker_answer_put_video(&b, &f.video);
		break;
	case WORKER_TASK_PROFILE:
		r = task_profile(TASK_INPUT_FD, TASK_OUTPUT_FD, q->arg, &a, &f.video);
		if (r == 0)
			worker_answer_put_video(&b, &f.video);
		break;
	case WORKER_TASK_STICKER:
		r = task_sticker(TASK_INPUT_FD, q->arg, &a, &f.sticker);
		if (r == 0)
			worker_answer_put_sticker(&b, &f.sticker);
		break;
	default:
		r = task_probe(q->arg, &a, &f.image);
		if (r == 0)
			worker_answer_put_image(&b, &f.image);
	}
	if (r < 0)
		worker_answer_put_error(&b, r);
	write_answer(&b);
}

/* The task's process, from fork to end: nothing is open but its two or three descriptors. */
static _Noreturn void task_process(const struct worker_request *q, const int *fds, pid_t parent)
{
	unsigned n = worker_request_fds(q->task);
	struct stat st;
	sigset_t none;

	sigemptyset(&none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	for (unsigned i = 0; i < n; i++)
		if (dup2(fds[i], TASK_INPUT_FD + (int)i) < 0)
			_exit(1);
	close_range((unsigned)TASK_INPUT_FD + n, ~0u, 0);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (fstat(TASK_INPUT_FD, &st) < 0 || !S_ISREG(st.st_mode))
		_exit(1);
	if (sandbox_enter(q, st.st_size < TASK_MAP_MAX ? (uint64_t)st.st_size : TASK_MAP_MAX) < 0)
		_exit(1);
	run_task(q);
	_exit(0);
}

/* One packet and its descriptors, all above those that a task will have. 0: the pool has closed its end. */
static int receive(struct worker_request *ret, int fds[WORKER_REQUEST_FDS], unsigned *ret_n)
{
	union {
		char b[CMSG_SPACE(WORKER_REQUEST_FDS * sizeof(int))];
		struct cmsghdr align;
	} c;
	uint8_t packet[WORKER_REQUEST_SIZE + 1];
	struct iovec v = {.iov_base = packet, .iov_len = sizeof(packet)};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = c.b, .msg_controllen = sizeof(c.b)};
	struct cmsghdr *h;
	ssize_t n;

	*ret_n = 0;
	n = recvmsg(WORKER_CONTROL_FD, &m, MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return n < 0 && errno == EINTR ? -ERR_AGAIN : n == 0 ? 0 : -ERR_CLOSED;
	h = CMSG_FIRSTHDR(&m);
	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS) {
		*ret_n = (unsigned)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(h), *ret_n * sizeof(int));
	}
	for (unsigned i = 0; i < *ret_n; i++) {
		int high = fcntl(fds[i], F_DUPFD_CLOEXEC, CHILD_FD_MIN);

		close(fds[i]);
		fds[i] = high;
	}
	if (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
	    worker_request_get(slice_of(packet, (size_t)n), ret) < 0 ||
	    *ret_n != worker_request_fds(ret->task))
		return -ERR_INVALID;
	return 1;
}

static int take_request(void)
{
	struct worker_request q;
	int fds[WORKER_REQUEST_FDS], r;
	pid_t self = getpid(), pid;
	unsigned n;

	r = receive(&q, fds, &n);
	if (r == 1 && n_running < RUNNING_MAX) {
		pid = fork();
		if (pid == 0)
			task_process(&q, fds, self);
		if (pid > 0) {
			running[n_running].pid = pid;
			running[n_running++].deadline = clock_usec() + (usec_t)q.wall_seconds * 1000000;
		}
	}
	for (unsigned i = 0; i < n; i++)
		close(fds[i]); /* where no process was started the pool reads the end of its pipe */
	return r == 0 || r == -ERR_CLOSED ? r : 1;
}

static void reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (unsigned i = 0; i < n_running; i++)
			if (running[i].pid == pid) {
				running[i] = running[--n_running];
				break;
			}
}

/* Ends who is over time; milliseconds until the next one will be. */
static int end_late(void)
{
	usec_t now = clock_usec(), next = INT64_MAX;

	for (unsigned i = 0; i < n_running; i++) {
		if (running[i].deadline <= now)
			kill(running[i].pid, SIGKILL);
		else if (running[i].deadline < next)
			next = running[i].deadline;
	}
	return next == INT64_MAX ? -1 : (int)((next - now) / 1000 + 1);
}

static int serve(int signals)
{
	struct pollfd f[2] = {{.fd = WORKER_CONTROL_FD, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	struct signalfd_siginfo info;

	for (;;) {
		if (poll(f, 2, end_late()) < 0 && errno != EINTR)
			return 1;
		if (f[1].revents & POLLIN && read(signals, &info, sizeof(info)) > 0)
			reap();
		if (f[0].revents && take_request() <= 0)
			return 0; /* tasks that still run are killed by our end */
	}
}

static const char help[] = "usage: chapar worker --check\n"
			   "Says whether images and video can be looked at here. The worker itself is "
			   "started by `chapar serve`: it decodes\n"
			   "them in processes that can reach nothing.\n";

/* What serve would find: the libraries, and a task's process that comes out of its sandbox alive. */
static int check(void)
{
	const struct worker_request q = {.task = WORKER_TASK_IMAGE,
	                                 .cpu_seconds = 1,
	                                 .wall_seconds = 1,
	                                 .memory_mib = WORKER_MEMORY_MIN};
	int status = -1;
	pid_t pid;

	if (task_warm_up() < 0) {
		printf("libvips does not start\n");
		return 1;
	}
	fflush(stdout);
	pid = sandbox_prepare() < 0 ? -1 : fork();
	if (pid == 0)
		_exit(sandbox_enter(&q, 0) < 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		printf("there is no seccomp here: the kernel or the container forbids it\n");
		return 1;
	}
	printf("ok: JPEG, PNG, WebP, GIF, %svideo and sound\n", task_reads_heif() ? "HEIF, " : "no HEIF, ");
	return 0;
}

int main(int argc, char **argv)
{
	struct stat st;
	sigset_t set;
	int signals;

	if (argc == 2 && strcmp(argv[1], "--check") == 0)
		return check();
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (argc > 1 || fstat(WORKER_CONTROL_FD, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		fputs(help, stderr);
		return 2;
	}
	close_range(WORKER_CONTROL_FD + 1, ~0u, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0 || task_warm_up() < 0 || sandbox_prepare() < 0) {
		fprintf(stderr,
		        "chapar-worker: this system lacks seccomp, or the image libraries do not load\n");
		return 1;
	}
	return serve(signals);
}
