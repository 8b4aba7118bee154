/* sender_command.c - a program of the operator's gets the code on its standard input. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/settings.h"
#include "domain/auth/jobs.h"
#include "domain/auth/sender.h"

enum { LOOK_MS = 200 };

extern char **environ;

/* By the shell, so that a setting may quote arguments. Its own process group: whatever it starts ends with it. */
static int start(const char *command, int in, pid_t *ret_pid)
{
	char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char *)(uintptr_t)command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int e;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr,
	                         POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	e = posix_spawn(ret_pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return e ? err_from_errno(e) : 0;
}

/* Its status as wait() says it, or -ERR_TIMEOUT, -ERR_CLOSED after killing it. */
static int wait_for(struct app *app, pid_t pid)
{
	struct pollfd p = {.fd = pidfd_open(pid, 0), .events = POLLIN};
	usec_t until = clock_usec() + (usec_t)CODE_JOB_SECONDS * 1000000;
	int status = 0, r = 0;

	while (p.fd >= 0 && poll(&p, 1, LOOK_MS) <= 0) {
		r = jobs_stopping(app) ? -ERR_CLOSED : clock_usec() > until ? -ERR_TIMEOUT : 0;
		if (r < 0)
			break;
	}
	if (r < 0 || p.fd < 0)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (p.fd >= 0)
		close(p.fd);
	else if (r == 0)
		r = -ERR_UNSUPPORTED;
	return r < 0 ? r : status;
}

int sender_command(struct app *app, const struct code_out *o)
{
	size_t n = strlen(o->json);
	int fd[2], r, in_pipe;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_from_errno(errno);
	/* Before it runs: some hundred bytes always fit into an empty pipe, and nobody has closed the other end yet. */
	in_pipe = write(fd[1], o->json, n) == (ssize_t)n && write(fd[1], "\n", 1) == 1;
	r = in_pipe ? start(app->settings->codes_command, fd[0], &pid) : -ERR_IO;
	close(fd[0]);
	close(fd[1]);
	if (r == 0)
		r = wait_for(app, pid);
	if (r == 0)
		return 0;
	if (r < 0)
		log_event(LOG_WARNING, "code-not-sent", "by=command error=%s", err_name(r));
	else if (WIFEXITED(r))
		log_event(LOG_WARNING, "code-not-sent", "by=command status=%d", WEXITSTATUS(r));
	else
		log_event(LOG_WARNING, "code-not-sent", "by=command signal=%d", WTERMSIG(r));
	return r < 0 ? r : -ERR_IO;
}
