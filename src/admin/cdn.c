/*
 * cdn.c - admin cdn ...: the life of CDN nodes, for whoever is responsible for them (docs/operate/cdn.md). The secret of a link is told once,
 * in the configuration that `cdn add` answers; epochs' secrets never.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/command.h"
#include "base/err.h"
#include "base/log.h"
#include "cdnlink/audit.h"
#include "cdnlink/cdnlink.h"
#include "cdnlink/watchdog.h"
#include "rpc/server.h"

enum {
	LEASE_DEFAULT = 120,
	MIN_SIZE_DEFAULT = 256, /* KiB; smaller files are not worth a round trip more (api.md 7.8 d) */
	MIN_SIZE_LEAST = 64,
	NAME_MAX_BYTES = 64,
	TEXT_MAX = 4000,
	COUNTRIES_MAX = 200, /* letters: as cdnlink/ keeps them */
	WIPE_MSEC = 10000,
	LOG_DEFAULT = 100,
	LOG_MAX = 10000,
};

#define UNTIL_WHEN "until when? --until 2027-03-31, or 2027-03-31T12:00:00Z"

/* --- arguments */

/* "192.0.2.7:443", "[2001:db8::7]:443": numeric, since help.getConfig names an address. */
static int parse_address(struct rpc_call *c, struct admin_call *a, struct slice *ret_ip, int *ret_port)
{
	const char *text = admin_text(a, "address"), *colon = text ? strrchr(text, ':') : NULL;
	uint8_t bin[16];
	char ip[64], *end;
	size_t n;
	long port;

	if (!colon || (n = (size_t)(colon - text)) >= sizeof(ip))
		return admin_fail(a, -ERR_INVALID, "where do clients find it? --address IP:PORT");
	memcpy(ip, text, n);
	ip[n] = 0;
	if (ip[0] == '[' && ip[n - 1] == ']') {
		memmove(ip, ip + 1, n - 2);
		ip[n - 2] = 0;
	}
	port = strtol(colon + 1, &end, 10);
	if ((inet_pton(AF_INET, ip, bin) != 1 && inet_pton(AF_INET6, ip, bin) != 1) || *end || port < 1 ||
	    port > 65535)
		return admin_fail(a, -ERR_INVALID, "--address is IP:PORT, not %s: clients are told a number",
		                  text);
	*ret_ip = arena_str(&c->arena, ip);
	*ret_port = (int)port;
	return 0;
}

static int parse_link(struct rpc_call *c, struct admin_call *a, struct slice *ret)
{
	const char *text = admin_text(a, "link"), *colon = text ? strrchr(text, ':') : NULL;
	char *end = NULL;
	long port = colon ? strtol(colon + 1, &end, 10) : 0;

	if (!colon || colon == text || *end || port < 1 || port > 65535 || strlen(text) > 280)
		return admin_fail(a, -ERR_INVALID, "where do we dial it? --link HOST:PORT");
	*ret = arena_str(&c->arena, text);
	return 0;
}

/* "IR,TM": letters made great; "all": "". Absent: NULL. */
static int parse_countries(struct rpc_call *c, struct admin_call *a, const char *option, const char **ret)
{
	const char *text = admin_text(a, option);
	size_t n = text ? strlen(text) : 0;
	char *out = arena_alloc(&c->arena, n + 1);
	bool good = n % 3 == 2 && n < COUNTRIES_MAX;

	*ret = text;
	if (text && strcasecmp(text, "all") == 0)
		*ret = "";
	if (!text || !**ret)
		return 0;
	for (size_t i = 0; i < n; i++) {
		out[i] = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 32) : text[i];
		good = good && (i % 3 == 2 ? out[i] == ',' : out[i] >= 'A' && out[i] <= 'Z');
	}
	if (!good)
		return admin_fail(a, -ERR_INVALID,
		                  "--%s is IR, or IR,TM (two letters for each country), or all; not %s",
		                  option, text);
	out[n] = 0;
	*ret = out;
	return 0;
}

static int parse_dc(struct admin_call *a, int32_t *ret)
{
	const char *text = admin_text(a, "dc");
	char *end;
	long v = text ? strtol(text, &end, 10) : 0;

	if (!text || !*text || *end || v < STORE_CDN_FIRST || v > STORE_CDN_LAST)
		return admin_fail(a, -ERR_INVALID,
		                  "which node? its DC id, %d or more; `admin cdn list` shows all",
		                  STORE_CDN_FIRST);
	*ret = (int32_t)v;
	return 0;
}

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

