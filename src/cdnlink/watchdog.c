/* watchdog.c - see watchdog.h. */
#include "cdnlink/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/settings.h"
#include "cdnlink/audit.h"
#include "cdnlink/private.h"
#include "cdnlink/probe.h"
#include "cdnlink/signs.h"
#include "rpc/app.h"

enum { OPEN_MAX = 4 /* probes of a node under way */ };
#define PROBE_EACH 1000000
#define TURN       100000

struct watched {
	int32_t dc; /* 0: a free place */
	struct client_address at;
	int64_t keys[PROBE_KEYS];
	struct one { /* a probe under way */
		struct cdn_watchdog *w;
		struct watched *of;
		struct probe *probe; /* NULL: none */
	} open[OPEN_MAX];
	unsigned failures; /* one after the other */
	bool listed;       /* this time */
	/* Guarded by the lock: */
	struct cdn_watch seen;
	struct signs signs;
	usec_t audit_at;
	bool doubted; /* by clients, or the last audit: a chunk is asked for at once */
};

struct cdn_watchdog {
	struct cdnlink *l;
	const struct settings *settings;
	struct client_loop *loop;
	pthread_t prober, auditor;
	bool has_prober, has_auditor;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping; /* guarded by lock */
	struct watched nodes[NODES];
};

static bool is_stopping(struct cdn_watchdog *w)
{
	WITH_LOCK(&w->lock);
	return w->stopping;
}

static struct watched *find(struct cdn_watchdog *w, int32_t dc)
{
	return dc >= STORE_CDN_FIRST && dc <= STORE_CDN_LAST && w->nodes[dc - STORE_CDN_FIRST].dc == dc
	               ? &w->nodes[dc - STORE_CDN_FIRST]
	               : NULL;
}

/* --- probes: one thread */

static void end_life(struct cdn_watchdog *w, int32_t dc, const char *why)
{
	int r = cdnlink_node_revoke(w->l, dc, why);

	if (r < 0 && r != -ERR_INVALID) /* invalid: it was revoked already */
		log_event(LOG_ERROR, "cdn-revoke", "dc=%d error=%s", dc, err_name(r));
}

static void probed(void *arg, enum probe_result r, unsigned msec)
{
	struct one *o = arg;
	struct cdn_watchdog *w = o->w;
	struct watched *n = o->of;
	char why[64];

	o->probe = NULL;
	pthread_mutex_lock(&w->lock);
	n->seen.probes++;
	n->seen.failed += r != PROBE_FINE;
	n->seen.msec = msec;
	snprintf(n->seen.last, sizeof(n->seen.last), "%s", probe_result_name(r));
	pthread_mutex_unlock(&w->lock);
	if (r == PROBE_FINE) {
		n->failures = 0;
		return;
	}
	snprintf(why, sizeof(why), "a probe found it %s", probe_result_name(r));
	if (++n->failures == 1)
		cdnlink_node_event(w->l, n->dc, "probe", why);
	else if (n->failures == WATCHDOG_FAILURES)
		end_life(w, n->dc, why);
}

static void begin_probe(struct cdn_watchdog *w, struct watched *n)
{
	for (int i = 0; i < OPEN_MAX; i++)
		if (!n->open[i].probe) {
			n->open[i] = (struct one){.w = w, .of = n};
			n->open[i].probe = probe_start(w->loop, &n->at, n->dc, n->keys, probed, &n->open[i]);
			return;
		}
}

static void end_probes(struct watched *n)
{
	for (int i = 0; i < OPEN_MAX; i++) {
		probe_free(n->open[i].probe);
		n->open[i].probe = NULL;
	}
}

/* With the node's lock. */
static void list(void *arg, const struct cdnlink_published *p)
{
	struct cdn_watchdog *w = arg;
	struct watched *n = &w->nodes[p->dc - STORE_CDN_FIRST];
	const struct node *of = node_of(w->l, p->dc);

	if (!p->ip || node_address(of, &n->at) < 0) /* its end has come, or it has shown no key yet */
		return;
	for (int i = 0; i < PROBE_KEYS; i++)
		n->keys[i] = of->rsa[i] ? rsa_fingerprint(of->rsa[i]) : 0;
	n->listed = true;
	if (n->dc)
		return;
	WITH_LOCK(&w->lock);
	n->signs = (struct signs){0};
	n->failures = 0;
	n->doubted = false;
	n->audit_at = 0;
	n->dc = p->dc;
}

static void look_at_all(struct cdn_watchdog *w)
{
	for (size_t i = 0; i < NODES; i++)
		w->nodes[i].listed = false;
	cdnlink_each_published(w->l, cdnlink_count(w->l), list, w);
	for (size_t i = 0; i < NODES; i++) {
		struct watched *n = &w->nodes[i];

		if (n->dc && n->listed) {
			begin_probe(w, n);
		} else if (n->dc) {
			end_probes(n);
			WITH_LOCK(&w->lock);
			n->dc = 0;
		}
	}
}

static void *probe_all(void *arg)
{
	struct cdn_watchdog *w = arg;
	usec_t next = clock_usec() + PROBE_EACH;

	while (!is_stopping(w)) {
		if (clock_usec() >= next) {
			look_at_all(w);
			next += PROBE_EACH;
			if (next < clock_usec()) /* a machine that slept */
				next = clock_usec() + PROBE_EACH;
		}
		client_loop_turn(w->loop, TURN);
	}
	for (size_t i = 0; i < NODES; i++)
		end_probes(&w->nodes[i]);
	return NULL;
}

