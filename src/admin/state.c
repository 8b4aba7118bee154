/* state.c - admin status, stats, backup. */
#include <string.h>

#include "admin/command.h"
#include "base/err.h"
#include "rpc/server.h"
#include "sql/sql.h"
#include "store/stats.h"
#include "store/user.h"
#include "updates/online.h"

static int status(struct rpc_call *c, struct admin_call *a)
{
	static const char *const modes[] = {
		[APP_SIGNUP_CLOSED] = "closed", [APP_SIGNUP_INVITE] = "invite", [APP_SIGNUP_OPEN] = "open"};
	size_t users, keys;
	int64_t accounts;
	char ip[46];
	int port, r = store_user_count(c->db, &accounts);

	if (r < 0)
		return r;
	upd_online_count(a->app->online, &users, &keys);
	json_object_set_new(a->out, "version", json_string(CHAPAR_VERSION));
	json_object_set_new(a->out, "started", admin_time(a->app->started));
	json_object_set_new(a->out, "uptime_seconds", json_integer(clock_unix() - a->app->started));
	app_public(a->app, ip, &port);
	json_object_set_new(a->out, "public", json_sprintf(strchr(ip, ':') ? "[%s]:%d" : "%s:%d", ip, port));
	json_object_set_new(a->out, "signup", json_string(modes[a->app->signup]));
	json_object_set_new(a->out, "store",
	                    json_string(rpc_server_can_write(a->app->rpc) ? "well" : "cannot write"));
	json_object_set_new(a->out, "accounts", json_integer(accounts));
	json_object_set_new(a->out, "online_accounts", json_integer((json_int_t)users));
	json_object_set_new(a->out, "online_devices", json_integer((json_int_t)keys));
	json_object_set_new(a->out, "waiting_writes", json_integer(rpc_server_write_depth(a->app->rpc)));
	json_object_set_new(a->out, "clock_behind_seconds", json_integer(clock_behind()));
	return 0;
}

static int stats(struct rpc_call *c, struct admin_call *a)
{
	struct store_stats s;
	int r = store_stats_read(c->db, c->now, &s);

	if (r < 0)
		return r;
	return json_object_update_new(
		       a->out, json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "accounts",
	                                 (json_int_t)s.users, "deleted", (json_int_t)s.deleted, "active_day",
	                                 (json_int_t)s.active_day, "sessions", (json_int_t)s.authorizations,
	                                 "keys", (json_int_t)s.keys, "dialogs", (json_int_t)s.dialogs,
	                                 "messages", (json_int_t)s.messages, "jobs", (json_int_t)s.jobs,
	                                 "invites", (json_int_t)s.invites, "database_bytes",
	                                 (json_int_t)s.bytes, "log_bytes", (json_int_t)s.log_bytes)) == 0
	               ? 0
	               : -ERR_FULL;
}

static int run_status(struct admin_call *a)
{
	return admin_read(a, status);
}

static int run_stats(struct admin_call *a)
{
	return admin_read(a, stats);
}

/* On this connection's thread, by a reader of its own: nobody waits for it. */
static int run_backup(struct admin_call *a)
{
	const char *file = admin_text(a, "file");
	struct sql_db *db;
	int r;

	if (!file || *file != '/')
		return admin_fail(a, -ERR_INVALID, "backup to which file? with its whole path");
	if ((r = sql_open(a->db_path, SQL_READER, &db)) < 0)
		return r;
	r = sql_backup(db, file, a->progress, a->progress_arg);
	if (r == 0)
		json_object_set_new(a->out, "bytes", json_integer(sql_file_bytes(db)));
	sql_close(db);
	if (r == -ERR_EXISTS)
		return admin_fail(a, r, "%s is there already; name another file", file);
	if (r == -ERR_NOTFOUND || r == -ERR_DENIED)
		return admin_fail(a, r, "%s: the server cannot write there", file);
	json_object_set_new(a->out, "file", json_string(file));
	return r;
}

const struct admin_command admin_server_commands[] = {
	{"status", run_status}, {"stats", run_stats}, {"backup", run_backup}, {0}};
