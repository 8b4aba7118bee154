/* life.c - the steps of a node's life, in the store and its log; they are in force once they are committed. */
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/log.h"
#include "cdnlink/private.h"
#include "crypto/rng.h"
#include "rpc/app.h"
#include "rpc/call.h"
#include "rpc/server.h"

static const char *const names[STORE_CDN_STATES] = {
	[STORE_CDN_PLANNED] = "planned", [STORE_CDN_LICENSED] = "licensed", [STORE_CDN_ACTIVE] = "active",
	[STORE_CDN_SUSPECT] = "suspect", [STORE_CDN_DRAINING] = "draining", [STORE_CDN_REVOKED] = "revoked",
	[STORE_CDN_WIPED] = "wiped",
};

#define FROM(s) (1u << STORE_CDN_##s)

/* From which states it comes into each. A revoked node never comes back: it is another node, with another id. */
static const unsigned moves[STORE_CDN_STATES] = {
	[STORE_CDN_LICENSED] = FROM(PLANNED),
	[STORE_CDN_ACTIVE] = FROM(LICENSED) | FROM(SUSPECT) | FROM(DRAINING),
	[STORE_CDN_SUSPECT] = FROM(ACTIVE),
	[STORE_CDN_DRAINING] = FROM(ACTIVE) | FROM(SUSPECT),
	[STORE_CDN_REVOKED] = FROM(PLANNED) | FROM(LICENSED) | FROM(ACTIVE) | FROM(SUSPECT) | FROM(DRAINING),
	[STORE_CDN_WIPED] = FROM(REVOKED),
};

const char *cdnlink_state_name(enum store_cdn_state s)
{
	return names[s];
}

/* An object of JSON in the arena; takes `o`. */
static struct slice encoded(struct rpc_call *c, json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	struct slice s = arena_str(&c->arena, text ? text : "{}");

	free(text);
	json_decref(o);
	return s;
}

static struct slice why_of(struct rpc_call *c, const char *why)
{
	return encoded(c, why ? json_pack("{s:s}", "why", why) : json_object());
}

/* --- in force after the commit */

struct rows {
	struct store_cdn_node *v;
	size_t n;
};

static void take(struct app *app, void *arg)
{
	struct rows *x = arg;

	nodes_take(app->cdn, x->v, x->n);
}

static int in_force(struct rpc_call *c)
{
	struct rows *x = ARENA_NEW(&c->arena, struct rows);
	int r = store_cdn_list(c->db, &c->arena, &x->v, &x->n);

	if (r >= 0 && c->app->cdn)
		rpc_after_commit(c, take, x);
	return r;
}

static int put(struct rpc_call *c, const struct store_cdn_node *n, const char *event, struct slice details)
{
	int r;

	if ((r = store_cdn_put(c->db, n)) < 0 || (r = cdnlink_log(c, n->dc, event, details)) < 0)
		return r;
	return in_force(c);
}

/* --- the steps */

int cdnlink_add(struct rpc_call *c, struct store_cdn_node *n)
{
	uint8_t *secret = arena_alloc(&c->arena, STORE_CDN_SECRET);
	int r;

	rng_bytes(secret, STORE_CDN_SECRET);
	n->secret = slice_of(secret, STORE_CDN_SECRET);
	n->state = STORE_CDN_PLANNED;
	n->since[STORE_CDN_PLANNED] = c->now;
	if ((r = store_cdn_insert(c->db, n)) < 0)
		return r;
	r = cdnlink_log(
		c, n->dc, "planned",
		encoded(c, json_pack("{s:s%,s:s%,s:i,s:s%,s:s%,s:s%,s:I,s:I}", "name", n->name.p,
	                             (size_t)n->name.n, "ip", n->ip.p, (size_t)n->ip.n, "port", n->port,
	                             "link", n->link.p, (size_t)n->link.n, "countries", n->countries.p,
	                             (size_t)n->countries.n, "homes",
	                             n->homes.p ? (const char *)n->homes.p : "", (size_t)n->homes.n, "lease",
	                             (json_int_t)n->lease, "min_size", (json_int_t)n->min_size)));
	return r < 0 ? r : in_force(c);
}

static void come_into(struct rpc_call *c, struct store_cdn_node *n, enum store_cdn_state s)
{
	n->state = s;
	n->since[s] = c->now;
}

/* For people: "2027-03-31T00:00:00Z". */
static const char *day_of(struct rpc_call *c, unixtime_t t)
{
	char *text = arena_alloc(&c->arena, 32);
	struct tm tm;

	strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&(time_t){t}, &tm));
	return text;
}

int cdnlink_license(struct rpc_call *c, int32_t dc, const struct cdnlink_licence *x,
                    struct store_cdn_node *ret)
{
	struct store_cdn_node n;
	int r = store_cdn_get(c->db, dc, &c->arena, &n);

	if (r < 0)
		return r;
	if (n.state >= STORE_CDN_REVOKED)
		return -ERR_INVALID;
	if (!x->until && !n.licence_until)
		return -ERR_DENIED;
	if (n.state == STORE_CDN_PLANNED)
		come_into(c, &n, STORE_CDN_LICENSED);
	if (x->text)
		n.licence = slice_str(x->text);
	if (x->until)
		n.licence_until = x->until;
	if (x->homes)
		n.homes = slice_str(x->homes);
	if (ret)
		*ret = n;
	return put(c, &n, "licensed",
	           encoded(c, json_pack("{s:s%,s:s,s:s%}", "text", n.licence.p, (size_t)n.licence.n, "until",
	                                day_of(c, n.licence_until), "homes", n.homes.p, (size_t)n.homes.n)));
}

