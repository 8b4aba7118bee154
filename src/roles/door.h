/*
 * door.h - HTTP and WebSocket for a client that knows sockets only: a local address behind which a thread carries what is said
 * to a server's HTTP side. One connection a door, in lockstep or byte by byte; made for looking at a server, not for load.
 */
#ifndef ROLES_DOOR_H
#define ROLES_DOOR_H

#include "client/link.h"

struct door;

enum door_kind {
	DOOR_HTTP, /* the client speaks the intermediate transport: each packet is one POST to /api, its answer one packet */
	DOOR_WEBSOCKET /* the client speaks an obfuscated transport, carried as it is to /apiws */
};

/* host_port as the user wrote it. -ERR_*: there is no local socket or thread to be had. Threads: any. */
int door_open(enum door_kind kind, const char *host_port, struct door **ret);
/* Where the client is to connect; lives as long as the door. */
const struct client_address *door_address(const struct door *d);
/* Ends the thread, within a second. Then door_error says what went wrong before MTProto was heard; "" if nothing. */
void door_shut(struct door *d);
const char *door_error(const struct door *d);
void door_free(struct door *d); /* shuts it, too; NULL is fine */

/* For door_*.c alone: the local end, and what the thread of each kind does until it is over. */
struct door_end {
	int fd;
	const char *host_port;
	const _Atomic bool *closing;
	char error[200];
};
void door_carry_http(struct door_end *e);
void door_carry_websocket(struct door_end *e);

#endif
