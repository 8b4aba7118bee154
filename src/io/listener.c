/* listener.c - see listener.h. */
#include "io/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/address.h"

struct per_loop {
	struct io_listener *li;
	struct io_loop *loop;
	uv_poll_t *poll;
	int fd;
	struct io_msg closing;
};

struct io_listener {
	struct io_accept_ops ops;
	char name[80];
	int port;
	sem_t closed;
	unsigned n;
	struct per_loop at[];
};

/* A new connection that has not said enough yet. */
struct newcomer {
	struct io_accept_ops ops; /* a copy: the listener may be closed before we are decided */
	struct io_loop *loop;
	uv_poll_t poll;
	struct io_timer timer;
	int fd;
	char ip[46];
};

static void free_handle(uv_handle_t *h)
{
	free(h);
}

static void free_newcomer(uv_handle_t *h)
{
	free((char *)h - offsetof(struct newcomer, poll));
}

static void leave(struct newcomer *w, bool close_fd)
{
	io_timer_clear(&w->timer);
	uv_poll_stop(&w->poll);
	if (close_fd)
		close(w->fd);
	uv_close((uv_handle_t *)&w->poll, free_newcomer);
}

static void too_late(struct io_loop *l, struct io_timer *t)
{
	leave((struct newcomer *)((char *)t - offsetof(struct newcomer, timer)), true);
}

static void set_lowat(int fd, size_t n)
{
	int v = (int)n;

	setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &v, sizeof(v));
}

static void on_first(uv_poll_t *h, int status, int events)
{
	struct newcomer *w = h->data;
	const struct io_accept_ops ops = w->ops;
	struct io_loop *loop = w->loop;
	char ip[46];
	uint8_t b[IO_PEEK_MAX];
	ssize_t n;
	size_t need;
	int fd;

	n = status < 0 ? -1 : recv(w->fd, b, sizeof(b), MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && status >= 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		leave(w, true);
		return;
	}
	need = ops.look(ops.ctx, b, (size_t)n);
	if (need > (size_t)n) {
		set_lowat(w->fd, need); /* else a level-triggered poll spins */
		return;
	}
	set_lowat(w->fd, 1); /* always back before anybody else gets the socket */
	memcpy(ip, w->ip, sizeof(ip));
	fd = w->fd;
	leave(w, false);
	ops.take(ops.ctx, loop, fd, ip, slice_of(b, (size_t)n));
}

static void welcome(struct per_loop *at, int fd, const struct sockaddr_storage *ss)
{
	struct newcomer *w = xcalloc(1, sizeof(*w));
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	io_ip_text((const struct sockaddr *)ss, w->ip, sizeof(w->ip));
	w->ops = at->li->ops;
	w->loop = at->loop;
	w->fd = fd;
	if (uv_poll_init(io_loop_uv(at->loop), &w->poll, fd) != 0) {
		close(fd);
		free(w);
		return;
	}
	w->poll.data = w;
	w->timer.fire = too_late;
	io_timer_set(at->loop, &w->timer, clock_usec() + IO_FIRST_USEC);
	uv_poll_start(&w->poll, UV_READABLE, on_first);
}

static void on_accept(uv_poll_t *h, int status, int events)
{
	struct per_loop *at = h->data;
	struct sockaddr_storage ss;
	socklen_t len;
	int fd;

	for (int i = 0; i < 64; i++) {
		len = sizeof(ss);
		fd = accept4(at->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		welcome(at, fd, &ss);
	}
}

static int split(const char *host_port, char *host, size_t host_n, char *port, size_t port_n)
{
	const char *colon = strrchr(host_port, ':');
	size_t n;

	if (!colon || !colon[1])
		return -ERR_INVALID;
	n = (size_t)(colon - host_port);
	if (n >= 2 && host_port[0] == '[' && colon[-1] == ']') {
		host_port++;
		n -= 2;
	}
	if (!n || n >= host_n || strlen(colon + 1) >= port_n)
		return -ERR_INVALID;
	memcpy(host, host_port, n);
	host[n] = '\0';
	strcpy(port, colon + 1);
	return 0;
}

static int bind_error(int e)
{
	return e == EADDRINUSE ? -ERR_EXISTS : e == EADDRNOTAVAIL ? -ERR_NOTFOUND : err_from_errno(e);
}

static int bind_one(const struct addrinfo *ai, int port, int *ret_fd)
{
	struct sockaddr_storage ss;
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1, r;

	if (fd < 0)
		return err_from_errno(errno);
	memcpy(&ss, ai->ai_addr, ai->ai_addrlen);
	if (port && ss.ss_family == AF_INET)
		((struct sockaddr_in *)&ss)->sin_port = htons((uint16_t)port);
	if (port && ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_port = htons((uint16_t)port);
	if (ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&ss, ai->ai_addrlen) != 0 || listen(fd, 1024) != 0) {
		r = bind_error(errno);
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

static int port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	getsockname(fd, (struct sockaddr *)&ss, &len);
	return ntohs(ss.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&ss)->sin6_port
	                                      : ((struct sockaddr_in *)&ss)->sin_port);
}

/* SO_REUSEPORT would let a second server share the port in silence: a plain bind says first whether it is free. */
static int port_is_free(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, r = 0;

	if (fd < 0)
		return err_from_errno(errno);
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0)
		r = bind_error(errno);
	close(fd);
	return r;
}

