/* users.c - admin users list|show|add|ban|unban|delete, admin sessions list|end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/command.h"
#include "base/err.h"
#include "domain/auth/session.h"
#include "domain/users/account.h"
#include "domain/users/view.h"
#include "store/authorization.h"
#include "store/user.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 10000, SESSIONS_MAX = 1000 };

static const char *state_of(const struct store_user *u)
{
	return u->flags & STORE_USER_DELETED ? "deleted" : u->flags & STORE_USER_BANNED ? "banned" : "active";
}

static json_t *row_of(const struct store_user *u)
{
	return json_pack("{s:I,s:o,s:o,s:o,s:o,s:s,s:o,s:o}", "id", (json_int_t)u->id, "phone",
	                 admin_slice(u->phone), "first", admin_slice(u->first), "last", admin_slice(u->last),
	                 "username", admin_slice(u->username), "state", state_of(u), "created",
	                 admin_time(u->created), "seen", admin_time(u->seen));
}

static int list(struct rpc_call *c, struct admin_call *a)
{
	int64_t limit = admin_number(a, "limit", LIST_DEFAULT), *ids;
	json_t *rows = json_array();
	struct store_user u;
	size_t n;
	int r;

	if (limit < 1 || limit > LIST_MAX)
		limit = LIST_MAX;
	ids = ARENA_ARRAY(&c->arena, int64_t, limit);
	r = store_user_ids(c->db, admin_number(a, "after", 0), (uint32_t)limit, ids, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if ((r = store_user_load(c->db, ids[i], &c->arena, &u)) == 0)
			json_array_append_new(rows, row_of(&u));
	json_object_set_new(a->out, "rows", rows);
	if (n == (size_t)limit)
		json_object_set_new(a->out, "next", json_sprintf("--after %lld", (long long)ids[n - 1]));
	return r;
}

static int show(struct rpc_call *c, struct admin_call *a)
{
	struct store_authorization *v;
	struct store_user u;
	int64_t id;
	size_t n;
	int r;

	if ((r = admin_find_user(c, a, &id)) < 0 || (r = store_user_load(c->db, id, &c->arena, &u)) < 0 ||
	    (r = store_authorization_list(c->db, id, SESSIONS_MAX, &c->arena, &v, &n)) < 0)
		return r;
	json_object_update_new(a->out, row_of(&u));
	json_object_set_new(a->out, "about", admin_slice(u.about));
	json_object_set_new(a->out, "sessions", json_integer((json_int_t)n));
	return 0;
}

static int add(struct rpc_call *c, struct admin_call *a)
{
	const char *phone = admin_text(a, "phone"), *name = admin_text(a, "name");
	struct slice digits, first, last;
	const char *blank;
	int64_t id;
	int r;

	if (!name)
		name = "New user"; /* what others see until he names himself: never the number */
	blank = strchr(name, ' ');
	if (!phone || user_phone_digits(&c->arena, slice_str(phone), &digits) < 0)
		return admin_fail(a, -ERR_INVALID, "%s is no phone number: 5 to 15 digits",
		                  phone ? phone : "that");
	r = user_names(c, blank ? slice_of(name, (size_t)(blank - name)) : slice_str(name),
	               slice_str(blank ? blank + 1 : ""), &first, &last);
	if (r < 0)
		return admin_fail(a, r, "a name has 1 to 64 letters, and 64 more behind a blank");
	r = user_create(c, digits, first, last, true, &id);
	if (r < 0)
		return r == -ERR_RPC ? admin_fail(a, -ERR_EXISTS, "an account has this number already") : r;
	json_object_set_new(a->out, "id", json_integer(id));
	return 0;
}

static int end_sessions(struct rpc_call *c, int64_t id, int64_t hash, size_t *ret_n)
{
	struct store_authorization *v;
	size_t n;
	int r;

	*ret_n = 0;
	r = store_authorization_list(c->db, id, SESSIONS_MAX, &c->arena, &v, &n);
	for (size_t i = 0; r >= 0 && i < n; i++)
		if (!hash || v[i].hash == hash) {
			r = session_end(c, id, v[i].key_id);
			++*ret_n;
		}
	return r;
}

