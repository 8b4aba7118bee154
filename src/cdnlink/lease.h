/*
 * lease.h - how long a node may have what it has. Pure: takes times, in microseconds of clock_usec(). Inside cdnlink/.
 *
 * The node reckons from when a frame reached it, we from when we sent it: `held_until` is when the node lets go at the earliest (to
 * redirect by), `over_at` when it has let go for certain, as far as it heard us (to make another key by).
 */
#ifndef CDNLINK_LEASE_H
#define CDNLINK_LEASE_H

#include <stdbool.h>

#include "base/clock.h"

enum { LEASE_UNANSWERED = 16, LEASE_KEY = 32 };

struct lease {
	uint8_t key[LEASE_KEY];
	bool has_key;
	uint32_t seconds;
	usec_t held_until, over_at, sent_last;
	usec_t sent[LEASE_UNANSWERED]; /* of renewals that were not answered, the oldest first */
	unsigned n_sent;
};

/*
 * A link begins (HELLO is sent now): the same key while the last lease may hold, else another. True: it is another one, so the node
 * begins with an empty cache.
 */
bool lease_begin(struct lease *l, uint32_t seconds, usec_t now);
/* With the key of before a restart of ours: the node may have it as long as if it had just heard of it. */
void lease_resume(struct lease *l, const uint8_t key[LEASE_KEY], uint32_t seconds, usec_t now);
/* Whatever the node has is to be unreadable: the next link brings another key. */
void lease_void(struct lease *l);
/* A renewal is sent. -ERR_FULL: the node has answered none of the last ones. */
int lease_renew(struct lease *l, usec_t now);
/* The node has answered the oldest. -ERR_INVALID: it was sent none. */
int lease_answered(struct lease *l);
/* When the next renewal is due: four times a lease. */
usec_t lease_due(const struct lease *l);
/* When the oldest unanswered was sent; 0: all are answered. */
usec_t lease_waits(const struct lease *l);

#endif
