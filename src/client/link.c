/* link.c - see link.h. Buffers exist only while they hold something: a load client has thousands of idle links. */
#include "client/link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "transport/transport.h"

enum { READ_SIZE = 16384, READ_MORE = 262144, READS_A_TURN = 64 };

struct client_link {
	struct client_watch watch;
	struct client_loop *loop;
	const struct client_link_ops *ops;
	void *user;
	struct transport t;
	struct buf in, out;
	size_t frame_at, frame_n; /* between begin and end */
	uint64_t received;
	int refused;              /* errno of a connect that failed at once, */
	struct client_timer late; /* which is told from the loop; without a socket by this */
	bool connecting, wants_write, deaf, over;
	bool busy, freed; /* a callback of ours is on the stack; free asked for inside it */
};

static const struct {
	const char *name;
	enum tr_kind kind;
	bool obfuscated;
} transports[CLIENT_TRANSPORTS] = {
	[CLIENT_ABRIDGED] = {"abridged", TR_ABRIDGED, false},
	[CLIENT_INTERMEDIATE] = {"intermediate", TR_INTERMEDIATE, false},
	[CLIENT_PADDED] = {"padded", TR_PADDED, false},
	[CLIENT_FULL] = {"full", TR_FULL, false},
	[CLIENT_OBFUSCATED_ABRIDGED] = {"obfuscated-abridged", TR_ABRIDGED, true},
	[CLIENT_OBFUSCATED_INTERMEDIATE] = {"obfuscated-intermediate", TR_INTERMEDIATE, true},
	[CLIENT_OBFUSCATED_PADDED] = {"obfuscated-padded", TR_PADDED, true},
};

const char *client_transport_name(enum client_transport t)
{
	return t > 0 && t < CLIENT_TRANSPORTS ? transports[t].name : "";
}

enum client_transport client_transport_named(const char *name)
{
	for (int t = 1; t < CLIENT_TRANSPORTS; t++)
		if (strcmp(transports[t].name, name) == 0)
			return (enum client_transport)t;
	return 0;
}

int client_address_of(const char *host_port, struct client_address *ret)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
	const char *colon = strrchr(host_port, ':'), *host = host_port;
	size_t n;
	char name[256];

	if (!colon || colon == host_port || !colon[1])
		return -ERR_INVALID;
	n = (size_t)(colon - host);
	if (*host == '[' && n > 2 && colon[-1] == ']') {
		host++;
		n -= 2;
	} else if (memchr(host, ':', n)) {
		return -ERR_INVALID; /* an IPv6 address stands in brackets */
	}
	if (n >= sizeof(name))
		return -ERR_INVALID;
	memcpy(name, host, n);
	name[n] = '\0';
	if (getaddrinfo(name, colon + 1, &hints, &found) != 0)
		return -ERR_NOTFOUND;
	*ret = (struct client_address){0};
	memcpy(&ret->a, found->ai_addr, found->ai_addrlen);
	ret->n = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static void watch(struct client_link *k)
{
	if (k->watch.fd < 0)
		return;
	client_watch_change(k->loop, &k->watch,
	                    (k->deaf ? 0 : CLIENT_READ) | (k->wants_write ? CLIENT_WRITE : 0));
}

static void want_write(struct client_link *k, bool on)
{
	if (k->over || on == k->wants_write)
		return;
	k->wants_write = on;
	watch(k);
}

static void destroy(struct client_link *k)
{
	tr_fini(&k->t);
	buf_fini(&k->in);
	buf_fini(&k->out);
	free(k);
}

static void stop(struct client_link *k)
{
	if (k->over)
		return;
	k->over = true;
	client_timer_clear(k->loop, &k->late);
	if (k->watch.fd < 0)
		return;
	client_watch_remove(k->loop, &k->watch);
	close(k->watch.fd);
}

/* The last thing that may be done to k in a callback: it may be gone afterwards. */
static void end(struct client_link *k, int r)
{
	if (k->over)
		return;
	stop(k);
	k->busy = true;
	k->ops->ended(k->user, r);
	k->busy = false;
	if (k->freed)
		destroy(k);
}

/* False: the connection is over. */
static bool flush(struct client_link *k)
{
	ssize_t n = 0;

	while (k->out.n && (n = send(k->watch.fd, k->out.p, k->out.n, MSG_NOSIGNAL)) > 0)
		buf_consume(&k->out, (size_t)n);
	if (k->out.n == 0)
		buf_fini(&k->out);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	want_write(k, k->out.n > 0);
	return true;
}

/* Whatever cannot be sent shows when the socket is read, from the loop: never inside a call of the owner's. */
static void flush_soon(struct client_link *k)
{
	if (!k->connecting && !k->over && !flush(k))
		shutdown(k->watch.fd, SHUT_RDWR);
}

static int take_packets(struct client_link *k)
{
	struct tr_packet p;
	size_t used = 0;
	int r = 0;

	while (!k->freed && !k->over && (r = tr_next(&k->t, &k->in, used, &p)) == 0) {
		used += p.used;
		if (p.quick_ack)
			k->ops->quick_ack(k->user, (uint32_t)p.body.p[0] | (uint32_t)p.body.p[1] << 8 |
			                                   (uint32_t)p.body.p[2] << 16 |
			                                   (uint32_t)p.body.p[3] << 24);
		else
			k->ops->packet(k->user, (uint8_t *)(uintptr_t)p.body.p, p.body.n);
	}
	if (k->freed || k->over)
		return 0;
	buf_consume(&k->in, used);
	if (k->in.n == 0)
		buf_fini(&k->in);
	return r == -ERR_AGAIN ? 0 : r;
}

