/*
 * fuzz_http.c - what a stranger sends to the HTTP edge: requests in pieces, several on one connection, WebSockets; by way of
 * our listener's look and the libraries to our callbacks. Whoever is behind answers at once, later, with an error, or hangs
 * up. The server is the same for all inputs; each input is a connection.
 *
 * Input: a byte that says how those behind behave and which side is asked, a byte that says in how many pieces, the bytes.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/http_private.h"
#include "io/conn.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { POSTS_MAX = 64, PIECES = 8 };

static struct {
	struct io_loop *loop;
	struct http_server *server;
	uint8_t how;
	struct io_conn *later[POSTS_MAX]; /* requests that wait for their answer */
	unsigned n_later, open;
	size_t heard;
} w;

/* ---- who is behind ---- */

static void say(struct io_conn *c, size_t n)
{
	static const uint8_t some[256] = {0x6c, 0xfe, 0xff, 0xff}; /* its first four are -404 */

	io_conn_send(c, some, n);
}

static void forget(struct io_conn *c)
{
	for (unsigned i = 0; i < w.n_later; i++)
		if (w.later[i] == c)
			w.later[i--] = w.later[--w.n_later];
}

static void on_bytes(void *user, struct io_conn *c, struct buf *in, size_t n_new)
{
	bool post = user != NULL;

	if (!in->n || n_new > in->n)
		abort();
	if (post && in->n > HTTP_BODY_MAX)
		abort();
	w.heard += n_new;
	buf_consume(in, in->n);
	switch (w.how & 3) {
	case 0:
		say(c, 256);
		break;
	case 1:
		say(c, 4);
		break;
	case 2:
		io_conn_close(c, w.how & 4);
		break;
	case 3:
		if (w.n_later < POSTS_MAX) {
			forget(c);
			w.later[w.n_later++] = c;
		}
		break;
	}
}

static void on_closed(void *user, struct io_conn *c)
{
	forget(c);
	w.open--;
}

static const struct io_conn_ops behind = {.bytes = on_bytes, .closed = on_closed};

static void adopt(struct io_conn *c, void *user)
{
	w.open++;
	io_conn_set_user(c, &behind, user);
	io_conn_start(c);
}

static void stream(void *ctx, struct io_conn *c)
{
	adopt(c, NULL);
}

static void post(void *ctx, struct io_conn *c)
{
	adopt(c, &w);
}

static void get(void *ctx, const char *path, struct http_reply *ret)
{
	if (strlen(path) >= HTTP_PATH_MAX)
		abort();
	if (strcmp(path, "/metrics") != 0)
		return;
	ret->status = 200;
	ret->type = "text/plain";
	if (!(w.how & 8))
		buf_put(&ret->body, "well\n", 5);
}

/* ---- the stranger ---- */

static void turn(void)
{
	for (int i = 0; i < 6; i++)
		uv_run(io_loop_uv(w.loop), UV_RUN_NOWAIT);
}

static void answer_later(void)
{
	while (w.n_later) {
		struct io_conn *c = w.later[--w.n_later];

		if (w.how & 16)
			io_conn_close(c, false);
		else
			say(c, 64);
	}
}

static void drain(int fd)
{
	char b[65536];
	ssize_t k;

	while ((k = recv(fd, b, sizeof(b), MSG_DONTWAIT)) > 0)
		;
}

/* Ours is TCP: libraries ask for the peer's address and set options. Each time to another address of loopback: ports of
 * connections that the server ended stay taken for a minute. */
static bool connected_pair(int fd[2])
{
	static int listener = -1;
	static uint32_t n;
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	if (listener < 0) {
		listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (listen(listener, 8) != 0)
			abort();
	}
	getsockname(listener, (struct sockaddr *)&a, &len);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK + n++ % 65536);
	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd[0], (struct sockaddr *)&a, len) != 0) { /* out of ports after all */
		close(fd[0]);
		return false;
	}
	fd[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd[1] < 0)
		abort();
	return true;
}

static void begin(void)
{
	struct http_ops ops = {.get = get, .stream = stream, .post = post};

	signal(SIGPIPE, SIG_IGN);
	if (io_loop_new(0, &w.loop) < 0 || http_server_new(&w.loop, 1, &ops, &w.server) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct linger now = {.l_onoff = 1}; /* no ports left in TIME_WAIT */
	size_t piece, need = http_first_need();
	int fd[2];

	if (!w.server)
		begin();
	if (n < 4)
		return 0;
	w.how = p[0];
	piece = (n - 2) / (1 + p[1] % PIECES) + 1;
	p += 2;
	n -= 2;
	if (!connected_pair(fd))
		return 0;
	setsockopt(fd[0], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	http_server_take(w.server, w.loop, fd[1], slice_of(p, n < need ? n : need), w.how & 32);
	while (n) {
		size_t k = n < piece ? n : piece;

		if (send(fd[0], p, k, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)k)
			break;
		p += k;
		n -= k;
		turn();
		if (w.how & 64)
			answer_later();
		drain(fd[0]);
	}
	answer_later();
	turn();
	drain(fd[0]);
	close(fd[0]);
	for (int i = 0; i < 100 && w.open; i++)
		turn();
	if (w.open)
		abort(); /* a connection that is over is told so */
	return 0;
}