static void new_epoch(struct rpc_call *c, struct store_cdn_node *n)
{
	uint8_t *secret = arena_alloc(&c->arena, STORE_CDN_SECRET);

	rng_bytes(secret, STORE_CDN_SECRET);
	n->epoch = slice_of(secret, STORE_CDN_SECRET);
}

int cdnlink_step(struct rpc_call *c, int32_t dc, enum store_cdn_state to, const char *why,
                 enum store_cdn_state *ret_from)
{
	struct store_cdn_node n;
	int r = store_cdn_get(c->db, dc, &c->arena, &n);

	if (r < 0)
		return r;
	if (ret_from)
		*ret_from = n.state;
	if (!(moves[to] >> n.state & 1))
		return -ERR_INVALID;
	if (to == STORE_CDN_ACTIVE && n.licence_until <= c->now)
		return -ERR_DENIED;
	come_into(c, &n, to);
	if (to == STORE_CDN_ACTIVE)
		new_epoch(c, &n);
	if (to == STORE_CDN_WIPED) /* nothing of it is of use to anybody now */
		n.epoch = n.secret = SLICE_LIT("");
	return put(c, &n, names[to], why_of(c, why));
}

/* --- by threads of our own */

struct step {
	int32_t dc;
	enum store_cdn_state to;
	const char *event, *why;
	struct slice pem;
	int r;
};

static int step(struct rpc_call *c, void *arg)
{
	struct step *s = arg;

	s->r = cdnlink_step(c, s->dc, s->to, s->why, NULL);
	return s->r == -ERR_INVALID || s->r == -ERR_NOTFOUND ? -ERR_RPC : s->r; /* no fault of the lane's */
}

static int node_step(struct cdnlink *l, int32_t dc, enum store_cdn_state to, const char *why)
{
	struct step s = {.dc = dc, .to = to, .why = why};
	int r = rpc_write_wait(l->app->rpc, step, &s);

	r = r == -ERR_RPC ? s.r : r;
	if (r == 0)
		log_event(LOG_WARNING, "cdn-node", "dc=%d is=%s why=\"%s\"", dc, names[to], why);
	return r;
}

int cdnlink_node_suspect(struct cdnlink *l, int32_t dc, const char *why)
{
	return node_step(l, dc, STORE_CDN_SUSPECT, why);
}

int cdnlink_node_drain(struct cdnlink *l, int32_t dc, const char *why)
{
	return node_step(l, dc, STORE_CDN_DRAINING, why);
}

int cdnlink_node_revoke(struct cdnlink *l, int32_t dc, const char *why)
{
	return node_step(l, dc, STORE_CDN_REVOKED, why);
}

static int event(struct rpc_call *c, void *arg)
{
	struct step *s = arg;

	return cdnlink_log(c, s->dc, s->event, why_of(c, s->why));
}

int cdnlink_node_event(struct cdnlink *l, int32_t dc, const char *name, const char *why)
{
	struct step s = {.dc = dc, .event = name, .why = why};

	return rpc_write_wait(l->app->rpc, event, &s);
}

/* The key before stays published: clients may still know that one alone. */
static int welcomed(struct rpc_call *c, void *arg)
{
	struct step *s = arg;
	struct store_cdn_node n;
	int r = store_cdn_get(c->db, s->dc, &c->arena, &n);

	if (r < 0 || slice_eq(n.pem[0], s->pem))
		return r;
	n.pem[1] = n.pem[0];
	n.pem[0] = s->pem;
	return put(c, &n, "key", encoded(c, json_pack("{s:s%}", "pem", s->pem.p, (size_t)s->pem.n)));
}

int node_welcomed(struct cdnlink *l, int32_t dc, struct slice pem)
{
	struct step s = {.dc = dc, .pem = pem};
	struct node *n = node_of(l, dc);

	pthread_mutex_lock(&n->lock);
	if (n->pem[0] && slice_eq(slice_str(n->pem[0]), pem)) {
		pthread_mutex_unlock(&n->lock);
		return 0;
	}
	pthread_mutex_unlock(&n->lock);
	return rpc_write_wait(l->app->rpc, welcomed, &s);
}

int cdnlink_wipe(struct cdnlink *l, int32_t dc, int msec)
{
	usec_t at = clock_usec() + (usec_t)msec * 1000;
	struct timespec t = {.tv_sec = at / 1000000, .tv_nsec = at % 1000000 * 1000};
	struct node *n = node_of(l, dc);

	if (!n)
		return -ERR_NOTFOUND;
	WITH_LOCK(&n->lock);
	if (n->state != STORE_CDN_REVOKED)
		return -ERR_INVALID;
	n->wipe = true;
	pthread_cond_broadcast(&n->changed);
	while (!n->wiped)
		if (pthread_cond_timedwait(&n->changed, &n->lock, &t) != 0)
			return -ERR_TIMEOUT;
	return 0;
}