static int open_all(struct io_listener *li, const struct addrinfo *ai, struct io_loop **loops)
{
	int r = port_is_free(ai);

	for (unsigned i = 0; r >= 0 && i < li->n; i++) {
		struct per_loop *at = &li->at[i];

		at->li = li;
		at->loop = loops[i];
		r = bind_one(ai, li->port, &at->fd);
		if (r < 0) {
			at->fd = -1;
			break;
		}
		li->port = port_of(at->fd);
		at->poll = xcalloc(1, sizeof(*at->poll));
		at->poll->data = at;
		uv_poll_init(io_loop_uv(at->loop), at->poll, at->fd);
		uv_poll_start(at->poll, UV_READABLE, on_accept);
	}
	return r;
}

int io_listener_open(struct io_loop **loops, unsigned n, const char *host_port,
                     const struct io_accept_ops *ops, struct io_listener **ret)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *ai;
	struct io_listener *li;
	char host[64], port[8];
	int r;

	r = split(host_port, host, sizeof(host), port, sizeof(port));
	if (r < 0)
		return r;
	if (strspn(port, "0123456789") != strlen(port) || atoi(port) > 65535 ||
	    getaddrinfo(host, port, &hints, &ai) != 0)
		return -ERR_INVALID;
	li = xcalloc(1, sizeof(*li) + n * sizeof(li->at[0]));
	li->ops = *ops;
	li->n = n;
	sem_init(&li->closed, 0, 0);
	for (unsigned i = 0; i < n; i++)
		li->at[i].fd = -1;
	r = open_all(li, ai, loops);
	freeaddrinfo(ai);
	if (r < 0) {
		io_listener_close(li, false);
		return r;
	}
	snprintf(li->name, sizeof(li->name), strchr(host, ':') ? "[%s]:%d" : "%s:%d", host, li->port);
	*ret = li;
	return 0;
}

const char *io_listener_error(int r)
{
	switch (r) {
	case -ERR_EXISTS:
		return "in use";
	case -ERR_NOTFOUND:
		return "this machine has no such address";
	case -ERR_DENIED:
		return "not allowed (ports below 1024 are root's)";
	case -ERR_INVALID:
		return "not of the form HOST:PORT";
	default:
		return err_name(r);
	}
}

const char *io_listener_name(const struct io_listener *li)
{
	return li->name;
}

int io_listener_port(const struct io_listener *li)
{
	return li->port;
}

static void close_one(struct per_loop *at)
{
	if (at->poll) {
		uv_poll_stop(at->poll);
		uv_close((uv_handle_t *)at->poll, free_handle);
		at->poll = NULL;
	}
	if (at->fd >= 0)
		close(at->fd);
	at->fd = -1;
}

static void run_close(struct io_loop *l, struct io_msg *m)
{
	struct per_loop *at = (struct per_loop *)((char *)m - offsetof(struct per_loop, closing));

	close_one(at);
	sem_post(&at->li->closed);
}

void io_listener_close(struct io_listener *li, bool loops_run)
{
	if (!li)
		return;
	for (unsigned i = 0; i < li->n; i++) {
		if (!loops_run) {
			close_one(&li->at[i]);
			continue;
		}
		li->at[i].closing.run = run_close;
		io_post(li->at[i].loop, &li->at[i].closing);
	}
	for (unsigned i = 0; loops_run && i < li->n; i++)
		while (sem_wait(&li->closed) != 0)
			;
	sem_destroy(&li->closed);
	free(li);
}
