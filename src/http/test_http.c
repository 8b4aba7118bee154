/*
 * test_http.c - a request that waits for its answer: it comes late, or the client leaves before, which is noticed at once; and a WebSocket
 * that is not read for a while.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>

#include <cmocka.h>

#include "base/log.h"
#include "http/http_private.h"
#include "io/conn.h"

static const char request[] = "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd";

static struct {
	struct io_loop *loop;
	struct http_server *server;
	struct io_conn *waiting;
	unsigned open;
	int fd; /* the client's */
} t;

static void on_bytes(void *user, struct io_conn *c, struct buf *in, size_t n_new)
{
	assert_int_equal(in->n, 4);
	buf_consume(in, in->n);
	t.waiting = c;
}

static void on_closed(void *user, struct io_conn *c)
{
	t.open--;
}

static void post(void *ctx, struct io_conn *c)
{
	static const struct io_conn_ops ops = {.bytes = on_bytes, .closed = on_closed};

	t.open++;
	io_conn_set_user(c, &ops, NULL);
	io_conn_start(c);
}

static void get(void *ctx, const char *path, struct http_reply *ret)
{
}

static void turn(void)
{
	for (int i = 0; i < 20; i++) {
		uv_run(io_loop_uv(t.loop), UV_RUN_NOWAIT);
		usleep(1000);
	}
}

/* TCP: libraries ask for the peer's address. */
static void come(const char *text, size_t n_text)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), there;
	socklen_t n = sizeof(a);

	assert_int_equal(bind(listener, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&a, &n);
	t.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(t.fd, (struct sockaddr *)&a, n), 0);
	there = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(there >= 0);
	close(listener);
	http_server_take(t.server, t.loop, there, slice_of(text, http_first_need()), false);
	assert_int_equal(send(t.fd, text, n_text, 0), n_text);
	t.waiting = NULL;
	turn();
}

static void ask(void)
{
	come(request, sizeof(request) - 1);
	assert_non_null(t.waiting);
	assert_int_equal(t.open, 1);
}

static void test_late_answer(void **state)
{
	static const uint8_t answer[8] = "answered";
	char got[1000];
	ssize_t n;

	ask();
	assert_true(recv(t.fd, got, sizeof(got), MSG_DONTWAIT) < 0);
	io_conn_send(t.waiting, answer, sizeof(answer));
	turn();
	n = recv(t.fd, got, sizeof(got), MSG_DONTWAIT);
	assert_true(n > (ssize_t)sizeof(answer));
	assert_memory_equal(got + n - sizeof(answer), answer, sizeof(answer));
	assert_int_equal(t.open, 0);
	close(t.fd);
	turn();
}

static void leaves(bool rudely)
{
	struct linger now = {.l_onoff = 1};

	ask();
	if (rudely)
		setsockopt(t.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(t.fd);
	turn();
	assert_int_equal(t.open, 0);
}

static void test_leaves(void **state)
{
	for (int i = 0; i < 3; i++) {
		leaves(false);
		leaves(true);
	}
	test_late_answer(state); /* it goes on */
}

/* What a client sends ahead is no sign that he has left. */
static void test_sends_ahead(void **state)
{
	static const uint8_t answer[8] = "answered";

	ask();
	assert_int_equal(send(t.fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
	turn();
	assert_int_equal(t.open, 1);
	io_conn_send(t.waiting, answer, sizeof(answer));
	turn();
	assert_int_equal(t.open, 1); /* the second one waits now */
	close(t.fd);
	turn();
	assert_int_equal(t.open, 0);
}

/* --- WebSocket */

enum { FRAME = 60000, FRAMES = 150 };

static struct {
	size_t came;
	bool pause; /* at the next bytes */
	struct io_conn *c;
} ws;

static void on_stream_bytes(void *user, struct io_conn *c, struct buf *in, size_t n_new)
{
	ws.came += in->n;
	for (size_t i = 0; i < in->n; i++)
		assert_int_equal(in->p[i], 'x');
	buf_consume(in, in->n);
	if (ws.pause)
		io_conn_pause(c);
}

static void stream(void *ctx, struct io_conn *c)
{
	static const struct io_conn_ops ops = {.bytes = on_stream_bytes, .closed = on_closed};

	t.open++;
	ws.c = c;
	io_conn_set_user(c, &ops, NULL);
	io_conn_start(c);
}

/* Bytes of one frame after the other, until the socket takes no more, or they are out. How many went. */
static size_t send_frames(size_t at)
{
	static uint8_t frame[8 + FRAME] = {0x82, 0x80 | 126, FRAME >> 8, FRAME & 255}; /* its mask is zero */
	ssize_t n;

	memset(frame + 8, 'x', FRAME);
	while (at < (size_t)FRAMES * sizeof(frame)) {
		size_t in = at % sizeof(frame);

		n = send(t.fd, frame + in, sizeof(frame) - in, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			break;
		at += (size_t)n;
	}
	return at;
}

/* Whoever is not to send is not read: it is the system that keeps what he sends, until he has to wait. */
static void test_paused(void **state)
{
	static const char hello[] =
		"GET /apiws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Protocol: binary\r\n\r\n";
	size_t sent, had;

	come(hello, sizeof(hello) - 1);
	assert_int_equal(t.open, 1);
	ws.pause = true;
	sent = send_frames(0);
	turn();
	had = ws.came;
	assert_in_range(had, 1, 2 * FRAME);
	for (int i = 0; i < 20; i++) {
		sent = send_frames(sent);
		turn();
	}
	assert_in_range(ws.came, had, 2 * FRAME);
	assert_true(sent < (size_t)FRAMES * FRAME);
	ws.pause = false;
	io_conn_resume(ws.c);
	while (ws.came < (size_t)FRAMES * FRAME && uv_run(io_loop_uv(t.loop), UV_RUN_NOWAIT))
		sent = send_frames(sent);
	assert_int_equal(ws.came, (size_t)FRAMES * FRAME);
	/* Paused when he goes. */
	ws.pause = true;
	send_frames(0);
	turn();
	ws.pause = false;
	io_conn_resume(ws.c);
	close(t.fd);
	for (int i = 0; i < 100 && t.open; i++)
		turn();
	assert_int_equal(t.open, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_late_answer), cmocka_unit_test(test_leaves),
	                                   cmocka_unit_test(test_sends_ahead), cmocka_unit_test(test_paused)};
	struct http_ops ops = {.get = get, .stream = stream, .post = post};
	int r;

	log_set_level(LOG_ERROR);
	if (io_loop_new(0, &t.loop) < 0 || http_server_new(&t.loop, 1, &ops, &t.server) < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	http_server_stop(t.server, false);
	http_server_free(t.server);
	return r;
}
