/* server.c - see server.h: who gets which socket, and the end. Our listeners accept; nobody here listens. */
#include "http/server.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "http/http_private.h"

static int open_loop(struct http_server *s, struct http_loop *l, struct io_loop *io)
{
	int r;

	l->sockets = (struct http_sockets){.server = s, .io = io};
	l->clients = (struct http_plain){.server = s, .io = io};
	l->operators = (struct http_plain){.server = s, .io = io, .operator_side = true};
	r = http_sockets_open(&l->sockets);
	if (r == 0)
		r = http_plain_open(&l->clients);
	return r < 0 ? r : http_plain_open(&l->operators);
}

int http_server_new(struct io_loop **loops, unsigned n, const struct http_ops *ops, struct http_server **ret)
{
	struct http_server *s = xcalloc(1, sizeof(*s) + n * sizeof(s->loops[0]));
	int r = 0;

	s->ops = *ops;
	for (; r == 0 && s->n < n; s->n++)
		r = open_loop(s, &s->loops[s->n], loops[s->n]);
	if (r < 0) {
		http_server_stop(s, false);
		http_server_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

size_t http_first_need(void)
{
	return sizeof("GET /apiws") - 1;
}

void http_server_take(struct http_server *s, struct io_loop *l, int fd, struct slice first,
                      bool operator_side)
{
	struct http_loop *hl = &s->loops[io_loop_index(l) % s->n];

	if (first.n >= http_first_need() && memcmp(first.p, "GET /apiws", http_first_need()) == 0)
		http_sockets_take(&hl->sockets, fd);
	else
		http_plain_take(operator_side ? &hl->operators : &hl->clients, fd);
}

static size_t look(void *ctx, const uint8_t *p, size_t n)
{
	return n < http_first_need() ? http_first_need() : 0;
}

static void take(void *ctx, struct io_loop *l, int fd, const char *ip, struct slice first)
{
	http_server_take(ctx, l, fd, first, true);
}

struct io_accept_ops http_server_operator(struct http_server *s)
{
	return (struct io_accept_ops){.ctx = s, .look = look, .take = take};
}

static void stop_loop(struct http_loop *l)
{
	http_plain_close(&l->operators);
	http_plain_close(&l->clients);
	http_sockets_close(&l->sockets);
}

static void run_stop(struct io_loop *io, struct io_msg *m)
{
	struct http_loop *l = (struct http_loop *)((char *)m - offsetof(struct http_loop, stopping));

	stop_loop(l);
	sem_post(l->sockets.server->stopped);
}

void http_server_stop(struct http_server *s, bool loops_run)
{
	sem_t stopped;

	if (!s)
		return;
	sem_init(&stopped, 0, 0);
	s->stopped = &stopped;
	for (unsigned i = 0; i < s->n; i++) {
		if (!loops_run) {
			stop_loop(&s->loops[i]);
			continue;
		}
		s->loops[i].stopping.run = run_stop;
		io_post(s->loops[i].sockets.io, &s->loops[i].stopping);
	}
	for (unsigned i = 0; loops_run && i < s->n; i++)
		while (sem_wait(&stopped) != 0)
			;
	sem_destroy(&stopped);
}

void http_server_free(struct http_server *s)
{
	free(s);
}
