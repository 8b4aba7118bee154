/* web_cdn.c - see web_cdn.h. */
#include "roles/web_cdn.h"

#include <stdio.h>

#include "cdnlink/cdnlink.h"
#include "http/metrics.h"

enum { NODES_SHOWN = 64 };

struct seen {
	int32_t dc;
	enum store_cdn_state state;
	struct cdnlink_live v;
};

struct all {
	struct seen v[NODES_SHOWN];
	size_t n;
};

static void add(void *arg, int32_t dc, enum store_cdn_state s, const struct cdnlink_live *v)
{
	struct all *x = arg;

	if (x->n < NODES_SHOWN)
		x->v[x->n++] = (struct seen){dc, s, *v};
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
		return x->v.field;                                                                           \
	}

OF(up, up)
OF(held, held)
OF(redirects, redirects)
OF(asked, asked)
OF(filled, filled)
OF(refused, refused)
OF(withheld, withheld)
OF(windows, windows)
OF(files, files)
OF(in_flight, in_flight)
OF(hits, report.hits)
OF(misses, report.misses)
OF(invalid, report.refused)
OF(bytes, report.bytes)
OF(damaged, report.damaged)
OF(ram, report.ram)
OF(disk, report.disk)
OF(evicted, report.evicted)
OF(connections, report.connections)

void web_cdn_metrics(struct cdnlink *l, struct buf *b)
{
	struct all all = {.n = 0};

	cdnlink_each_live(l, add, &all);
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
}