static void read_some(struct client_link *k)
{
	size_t want;
	uint8_t *p;
	ssize_t n;
	int r;

	for (int i = 0; i < READS_A_TURN; i++) {
		want = k->in.n ? READ_MORE : READ_SIZE; /* a packet that is not small */
		p = buf_reserve(&k->in, want);
		n = recv(k->watch.fd, p, want, 0);
		if (n <= 0) {
			if (k->in.n == 0)
				buf_fini(&k->in);
			if (n == 0)
				end(k, -ERR_CLOSED);
			else if (errno != EAGAIN && errno != EINTR)
				end(k, errno == ECONNRESET ? -ERR_CLOSED : err_from_errno(errno));
			return;
		}
		k->received += (uint64_t)n;
		tr_decrypt(&k->t, p, (size_t)n);
		k->in.n += (size_t)n;
		k->busy = true;
		r = take_packets(k);
		k->busy = false;
		if (k->freed) {
			destroy(k);
			return;
		}
		if (r < 0) {
			end(k, -ERR_INVALID);
			return;
		}
		if ((size_t)n < want)
			return;
	}
}

static void connected(struct client_link *k)
{
	socklen_t n = sizeof(int);
	int e = 0;

	getsockopt(k->watch.fd, SOL_SOCKET, SO_ERROR, &e, &n);
	if (k->refused)
		e = k->refused;
	if (e) {
		end(k, e == ECONNREFUSED ? -ERR_DENIED : err_from_errno(e));
		return;
	}
	k->connecting = false;
	k->busy = true;
	k->ops->opened(k->user);
	k->busy = false;
	if (k->freed) {
		destroy(k);
		return;
	}
	flush_soon(k);
}

static void no_socket(struct client_timer *t)
{
	struct client_link *k = (struct client_link *)((char *)t - offsetof(struct client_link, late));

	end(k, err_from_errno(k->refused));
}

static void ready(struct client_watch *w, unsigned events)
{
	struct client_link *k = (struct client_link *)((char *)w - offsetof(struct client_link, watch));

	if (k->connecting) {
		connected(k);
		return;
	}
	if (events & CLIENT_WRITE && !flush(k)) {
		end(k, -ERR_CLOSED);
		return;
	}
	if (events & CLIENT_READ)
		read_some(k);
}

struct client_link *client_link_open(struct client_loop *l, const struct client_address *to,
                                     enum client_transport t, int16_t dc, const struct client_link_ops *ops,
                                     void *user)
{
	struct client_link *k = xcalloc(1, sizeof(*k));
	int one = 1;

	k->loop = l;
	k->ops = ops;
	k->user = user;
	k->watch.ready = ready;
	k->watch.fd = socket(to->a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	tr_dial(&k->t, transports[t].kind, transports[t].obfuscated, NULL, dc, &k->out);
	k->connecting = k->wants_write = true;
	if (k->watch.fd < 0) { /* out of descriptors */
		k->refused = errno;
		k->late.fire = no_socket;
		client_timer_set(l, &k->late, clock_usec());
		return k;
	}
	setsockopt(k->watch.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (to->receive_room > 0)
		setsockopt(k->watch.fd, SOL_SOCKET, SO_RCVBUF, &to->receive_room, sizeof(to->receive_room));
	/* A refusal at once is told from the loop, as a later one would be. */
	if (to->from_n && bind(k->watch.fd, (const struct sockaddr *)&to->from, to->from_n) != 0)
		k->refused = errno;
	else if (connect(k->watch.fd, (const struct sockaddr *)&to->a, to->n) != 0 && errno != EINPROGRESS)
		k->refused = errno;
	client_watch_add(l, &k->watch, CLIENT_READ | CLIENT_WRITE);
	return k;
}

void client_link_free(struct client_link *k)
{
	if (!k)
		return;
	stop(k);
	if (k->busy)
		k->freed = true;
	else
		destroy(k);
}

uint8_t *client_link_begin(struct client_link *k, size_t n, bool quick_ack)
{
	k->t.ask_ack = quick_ack;
	k->frame_n = n;
	return tr_begin(&k->t, &k->out, n, &k->frame_at);
}

void client_link_end(struct client_link *k)
{
	tr_end(&k->t, &k->out, k->frame_at, k->frame_n);
	flush_soon(k);
}

void client_link_send(struct client_link *k, const void *p, size_t n)
{
	memcpy(client_link_begin(k, n, false), p, n);
	client_link_end(k);
}

void client_link_bytes(struct client_link *k, const void *p, size_t n)
{
	buf_put(&k->out, p, n);
	flush_soon(k);
}

void client_link_listen(struct client_link *k, bool on)
{
	k->deaf = !on;
	if (!k->over)
		watch(k);
}

uint64_t client_link_received(const struct client_link *k)
{
	return k->received;
}
