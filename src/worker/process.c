/* process.c - see process.h. */
#include "worker/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/beside.h"
#include "base/err.h"
#include "base/log.h"
#include "worker/protocol.h"

enum {
	HEALTHY_USEC = 10000000, /* a worker that lived so long may be started anew at once */
	BACKOFF_MIN_USEC = 100000,
	BACKOFF_MAX_USEC = 10000000,
};

static int find_program(const char *given, char path[PATH_MAX])
{
	if (given && strlen(given) >= PATH_MAX)
		return -ERR_NOTFOUND;
	if (given)
		strcpy(path, given);
	else if (path_beside("chapar-worker", path) < 0)
		return -ERR_NOTFOUND;
	return access(path, X_OK) == 0 ? 0 : -ERR_NOTFOUND;
}

int worker_process_init(struct worker_process *p, const char *given)
{
	p->control = -1;
	return find_program(given, p->program);
}

/* Nothing of ours goes along but the socket, and what a sanitizer build must know. */
static int spawn(const char *program, int control, pid_t *ret)
{
	static const char *const keep[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
	                                   "LLVM_PROFILE_FILE"};
	char path[] = "PATH=/usr/bin:/bin", lang[] = "LANG=C.UTF-8", now[] = "LD_BIND_NOW=1",
	     name[] = "chapar-worker";
	char kept[4][512], *env[8] = {path, lang, now}, *argv[] = {name, NULL};
	posix_spawn_file_actions_t does;
	posix_spawnattr_t attr;
	sigset_t none, all;
	unsigned n = 3;
	int r;

	for (unsigned i = 0; i < 4; i++) {
		const char *v = getenv(keep[i]);

		if (v && snprintf(kept[i], sizeof(kept[i]), "%s=%s", keep[i], v) < (int)sizeof(kept[i]))
			env[n++] = kept[i];
	}
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&does);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_addopen(&does, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&does, 0, 1);
	posix_spawn_file_actions_adddup2(&does, control, WORKER_CONTROL_FD);
	posix_spawn_file_actions_addclosefrom_np(&does, WORKER_CONTROL_FD + 1);
	posix_spawn_file_actions_addchdir_np(&does, "/");
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr,
	                         POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	r = posix_spawn(ret, program, &does, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&does);
	return r ? err_from_errno(r) : 0;
}

int worker_process_start(struct worker_process *p)
{
	usec_t now = clock_usec();
	int pair[2], r;

	if (p->started && now - p->started < p->backoff)
		return -ERR_FULL;
	p->backoff = p->started && now - p->started < HEALTHY_USEC ? p->backoff * 2 : BACKOFF_MIN_USEC;
	if (p->backoff > BACKOFF_MAX_USEC)
		p->backoff = BACKOFF_MAX_USEC;
	p->started = now;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_from_errno(errno);
	r = spawn(p->program, pair[1], &p->pid);
	close(pair[1]);
	if (r < 0) {
		log_event(LOG_ERROR, "worker-start", "program=%s error=%s", p->program, err_name(r));
		close(pair[0]);
		p->pid = 0;
		return r;
	}
	p->control = pair[0];
	p->generation++;
	return 0;
}

int worker_process_send(struct worker_process *p, const struct buf *b, const int *fds, unsigned n)
{
	union {
		char b[CMSG_SPACE(WORKER_REQUEST_FDS * sizeof(int))];
		struct cmsghdr align;
	} c = {0};
	struct iovec v = {.iov_base = b->p, .iov_len = b->n};
	struct msghdr m = {.msg_iov = &v,
	                   .msg_iovlen = 1,
	                   .msg_control = c.b,
	                   .msg_controllen = CMSG_SPACE(n * sizeof(int))};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	ssize_t k;

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(h), fds, n * sizeof(int));
	while ((k = sendmsg(p->control, &m, MSG_NOSIGNAL)) < 0 && errno == EINTR)
		;
	return k == (ssize_t)b->n ? 0 : k < 0 ? err_from_errno(errno) : -ERR_IO;
}

bool worker_process_has_ended(const struct worker_process *p)
{
	struct pollfd f = {.fd = p->control, .events = POLLIN};

	return poll(&f, 1, 0) > 0 && (f.revents & (POLLHUP | POLLERR));
}

void worker_process_end(struct worker_process *p)
{
	if (!p->pid)
		return;
	shutdown(p->control, SHUT_RDWR); /* it ends, and its tasks with it */
	close(p->control);
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
	p->control = -1;
}