static int known(struct admin_call *a, int32_t dc, int r)
{
	return r == -ERR_NOTFOUND ? admin_fail(a, r, "there is no node %d; `admin cdn list` shows all", dc)
	                          : r;
}

/* --- what is told of one */

static void put_live(struct admin_call *a, int32_t dc, json_t *o)
{
	struct cdnlink_live v;
	uint64_t asked;

	if (cdnlink_live(a->app->cdn, dc, &v) < 0)
		return;
	asked = v.report.hits + v.report.misses;
	json_object_set_new(o, "link", json_string(v.held ? "up" : v.up ? "no lease" : "down"));
	json_object_set_new(o, "redirects", json_integer((json_int_t)v.redirects));
	json_object_set_new(o, "filled", json_integer((json_int_t)v.filled));
	json_object_set_new(o, "waiting", json_integer((json_int_t)(v.windows + v.files)));
	json_object_set_new(o, "hits", json_integer((json_int_t)v.report.hits));
	json_object_set_new(o, "hit_percent",
	                    asked ? json_integer((json_int_t)(v.report.hits * 100 / asked)) : json_null());
	json_object_set_new(o, "bytes", json_integer((json_int_t)v.report.bytes));
	json_object_set_new(o, "connections", json_integer((json_int_t)v.report.connections));
	json_object_set_new(o, "error", v.last_error[0] ? json_string(v.last_error) : json_null());
}

static json_t *list_of(struct slice countries)
{
	return countries.n ? admin_slice(countries) : json_string("all");
}

static json_t *row_of(struct admin_call *a, const struct store_cdn_node *n)
{
	struct cdn_watch w = {.last = ""};
	json_t *o = json_pack("{s:i,s:o,s:s,s:o,s:o,s:o,s:o}", "dc", n->dc, "name", admin_slice(n->name),
	                      "state", cdnlink_state_name(n->state), "since", admin_time(n->since[n->state]),
	                      "countries", list_of(n->countries), "homes", list_of(n->homes),
	                      "licensed_until", admin_time(n->licence_until));

	if (cdn_watchdog_of(a->app->cdn_watchdog, n->dc, &w) < 0)
		w = (struct cdn_watch){.last = ""};
	json_object_set_new(o, "probe", w.last[0] ? json_string(w.last) : json_null());
	json_object_set_new(o, "came_back", json_integer(w.signs));
	put_live(a, n->dc, o);
	return o;
}

static int list(struct rpc_call *c, struct admin_call *a)
{
	json_t *rows = json_array();
	struct store_cdn_node *v;
	size_t n;
	int r = store_cdn_list(c->db, &c->arena, &v, &n);

	json_object_set_new(a->out, "rows", rows);
	for (size_t i = 0; r >= 0 && i < n; i++)
		json_array_append_new(rows, row_of(a, &v[i]));
	return r;
}

static void put_watch(struct admin_call *a, int32_t dc)
{
	struct cdn_watch w;

	if (cdn_watchdog_of(a->app->cdn_watchdog, dc, &w) < 0)
		return;
	json_object_set_new(a->out, "probe_msec", json_integer(w.msec));
	json_object_set_new(a->out, "probes", json_integer((json_int_t)w.probes));
	json_object_set_new(a->out, "probes_failed", json_integer((json_int_t)w.failed));
	json_object_set_new(a->out, "audits", json_integer((json_int_t)w.audits));
	json_object_set_new(a->out, "audits_same", json_integer((json_int_t)w.same));
	json_object_set_new(a->out, "audits_wrong", json_integer((json_int_t)w.wrong));
}