static int set_banned(struct rpc_call *c, struct admin_call *a, bool banned)
{
	struct store_user u;
	int64_t id;
	size_t n = 0;
	int r;

	if ((r = admin_find_user(c, a, &id)) < 0 || (r = store_user_load(c->db, id, &c->arena, &u)) < 0)
		return r;
	if (id == SERVICE_USER)
		return admin_fail(a, -ERR_DENIED, "that is the service account");
	u.flags = banned ? u.flags | STORE_USER_BANNED : u.flags & ~STORE_USER_BANNED;
	r = store_user_update(c->db, &u);
	if (r == 0 && banned)
		r = end_sessions(c, id, 0, &n);
	json_object_set_new(a->out, "id", json_integer(id));
	json_object_set_new(a->out, "state", json_string(state_of(&u)));
	json_object_set_new(a->out, "sessions_ended", json_integer((json_int_t)n));
	return r;
}

static int ban(struct rpc_call *c, struct admin_call *a)
{
	return set_banned(c, a, true);
}

static int unban(struct rpc_call *c, struct admin_call *a)
{
	return set_banned(c, a, false);
}

static int delete (struct rpc_call *c, struct admin_call *a)
{
	int64_t id;
	int r;

	if ((r = admin_find_user(c, a, &id)) < 0)
		return r;
	if (id == SERVICE_USER)
		return admin_fail(a, -ERR_DENIED, "that is the service account");
	r = account_end(c, id);
	json_object_set_new(a->out, "id", json_integer(id));
	json_object_set_new(a->out, "state", json_string("deleted"));
	return r;
}

static int sessions(struct rpc_call *c, struct admin_call *a)
{
	json_t *rows = json_array();
	struct store_authorization *v;
	int64_t id;
	size_t n;
	int r;

	json_object_set_new(a->out, "rows", rows);
	if ((r = admin_find_user(c, a, &id)) < 0 ||
	    (r = store_authorization_list(c->db, id, SESSIONS_MAX, &c->arena, &v, &n)) < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			rows, json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "session",
		                        json_sprintf("%016llx", (unsigned long long)v[i].hash), "device",
		                        admin_slice(v[i].device), "system", admin_slice(v[i].system), "app",
		                        admin_slice(v[i].app), "address", admin_slice(v[i].ip), "created",
		                        admin_time(v[i].created), "active", admin_time(v[i].active)));
	return 0;
}

static int end(struct rpc_call *c, struct admin_call *a)
{
	const char *which = admin_text(a, "session");
	int64_t id, hash = 0;
	char *stop;
	size_t n;
	int r;

	if ((r = admin_find_user(c, a, &id)) < 0)
		return r;
	if (!which || strcmp(which, "all") != 0) {
		hash = which ? (int64_t)strtoull(which, &stop, 16) : 0;
		if (!hash || *stop)
			return admin_fail(a, -ERR_INVALID,
			                  "which session? one of `admin sessions list`, or all");
	}
	if ((r = end_sessions(c, id, hash, &n)) < 0)
		return r;
	if (hash && !n)
		return admin_fail(a, -ERR_NOTFOUND,
		                  "the account has no such session; `admin sessions list` shows them");
	json_object_set_new(a->out, "sessions_ended", json_integer((json_int_t)n));
	return 0;
}

#define READ(name)                                                                                           \
	static int run_##name(struct admin_call *a)                                                          \
	{                                                                                                    \
		return admin_read(a, name);                                                                  \
	}
#define WRITE(name)                                                                                          \
	static int run_##name(struct admin_call *a)                                                          \
	{                                                                                                    \
		return admin_write(a, name);                                                                 \
	}

READ(list)
READ(show)
READ(sessions)
WRITE(add)
WRITE(ban)
WRITE(unban)
WRITE(delete)
WRITE(end)

const struct admin_command admin_user_commands[] = {{"users list", run_list},
                                                    {"users show", run_show},
                                                    {"users add", run_add},
                                                    {"users ban", run_ban},
                                                    {"users unban", run_unban},
                                                    {"users delete", run_delete},
                                                    {0}};
const struct admin_command admin_session_commands[] = {
	{"sessions list", run_sessions}, {"sessions end", run_end}, {0}};
