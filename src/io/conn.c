/* conn.c - see conn.h. The socket is ours and uv only watches it: writing tries send() first and asks for writability late. */
#include "io/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define READ_FIRST  2048u
#define READ_CHUNK  65536u
#define READ_ROUNDS 4             /* chunks a connection may take before others get their turn */
#define LOWAT_MIN   16384u        /* less than that is not worth a word with the system */
#define LOWAT_MAX   (256u * 1024) /* that it keeps for us at a time */
#define FLUSH_USEC  2000000

struct io_conn {
	struct io_loop *loop;
	uv_poll_t *poll; /* apart: uv touches it until its close callback, we may be gone by then */
	int fd;          /* -1: a pipe, or closed */
	bool started, closing, ended, flushing, giving, paused;
	struct buf out;
	size_t out_at; /* bytes of out already sent */
	struct io_pipe pipe;
	const struct io_conn_ops *ops;
	void *user;
	struct buf in;
	size_t expected; /* bytes that belong to what is in `in`; 0: not known */
	int lowat;       /* the system wakes us for so many */
	struct io_timer timer;
	struct io_msg ending; /* posts `closed` from the loop */
	struct move *moving;  /* it leaves when `bytes` returns */
	char ip[46];
};

static struct io_conn *conn_of_timer(struct io_timer *t)
{
	return (struct io_conn *)((char *)t - offsetof(struct io_conn, timer));
}

static void free_poll(uv_handle_t *h)
{
	free(h);
}