static void put_report(struct admin_call *a, int32_t dc)
{
	struct cdnlink_live v;

	if (cdnlink_live(a->app->cdn, dc, &v) < 0)
		return;
	json_object_set_new(a->out, "asked", json_integer((json_int_t)v.asked));
	json_object_set_new(a->out, "refused_fills", json_integer((json_int_t)v.refused));
	json_object_set_new(a->out, "withheld", json_integer((json_int_t)v.withheld));
	json_object_set_new(a->out, "drops", json_integer((json_int_t)v.drops));
	json_object_set_new(a->out, "windows_waiting", json_integer((json_int_t)v.windows));
	json_object_set_new(a->out, "files_waiting", json_integer((json_int_t)v.files));
	json_object_set_new(a->out, "fills_in_flight", json_integer((json_int_t)v.in_flight));
	json_object_set_new(a->out, "misses", json_integer((json_int_t)v.report.misses));
	json_object_set_new(a->out, "refused", json_integer((json_int_t)v.report.refused));
	json_object_set_new(a->out, "fills", json_integer((json_int_t)v.report.fills));
	json_object_set_new(a->out, "damaged", json_integer((json_int_t)v.report.damaged));
	json_object_set_new(a->out, "ram_bytes", json_integer((json_int_t)v.report.ram));
	json_object_set_new(a->out, "disk_bytes", json_integer((json_int_t)v.report.disk));
	json_object_set_new(a->out, "chunks", json_integer((json_int_t)v.report.chunks));
	json_object_set_new(a->out, "evicted", json_integer((json_int_t)v.report.evicted));
	json_object_set_new(a->out, "handshakes", json_integer((json_int_t)v.report.handshakes));
}

static int get(struct rpc_call *c, struct admin_call *a, struct store_cdn_node *ret)
{
	int32_t dc;
	int r = parse_dc(a, &dc);

	return r < 0 ? r : known(a, dc, store_cdn_get(c->db, dc, &c->arena, ret));
}

static int show(struct rpc_call *c, struct admin_call *a)
{
	struct store_cdn_node n;
	int r = get(c, a, &n);

	if (r < 0)
		return r;
	json_object_update_new(a->out, row_of(a, &n));
	json_object_set_new(a->out, "address",
	                    json_sprintf(memchr(n.ip.p, ':', n.ip.n) ? "[%.*s]:%d" : "%.*s:%d", (int)n.ip.n,
	                                 (const char *)n.ip.p, n.port));
	json_object_set_new(a->out, "link_address", admin_slice(n.link));
	json_object_set_new(a->out, "lease_seconds", json_integer(n.lease));
	json_object_set_new(a->out, "min_size", json_integer((json_int_t)n.min_size));
	json_object_set_new(a->out, "licence", admin_slice(n.licence));
	for (int s = 0; s < STORE_CDN_STATES; s++)
		json_object_set_new(a->out, cdnlink_state_name((enum store_cdn_state)s),
		                    admin_time(n.since[s]));
	put_report(a, n.dc);
	put_watch(a, n.dc);
	json_object_set_new(a->out, "public_key", n.pem[0].n ? admin_slice(n.pem[0]) : json_null());
	return 0;
}

/* --- steps */

static bool is_loopback(struct slice host)
{
	return (host.n >= 4 && memcmp(host.p, "127.", 4) == 0) || slice_eq(host, SLICE_LIT("::1")) ||
	       slice_eq(host, SLICE_LIT("[::1]")) || slice_eq(host, SLICE_LIT("localhost"));
}

/* It listens on all its addresses, since ours for it may be those of a machine before it; but on loopback there alone. */
static struct slice listens_on(struct rpc_call *c, struct slice host, struct slice port)
{
	const char *all = memchr(host.p, ':', host.n) ? "[::]" : "0.0.0.0";

	if (!is_loopback(host))
		return arena_printf(&c->arena, "%s:%.*s", all, (int)port.n, (const char *)port.p);
	return arena_printf(&c->arena, *all == '[' && host.p[0] != '[' ? "[%.*s]:%.*s" : "%.*s:%.*s",
	                    (int)host.n, (const char *)host.p, (int)port.n, (const char *)port.p);
}

static json_t *config_of(struct rpc_call *c, const struct store_cdn_node *n)
{
	const uint8_t *colon = memrchr(n->link.p, ':', n->link.n);
	struct slice host = slice_of(n->link.p, (size_t)(colon - n->link.p)),
		     port = slice_of(colon + 1, n->link.n - host.n - 1);
	char secret[2 * STORE_CDN_SECRET + 1];

	for (uint32_t i = 0; i < n->secret.n; i++)
		snprintf(secret + 2 * i, 3, "%02x", n->secret.p[i]);
	return json_sprintf("# Node %d. Who has this file can pretend to be it: keep it as you keep keys.\n"
	                    "[cdn]\n"
	                    "dc = %d\n"
	                    "listen = %s\n"
	                    "link = %s\n"
	                    "secret = %s\n",
	                    n->dc, n->dc,
	                    (const char *)listens_on(c, n->ip, arena_printf(&c->arena, "%d", n->port)).p,
	                    (const char *)listens_on(c, host, port).p, secret);
}

