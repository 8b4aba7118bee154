/* codes.c - admin codes, admin invites create|list|revoke. */
#include "admin/command.h"
#include "base/err.h"
#include "base/log.h"
#include "domain/auth/invite.h"
#include "store/invite.h"
#include "store/phone_code.h"

enum { LIST_MAX = 1000, DAY = 86400 };

static int codes(struct rpc_call *c, struct admin_call *a)
{
	json_t *rows = json_array();
	struct store_phone_code *v;
	size_t n;
	int r;

	json_object_set_new(a->out, "rows", rows);
	r = store_phone_code_list(c->db, c->now, LIST_MAX, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (!v[i].used && v[i].code.n)
			json_array_append_new(
				rows, json_pack("{s:o,s:o,s:o,s:o}", "phone", admin_slice(v[i].phone), "code",
			                        admin_slice(v[i].code), "created", admin_time(v[i].created),
			                        "expires", admin_time(v[i].expires)));
	if (r >= 0) /* who could read a code could sign in by it */
		log_event(LOG_NOTICE, "codes-read", "count=%zu", json_array_size(rows));
	return r;
}

static int create(struct rpc_call *c, struct admin_call *a)
{
	const char *note = admin_text(a, "note");
	int64_t uses = admin_number(a, "uses", 1), days = admin_number(a, "days", 0);
	unixtime_t expires = days ? c->now + days * DAY : 0;
	struct slice code;
	int r;

	if (uses < 0 || uses > 1000000 || days < 0 || days > 36500)
		return admin_fail(a, -ERR_INVALID,
		                  "--uses is 0 (any number) to 1000000, --days 0 (never ends) to 36500");
	r = invite_new(c, slice_str(note ? note : ""), expires, (int)uses, &code);
	if (r < 0)
		return r;
	json_object_set_new(a->out, "code", admin_slice(code));
	json_object_set_new(a->out, "uses", json_integer(uses));
	json_object_set_new(a->out, "expires", admin_time(expires));
	return 0;
}

static int list(struct rpc_call *c, struct admin_call *a)
{
	json_t *rows = json_array();
	struct store_invite *v;
	size_t n;
	int r;

	json_object_set_new(a->out, "rows", rows);
	r = store_invite_list(c->db, LIST_MAX, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		json_array_append_new(rows,
		                      json_pack("{s:o,s:o,s:i,s:i,s:o,s:o}", "code", admin_slice(v[i].code),
		                                "note", admin_slice(v[i].note), "uses", v[i].uses, "used",
		                                v[i].used, "created", admin_time(v[i].created), "expires",
		                                admin_time(v[i].expires)));
	return r;
}

static int revoke(struct rpc_call *c, struct admin_call *a)
{
	const char *code = admin_text(a, "code");
	int r = code ? store_invite_delete(c->db, slice_str(code)) : -ERR_NOTFOUND;

	if (r == -ERR_NOTFOUND)
		return admin_fail(a, r, "there is no such invitation; `admin invites list` shows them");
	json_object_set_new(a->out, "revoked", json_string(code));
	return r;
}

static int run_codes(struct admin_call *a)
{
	return admin_read(a, codes);
}

static int run_create(struct admin_call *a)
{
	return admin_write(a, create);
}

static int run_list(struct admin_call *a)
{
	return admin_read(a, list);
}

static int run_revoke(struct admin_call *a)
{
	return admin_write(a, revoke);
}

const struct admin_command admin_code_commands[] = {{"codes", run_codes},
                                                    {"invites create", run_create},
                                                    {"invites list", run_list},
                                                    {"invites revoke", run_revoke},
                                                    {0}};
