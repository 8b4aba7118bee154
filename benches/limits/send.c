/*
 * send.c - what it takes to give the same bytes to many sockets of the loopback, and nothing else: somebody in a process of his
 * own reads them. Told is the sender's processor time.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "benches/limits/limits.h"

enum { EVENTS = 256, READ = 65536, PAUSE_US = 50000 };

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void more_files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return;
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

static int dial(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	check(fd >= 0, "socket");
	check(connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0, "connect");
	return fd;
}

/* Connects, then reads until the other side is gone. */
static void read_all(const struct sockaddr_in *to, int sockets)
{
	static unsigned char p[READ];
	struct epoll_event e[EVENTS];
	int ep = epoll_create1(0);

	for (int i = 0; i < sockets; i++) {
		struct epoll_event one = {.events = EPOLLIN, .data.fd = dial(to)};

		check(epoll_ctl(ep, EPOLL_CTL_ADD, one.data.fd, &one) == 0, "epoll_ctl");
	}
	for (;;) {
		int k = epoll_wait(ep, e, EVENTS, -1);

		for (int i = 0; i < k; i++)
			if (recv(e[i].data.fd, p, sizeof(p), 0) <= 0)
				_exit(0);
	}
}

static void spent(double *user, double *all)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	*user = (double)r.ru_utime.tv_sec * 1e6 + (double)r.ru_utime.tv_usec;
	*all = *user + (double)r.ru_stime.tv_sec * 1e6 + (double)r.ru_stime.tv_usec;
}

int limit_send(int sockets, int bytes, int rounds)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, *fd = xcalloc((size_t)sockets, sizeof(*fd));
	unsigned char *p = xcalloc((size_t)bytes, 1);
	double user, all, user_then, all_then;
	socklen_t n = sizeof(a);
	pid_t pid;

	more_files();
	check(bind(listener, (struct sockaddr *)&a, n) == 0 && listen(listener, 4096) == 0 &&
	              getsockname(listener, (struct sockaddr *)&a, &n) == 0,
	      "a port of 127.0.0.1");
	pid = fork();
	check(pid >= 0, "fork");
	if (pid == 0) {
		if (nice(5) == -1) /* as chapar-bench channel */
			perror("nice");
		read_all(&a, sockets);
	}
	for (int i = 0; i < sockets; i++) {
		check((fd[i] = accept(listener, NULL, NULL)) >= 0, "accept");
		setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
	usleep(PAUSE_US);
	spent(&user, &all);
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < sockets; i++)
			check(send(fd[i], p, (size_t)bytes, MSG_NOSIGNAL) == bytes, "send");
		usleep(PAUSE_US); /* a reader that is behind would be told nothing by the next ones */
	}
	spent(&user_then, &all_then);
	limit_tell("bare_send_user", (user_then - user) / sockets / rounds, "us");
	limit_tell("bare_send_cpu", (all_then - all) / sockets / rounds, "us");
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	free(fd);
	free(p);
	return 0;
}
