/* address.h - addresses of peers as text. Pure. */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct sockaddr;

enum { IO_IP_TEXT = 46 };

/* "192.0.2.7" or "2001:db8::7", without port. False (and an empty text) if it is no Internet address. n >= IO_IP_TEXT. */
bool io_ip_text(const struct sockaddr *a, char *out, size_t n);

#endif
