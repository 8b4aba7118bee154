/* term.c - see term.h. */
#include "cdn/term.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "cdn/cache.h"
#include "cdn/wrap.h"
#include "crypto/hash.h"
#include "crypto/rng.h"

struct cdn_term {
	int32_t dc;
	struct cdn_cache *cache;
	void (*changed)(void *ctx, bool on);
	void *ctx;
	uint8_t boot[16], own[32]; /* own: drawn anew at each end; guarded by `begin` */
	pthread_mutex_t begin;     /* one begins or ends it at a time; taken before `lock` */
	pthread_mutex_t lock;      /* guards what follows; held for a copy */
	enum cdn_state state;
	usec_t until;  /* by clock_boot_usec() */
	int64_t ahead; /* the core's time less that clock's, seconds */
	uint8_t epoch[16], lease_key[32];
	struct cdn_node_keys keys;
};

struct cdn_term *cdn_term_new(int32_t dc, struct cdn_cache *cache)
{
	struct cdn_term *t = xcalloc(1, sizeof(*t));

	mlock(t, sizeof(*t)); /* never in a swap file, where that is allowed */
	t->dc = dc;
	t->cache = cache;
	t->state = CDN_REVOKED;
	pthread_mutex_init(&t->begin, NULL);
	pthread_mutex_init(&t->lock, NULL);
	rng_bytes(t->boot, sizeof(t->boot));
	rng_bytes(t->own, sizeof(t->own));
	return t;
}

const uint8_t *cdn_term_boot(const struct cdn_term *t)
{
	return t->boot;
}

static bool is_on(const struct cdn_term *t)
{
	return t->state != CDN_REVOKED && clock_boot_usec() < t->until;
}

void cdn_term_tell(struct cdn_term *t, void (*changed)(void *ctx, bool on), void *ctx)
{
	t->changed = changed;
	t->ctx = ctx;
}

static void tell(struct cdn_term *t, bool on)
{
	if (t->changed)
		t->changed(t->ctx, on);
}

/* With `begin` held. */
static void end(struct cdn_term *t)
{
	pthread_mutex_lock(&t->lock);
	t->state = CDN_REVOKED;
	wipe(t->lease_key, sizeof(t->lease_key));
	wipe(&t->keys, sizeof(t->keys));
	pthread_mutex_unlock(&t->lock);
	rng_bytes(t->own, sizeof(t->own)); /* who finds the lease key somewhere has half of what it takes */
	cdn_cache_wipe(t->cache);
}

void cdn_term_free(struct cdn_term *t)
{
	if (!t)
		return;
	end(t);
	wipe(t->own, sizeof(t->own));
	munlock(t, sizeof(*t));
	pthread_mutex_destroy(&t->begin);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static void set(struct cdn_term *t, enum cdn_state state, uint32_t lease, unixtime_t now)
{
	usec_t boot = clock_boot_usec();

	t->state = state;
	t->until = boot + (usec_t)lease * 1000000;
	t->ahead = now - boot / 1000000;
}

static bool is_same(struct cdn_term *t, const struct cdn_hello *h)
{
	WITH_LOCK(&t->lock);

	return is_on(t) && cdn_cache_is_open(t->cache) &&
	       equal_consttime(t->epoch, h->epoch, sizeof(t->epoch)) &&
	       equal_consttime(t->lease_key, h->lease_key, sizeof(t->lease_key));
}

int cdn_term_begin(struct cdn_term *t, const struct cdn_hello *h)
{
	uint8_t key[32];
	bool same;
	WITH_LOCK(&t->begin);

	if (h->dc != t->dc)
		return -ERR_DENIED;
	same = h->state != CDN_REVOKED && is_same(t, h);
	if (!same)
		end(t);
	log_event(LOG_NOTICE, "lease", "state=%d seconds=%u cache=%s", h->state, h->lease,
	          same ? "kept" : "new");
	if (h->state == CDN_REVOKED) {
		tell(t, false);
		return 0;
	}
	if (!same) {
		cdn_wrap_key(t->own, h->lease_key, key);
		cdn_cache_open(t->cache, key);
		wipe(key, sizeof(key));
	}
	pthread_mutex_lock(&t->lock);
	memcpy(t->epoch, h->epoch, sizeof(t->epoch));
	memcpy(t->lease_key, h->lease_key, sizeof(t->lease_key));
	t->keys = h->keys;
	set(t, h->state, h->lease, h->now);
	pthread_mutex_unlock(&t->lock);
	tell(t, true);
	return 0;
}

void cdn_term_extend(struct cdn_term *t, const struct cdn_lease *l)
{
	bool over;
	WITH_LOCK(&t->begin);

	pthread_mutex_lock(&t->lock);
	over = t->state != CDN_REVOKED && (l->state == CDN_REVOKED || !is_on(t));
	if (!over && t->state != CDN_REVOKED)
		set(t, l->state, l->lease, l->now);
	pthread_mutex_unlock(&t->lock);
	if (!over)
		return;
	log_event(LOG_NOTICE, "lease-over", "why=%s", l->state == CDN_REVOKED ? "revoked" : "late");
	end(t);
	tell(t, false);
}

void cdn_term_end(struct cdn_term *t)
{
	WITH_LOCK(&t->begin);

	end(t);
}

void cdn_term_look(struct cdn_term *t)
{
	bool over;
	WITH_LOCK(&t->begin);

	pthread_mutex_lock(&t->lock);
	over = t->state != CDN_REVOKED && !is_on(t);
	pthread_mutex_unlock(&t->lock);
	if (!over)
		return;
	log_event(LOG_WARNING, "lease-over", "why=\"no renewal\"");
	end(t);
	tell(t, false);
}

int64_t cdn_term_left(struct cdn_term *t)
{
	WITH_LOCK(&t->lock);

	return is_on(t) ? (t->until - clock_boot_usec()) / 1000000 + 1 : 0;
}

enum cdn_state cdn_term_now(struct cdn_term *t, struct cdn_node_keys *ret_keys, unixtime_t *ret_now)
{
	WITH_LOCK(&t->lock);

	if (!is_on(t))
		return CDN_REVOKED;
	*ret_keys = t->keys;
	*ret_now = t->ahead + clock_boot_usec() / 1000000;
	return t->state;
}
