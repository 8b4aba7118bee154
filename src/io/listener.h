/*
 * listener.h - accepts on one address for several loops: each has its own SO_REUSEPORT socket. What a new connection speaks
 * is looked at with MSG_PEEK before anybody reads, because some owners (libwebsockets) want an untouched socket.
 * Threads: open and close before the loops start or through their mailboxes; accept on each loop's own.
 */
#ifndef IO_LISTENER_H
#define IO_LISTENER_H

#include "base/slice.h"
#include "io/loop.h"

struct io_listener;

enum { IO_PEEK_MAX = 64, IO_FIRST_USEC = 10000000 /* time to say the first bytes */ };

struct io_accept_ops {
	void *ctx;
	/* n bytes are there to look at: 0 decided (`take` follows), else how many bytes to wait for. */
	size_t (*look)(void *ctx, const uint8_t *p, size_t n);
	/* The socket is the callee's now, nothing read from it. `first` is what was looked at. */
	void (*take)(void *ctx, struct io_loop *l, int fd, const char *ip, struct slice first);
};

/*
 * `host_port`: "127.0.0.1:4430", "[::1]:4430", "0.0.0.0:0". Binds one socket a loop. -ERR_INVALID: not an address;
 * -ERR_EXISTS: in use; -ERR_NOTFOUND: not one of this machine; -ERR_DENIED.
 */
int io_listener_open(struct io_loop **loops, unsigned n, const char *host_port,
                     const struct io_accept_ops *ops, struct io_listener **ret);
/* Such an error in words for the operator. Static. */
const char *io_listener_error(int r);
/* "host:port" as bound, with the real port. */
const char *io_listener_name(const struct io_listener *li);
int io_listener_port(const struct io_listener *li);
/* Stops accepting; returns when every loop has closed its socket if they run, at once if they do not. Thread: not a loop's. */
void io_listener_close(struct io_listener *li, bool loops_run);

#endif