/* --- audits: another thread, for they block */

static void judge(struct cdn_watchdog *w, struct watched *n, int32_t dc, bool doubted,
                  const struct cdnlink_audit *a)
{
	char why[160];

	pthread_mutex_lock(&w->lock);
	n->seen.audits += a->result != CDNLINK_AUDIT_NOTHING;
	n->seen.same += a->result == CDNLINK_AUDIT_SAME;
	n->seen.wrong += a->result == CDNLINK_AUDIT_WRONG;
	if (doubted)
		n->signs = (struct signs){0};
	pthread_mutex_unlock(&w->lock);
	if (a->result == CDNLINK_AUDIT_WRONG) {
		snprintf(why, sizeof(why), "an audit found other bytes in chunk %u", a->chunk);
		if (cdnlink_node_suspect(w->l, dc, why) == 0)
			cdnlink_node_drain(w->l, dc, why);
	} else if (a->result > CDNLINK_AUDIT_WRONG && doubted) {
		snprintf(why, sizeof(why), "an audit found it %s: %s", cdnlink_audit_name(a->result), a->why);
		end_life(w, dc, why);
	} else if (a->result > CDNLINK_AUDIT_WRONG) { /* once more, at once */
		snprintf(why, sizeof(why), "%s: %s", cdnlink_audit_name(a->result), a->why);
		cdnlink_node_event(w->l, dc, "audit", why);
		WITH_LOCK(&w->lock);
		n->doubted = true;
	}
}

/* Whose turn it is; 0: nobody's. */
static int32_t due(struct cdn_watchdog *w, bool *ret_doubted)
{
	usec_t now = clock_usec(), each = w->settings ? w->settings->cdn_audit_seconds * 1000000LL : 0;
	WITH_LOCK(&w->lock);

	for (size_t i = 0; i < NODES; i++) {
		struct watched *n = &w->nodes[i];

		if (!n->dc)
			continue;
		if (!n->audit_at)
			n->audit_at = now + each;
		if (!n->doubted && (!each || now < n->audit_at))
			continue;
		*ret_doubted = n->doubted;
		n->doubted = false;
		n->audit_at = now + each;
		return n->dc;
	}
	return 0;
}

static void *audit_all(void *arg)
{
	struct cdn_watchdog *w = arg;

	while (!is_stopping(w)) {
		struct cdnlink_audit a;
		bool doubted;
		int32_t dc = due(w, &doubted);

		if (dc) {
			if (cdnlink_audit(w->l, dc, &a) == 0)
				judge(w, &w->nodes[dc - STORE_CDN_FIRST], dc, doubted, &a);
			continue;
		}
		WITH_LOCK(&w->lock);
		if (!w->stopping) {
			usec_t at = clock_usec() + PROBE_EACH;
			struct timespec t = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000};

			pthread_cond_timedwait(&w->changed, &w->lock, &t);
		}
	}
	return NULL;
}

void cdn_watchdog_came_back(struct cdn_watchdog *w, int32_t dc, int64_t account, const char *ip)
{
	unsigned accounts, networks;
	usec_t now = clock_usec();
	struct watched *n;

	if (!w)
		return;
	WITH_LOCK(&w->lock);
	n = find(w, dc);
	if (!n)
		return;
	signs_add(&n->signs, account, ip ? signs_network(ip) : 0, now);
	signs_count(&n->signs, now, WATCHDOG_SIGNS_SECONDS, &accounts, &networks);
	if (accounts < WATCHDOG_SIGNS || networks < WATCHDOG_SIGNS || n->doubted)
		return;
	n->doubted = true;
	pthread_cond_signal(&w->changed);
}

int cdn_watchdog_of(struct cdn_watchdog *w, int32_t dc, struct cdn_watch *ret)
{
	struct watched *n;
	unsigned networks;

	if (!w || dc < STORE_CDN_FIRST || dc > STORE_CDN_LAST)
		return -ERR_NOTFOUND;
	WITH_LOCK(&w->lock);
	n = &w->nodes[dc - STORE_CDN_FIRST];
	if (!n->dc && !n->seen.probes)
		return -ERR_NOTFOUND;
	*ret = n->seen;
	signs_count(&n->signs, clock_usec(), WATCHDOG_SIGNS_SECONDS, &ret->signs, &networks);
	return 0;
}

int cdn_watchdog_start(struct app *app)
{
	struct cdn_watchdog *w = xcalloc(1, sizeof(*w));
	pthread_condattr_t attr;

	w->l = app->cdn;
	w->settings = app->settings;
	w->loop = client_loop_new();
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* as clock_usec() */
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	app->cdn_watchdog = w;
	w->has_prober = pthread_create(&w->prober, NULL, probe_all, w) == 0;
	w->has_auditor = pthread_create(&w->auditor, NULL, audit_all, w) == 0;
	return w->has_prober && w->has_auditor ? 0 : -ERR_AGAIN;
}

void cdn_watchdog_stop(struct cdn_watchdog *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	if (w->has_prober)
		pthread_join(w->prober, NULL);
	if (w->has_auditor)
		pthread_join(w->auditor, NULL);
	w->has_prober = w->has_auditor = false;
}

void cdn_watchdog_free(struct cdn_watchdog *w)
{
	if (!w)
		return;
	client_loop_free(w->loop);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	free(w);
}
