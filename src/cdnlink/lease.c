/* lease.c - see lease.h. */
#include <stdbool.h>
#include <string.h>

#include "cdnlink/lease.h"

#include "base/err.h"
#include "crypto/rng.h"

#define SECOND      1000000LL
#define MARGIN      (2 * SECOND) /* the last renewal may have reached the node so much later */
#define A_LEASE     4
#define RENEW_LEAST SECOND

bool lease_begin(struct lease *l, uint32_t seconds, usec_t now)
{
	bool fresh = !l->has_key || now >= l->over_at;

	if (fresh)
		rng_bytes(l->key, sizeof(l->key));
	l->has_key = true;
	l->seconds = seconds;
	l->n_sent = 0;
	l->held_until = 0;
	return lease_renew(l, now) < 0 || fresh;
}

void lease_resume(struct lease *l, const uint8_t key[LEASE_KEY], uint32_t seconds, usec_t now)
{
	memcpy(l->key, key, sizeof(l->key));
	l->has_key = true;
	l->over_at = now + seconds * SECOND + MARGIN;
}

void lease_void(struct lease *l)
{
	memset(l->key, 0, sizeof(l->key));
	l->has_key = false;
	l->held_until = 0;
}

int lease_renew(struct lease *l, usec_t now)
{
	if (l->n_sent == LEASE_UNANSWERED)
		return -ERR_FULL;
	l->sent[l->n_sent++] = now;
	l->sent_last = now;
	l->over_at = now + l->seconds * SECOND + MARGIN;
	return 0;
}

int lease_answered(struct lease *l)
{
	if (!l->n_sent)
		return -ERR_INVALID;
	l->held_until = l->sent[0] + l->seconds * SECOND;
	memmove(l->sent, l->sent + 1, --l->n_sent * sizeof(l->sent[0]));
	return 0;
}

usec_t lease_due(const struct lease *l)
{
	usec_t step = l->seconds * SECOND / A_LEASE;

	return l->sent_last + (step < RENEW_LEAST ? RENEW_LEAST : step);
}

usec_t lease_waits(const struct lease *l)
{
	return l->n_sent ? l->sent[0] : 0;
}