static int add(struct rpc_call *c, struct admin_call *a)
{
	int64_t lease = admin_number(a, "lease", LEASE_DEFAULT),
		min = admin_number(a, "min-size", MIN_SIZE_DEFAULT);
	const char *name = admin_text(a, "name"), *countries, *homes;
	struct store_cdn_node n = {.name = slice_str(name)};
	int r;

	if (!name || !*name || strlen(name) > NAME_MAX_BYTES)
		return admin_fail(a, -ERR_INVALID, "a name has 1 to %d letters", NAME_MAX_BYTES);
	if (lease < CDN_LEASE_MIN || lease > CDN_LEASE_MAX)
		return admin_fail(a, -ERR_INVALID, "--lease is %d to %d seconds", CDN_LEASE_MIN,
		                  CDN_LEASE_MAX);
	if (min < MIN_SIZE_LEAST || min > 4 << 20)
		return admin_fail(a, -ERR_INVALID, "--min-size is %d KiB or more", MIN_SIZE_LEAST);
	if ((r = parse_address(c, a, &n.ip, &n.port)) < 0 || (r = parse_link(c, a, &n.link)) < 0 ||
	    (r = parse_countries(c, a, "country", &countries)) < 0 ||
	    (r = parse_countries(c, a, "homes", &homes)) < 0)
		return r;
	n.countries = slice_str(countries ? countries : "");
	n.homes = slice_str(homes ? homes : "");
	n.lease = (uint32_t)lease;
	n.min_size = (uint64_t)min << 10;
	r = cdnlink_add(c, &n);
	if (r == -ERR_EXISTS)
		return admin_fail(
			a, r,
			"a node has or had this address: clients and networks remember it; choose another");
	if (r == -ERR_FULL)
		return admin_fail(a, r, "no DC id is left below 1000");
	if (r < 0)
		return r;
	json_object_set_new(a->out, "dc", json_integer(n.dc));
	json_object_set_new(a->out, "config", config_of(c, &n));
	return 0;
}

