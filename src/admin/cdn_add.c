/* cdn_add.c - admin cdn add. The secret of a link is told here, once, in the configuration of the node; epochs' secrets never. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "admin/cdn_private.h"
#include "base/err.h"
#include "cdnlink/cdnlink.h"

enum {
	LEASE_DEFAULT = 120,
	MIN_SIZE_DEFAULT = 256, /* KiB; smaller files are not worth a round trip more (api.md 7.8 d) */
	MIN_SIZE_LEAST = 64,
	NAME_MAX_BYTES = 64,
};

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
	    (r = admin_cdn_countries(c, a, "country", &countries)) < 0 ||
	    (r = admin_cdn_countries(c, a, "homes", &homes)) < 0)
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

int admin_cdn_add(struct admin_call *a)
{
	return admin_write(a, add);
}
