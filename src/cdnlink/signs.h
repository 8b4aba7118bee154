/*
 * signs.h - accounts that came back from a node, from which networks, within a minute: enough of both are a sign. Inside cdnlink/.
 * Not locked; zeroed is empty.
 */
#ifndef CDNLINK_SIGNS_H
#define CDNLINK_SIGNS_H

#include <stdbool.h>

#include "base/clock.h"

enum { SIGNS_KEPT = 32 };

struct signs {
	struct {
		int64_t account;
		uint64_t network;
		usec_t at;
	} v[SIGNS_KEPT];
	unsigned n;
};

/* The network of an address as text: its /24, or /48 of IPv6; 0: it is none. */
uint64_t signs_network(const char *ip);
/* Once an account; the oldest makes room. */
void signs_add(struct signs *s, int64_t account, uint64_t network, usec_t now);
/* Accounts and networks that are younger than `seconds`. */
void signs_count(const struct signs *s, usec_t now, int seconds, unsigned *ret_accounts,
                 unsigned *ret_networks);

#endif
