/*
 * conn.h - one byte connection with two faces: an own socket, or a pipe to something that another library owns (a WebSocket).
 * Whoever uses it sees bytes in, bytes out and one end. Buffers exist only while they hold something.
 * Threads: the connection's loop.
 */
#ifndef IO_CONN_H
#define IO_CONN_H

#include "base/buf.h"
#include "io/loop.h"

struct io_conn;

#define IO_OUT_MAX                                                                                           \
	(4u * 1024 * 1024) /* bytes queued towards a peer that does not read; then the connection ends */

struct io_conn_ops {
	/*
	 * Bytes came: they are appended to `in`, which is the connection's; take what is whole and buf_consume it. The
	 * connection may be closed or moved in here: it stays readable until this returns.
	 */
	void (*bytes)(void *user, struct io_conn *c, struct buf *in, size_t n_new);
	/* What was queued has left. May be NULL. */
	void (*drained)(void *user, struct io_conn *c);
	/* The connection is over; c is freed after this returns. Called once, never inside io_conn_send. */
	void (*closed)(void *user, struct io_conn *c);
};

/* The other face: how bytes leave and the thing is closed when it is no socket of ours; how it is kept from reading (NULL: it cannot be). */
struct io_pipe {
	void *ctx;
	void (*send)(void *ctx, const uint8_t *p, size_t n);
	void (*close)(void *ctx);
	void (*pause)(void *ctx, bool yes);
};

/* Takes the non-blocking socket; `ip` is text. `first` are bytes read already (taken over; may be empty). */
struct io_conn *io_conn_new(struct io_loop *l, int fd, const char *ip, struct buf *first);
struct io_conn *io_conn_new_pipe(struct io_loop *l, const struct io_pipe *pipe, const char *ip);
/* Who hears of it from now on; may be changed. */
void io_conn_set_user(struct io_conn *c, const struct io_conn_ops *ops, void *user);
/* Begin to read. Bytes that came before are given at once. */
void io_conn_start(struct io_conn *c);
/* A pipe's owner brings bytes, or its end. */
void io_conn_pipe_bytes(struct io_conn *c, const uint8_t *p, size_t n);
void io_conn_pipe_closed(struct io_conn *c);

/* Sends now what the socket takes, queues the rest. */
void io_conn_send(struct io_conn *c, const uint8_t *p, size_t n);
void io_conn_prefetch(const struct io_conn *c); /* something will be sent in a moment */
/* The same for `taken` from `at` on, which is taken over, so that what the socket does not take needs no copy. */
void io_conn_give(struct io_conn *c, struct buf *taken, size_t at);
/*
 * Read no more from the socket, which fills until its sender waits (a pipe may still bring a little of what it had read). Resumed, what lies unread in `in` is given once more (0 new
 * bytes; from within resume), and reading goes on. That the other end has gone is seen only then.
 */
bool io_conn_can_pause(const struct io_conn *c);
void io_conn_pause(struct io_conn *c);
void io_conn_resume(struct io_conn *c);
/* Ends it: after what is queued has left (within 2 s), or at once. `closed` follows from the loop, not from here. */
void io_conn_close(struct io_conn *c, bool flush_first);
/* The same at once, and what the system still holds to be sent is dropped, too: the other end sees a reset, however slow its route. */
void io_conn_cut(struct io_conn *c);

struct io_loop *io_conn_loop(const struct io_conn *c);
const char *io_conn_ip(const struct io_conn *c);
/* It is on its way out: nothing that is sent will leave, nothing more is worth reading. */
bool io_conn_is_closing(const struct io_conn *c);
size_t io_conn_queued(const struct io_conn *c);
/* Bytes of `in` that nobody has taken yet. */
size_t io_conn_unread(const struct io_conn *c);
/*
 * From within `bytes`: so many more belong together with what is there, the rest of a packet. The system keeps them until they are all
 * there (LOWAT_MAX of them at most), they are read at once, and what follows them is not read along. Until the next `bytes`.
 */
void io_conn_expect(struct io_conn *c, size_t n);
bool io_conn_is_pipe(const struct io_conn *c);

/*
 * Leave this loop for another: stops here, and `arrive(to, new conn, arg)` runs over there, where set_user and start follow.
 * Bytes unread and unsent travel along. Own sockets only, and not while it is closing. c is no longer the caller's when this
 * returns (from within `bytes`: when that returns); `closed` is not called.
 */
void io_conn_move(struct io_conn *c, struct io_loop *to,
                  void (*arrive)(struct io_loop *to, struct io_conn *c, void *arg), void *arg);

#endif
