/* server.c - see admin.h: a thread that accepts, and one for each connection; operators are few. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "admin/admin.h"
#include "admin/command.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "domain/users/account.h"
#include "rpc/server.h"
#include "store/user.h"

enum { CONNECTIONS = 8, REQUEST_MAX = 65536, PATIENCE_S = 30 };

struct admin {
	struct app *app;
	char *socket_path, *db_path;
	int fd, wake;
	pthread_t thread;
	_Atomic bool stopping;
	_Atomic unsigned open;
};

struct connection {
	struct admin *admin;
	int fd;
};

static const struct admin_command *const tables[] = {
	admin_user_commands, admin_session_commands, admin_code_commands,  admin_server_commands,
	admin_job_commands,  admin_blob_commands,    admin_media_commands, admin_report_commands,
	admin_bot_commands,  admin_cdn_commands};

/* --- helpers of the commands */

int admin_fail(struct admin_call *a, int r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->error, sizeof(a->error), fmt, ap);
	va_end(ap);
	return r;
}

struct lane_work {
	struct admin_call *a;
	int (*f)(struct rpc_call *c, struct admin_call *a);
	int r;
};

static int on_lane(struct rpc_call *c, void *arg)
{
	struct lane_work *w = arg;

	w->r = w->f(c, w->a);
	return w->r < 0 && w->a->error[0] ? -ERR_RPC : w->r; /* rolled back; whom it concerns is told */
}

int admin_write(struct admin_call *a, int (*f)(struct rpc_call *c, struct admin_call *a))
{
	struct lane_work w = {.a = a, .f = f};
	int r = rpc_write_wait(a->app->rpc, on_lane, &w);

	return r == -ERR_RPC ? w.r : r;
}

int admin_read(struct admin_call *a, int (*f)(struct rpc_call *c, struct admin_call *a))
{
	struct lane_work w = {.a = a, .f = f};
	int r = rpc_read_wait(a->app->rpc, 0, on_lane, &w);

	return r == -ERR_RPC ? w.r : r;
}

const char *admin_text(const struct admin_call *a, const char *name)
{
	return json_string_value(json_object_get(a->in, name));
}

int64_t admin_number(const struct admin_call *a, const char *name, int64_t def)
{
	const json_t *v = json_object_get(a->in, name);

	return json_is_integer(v) ? json_integer_value(v) : def;
}

json_t *admin_slice(struct slice s)
{
	json_t *v = s.p ? json_stringn((const char *)s.p, s.n) : NULL;

	return v ? v : json_null();
}

json_t *admin_time(unixtime_t t)
{
	time_t at = (time_t)t;
	char text[40];
	struct tm tm;

	if (!t)
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm));
	return json_string(text);
}

int admin_find_user_named(struct rpc_call *c, struct admin_call *a, const char *argument, int64_t *ret_id)
{
	const char *who = admin_text(a, argument);
	struct slice phone;
	char *end;
	int r;

	if (!who || !*who)
		return admin_fail(a, -ERR_INVALID, "which user? an id, a phone number (+...) or @username");
	if (*who == '@') {
		char folded[64];
		size_t n = 0;

		for (const char *p = who + 1; *p && n < sizeof(folded); p++)
			folded[n++] = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
		r = store_username_find(c->db, slice_of(folded, n), ret_id);
	} else if (*who == '+') {
		r = user_phone_digits(&c->arena, slice_str(who), &phone);
		if (r == 0)
			r = store_phone_find(c->db, phone, ret_id);
	} else {
		*ret_id = strtoll(who, &end, 10);
		r = *end ? -ERR_INVALID : store_user_exists(c->db, *ret_id) == 1 ? 0 : -ERR_NOTFOUND;
	}
	return r < 0 ? admin_fail(a, r, "there is no user %s; `admin users list` shows all", who) : 0;
}

int admin_find_user(struct rpc_call *c, struct admin_call *a, int64_t *ret_id)
{
	return admin_find_user_named(c, a, "user", ret_id);
}

/* --- one request */

static bool put_line(int fd, const json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT);
	size_t n = text ? strlen(text) : 0, at = 0;
	bool ok = text != NULL;

	if (ok)
		text[n++] = '\n'; /* over the 0 */
	while (ok && at < n) {
		ssize_t k = send(fd, text + at, n - at, MSG_NOSIGNAL);

		ok = k > 0;
		at += ok ? (size_t)k : 0;
	}
	free(text);
	return ok;
}

static bool on_progress(void *arg, int64_t done, int64_t all)
{
	struct connection *x = arg;
	json_t *v = json_pack("{s:{s:I,s:I}}", "progress", "done", (json_int_t)done, "all", (json_int_t)all);
	bool ok = put_line(x->fd, v) && !atomic_load(&x->admin->stopping);

	json_decref(v);
	return ok;
}

