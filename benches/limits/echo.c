/*
 * echo.c - a server that gives back what it gets, in a process of its own, and a client with as many connections and questions
 * open as `chapar-bench pings` has: what two processes can say to each other over the loopback on this machine.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benches/limits/limits.h"

enum { CONNECTIONS = 64, SIZE = 88 /* a ping's packet */, EVENTS = 64 };

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void add(int ep, int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

	check(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e) == 0, "epoll_ctl");
}

static void at_once(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* One turn: whatever came goes back. How many questions came; -1: the other side is gone. */
static long turn(int ep, int listener)
{
	struct epoll_event e[EVENTS];
	unsigned char p[4096];
	int k = epoll_wait(ep, e, EVENTS, 100);
	long all = 0;

	for (int i = 0; i < k; i++) {
		int fd = e[i].data.fd;
		ssize_t n;

		if (fd == listener) {
			fd = accept(listener, NULL, NULL);
			check(fd >= 0, "accept");
			at_once(fd);
			add(ep, fd);
			continue;
		}
		n = recv(fd, p, sizeof(p), 0);
		if (n <= 0)
			return -1;
		check(send(fd, p, (size_t)n, MSG_NOSIGNAL) == n || errno == EPIPE || errno == ECONNRESET,
		      "send");
		all += n;
	}
	return all;
}

static void serve(int listener)
{
	int ep = epoll_create1(0);

	add(ep, listener);
	while (turn(ep, listener) >= 0)
		;
	_exit(0);
}

int limit_echo(int seconds)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0), ep = epoll_create1(0), fd[CONNECTIONS];
	unsigned char p[SIZE] = {0};
	long bytes = 0, got = 0;
	double began;
	pid_t pid;

	check(bind(listener, (struct sockaddr *)&a, n) == 0 && listen(listener, CONNECTIONS) == 0 &&
	              getsockname(listener, (struct sockaddr *)&a, &n) == 0,
	      "a port of 127.0.0.1");
	pid = fork();
	check(pid >= 0, "fork");
	if (pid == 0)
		serve(listener);
	for (int i = 0; i < CONNECTIONS; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		check(connect(fd[i], (struct sockaddr *)&a, n) == 0, "connect");
		at_once(fd[i]);
		add(ep, fd[i]);
		check(send(fd[i], p, SIZE, 0) == SIZE, "send");
	}
	for (began = limit_now(); limit_now() < began + seconds; bytes += got) {
		got = turn(ep, -1);
		check(got >= 0, "the other side");
	}
	limit_tell("bare_echoes", (double)bytes / SIZE / (limit_now() - began), "/s");
	for (int i = 0; i < CONNECTIONS; i++)
		close(fd[i]);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return 0;
}
