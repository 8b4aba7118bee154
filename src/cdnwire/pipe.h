/*
 * pipe.h - the link's TLS: version 1.3, the link secret as a PSK with ephemeral Diffie-Hellman, nothing else is spoken. Blocking,
 * over a connected socket that it owns; one thread reads and one may write at the same time.
 */
#ifndef CDNWIRE_PIPE_H
#define CDNWIRE_PIPE_H

#include "base/buf.h"

enum { CDN_SECRET_SIZE = 32 };

struct cdn_pipe;

/*
 * Both ends, each its side; msec bounds the whole handshake. -ERR_DENIED: the other end has not this secret (or is no such end);
 * -ERR_TIMEOUT, -ERR_CLOSED. The socket is closed after an error.
 */
int cdn_pipe_new(int fd, bool is_core, const uint8_t secret[CDN_SECRET_SIZE], int msec,
                 struct cdn_pipe **ret);
void cdn_pipe_free(struct cdn_pipe *p); /* closes; NULL is allowed */
/* Makes every read and write of another thread return -ERR_CLOSED, soon. Thread: any. */
void cdn_pipe_shut(struct cdn_pipe *p);
/* All of it, or -ERR_CLOSED, -ERR_TIMEOUT (the other end takes nothing for msec). */
int cdn_pipe_write(struct cdn_pipe *p, const void *bytes, size_t n, int msec);
/* Appends at least a byte to `b`; waits for msec at most: -ERR_TIMEOUT, -ERR_CLOSED. */
int cdn_pipe_read(struct cdn_pipe *p, struct buf *b, int msec);

#endif
