/* cdn_life.c - admin cdn license, activate, drain, revoke, wipe: the steps of a node's life, and why one is not possible. */
#include <time.h>

#include "admin/cdn_private.h"
#include "base/err.h"
#include "base/log.h"
#include "cdnlink/cdnlink.h"

enum { TEXT_MAX = 4000, WIPE_MSEC = 10000 };

#define UNTIL_WHEN "until when? --until 2027-03-31, or 2027-03-31T12:00:00Z"

/* 0: none was given. */
static int parse_until(struct admin_call *a, unixtime_t *ret)
{
	const char *text = admin_text(a, "until"), *rest;
	struct tm tm = {0};

	*ret = 0;
	if (!text)
		return 0;
	rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!rest || *rest) {
		tm = (struct tm){0};
		rest = strptime(text, "%Y-%m-%d", &tm);
	}
	if (!rest || *rest)
		return admin_fail(a, -ERR_INVALID, UNTIL_WHEN);
	*ret = timegm(&tm);
	return 0;
}

static int license(struct rpc_call *c, struct admin_call *a)
{
	struct cdnlink_licence x = {.text = admin_text(a, "text")};
	struct store_cdn_node n;
	int32_t dc;
	int r;

	if ((r = admin_cdn_node(a, &dc)) < 0 || (r = parse_until(a, &x.until)) < 0 ||
	    (r = admin_cdn_countries(c, a, "homes", &x.homes)) < 0)
		return r;
	if (x.until && x.until <= c->now)
		return admin_fail(a, -ERR_INVALID,
		                  "--until %s is over already; a date is its beginning, 00:00 UTC",
		                  admin_text(a, "until"));
	if (x.text && strlen(x.text) > TEXT_MAX)
		return admin_fail(a, -ERR_INVALID, "--text: at most %d bytes", TEXT_MAX);
	if (!x.until && !x.text && !x.homes)
		return admin_fail(a, -ERR_INVALID, UNTIL_WHEN);
	r = cdnlink_license(c, dc, &x, &n);
	if (r == -ERR_DENIED)
		return admin_fail(a, -ERR_INVALID, UNTIL_WHEN);
	if (r == -ERR_INVALID)
		return admin_fail(a, r,
		                  "node %d was revoked: a new one is added, with another id and address", dc);
	if (r < 0)
		return admin_cdn_known(a, dc, r);
	json_object_set_new(a->out, "dc", json_integer(dc));
	json_object_set_new(a->out, "state", json_string(cdnlink_state_name(n.state)));
	json_object_set_new(a->out, "licensed_until", admin_time(n.licence_until));
	json_object_set_new(a->out, "homes", admin_cdn_shown(n.homes));
	return 0;
}

/* There is no such move: why, and what to do. */
static int cannot(struct admin_call *a, int32_t dc, enum store_cdn_state from, enum store_cdn_state to)
{
	const char *is = cdnlink_state_name(from);

	if (from == to)
		return admin_fail(a, -ERR_INVALID, "node %d is %s already", dc, is);
	if (from >= STORE_CDN_REVOKED)
		return admin_fail(a, -ERR_INVALID,
		                  "node %d is %s, for good: add a new one, with another address", dc, is);
	if (to == STORE_CDN_ACTIVE)
		return admin_fail(a, -ERR_INVALID, "node %d is %s: `admin cdn license %d --until ...` first",
		                  dc, is, dc);
	if (to == STORE_CDN_WIPED)
		return admin_fail(a, -ERR_INVALID, "node %d is %s: `admin cdn revoke %d` first", dc, is, dc);
	return admin_fail(a, -ERR_INVALID, "node %d is %s: nobody is sent to it", dc, is);
}

static int step(struct rpc_call *c, struct admin_call *a, enum store_cdn_state to)
{
	enum store_cdn_state from;
	int32_t dc;
	int r = admin_cdn_node(a, &dc);

	if (r < 0)
		return r;
	r = cdnlink_step(c, dc, to, admin_text(a, "why"), &from);
	if (r == -ERR_INVALID)
		return cannot(a, dc, from, to);
	if (r == -ERR_DENIED)
		return admin_fail(a, r,
		                  "the licence of node %d is over: `admin cdn license %d --until ...` first",
		                  dc, dc);
	if (r < 0)
		return admin_cdn_known(a, dc, r);
	json_object_set_new(a->out, "dc", json_integer(dc));
	json_object_set_new(a->out, "state", json_string(cdnlink_state_name(to)));
	log_event(LOG_NOTICE, "cdn-node", "dc=%d is=%s", dc, cdnlink_state_name(to));
	return 0;
}

static int activate(struct rpc_call *c, struct admin_call *a)
{
	return step(c, a, STORE_CDN_ACTIVE);
}

static int drain(struct rpc_call *c, struct admin_call *a)
{
	return step(c, a, STORE_CDN_DRAINING);
}

static int revoke(struct rpc_call *c, struct admin_call *a)
{
	return step(c, a, STORE_CDN_REVOKED);
}

static int wiped(struct rpc_call *c, struct admin_call *a)
{
	return step(c, a, STORE_CDN_WIPED);
}

int admin_cdn_license(struct admin_call *a)
{
	return admin_write(a, license);
}

int admin_cdn_activate(struct admin_call *a)
{
	return admin_write(a, activate);
}

int admin_cdn_drain(struct admin_call *a)
{
	return admin_write(a, drain);
}

int admin_cdn_revoke(struct admin_call *a)
{
	return admin_write(a, revoke);
}

static int may_wipe(struct rpc_call *c, struct admin_call *a)
{
	struct store_cdn_node n;
	int r = admin_cdn_get(c, a, &n);

	return r < 0 ? r : n.state == STORE_CDN_REVOKED ? 0 : cannot(a, n.dc, n.state, STORE_CDN_WIPED);
}

/* It says that it did, or, lost for good, its lease says it: what nobody renewed is unreadable. */
int admin_cdn_wipe(struct admin_call *a)
{
	bool lost = json_is_true(json_object_get(a->in, "lost"));
	struct cdnlink_live v;
	int32_t dc;
	int r = admin_cdn_node(a, &dc);

	if (r < 0 || (r = admin_read(a, may_wipe)) < 0)
		return r;
	if (cdnlink_live(a->app->cdn, dc, &v) < 0)
		return admin_cdn_known(a, dc, -ERR_NOTFOUND);
	if (lost && (v.up || !v.lease_over))
		return admin_fail(a, -ERR_BUSY,
		                  v.up ? "node %d is there: wipe it without --lost"
		                       : "node %d may still have its lease; wait for its end",
		                  dc);
	r = lost || !v.up ? 0 : cdnlink_wipe(a->app->cdn, dc, WIPE_MSEC);
	if (r == -ERR_TIMEOUT || (!lost && !v.up && r == 0))
		return admin_fail(a, -ERR_TIMEOUT, "node %d does not answer; if it is gone for good: --lost",
		                  dc);
	if (r < 0 && r != -ERR_INVALID)
		return admin_cdn_known(a, dc, r);
	return admin_write(a, wiped);
}