static json_t *read_request(int fd)
{
	char *text = xmalloc(REQUEST_MAX);
	size_t n = 0;
	json_t *v = NULL;
	ssize_t k;

	while (n < REQUEST_MAX && (k = recv(fd, text + n, REQUEST_MAX - n, 0)) > 0) {
		n += (size_t)k;
		if (text[n - 1] == '\n') {
			v = json_loadb(text, n, 0, NULL);
			break;
		}
	}
	free(text);
	return v;
}

static const struct admin_command *find(const char *name)
{
	for (size_t t = 0; name && t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct admin_command *c = tables[t]; c->name; c++)
			if (strcmp(c->name, name) == 0)
				return c;
	return NULL;
}

static void answer(struct connection *x, json_t *in)
{
	const char *name = json_string_value(json_object_get(in, "command"));
	const struct admin_command *command = find(name);
	struct admin_call a = {.app = x->admin->app,
	                       .db_path = x->admin->db_path,
	                       .in = in,
	                       .out = json_object(),
	                       .progress = on_progress,
	                       .progress_arg = x};
	json_t *reply;
	int r = command ? command->run(&a)
	                : admin_fail(&a, -ERR_NOTFOUND, "no such command; is this server older?");

	if (r < 0 && !a.error[0])
		admin_fail(&a, r, "%s%s", err_name(r),
		           r == -ERR_NOSPACE || r == -ERR_IO ? ": look at the disk of the data folder" : "");
	reply = r < 0 ? json_pack("{s:s}", "error", a.error) : json_pack("{s:O}", "ok", a.out);
	log_event(LOG_NOTICE, "admin", "command=\"%s\" result=%s", command ? command->name : "?",
	          r < 0 ? err_name(r) : "ok");
	put_line(x->fd, reply);
	json_decref(reply);
	json_decref(a.out);
}

static void *serve_one(void *arg)
{
	struct connection *x = arg;
	struct admin *a = x->admin;
	json_t *in = read_request(x->fd);

	if (json_is_object(in))
		answer(x, in);
	json_decref(in);
	close(x->fd);
	free(x);
	atomic_fetch_sub(&a->open, 1);
	return NULL;
}

static void welcome(struct admin *a, int fd)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	struct connection *x = xcalloc(1, sizeof(*x));
	pthread_attr_t attr;
	pthread_t t;

	*x = (struct connection){a, fd};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	atomic_fetch_add(&a->open, 1);
	if (atomic_load(&a->open) > CONNECTIONS || pthread_create(&t, &attr, serve_one, x) != 0) {
		atomic_fetch_sub(&a->open, 1);
		close(fd);
		free(x);
	}
	pthread_attr_destroy(&attr);
}

static void *accept_all(void *arg)
{
	struct admin *a = arg;
	struct pollfd p[2] = {{.fd = a->fd, .events = POLLIN}, {.fd = a->wake, .events = POLLIN}};
	int fd;

	while (!atomic_load(&a->stopping)) {
		if (poll(p, 2, -1) < 0 || !(p[0].revents & POLLIN))
			continue;
		fd = accept4(a->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			welcome(a, fd);
	}
	return NULL;
}

static int open_socket(const char *path)
{
	struct sockaddr_un u = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(u.sun_path))
		return -ERR_TOO_BIG;
	strcpy(u.sun_path, path);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (bind(fd, (struct sockaddr *)&u, sizeof(u)) != 0 || chmod(path, 0600) != 0 ||
	                listen(fd, 16) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd < 0 ? err_from_errno(errno) : fd;
}

int admin_start(struct app *app, const char *socket_path, const char *db_path, struct admin **ret)
{
	int fd = open_socket(socket_path);
	struct admin *a;

	if (fd < 0)
		return fd;
	a = xcalloc(1, sizeof(*a));
	a->app = app;
	a->socket_path = xstrdup(socket_path);
	a->db_path = xstrdup(db_path);
	a->fd = fd;
	a->wake = eventfd(0, EFD_CLOEXEC);
	if (pthread_create(&a->thread, NULL, accept_all, a) != 0)
		abort();
	*ret = a;
	return 0;
}

void admin_stop(struct admin *a)
{
	uint64_t one = 1;

	if (!a)
		return;
	atomic_store(&a->stopping, true);
	if (write(a->wake, &one, sizeof(one)) < 0)
		abort();
	pthread_join(a->thread, NULL);
	unlink(a->socket_path);
	for (int i = 0; i < 200 && atomic_load(&a->open); i++)
		usleep(10000); /* they see `stopping`, or their calls are answered */
	close(a->fd);
	close(a->wake);
	if (atomic_load(&a->open))
		return; /* somebody's line is stuck: the process ends anyway */
	free(a->socket_path);
	free(a->db_path);
	free(a);
}
