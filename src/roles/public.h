/* public.h - the address that clients are told to use, and who can reach it. */
#ifndef ROLES_PUBLIC_H
#define ROLES_PUBLIC_H

#include <stddef.h>

/* "HOST:PORT" to a numeric address and port; a name is resolved. -ERR_INVALID. Thread: may block. */
int public_resolve(const char *host_port, char *ret_ip, size_t ip_n, int *ret_port);
/* One line: who can reach this address. */
const char *public_reach(const char *ip);
/* True if only this machine can; "ADDRESS" or "ADDRESS:PORT". */
int public_is_loopback(const char *ip);

#endif
