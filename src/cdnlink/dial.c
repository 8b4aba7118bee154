/* dial.c - a connection to a node, given up when the node's end comes. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "cdnlink/link_private.h"

enum { DIAL_MSEC = 3000 };

/* Connected within DIAL_MSEC: 0. The node's end can cut it short. */
static int connect_in_time(struct node *n, int fd, const struct addrinfo *a)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	usec_t until = clock_usec() + DIAL_MSEC * 1000;
	int error = 0;
	socklen_t len = sizeof(error);

	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return err_from_errno(errno);
	while (poll(&p, 1, LOOK_MSEC) <= 0)
		if (clock_usec() > until || node_is_stopping(n))
			return -ERR_TIMEOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error)
		return -ERR_CLOSED;
	return 0;
}

static int resolve(const char *host_port, struct addrinfo **ret)
{
	const struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	char host[300];
	const char *colon;
	size_t n;

	snprintf(host, sizeof(host), "%s", host_port);
	colon = strrchr(host, ':');
	if (!colon)
		return -ERR_INVALID;
	n = (size_t)(colon - host);
	host[n] = 0;
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = 0;
		return getaddrinfo(host + 1, colon + 1, &want, ret) == 0 ? 0 : -ERR_NOTFOUND;
	}
	return getaddrinfo(host, colon + 1, &want, ret) == 0 ? 0 : -ERR_NOTFOUND;
}

static int dial_one(struct node *n, const struct addrinfo *a, int *ret_fd)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1, r;

	if (fd < 0)
		return err_from_errno(errno);
	r = connect_in_time(n, fd, a);
	if (r < 0) {
		close(fd);
		return r;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*ret_fd = fd;
	return 0;
}

int node_dial(struct node *n, const char *host_port, int *ret_fd)
{
	struct addrinfo *all = NULL;
	int r = resolve(host_port, &all);

	if (r < 0)
		return r;
	r = -ERR_NOTFOUND;
	for (const struct addrinfo *a = all; a && r < 0 && !node_is_stopping(n); a = a->ai_next)
		r = dial_one(n, a, ret_fd);
	freeaddrinfo(all);
	return r;
}
