/* signs.c - see signs.h. */
#include "cdnlink/signs.h"

#include <arpa/inet.h>
#include <string.h>

uint64_t signs_network(const char *ip)
{
	uint8_t a[16];
	uint64_t n = 0;

	if (inet_pton(AF_INET, ip, a) == 1) {
		memcpy(&n, a, 3);
		return n | 1ull << 56;
	}
	if (inet_pton(AF_INET6, ip, a) == 1) {
		memcpy(&n, a, 6);
		return n | 2ull << 56;
	}
	return 0;
}

void signs_add(struct signs *s, int64_t account, uint64_t network, usec_t now)
{
	unsigned i = 0, oldest = 0;

	for (; i < s->n && s->v[i].account != account; i++)
		if (s->v[i].at < s->v[oldest].at)
			oldest = i;
	if (i == SIGNS_KEPT)
		i = oldest;
	else if (i == s->n)
		s->n++;
	s->v[i].account = account;
	s->v[i].network = network;
	s->v[i].at = now;
}

void signs_count(const struct signs *s, usec_t now, int seconds, unsigned *ret_accounts,
                 unsigned *ret_networks)
{
	uint64_t seen[SIGNS_KEPT];
	unsigned n = 0, k;

	*ret_accounts = 0;
	for (unsigned i = 0; i < s->n; i++) {
		if (s->v[i].at + seconds * 1000000LL < now)
			continue;
		++*ret_accounts;
		for (k = 0; k < n && seen[k] != s->v[i].network; k++)
			;
		if (k == n)
			seen[n++] = s->v[i].network;
	}
	*ret_networks = n;
}
