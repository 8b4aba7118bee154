/* cdn_show.c - admin cdn list and show: what is known of nodes, from their rows, their links and their watchdog. */
#include <string.h>

#include "admin/cdn_private.h"
#include "cdnlink/cdnlink.h"
#include "cdnlink/watchdog.h"

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

static json_t *row_of(struct admin_call *a, const struct store_cdn_node *n)
{
	struct cdn_watch w = {.last = ""};
	json_t *o = json_pack("{s:i,s:o,s:s,s:o,s:o,s:o,s:o}", "dc", n->dc, "name", admin_slice(n->name),
	                      "state", cdnlink_state_name(n->state), "since", admin_time(n->since[n->state]),
	                      "countries", admin_cdn_shown(n->countries), "homes", admin_cdn_shown(n->homes),
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

static int show(struct rpc_call *c, struct admin_call *a)
{
	struct store_cdn_node n;
	int r = admin_cdn_get(c, a, &n);

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

int admin_cdn_list(struct admin_call *a)
{
	return admin_read(a, list);
}

int admin_cdn_show(struct admin_call *a)
{
	return admin_read(a, show);
}
