/* nodes.c - what is known of each node while the server runs: its row, what clients are told of it, and what an operator sees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "cdnlink/private.h"
#include "crypto/hash.h"
#include "rpc/app.h"

#define DAY 86400

enum { ON_THE_WAY_SECONDS = 2 /* so long somebody who was sent to a node fetches its keys */ };

static void copy(char *to, size_t n, struct slice s)
{
	size_t k = s.n < n ? s.n : n - 1;

	if (s.n)
		memcpy(to, s.p, k);
	to[k] = 0;
}

static struct node *node_new(struct cdnlink *l, int32_t dc)
{
	struct node *n = xcalloc(1, sizeof(*n));
	pthread_condattr_t attr;

	n->links = l;
	n->dc = dc;
	pthread_mutex_init(&n->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* as clock_usec() */
	pthread_cond_init(&n->changed, &attr);
	pthread_condattr_destroy(&attr);
	n->fills = fills_new();
	return n;
}

/* A new epoch is another node as far as keys and cache go. */
static void take_epoch(struct node *n, struct slice secret)
{
	if (secret.n != sizeof(n->epoch.secret) ||
	    (n->has_epoch && equal_consttime(n->epoch.secret, secret.p, secret.n)))
		return;
	cdn_epoch_of(n->dc, secret.p, &n->epoch);
	lease_void(&n->lease);
	n->again = n->has_epoch;
	n->has_epoch = true;
	drops_clear(&n->drops);
}

/* What it has may be of others now: all of that goes, and what it may have is sent anew. */
static void take_homes(struct node *n, struct slice homes)
{
	if (slice_eq(slice_str(n->homes), homes))
		return;
	copy(n->homes, sizeof(n->homes), homes);
	if (!n->has_epoch)
		return;
	drops_clear(&n->drops);
	lease_void(&n->lease);
	n->again = true;
}

static bool is_same(const char *had, struct slice s)
{
	return had ? s.n == strlen(had) && memcmp(had, s.p, s.n) == 0 : !s.n;
}

static void take_pem(struct node *n, int i, struct slice s)
{
	if (is_same(n->pem[i], s))
		return;
	free(n->pem[i]);
	rsa_key_free(n->rsa[i]);
	n->pem[i] = NULL;
	n->rsa[i] = NULL;
	if (!s.n)
		return;
	n->pem[i] = xmalloc(s.n + 1);
	copy(n->pem[i], s.n + 1, s);
	rsa_key_from_public_pem(n->pem[i], s.n, &n->rsa[i]);
}

/* Is it one that clients may meet, at its own address (ret_node) or only at ours? Nobody could speak with it before its key is known. */
static bool is_published(const struct node *n, unixtime_t now, bool *ret_node)
{
	*ret_node = n->state == STORE_CDN_ACTIVE || n->state == STORE_CDN_DRAINING ||
	            n->state == STORE_CDN_SUSPECT;
	return n->was_active && n->pem[0] &&
	       (*ret_node || (n->revoked && now - n->revoked < CDNLINK_TOMB_DAYS * DAY));
}

/* What clients hear of it, as a number. */
static int heard(const struct node *n)
{
	bool node;

	return !is_published(n, clock_unix(), &node) ? 0 : node ? 2 : 1;
}

/* True if clients are told something else of it from now on. */
static bool take_row(struct node *n, const struct store_cdn_node *row)
{
	bool other_key = !is_same(n->pem[0], row->pem[0]);
	int before = heard(n);

	n->tell = n->tell || n->state != row->state;
	n->state = row->state;
	copy(n->ip, sizeof(n->ip), row->ip);
	copy(n->link, sizeof(n->link), row->link);
	copy(n->countries, sizeof(n->countries), row->countries);
	n->port = row->port;
	if (row->secret.n == sizeof(n->secret))
		memcpy(n->secret, row->secret.p, sizeof(n->secret));
	take_epoch(n, row->epoch);
	take_homes(n, row->homes);
	take_pem(n, 0, row->pem[0]);
	take_pem(n, 1, row->pem[1]);
	n->lease_seconds = row->lease;
	n->min_size = row->min_size;
	n->licence_until = row->licence_until;
	n->revoked = row->since[STORE_CDN_REVOKED];
	n->was_active = row->since[STORE_CDN_ACTIVE] != 0;
	atomic_store(&n->is_active, n->state == STORE_CDN_ACTIVE && n->has_epoch && n->pem[0]);
	pthread_cond_broadcast(&n->changed);
	return heard(n) != before || (before && other_key);
}

void node_stands_in(struct node *n)
{
	unixtime_t now = clock_unix();
	bool there, published, long_ago;

	pthread_mutex_lock(&n->lock);
	published = is_published(n, now, &there);
	long_ago = now - n->revoked > ON_THE_WAY_SECONDS;
	pthread_mutex_unlock(&n->lock);
	app_set_cdn(n->links->app, n->dc,
	            !published ? APP_CDN_NONE
	            : there    ? APP_CDN_BESIDE
	            : long_ago ? APP_CDN_ALONE
	                       : APP_CDN_LEFT);
}

void nodes_take(struct cdnlink *l, const struct store_cdn_node *rows, size_t n_rows)
{
	bool told = false;

	for (size_t i = 0; i < n_rows; i++) {
		struct node *n = node_of(l, rows[i].dc);

		if (!n) {
			n = node_new(l, rows[i].dc);
			atomic_store_explicit(&l->nodes[n->dc - STORE_CDN_FIRST], n, memory_order_release);
		}
		pthread_mutex_lock(&n->lock);
		told |= take_row(n, &rows[i]);
		pthread_mutex_unlock(&n->lock);
		node_stands_in(n);
	}
	keeper_wake(l, told);
}

int node_address(const struct node *n, struct client_address *ret)
{
	char where[80];

	snprintf(where, sizeof(where), strchr(n->ip, ':') ? "[%s]:%d" : "%s:%d", n->ip, n->port);
	return client_address_of(where, ret) < 0 ? -ERR_NOTFOUND : 0;
}

/* --- what clients are told */

void cdnlink_each_published(struct cdnlink *l, size_t max,
                            void (*f)(void *arg, const struct cdnlink_published *p), void *arg)
{
	unixtime_t now = clock_unix();

	for (int32_t dc = STORE_CDN_FIRST; dc < STORE_CDN_FIRST + (int32_t)max; dc++) {
		struct cdnlink_published p = {.dc = dc};
		struct node *n = node_of(l, dc);
		bool there;

		WITH_LOCK(&n->lock);
		if (!is_published(n, now, &there))
			continue;
		p.ip = there ? n->ip : NULL;
		p.port = n->port;
		cdn_transport_secret(n->secret, p.secret);
		for (int i = 0; i < 2; i++)
			p.pem[i] = slice_str(n->pem[i]);
		f(arg, &p);
	}
}

struct slice cdnlink_own_pem(const struct cdnlink *l)
{
	return l ? l->own_pem : (struct slice){0};
}

size_t cdnlink_count(const struct cdnlink *l)
{
	size_t n = 0;

	while (l && n < NODES && node_of(l, STORE_CDN_FIRST + (int32_t)n))
		n++;
	return n;
}

/* --- to be seen */

static void look_at(struct node *n, struct cdnlink_live *ret)
{
	*ret = n->live;
	ret->up = n->pipe != NULL;
	ret->held = node_is_open(n, clock_usec());
	/* After a restart of ours the lease of before may last for as long. */
	ret->lease_over = n->lease.over_at ? clock_usec() >= n->lease.over_at
	                                   : clock_unix() - n->links->app->started > n->lease_seconds;
	ret->in_flight = fills_in_flight(n->fills);
	fills_count(n->fills, &ret->windows, &ret->files);
}

int cdnlink_live(struct cdnlink *l, int32_t dc, struct cdnlink_live *ret)
{
	struct node *n = node_of(l, dc);

	if (!n)
		return -ERR_NOTFOUND;
	WITH_LOCK(&n->lock);
	look_at(n, ret);
	return 0;
}

void cdnlink_each_live(struct cdnlink *l,
                       void (*f)(void *arg, int32_t dc, enum store_cdn_state s, const struct cdnlink_live *v),
                       void *arg)
{
	struct cdnlink_live v;
	struct node *n;

	for (int32_t dc = STORE_CDN_FIRST; (n = node_of(l, dc)) != NULL; dc++) {
		enum store_cdn_state s;

		pthread_mutex_lock(&n->lock);
		s = n->state;
		look_at(n, &v);
		pthread_mutex_unlock(&n->lock);
		if (s >= STORE_CDN_ACTIVE && s < STORE_CDN_WIPED)
			f(arg, dc, s, &v);
	}
}

size_t cdnlink_pushed(struct cdnlink *l, int32_t dc, struct cdnlink_pushed *ret, size_t max)
{
	struct fills_chunk *v = xcalloc(max ? max : 1, sizeof(*v));
	struct node *n = node_of(l, dc);
	size_t k = 0;

	if (n) {
		WITH_LOCK(&n->lock);
		k = fills_known(n->fills, v, max);
	}
	for (size_t i = 0; i < k; i++) {
		memcpy(ret[i].content, v[i].object.content, CDN_CONTENT_SIZE);
		ret[i].size = v[i].object.size;
		ret[i].chunk = v[i].chunk;
	}
	free(v);
	return k;
}
