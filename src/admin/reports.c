/* reports.c - admin reports list|close: what people report of others. */
#include "admin/command.h"
#include "base/err.h"
#include "domain/users/report.h"

enum { LIST_MAX = 1000, LIST = 100 };

static int list(struct rpc_call *c, struct admin_call *a)
{
	int64_t limit = admin_number(a, "limit", LIST);
	json_t *rows = json_array();
	struct report *v;
	size_t n = 0;
	int r;

	json_object_set_new(a->out, "rows", rows);
	if (limit < 1 || limit > LIST_MAX)
		return admin_fail(a, -ERR_INVALID, "--limit is 1 to %d", LIST_MAX);
	r = report_list(c, (uint32_t)limit, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		json_array_append_new(
			rows, json_pack("{s:o,s:o,s:I,s:I,s:o,s:o,s:o}", "report", admin_slice(v[i].id),
		                        "time", admin_time(v[i].time), "by", (json_int_t)v[i].by, "peer",
		                        (json_int_t)v[i].peer, "reason", admin_slice(v[i].reason), "messages",
		                        admin_slice(v[i].messages), "text", admin_slice(v[i].text)));
	return r;
}

static int close_one(struct rpc_call *c, struct admin_call *a)
{
	const char *id = admin_text(a, "report");
	int r = id ? report_close(c, slice_str(id)) : -ERR_NOTFOUND;

	if (r == -ERR_NOTFOUND)
		return admin_fail(a, r, "there is no such report; `admin reports list` shows them");
	json_object_set_new(a->out, "closed", json_string(id));
	return r;
}

static int run_list(struct admin_call *a)
{
	return admin_read(a, list);
}

static int run_close(struct admin_call *a)
{
	return admin_write(a, close_one);
}

const struct admin_command admin_report_commands[] = {
	{"reports list", run_list}, {"reports close", run_close}, {0}};
