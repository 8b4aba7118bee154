/* jobs.c - admin jobs list: what waits to be done, without what is in it. */
#include "admin/command.h"
#include "store/job.h"

enum { LIST_MAX = 1000 };

static int list(struct rpc_call *c, struct admin_call *a)
{
	int64_t limit = admin_number(a, "limit", 100), all = 0;
	json_t *rows = json_array();
	struct store_job *v;
	size_t n;
	int r;

	json_object_set_new(a->out, "rows", rows);
	if (limit < 1 || limit > LIST_MAX)
		limit = LIST_MAX;
	if ((r = store_job_list(c->db, (uint32_t)limit, &c->arena, &v, &n)) < 0 ||
	    (r = store_job_count(c->db, &all)) < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows,
		                      json_pack("{s:I,s:o,s:I,s:o,s:i}", "job", (json_int_t)v[i].id, "kind",
		                                admin_slice(v[i].kind), "owner", (json_int_t)v[i].owner,
		                                "due", admin_time(v[i].due), "tries", v[i].tries));
	json_object_set_new(a->out, "all", json_integer(all));
	return 0;
}

static int run_list(struct admin_call *a)
{
	return admin_read(a, list);
}

const struct admin_command admin_job_commands[] = {{"jobs list", run_list}, {0}};
