/* public.h - the address that clients are told to use, and who can reach it. */
#ifndef ROLES_PUBLIC_H
#define ROLES_PUBLIC_H

#include <stdbool.h>
#include <stddef.h>

/* "HOST:PORT" to a numeric address and port; a name is resolved. -ERR_INVALID. Thread: may block. */
int public_resolve(const char *host_port, char *ret_ip, size_t ip_n, int *ret_port);
/* One line: who can connect. listens_here: every address listened on is loopback. */
const char *public_reach(const char *ip, bool listens_here);
/* True if only this machine can; "ADDRESS" or "ADDRESS:PORT". */
int public_is_loopback(const char *ip);

/*
 * Resolves `host_port` every `seconds` and tells each other address that it finds, on a thread of its own; a failure is told to
 * nobody, the old address stays. A number is not looked at again: NULL.
 */
struct public_watch;
struct public_watch *public_watch_start(const char *host_port, int seconds,
                                        void (*found)(void *arg, const char *ip, int port), void *arg);
/* Afterwards nothing is told. Does not wait for a name server. NULL is allowed. */
void public_watch_stop(struct public_watch *w);

#endif
