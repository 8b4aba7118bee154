/* rates.c - see rates.h. */
#include "mtproto/rates.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

enum { BUCKETS = 4096, ONE = 1000000 /* a token, in the unit that time refills */ };

struct mt_rates {
	pthread_mutex_t lock;
	uint8_t salt[16];
	int64_t per_second, full;
	struct {                 /* guarded by lock */
		int64_t missing; /* tokens taken and not refilled, times ONE */
		usec_t at;
	} bucket[BUCKETS];
};

struct mt_rates *mt_rates_new(unsigned per_second, unsigned burst)
{
	struct mt_rates *r = xcalloc(1, sizeof(*r));

	pthread_mutex_init(&r->lock, NULL);
	rng_bytes(r->salt, sizeof(r->salt));
	r->per_second = per_second;
	r->full = (int64_t)burst * ONE;
	return r;
}

void mt_rates_free(struct mt_rates *r)
{
	if (r)
		pthread_mutex_destroy(&r->lock);
	free(r);
}

/* The part of an address that is somebody's; 0 bytes: loopback. */
static size_t owner_of(const char *ip, uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, loopback6[16] = {[15] = 1};

	if (inet_pton(AF_INET, ip, out) == 1)
		return out[0] == 127 ? 0 : 4;
	if (inet_pton(AF_INET6, ip, out) != 1)
		return strlen(ip) ? 1 : 0; /* no address: all of that kind together */
	if (memcmp(out, mapped, 12) == 0) {
		memmove(out, out + 12, 4);
		return out[0] == 127 ? 0 : 4;
	}
	return memcmp(out, loopback6, 16) == 0 ? 0 : 8;
}

bool mt_rates_take(struct mt_rates *r, const char *ip, usec_t now)
{
	uint8_t who[16] = {0}, h[32];
	size_t n = owner_of(ip, who);
	int64_t *missing;
	uint16_t i;
	bool ok;

	if (!n)
		return true;
	sha256_2(r->salt, sizeof(r->salt), who, n, h);
	memcpy(&i, h, sizeof(i));
	i %= BUCKETS;
	pthread_mutex_lock(&r->lock);
	missing = &r->bucket[i].missing;
	*missing -= (now - r->bucket[i].at) * r->per_second;
	if (*missing < 0)
		*missing = 0;
	r->bucket[i].at = now;
	ok = *missing + ONE <= r->full;
	if (ok)
		*missing += ONE;
	pthread_mutex_unlock(&r->lock);
	return ok;
}
