/*
 * cdn.c - admin cdn ...: the life of CDN nodes, for whoever is responsible for them (docs/operate/cdn.md). Here is what its commands share,
 * and those that look: an audit, the log.
 */
#include <stdlib.h>
#include <string.h>

#include "admin/cdn_private.h"
#include "base/err.h"
#include "cdnlink/audit.h"
#include "cdnlink/cdnlink.h"

enum {
	COUNTRIES_MAX = 200, /* letters: as cdnlink/ keeps them */
	LOG_DEFAULT = 100,
	LOG_MAX = 10000,
};

int admin_cdn_node(struct admin_call *a, int32_t *ret)
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

int admin_cdn_known(struct admin_call *a, int32_t dc, int r)
{
	return r == -ERR_NOTFOUND ? admin_fail(a, r, "there is no node %d; `admin cdn list` shows all", dc)
	                          : r;
}

int admin_cdn_get(struct rpc_call *c, struct admin_call *a, struct store_cdn_node *ret)
{
	int32_t dc;
	int r = admin_cdn_node(a, &dc);

	return r < 0 ? r : admin_cdn_known(a, dc, store_cdn_get(c->db, dc, &c->arena, ret));
}

int admin_cdn_countries(struct rpc_call *c, struct admin_call *a, const char *option, const char **ret)
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

json_t *admin_cdn_shown(struct slice countries)
{
	return countries.n ? admin_slice(countries) : json_string("all");
}

/* Blocks for some seconds at most; no transaction is open meanwhile. */
static int run_audit(struct admin_call *a)
{
	struct cdnlink_audit x;
	struct cdnlink_live v;
	int32_t dc;
	int r = admin_cdn_node(a, &dc);

	if (r < 0)
		return r;
	r = cdnlink_audit(a->app->cdn, dc, &x);
	if (r == -ERR_NOTFOUND && cdnlink_live(a->app->cdn, dc, &v) < 0)
		return admin_cdn_known(a, dc, r);
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

static int run_log(struct admin_call *a)
{
	return admin_read(a, json_is_true(json_object_get(a->in, "verify")) ? verify : log_rows);
}

const struct admin_command admin_cdn_commands[] = {{"cdn", admin_cdn_list},
                                                   {"cdn list", admin_cdn_list},
                                                   {"cdn show", admin_cdn_show},
                                                   {"cdn add", admin_cdn_add},
                                                   {"cdn license", admin_cdn_license},
                                                   {"cdn activate", admin_cdn_activate},
                                                   {"cdn drain", admin_cdn_drain},
                                                   {"cdn revoke", admin_cdn_revoke},
                                                   {"cdn wipe", admin_cdn_wipe},
                                                   {"cdn audit", run_audit},
                                                   {"cdn log", run_log},
                                                   {0}};
