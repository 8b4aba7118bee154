/*
 * keeper.c - a thread that keeps a link to each node that is to have one, ends licences in time, and tells clients that
 * help.getConfig says something else. And the beginning and end of it all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/settings.h"
#include "cdnlink/private.h"
#include "crypto/hash.h"
#include "rpc/app.h"
#include "rpc/server.h"

enum { TICK_MSEC = 1000 };

/* A revoked one is told so until it is wiped. */
static bool wants_link(const struct node *n)
{
	return n->has_epoch && n->state >= STORE_CDN_ACTIVE && n->state < STORE_CDN_WIPED;
}

/* Its thread ends soon. */
static void stop(struct node *n)
{
	WITH_LOCK(&n->lock);
	n->stopping = true;
	if (n->pipe)
		cdn_pipe_shut(n->pipe);
	pthread_cond_broadcast(&n->changed);
}

static void end_thread(struct node *n)
{
	stop(n);
	pthread_join(n->thread, NULL);
	n->has_thread = false;
}

/* has_thread is the keeper's own. */
static void keep_link(struct node *n)
{
	bool wants;

	pthread_mutex_lock(&n->lock);
	wants = wants_link(n);
	pthread_mutex_unlock(&n->lock);
	if (wants == n->has_thread)
		return;
	if (!wants) {
		end_thread(n);
		return;
	}
	n->stopping = false;
	n->has_thread = pthread_create(&n->thread, NULL, link_thread, n) == 0;
}

/* Tokens live for two hours at most: so long before its end nobody is sent there any more. */
static void keep_licence(struct cdnlink *l, struct node *n)
{
	const struct settings *s = l->app->settings;
	unixtime_t now = clock_unix(), until, drain = s ? s->cdn_drain_seconds : 0;
	enum store_cdn_state state;
	int r = 0;

	pthread_mutex_lock(&n->lock);
	state = n->state;
	until = n->licence_until;
	pthread_mutex_unlock(&n->lock);
	if (!until || state < STORE_CDN_ACTIVE || state > STORE_CDN_DRAINING)
		return;
	if (now >= until)
		r = cdnlink_node_revoke(l, n->dc, "its licence is over");
	else if (state == STORE_CDN_ACTIVE && now >= until - drain)
		r = cdnlink_node_drain(l, n->dc, "its licence is about to end");
	if (r < 0)
		log_event(LOG_ERROR, "cdn-licence", "dc=%d error=%s", n->dc, err_name(r));
}

static void *keep(void *arg)
{
	struct cdnlink *l = arg;

	pthread_mutex_lock(&l->lock);
	while (!l->stopping) {
		usec_t at = clock_usec() + TICK_MSEC * 1000;
		struct timespec t = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000};
		bool tell = l->tell_config;
		struct node *n;

		l->tell_config = l->look = false;
		pthread_mutex_unlock(&l->lock);
		if (tell)
			app_tell_config(l->app);
		for (int32_t dc = STORE_CDN_FIRST; (n = node_of(l, dc)) != NULL; dc++) {
			keep_link(n);
			node_stands_in(n);
			keep_licence(l, n);
		}
		pthread_mutex_lock(&l->lock);
		while (!l->stopping && !l->look && pthread_cond_timedwait(&l->changed, &l->lock, &t) == 0)
			;
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

void keeper_wake(struct cdnlink *l, bool tell_config)
{
	WITH_LOCK(&l->lock);
	l->look = true;
	l->tell_config = l->tell_config || tell_config;
	pthread_cond_signal(&l->changed);
}

/* --- beginning and end */

/*
 * What was kept at the end of the server before: its nodes go on with what they have. Gone from the store once it is taken, so a server that
 * does not end well, and may have told a node less than it should, leaves none.
 */
static int take_leases(struct rpc_call *c, struct cdnlink *l)
{
	struct store_cdn_lease *v;
	size_t n;
	int r = store_cdn_take_leases(c->db, &c->arena, &v, &n);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct node *x = node_of(l, v[i].dc);

		pthread_mutex_lock(&x->lock);
		if (x->has_epoch)
			lease_resume(&x->lease, v[i].key, x->lease_seconds, clock_usec());
		pthread_mutex_unlock(&x->lock);
		wipe(v[i].key, sizeof(v[i].key));
	}
	return r;
}

