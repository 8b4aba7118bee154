/* web_cdn.c - see web_cdn.h. */
#include "roles/web_cdn.h"

#include <stdio.h>

#include "cdnlink/cdnlink.h"
#include "cdnlink/watchdog.h"
#include "http/metrics.h"
#include "rpc/app.h"

enum { NODES_SHOWN = 64 };

struct seen {
	int32_t dc;
	enum store_cdn_state state;
	struct cdnlink_live v;
	struct cdn_watch watch; /* zero: it is not looked at */
};

struct all {
	struct cdn_watchdog *watchdog;
	struct seen v[NODES_SHOWN];
	size_t n;
};

static void add(void *arg, int32_t dc, enum store_cdn_state s, const struct cdnlink_live *v)
{
	struct all *x = arg;

	struct seen *seen = &x->v[x->n];

	if (x->n == NODES_SHOWN)
		return;
	*seen = (struct seen){.dc = dc, .state = s, .v = *v};
	if (cdn_watchdog_of(x->watchdog, dc, &seen->watch) < 0)
		seen->watch = (struct cdn_watch){.probes = 0};
	x->n++;
}

static void put(struct buf *b, const struct all *all, const char *name, const char *kind, const char *text,
                uint64_t (*of)(const struct seen *x))
{
	char line[300];
	int n;

	snprintf(line, sizeof(line), "cdn_%s", name);
	metric_head(b, line, kind, text);
	for (size_t i = 0; i < all->n; i++) {
		n = snprintf(line, sizeof(line), "chapar_cdn_%s{dc=\"%d\"} %llu\n", name, all->v[i].dc,
		             (unsigned long long)of(&all->v[i]));
		buf_put(b, line, (size_t)n);
	}
}

static void put_states(struct buf *b, const struct all *all)
{
	char line[100];

	metric_head(b, "cdn_node", "gauge", "1 for the state in which a node is");
	for (size_t i = 0; i < all->n; i++) {
		int n = snprintf(line, sizeof(line), "chapar_cdn_node{dc=\"%d\",state=\"%s\"} 1\n",
		                 all->v[i].dc, cdnlink_state_name(all->v[i].state));

		buf_put(b, line, (size_t)n);
	}
}

#define OF(name, field)                                                                                      \
	static uint64_t name(const struct seen *x)                                                           \
	{                                                                                                    \
		return x->field;                                                                             \
	}

OF(up, v.up)
OF(held, v.held)
OF(redirects, v.redirects)
OF(asked, v.asked)
OF(filled, v.filled)
OF(refused, v.refused)
OF(withheld, v.withheld)
OF(windows, v.windows)
OF(files, v.files)
OF(in_flight, v.in_flight)
OF(hits, v.report.hits)
OF(misses, v.report.misses)
OF(invalid, v.report.refused)
OF(bytes, v.report.bytes)
OF(damaged, v.report.damaged)
OF(ram, v.report.ram)
OF(disk, v.report.disk)
OF(evicted, v.report.evicted)
OF(connections, v.report.connections)
OF(probes, watch.probes)
OF(probes_failed, watch.failed)
OF(probe_msec, watch.msec)
OF(audits, watch.audits)
OF(audits_wrong, watch.wrong)
OF(came_back, watch.signs)

void web_cdn_metrics(struct app *app, struct buf *b)
{
	struct all all = {.watchdog = app->cdn_watchdog};

	cdnlink_each_live(app->cdn, add, &all);
	if (!all.n)
		return;
	put_states(b, &all);
	put(b, &all, "link_up", "gauge", "1: there is a link to the node", up);
	put(b, &all, "lease_held", "gauge", "1: and it holds its lease, so that clients are sent there",
	    held);
	put(b, &all, "redirects_total", "counter", "calls answered by a redirect there", redirects);
	put(b, &all, "asked_total", "counter", "calls that asked for the node to be filled", asked);
	put(b, &all, "filled_total", "counter", "chunks that it took", filled);
	put(b, &all, "fills_refused_total", "counter", "chunks that it would not take", refused);
	put(b, &all, "withheld_total", "counter",
	    "times that it did without a file because of the file's home", withheld);
	put(b, &all, "windows_waiting", "gauge", "windows of 1 MiB that somebody waits for", windows);
	put(b, &all, "files_waiting", "gauge", "whole files that go there when there is time", files);
	put(b, &all, "fills_in_flight", "gauge", "chunks on their way", in_flight);
	put(b, &all, "hits_total", "counter", "ranges that it served, by its own account", hits);
	put(b, &all, "misses_total", "counter", "ranges that it had not", misses);
	put(b, &all, "refused_total", "counter", "tokens that it found invalid", invalid);
	put(b, &all, "bytes_total", "counter", "bytes that it served", bytes);
	put(b, &all, "damaged_total", "counter", "chunks of its cache that were not as they had been written",
	    damaged);
	put(b, &all, "ram_bytes", "gauge", "its cache in memory", ram);
	put(b, &all, "disk_bytes", "gauge", "its cache on disk", disk);
	put(b, &all, "evicted_total", "counter", "chunks that made room for others", evicted);
	put(b, &all, "connections", "gauge", "its clients now", connections);
	put(b, &all, "probes_total", "counter", "looks at it from outside", probes);
	put(b, &all, "probes_failed_total", "counter", "of these, such as found it dead, slow or another",
	    probes_failed);
	put(b, &all, "probe_milliseconds", "gauge", "what the last one took", probe_msec);
	put(b, &all, "audits_total", "counter", "chunks that were asked for as a client asks", audits);
	put(b, &all, "audits_wrong_total", "counter", "of these, such as came with another byte",
	    audits_wrong);
	put(b, &all, "came_back", "gauge", "accounts that came back from it within the last minute",
	    came_back);
}