static int license(struct rpc_call *c, struct admin_call *a)
{
	struct cdnlink_licence x = {.text = admin_text(a, "text")};
	struct store_cdn_node n;
	int32_t dc;
	int r;

	if ((r = parse_dc(a, &dc)) < 0 || (r = parse_until(a, &x.until)) < 0 ||
	    (r = parse_countries(c, a, "homes", &x.homes)) < 0)
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
		return known(a, dc, r);
	json_object_set_new(a->out, "dc", json_integer(dc));
	json_object_set_new(a->out, "state", json_string(cdnlink_state_name(n.state)));
	json_object_set_new(a->out, "licensed_until", admin_time(n.licence_until));
	json_object_set_new(a->out, "homes", list_of(n.homes));
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
	int r = parse_dc(a, &dc);

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
		return known(a, dc, r);
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

/* --- the log */

static int log_rows(struct rpc_call *c, struct admin_call *a)
{
	int64_t limit = admin_number(a, "limit", LOG_DEFAULT), after = admin_number(a, "after", 0);
	json_t *rows = json_array();
	struct store_cdn_log *v;
	size_t n;
	int r;

	json_object_set_new(a->out, "rows", rows);
	if (limit < 1 || limit > LOG_MAX)
		limit = LOG_MAX;
	if ((r = store_cdn_log_list(c->db, after, (uint32_t)limit, &c->arena, &v, &n)) < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, json_pack("{s:I,s:o,s:i,s:o,s:o}", "seq", (json_int_t)v[i].seq,
		                                      "time", admin_time(v[i].date), "dc", v[i].dc, "event",
		                                      admin_slice(v[i].event), "details",
		                                      admin_slice(v[i].details)));
	if (n == (size_t)limit)
		json_object_set_new(a->out, "next", json_sprintf("--after %lld", (long long)v[n - 1].seq));
	return 0;
}

static int verify(struct rpc_call *c, struct admin_call *a)
{
	struct cdnlink_verified v;
	char last[65];
	int r = cdnlink_log_verify(c, &v);

	if (r < 0)
		return r;
	for (int i = 0; i < 32; i++)
		snprintf(last + 2 * i, 3, "%02x", v.last[i]);
	json_object_set_new(a->out, "clean", json_boolean(!v.wrong));
	json_object_set_new(a->out, "rows_right", json_integer(v.rows));
	json_object_set_new(a->out, "first_wrong", v.wrong ? json_integer(v.wrong) : json_null());
	json_object_set_new(a->out, "last_hash", json_string(last));
	return 0;
}

/* --- */

static int run_list(struct admin_call *a)
{
	return admin_read(a, list);
}

static int run_show(struct admin_call *a)
{
	return admin_read(a, show);
}

static int run_add(struct admin_call *a)
{
	return admin_write(a, add);
}

static int run_license(struct admin_call *a)
{
	return admin_write(a, license);
}

static int run_activate(struct admin_call *a)
{
	return admin_write(a, activate);
}

static int run_drain(struct admin_call *a)
{
	return admin_write(a, drain);
}

static int run_revoke(struct admin_call *a)
{
	return admin_write(a, revoke);
}

static int may_wipe(struct rpc_call *c, struct admin_call *a)
{
	struct store_cdn_node n;
	int r = get(c, a, &n);

	return r < 0 ? r : n.state == STORE_CDN_REVOKED ? 0 : cannot(a, n.dc, n.state, STORE_CDN_WIPED);
}

/* It says that it did, or, lost for good, its lease says it: what nobody renewed is unreadable. */
static int run_wipe(struct admin_call *a)
{
	bool lost = json_is_true(json_object_get(a->in, "lost"));
	struct cdnlink_live v;
	int32_t dc;
	int r = parse_dc(a, &dc);

	if (r < 0 || (r = admin_read(a, may_wipe)) < 0)
		return r;
	if (cdnlink_live(a->app->cdn, dc, &v) < 0)
		return known(a, dc, -ERR_NOTFOUND);
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
		return known(a, dc, r);
	return admin_write(a, wiped);
}

/* Blocks for some seconds at most; no transaction is open meanwhile. */
static int run_audit(struct admin_call *a)
{
	struct cdnlink_audit x;
	struct cdnlink_live v;
	int32_t dc;
	int r = parse_dc(a, &dc);

	if (r < 0)
		return r;
	r = cdnlink_audit(a->app->cdn, dc, &x);
	if (r == -ERR_NOTFOUND && cdnlink_live(a->app->cdn, dc, &v) < 0)
		return known(a, dc, r);
	if (r == -ERR_NOTFOUND)
		return admin_fail(
			a, r,
			"node %d is not active, or has not been reached yet: `admin cdn show %d` says "
			"which, and why",
			dc, dc);
	if (r < 0)
		return r;
	json_object_set_new(a->out, "dc", json_integer(dc));
	json_object_set_new(a->out, "clean",
	                    json_boolean(x.result <= CDNLINK_AUDIT_NOTHING)); /* false: exit code 1 */
	json_object_set_new(a->out, "found", json_string(cdnlink_audit_name(x.result)));
	json_object_set_new(a->out, "chunk", json_integer(x.chunk));
	json_object_set_new(a->out, "bytes", json_integer(x.bytes));
	json_object_set_new(a->out, "msec", json_integer(x.msec));
	json_object_set_new(a->out, "error", x.why[0] ? json_string(x.why) : json_null());
	return 0;
}

static int run_log(struct admin_call *a)
{
	return admin_read(a, json_is_true(json_object_get(a->in, "verify")) ? verify : log_rows);
}

const struct admin_command admin_cdn_commands[] = {
	{"cdn", run_list},        {"cdn list", run_list},       {"cdn show", run_show},
	{"cdn add", run_add},     {"cdn license", run_license}, {"cdn activate", run_activate},
	{"cdn drain", run_drain}, {"cdn revoke", run_revoke},   {"cdn wipe", run_wipe},
	{"cdn audit", run_audit}, {"cdn log", run_log},         {0}};
