/* redirect.c - who is sent to which node, what nodes are therefore to have, and what they are to drop. */
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "cdnlink/private.h"
#include "crypto/hash.h"
#include "crypto/siphash.h"

bool cdnlink_any(const struct cdnlink *l)
{
	usec_t now = l ? clock_usec() : 0;

	for (int32_t dc = STORE_CDN_FIRST; l && dc <= STORE_CDN_LAST; dc++) {
		const struct node *n = node_of(l, dc);

		if (!n)
			return false; /* ids are given one after the other */
		if (node_is_open(n, now))
			return true;
	}
	return false;
}

/* Is this country in the list? An empty list has all, and what is unknown. */
static bool has(const char *list, const char *country)
{
	const char *at = list;
	size_t len = strlen(country);

	if (!*at)
		return true;
	while (len && *at) {
		if (strncmp(at, country, len) == 0 && (at[len] == ',' || !at[len]))
			return true;
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return false;
}

static bool may_have(struct node *n, const struct cdnlink_content *content)
{
	if (has(n->homes, content->home))
		return true;
	n->live.withheld++;
	return false;
}

/* Rendezvous: each node draws a number for the content, the highest has it. A node that goes moves nobody else's contents. */
static uint64_t draw(const struct cdnlink *l, const uint8_t content[CDN_CONTENT_SIZE], int32_t dc)
{
	uint8_t in[CDN_CONTENT_SIZE + 4];

	memcpy(in, content, CDN_CONTENT_SIZE);
	memcpy(in + CDN_CONTENT_SIZE, &dc, 4);
	return siphash(l->choose_key, in, sizeof(in));
}

static struct node *choose(struct cdnlink *l, const struct cdnlink_content *content, const char *country,
                           struct cdn_epoch *ret)
{
	usec_t now = clock_usec();
	struct node *best = NULL, *n;
	uint64_t most = 0;

	for (int32_t dc = STORE_CDN_FIRST; (n = node_of(l, dc)) != NULL; dc++) {
		uint64_t drawn;

		if (!node_is_open(n, now) || (drawn = draw(l, content->id, dc)) < most)
			continue;
		WITH_LOCK(&n->lock);
		if (n->state != STORE_CDN_ACTIVE || content->size < n->min_size ||
		    !has(n->countries, country) || !may_have(n, content))
			continue;
		best = n;
		most = drawn;
		*ret = n->epoch;
	}
	return best;
}

int cdnlink_choose(struct cdnlink *l, const struct cdnlink_content *content, const char *country,
                   struct cdn_epoch *ret)
{
	return l && choose(l, content, country, ret) ? 0 : -ERR_NOTFOUND;
}

int cdnlink_epoch(struct cdnlink *l, int32_t dc, struct cdn_epoch *ret)
{
	struct node *n = node_of(l, dc);

	if (!n)
		return -ERR_NOTFOUND;
	WITH_LOCK(&n->lock);
	if (!n->has_epoch ||
	    (n->state != STORE_CDN_ACTIVE && n->state != STORE_CDN_DRAINING && n->state != STORE_CDN_SUSPECT))
		return -ERR_NOTFOUND;
	*ret = n->epoch;
	return 0;
}

static void object_of(const struct node *n, const uint8_t content[CDN_CONTENT_SIZE], uint64_t size,
                      struct fills_object *ret)
{
	struct cdn_object o;

	cdn_object_of(&n->epoch, content, &o);
	memcpy(ret->id, o.id, sizeof(ret->id));
	memcpy(ret->content, content, sizeof(ret->content));
	ret->size = size;
	wipe(&o, sizeof(o));
}

void cdnlink_redirected(struct cdnlink *l, int32_t dc, const struct cdnlink_content *content)
{
	struct node *n = node_of(l, dc);
	usec_t now = clock_usec();
	struct fills_object o;

	if (!n)
		return;
	WITH_LOCK(&n->lock);
	if (!n->pipe || !may_have(n, content)) /* not any more */
		return;
	object_of(n, content->id, content->size, &o);
	n->live.redirects++;
	fills_ask(n->fills, &o, 0, 0, 0);
	fills_follow(n->fills, &o, now);
	pthread_cond_broadcast(&n->changed);
}

int cdnlink_ask(struct cdnlink *l, int32_t dc, const struct cdnlink_content *content, uint32_t window,
                uint32_t fills, int64_t key)
{
	struct node *n = node_of(l, dc);
	usec_t now = clock_usec();
	struct fills_object o;
	int r;

	if (!n)
		return -ERR_NOTFOUND;
	WITH_LOCK(&n->lock);
	if (!n->pipe || !n->has_epoch)
		return -ERR_NOTFOUND;
	if (!may_have(n, content))
		return -ERR_DENIED;
	object_of(n, content->id, content->size, &o);
	n->live.asked++;
	r = fills_ask(n->fills, &o, window, key, fills);
	if (r >= 0)
		fills_follow(n->fills, &o, now);
	pthread_cond_broadcast(&n->changed);
	return r;
}

static void follow(struct node *n, const struct cdnlink_content *content)
{
	struct fills_object o;

	WITH_LOCK(&n->lock);
	if (!n->pipe || !may_have(n, content))
		return;
	object_of(n, content->id, content->size, &o);
	fills_follow(n->fills, &o, clock_usec());
	pthread_cond_broadcast(&n->changed);
}

/* Whom would each of its countries be sent to? */
static void prefetch_as(struct cdnlink *l, const struct cdnlink_content *content, const char *countries)
{
	char country[3] = "";
	struct cdn_epoch e;
	struct node *n;

	do {
		if (*countries) {
			memcpy(country, countries, 2);
			countries += strcspn(countries, ",");
			countries += *countries == ',';
		}
		if ((n = choose(l, content, country, &e)) != NULL)
			follow(n, content);
	} while (*countries);
	wipe(&e, sizeof(e));
}

void cdnlink_prefetch(struct cdnlink *l, const struct cdnlink_content *content)
{
	char countries[COUNTRIES_MAX];
	struct node *n;

	for (int32_t dc = STORE_CDN_FIRST; (n = node_of(l, dc)) != NULL; dc++) {
		if (!atomic_load(&n->is_active))
			continue;
		pthread_mutex_lock(&n->lock);
		memcpy(countries, n->countries, sizeof(countries));
		pthread_mutex_unlock(&n->lock);
		prefetch_as(l, content, countries);
	}
}

void cdnlink_drop(struct cdnlink *l, const uint8_t content[CDN_CONTENT_SIZE])
{
	struct node *n;

	for (int32_t dc = STORE_CDN_FIRST; (n = node_of(l, dc)) != NULL; dc++) {
		struct fills_told no = {0};
		struct fills_object o;

		pthread_mutex_lock(&n->lock);
		if (n->has_epoch && n->state != STORE_CDN_WIPED && n->lease.has_key) {
			object_of(n, content, 0, &o);
			fills_forget(n->fills, o.id, &no);
			if (drops_add(&n->drops, o.id) < 0) { /* all of the cache goes instead */
				drops_clear(&n->drops);
				lease_void(&n->lease);
				n->again = true;
			}
			n->live.drops++;
			pthread_cond_broadcast(&n->changed);
		}
		pthread_mutex_unlock(&n->lock);
		tell_waiters(l->app, &no, false);
	}
}
