/*
 * link.h - one connection of a client: a socket, the transport on it, whole packets both ways. Knows nothing of keys.
 * Threads: the loop's holder.
 */
#ifndef CLIENT_LINK_H
#define CLIENT_LINK_H

#include <stddef.h>
#include <sys/socket.h>

#include "base/slice.h"
#include "client/loop.h"

struct client_link;

enum client_transport {
	CLIENT_ABRIDGED = 1,
	CLIENT_INTERMEDIATE,
	CLIENT_PADDED,
	CLIENT_FULL,
	CLIENT_OBFUSCATED_ABRIDGED,
	CLIENT_OBFUSCATED_INTERMEDIATE,
	CLIENT_OBFUSCATED_PADDED,
	CLIENT_TRANSPORTS /* one above the last */
};

/* "abridged", "obfuscated-padded", ...; "" for what is none. */
const char *client_transport_name(enum client_transport t);
/* 0 if nothing is called so. */
enum client_transport client_transport_named(const char *name);

struct client_address {
	struct sockaddr_storage a;
	socklen_t n;
	struct sockaddr_storage from; /* the address of ours that it is dialled from, port 0 */
	socklen_t from_n;             /* 0: any */
	int receive_room; /* bytes that may wait in the socket, unread; 0: as the system grows it */
};
/* "HOST:PORT", "[::1]:443"; names are resolved, which may block. -ERR_INVALID: not of that form; -ERR_NOTFOUND: no such name. */
int client_address_of(const char *host_port, struct client_address *ret);

struct client_link_ops {
	void (*opened)(void *user);
	/* One packet as it came; may be changed in place. */
	void (*packet)(void *user, uint8_t *p, size_t n);
	void (*quick_ack)(void *user, uint32_t token); /* bit 31 set */
	/*
	 * Over: -ERR_CLOSED the other side ended it, -ERR_DENIED refused to connect, -ERR_INVALID it broke the framing,
	 * or another error of the network. Nothing more comes; client_link_free is still the owner's to call.
	 */
	void (*ended)(void *user, int r);
};

/* Begins to connect; all that follows comes by ops. dc goes into the obfuscated header. */
struct client_link *client_link_open(struct client_loop *l, const struct client_address *to,
                                     enum client_transport t, int16_t dc, const struct client_link_ops *ops,
                                     void *user);
/* Closes at once. Allowed inside every callback. NULL is fine. */
void client_link_free(struct client_link *k);

/* A packet of n bytes, a multiple of 4: where its bytes go, to be followed by client_link_end before anything else. */
uint8_t *client_link_begin(struct client_link *k, size_t n, bool quick_ack);
void client_link_end(struct client_link *k);
void client_link_send(struct client_link *k, const void *p, size_t n);
/* Bytes behind whatever was framed, as they are: for tests of what a hostile client may send. */
void client_link_bytes(struct client_link *k, const void *p, size_t n);

/* Whether the socket is read (it is, at first): who does not is a slow reader. */
void client_link_listen(struct client_link *k, bool on);

/* Bytes that came by the socket so far. */
uint64_t client_link_received(const struct client_link *k);

#endif
