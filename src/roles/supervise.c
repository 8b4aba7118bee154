/* supervise.c - see supervise.h. The parent holds nothing: no file, no lock, no thread. */
#include "roles/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { CRASHES_A_MINUTE = 5 };

static volatile sig_atomic_t child_pid, asked_to_end;

static void pass_on(int sig)
{
	asked_to_end = 1;
	if (child_pid > 0)
		kill((pid_t)child_pid, sig);
}

static bool is_crash(int status)
{
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return sig == SIGABRT || sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE;
}

static int run_once(int (*child)(void *arg), void *arg)
{
	pid_t parent = getpid(), pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("chapar: cannot start a process");
		return 1 << 8;
	}
	if (pid == 0) {
		signal(SIGTERM, SIG_DFL);
		signal(SIGINT, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* whoever kills the parent means the server */
		if (getppid() != parent)
			_exit(1);
		exit(child(arg));
	}
	child_pid = pid;
	if (asked_to_end)
		kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1 << 8;
	child_pid = 0;
	return status;
}

int supervise(int (*child)(void *arg), void *arg)
{
	struct sigaction sa = {.sa_handler = pass_on};
	usec_t crashes[CRASHES_A_MINUTE] = {0};
	int status, n = 0;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	for (;;) {
		status = run_once(child, arg);
		if (asked_to_end && WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL && !is_crash(status))
			return 0; /* before it was there to end by itself */
		if (!is_crash(status) || asked_to_end)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		log_event(LOG_ERROR, "crash", "signal=%d", WTERMSIG(status));
		if (crashes[n] && clock_usec() - crashes[n] < 60000000) {
			log_event(LOG_ERROR, "give-up", "crashes=%d within=60s", CRASHES_A_MINUTE);
			return 1;
		}
		crashes[n] = clock_usec();
		n = (n + 1) % CRASHES_A_MINUTE;
	}
}
