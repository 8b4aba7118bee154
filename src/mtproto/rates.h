/*
 * rates.h - how many handshakes one address may begin (mtproto.md 4.7): a bucket each, a fixed table of them. Addresses that
 * fall together share one; the table is salted, so that nobody chooses with whom. Threads: any; a lock.
 */
#ifndef MTPROTO_RATES_H
#define MTPROTO_RATES_H

#include <stdbool.h>

#include "base/clock.h"

struct mt_rates;

/* per_second: refill, burst: size of a bucket; both > 0. */
struct mt_rates *mt_rates_new(unsigned per_second, unsigned burst);
void mt_rates_free(struct mt_rates *r); /* NULL is allowed */
/* Takes one; false: none left. ip: text; an IPv6 address counts by its /64; loopback is never limited. */
bool mt_rates_take(struct mt_rates *r, const char *ip, usec_t now);

#endif