static void drop_socket(struct io_conn *c)
{
	if (c->poll) {
		uv_poll_stop(c->poll);
		uv_close((uv_handle_t *)c->poll, free_poll);
		c->poll = NULL;
	}
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void run_end(struct io_loop *l, struct io_msg *m)
{
	struct io_conn *c = (struct io_conn *)((char *)m - offsetof(struct io_conn, ending));

	if (c->ops)
		c->ops->closed(c->user, c);
	io_timer_clear(&c->timer);
	buf_fini(&c->in);
	buf_fini(&c->out);
	free(c);
}

/* The socket goes at once, the user hears of it from the loop. */
static void end(struct io_conn *c)
{
	if (c->ended)
		return;
	c->ended = c->closing = true;
	drop_socket(c);
	if (c->pipe.close)
		c->pipe.close(c->pipe.ctx);
	c->pipe.close = NULL;
	c->ending.run = run_end;
	io_post(c->loop, &c->ending);
}

static void on_poll(uv_poll_t *h, int status, int events);

static void watch(struct io_conn *c)
{
	int events = (c->paused && !c->flushing ? 0 : UV_READABLE) | (c->out.n > c->out_at ? UV_WRITABLE : 0);

	if (c->poll)
		uv_poll_start(c->poll, events, on_poll);
}

static void flush(struct io_conn *c)
{
	bool had = c->out.n > 0;
	ssize_t k;

	while (c->fd >= 0 && c->out_at < c->out.n) {
		k = send(c->fd, c->out.p + c->out_at, c->out.n - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (k <= 0) {
			end(c);
			return;
		}
		c->out_at += (size_t)k;
	}
	if (c->out_at == c->out.n) {
		buf_fini(&c->out);
		c->out_at = 0;
		if (c->flushing && c->fd >= 0)
			shutdown(c->fd, SHUT_WR);
		else if (had && c->ops && c->ops->drained)
			c->ops->drained(c->user, c);
	}
	if (had != (c->out.n > 0) || !had)
		watch(c);
}

static void go(struct io_conn *c);

/* False: it has left for another loop. */
static bool give(struct io_conn *c, size_t n_new)
{
	c->giving = true;
	c->expected = 0;
	if (!c->closing && c->ops)
		c->ops->bytes(c->user, c, &c->in, n_new);
	c->giving = false;
	if (c->in.n == 0)
		buf_fini(&c->in);
	if (!c->moving)
		return true;
	go(c);
	return false;
}

/* Woken when so many bytes are there. (Who has nothing more to say, or no room for it, wakes us before.) */
static void wake_for(struct io_conn *c, size_t n)
{
	int v = n < LOWAT_MIN ? 1 : (int)(n < LOWAT_MAX ? n : LOWAT_MAX);

	if (v != c->lowat && c->fd >= 0 && setsockopt(c->fd, SOL_SOCKET, SO_RCVLOWAT, &v, sizeof(v)) == 0)
		c->lowat = v;
}

static void read_some(struct io_conn *c)
{
	size_t had = 0, want;
	ssize_t k;
	uint8_t *p;

	while (had < READ_ROUNDS * READ_CHUNK && c->fd >= 0 && !c->closing && !c->paused) {
		if (c->expected)
			p = buf_reserve_exact(&c->in, c->expected);
		else
			p = buf_reserve(&c->in, had ? READ_CHUNK : READ_FIRST);
		want = c->expected ? c->expected : c->in.cap - c->in.n;
		k = recv(c->fd, p, want, MSG_DONTWAIT);
		if (k < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (!c->in.n)
				buf_fini(&c->in);
			break;
		}
		if (k <= 0) {
			end(c);
			return;
		}
		had += (size_t)k;
		c->in.n += (size_t)k;
		if (!give(c, (size_t)k))
			return;
		if ((size_t)k < want)
			break;
	}
	wake_for(c, c->expected);
}

/* What still comes while our last bytes leave is read and dropped: unread, it would make the close a reset. */
static void discard(struct io_conn *c)
{
	uint8_t drop[4096];
	ssize_t k;

	for (int i = 0; i < READ_ROUNDS; i++) {
		k = recv(c->fd, drop, sizeof(drop), MSG_DONTWAIT);
		if (k < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (k <= 0) {
			end(c);
			return;
		}
	}
}

static void on_poll(uv_poll_t *h, int status, int events)
{
	struct io_conn *c = h->data;

	if (status < 0) {
		end(c);
		return;
	}
	if (events & UV_WRITABLE)
		flush(c);
	if (!c->poll || !(events & UV_READABLE))
		return;
	if (c->flushing)
		discard(c);
	else
		read_some(c);
}

static struct io_conn *conn_alloc(struct io_loop *l, const char *ip)
{
	struct io_conn *c = xcalloc(1, sizeof(*c));

	c->loop = l;
	c->fd = -1;
	c->lowat = 1;
	snprintf(c->ip, sizeof(c->ip), "%s", ip);
	return c;
}

struct io_conn *io_conn_new(struct io_loop *l, int fd, const char *ip, struct buf *first)
{
	struct io_conn *c = conn_alloc(l, ip);

	c->fd = fd;
	if (first) {
		c->in = *first;
		*first = (struct buf){0};
	}
	return c;
}

struct io_conn *io_conn_new_pipe(struct io_loop *l, const struct io_pipe *pipe, const char *ip)
{
	struct io_conn *c = conn_alloc(l, ip);

	c->pipe = *pipe;
	return c;
}

void io_conn_set_user(struct io_conn *c, const struct io_conn_ops *ops, void *user)
{
	c->ops = ops;
	c->user = user;
}

void io_conn_start(struct io_conn *c)
{
	if (c->started || c->ended)
		return;
	c->started = true;
	if (c->fd >= 0) {
		c->poll = xcalloc(1, sizeof(*c->poll));
		c->poll->data = c;
		if (uv_poll_init(io_loop_uv(c->loop), c->poll, c->fd) != 0) {
			free(c->poll);
			c->poll = NULL;
			end(c);
			return;
		}
		watch(c);
	}
	if (c->in.n)
		give(c, c->in.n);
}

bool io_conn_can_pause(const struct io_conn *c)
{
	return !c->pipe.send || c->pipe.pause;
}

void io_conn_pause(struct io_conn *c)
{
	c->paused = true;
	if (c->pipe.pause)
		c->pipe.pause(c->pipe.ctx, true);
	watch(c);
}

void io_conn_resume(struct io_conn *c)
{
	c->paused = false;
	if (!give(c, 0))
		return;
	if (c->pipe.pause && !c->paused)
		c->pipe.pause(c->pipe.ctx, false);
	wake_for(c, c->expected);
	watch(c);
}

void io_conn_pipe_bytes(struct io_conn *c, const uint8_t *p, size_t n)
{
	if (c->closing || !n) /* an empty message of a WebSocket is no news */
		return;
	buf_put(&c->in, p, n);
	give(c, n);
}

void io_conn_pipe_closed(struct io_conn *c)
{
	c->pipe = (struct io_pipe){0};
	end(c);
}

/* What of n bytes leaves at once. False: nothing of it is to be queued any more. */
static bool send_now(struct io_conn *c, const uint8_t *p, size_t n, size_t *ret_sent)
{
	ssize_t k = 0;

	if (c->closing || !n)
		return false;
	if (c->pipe.send) {
		c->pipe.send(c->pipe.ctx, p, n);
		return false;
	}
	if (!c->out.n && c->fd >= 0) {
		k = send(c->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k < 0 && errno != EAGAIN && errno != EINTR) {
			end(c);
			return false;
		}
		if (k < 0)
			k = 0;
	}
	if (c->out.n - c->out_at + n - (size_t)k > IO_OUT_MAX) {
		end(c);
		return false;
	}
	*ret_sent = (size_t)k;
	return (size_t)k < n;
}

void io_conn_prefetch(const struct io_conn *c)
{
	__builtin_prefetch(&c->loop);
	__builtin_prefetch(&c->pipe.send);
}

void io_conn_send(struct io_conn *c, const uint8_t *p, size_t n)
{
	size_t k;

	if (!send_now(c, p, n, &k))
		return;
	if (c->out_at > READ_CHUNK) {
		buf_consume(&c->out, c->out_at);
		c->out_at = 0;
	}
	if (n - k > READ_CHUNK)
		buf_reserve_exact(&c->out, n - k);
	buf_put(&c->out, p + k, n - k);
	watch(c);
}

void io_conn_give(struct io_conn *c, struct buf *taken, size_t at)
{
	size_t k;

	if (c->out.n) {
		io_conn_send(c, taken->p + at, taken->n - at);
	} else if (send_now(c, taken->p + at, taken->n - at, &k)) {
		c->out = *taken;
		c->out_at = at + k;
		*taken = (struct buf){0};
		watch(c);
	}
	buf_fini(taken);
}

static void flush_late(struct io_loop *l, struct io_timer *t)
{
	end(conn_of_timer(t));
}

void io_conn_cut(struct io_conn *c)
{
	const struct linger none = {.l_onoff = 1};

	if (c->fd >= 0)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	io_conn_close(c, false);
}

void io_conn_close(struct io_conn *c, bool flush_first)
{
	if (c->ended || c->flushing)
		return;
	c->closing = true;
	if (!flush_first || c->fd < 0) {
		end(c);
		return;
	}
	/* Send our end of stream only after everything else, so that the last bytes are not cut off by a reset. */
	c->flushing = true;
	io_timer_clear(&c->timer);
	c->timer.fire = flush_late;
	io_timer_set(c->loop, &c->timer, clock_usec() + FLUSH_USEC);
	if (c->out.n == 0)
		shutdown(c->fd, SHUT_WR);
	else
		watch(c);
}

struct io_loop *io_conn_loop(const struct io_conn *c)
{
	return c->loop;
}

const char *io_conn_ip(const struct io_conn *c)
{
	return c->ip;
}

bool io_conn_is_closing(const struct io_conn *c)
{
	return c->closing;
}

size_t io_conn_queued(const struct io_conn *c)
{
	return c->out.n - c->out_at;
}

size_t io_conn_unread(const struct io_conn *c)
{
	return c->in.n;
}

void io_conn_expect(struct io_conn *c, size_t n)
{
	c->expected = n;
}

bool io_conn_is_pipe(const struct io_conn *c)
{
	return c->pipe.send != NULL;
}

struct move {
	struct io_msg m;
	struct io_conn *c;
	struct io_loop *to;
	void (*arrive)(struct io_loop *to, struct io_conn *c, void *arg);
	void *arg;
};

static void run_move(struct io_loop *l, struct io_msg *m)
{
	struct move *mv = (struct move *)m;

	mv->arrive(l, mv->c, mv->arg);
	free(mv);
}

static void go(struct io_conn *c)
{
	struct move *mv = c->moving;

	if (c->poll) {
		uv_poll_stop(c->poll);
		uv_close((uv_handle_t *)c->poll, free_poll);
		c->poll = NULL;
	}
	c->moving = NULL;
	c->started = false;
	c->loop = mv->to;
	io_post(mv->to, &mv->m);
}

void io_conn_move(struct io_conn *c, struct io_loop *to,
                  void (*arrive)(struct io_loop *to, struct io_conn *c, void *arg), void *arg)
{
	struct move *mv = xcalloc(1, sizeof(*mv));

	assert(c->fd >= 0 && !c->closing && !c->moving);
	*mv = (struct move){.m.run = run_move, .c = c, .to = to, .arrive = arrive, .arg = arg};
	c->ops = NULL;
	c->moving = mv;
	if (!c->giving)
		go(c);
}