static int read_rows(struct rpc_call *c, void *arg)
{
	struct store_cdn_node *v;
	size_t n;
	int r = store_cdn_list(c->db, &c->arena, &v, &n);

	if (r < 0)
		return r;
	nodes_take(arg, v, n);
	return take_leases(c, arg);
}

/* Of nodes that have dropped whatever they should have. */
static int keep_leases(struct rpc_call *c, void *arg)
{
	struct node *n;
	int r = 0;

	for (int32_t dc = STORE_CDN_FIRST; r >= 0 && (n = node_of(arg, dc)) != NULL; dc++) {
		struct store_cdn_lease l = {.dc = dc};
		bool kept;

		pthread_mutex_lock(&n->lock);
		kept = wants_link(n) && n->state != STORE_CDN_REVOKED && n->lease.has_key && !n->again &&
		       !n->drops.n;
		memcpy(l.key, n->lease.key, sizeof(l.key));
		pthread_mutex_unlock(&n->lock);
		r = kept ? store_cdn_keep_lease(c->db, &l) : 0;
		wipe(&l, sizeof(l));
	}
	return r;
}

int cdnlink_start(struct app *app, struct slice own_pem)
{
	struct cdnlink *l = xcalloc(1, sizeof(*l));
	uint8_t *pem = xmalloc(own_pem.n + 1);
	pthread_condattr_t attr;
	int r;

	l->app = app;
	cdnlink_answer_within(l, CDNLINK_ANSWER_USEC);
	memcpy(pem, own_pem.p, own_pem.n);
	pem[own_pem.n] = 0;
	l->own_pem = slice_of(pem, own_pem.n);
	memcpy(l->choose_key, app->access_secret, sizeof(l->choose_key));
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* as clock_usec() */
	pthread_cond_init(&l->changed, &attr);
	pthread_condattr_destroy(&attr);
	app->cdn = l;
	r = rpc_write_wait(app->rpc, read_rows, l);
	l->tell_config = false; /* nobody is connected yet */
	if (r >= 0)
		l->has_keeper = pthread_create(&l->keeper, NULL, keep, l) == 0;
	return r < 0 ? r : l->has_keeper ? 0 : -ERR_AGAIN;
}

void cdnlink_answer_within(struct cdnlink *l, usec_t usec)
{
	atomic_store(&l->answer_usec, usec);
}

void cdnlink_stop(struct cdnlink *l)
{
	struct node *n;

	if (!l)
		return;
	pthread_mutex_lock(&l->lock);
	l->stopping = true;
	pthread_cond_signal(&l->changed);
	pthread_mutex_unlock(&l->lock);
	if (l->has_keeper)
		pthread_join(l->keeper, NULL);
	l->has_keeper = false;
	for (int32_t dc = STORE_CDN_FIRST; (n = node_of(l, dc)) != NULL; dc++) /* all at once */
		stop(n);
	for (int32_t dc = STORE_CDN_FIRST; (n = node_of(l, dc)) != NULL; dc++)
		if (n->has_thread)
			end_thread(n);
	if (rpc_write_wait(l->app->rpc, keep_leases, l) < 0)
		log_event(LOG_WARNING, "cdn-leases", "kept=no");
}

static void node_free(struct node *n)
{
	wipe(&n->epoch, sizeof(n->epoch));
	wipe(n->secret, sizeof(n->secret));
	lease_void(&n->lease);
	fills_free(n->fills);
	drops_free(&n->drops);
	free(n->pem[0]);
	free(n->pem[1]);
	rsa_key_free(n->rsa[0]);
	rsa_key_free(n->rsa[1]);
	pthread_mutex_destroy(&n->lock);
	pthread_cond_destroy(&n->changed);
	free(n);
}

void cdnlink_free(struct cdnlink *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < NODES && l->nodes[i]; i++)
		node_free(l->nodes[i]);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->changed);
	free((void *)(uintptr_t)l->own_pem.p);
	free(l);
}
