/*
 * fuzz_admin.c - what comes by the operator's socket, to a server with real lanes and a real store: requests that are none, of
 * unknown commands, with arguments of every kind. Each connection ends; each request, an object on a line, is answered by lines of
 * JSON of which the last alone is an answer.
 *
 * Input: a byte that says in how many pieces, the bytes.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/err.h"
#include "sql/sql.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int __wrap_sql_backup(struct sql_db *from, const char *path,
                      bool (*progress)(void *arg, int64_t done, int64_t all), void *arg);

enum { PIECES = 8, ANSWER_MAX = 1 << 20, REQUEST_MAX = 65536 };

static struct {
	struct world *world;
	struct admin *admin;
	struct sockaddr_un at;
} w;

/* No file on this machine is made by what a fuzzer thinks up. */
int __wrap_sql_backup(struct sql_db *from, const char *path,
                      bool (*progress)(void *arg, int64_t done, int64_t all), void *arg)
{
	for (int64_t done = 0; done <= 2; done++)
		if (!progress(arg, done, 2))
			return -ERR_IO;
	return strlen(path) % 2 ? -ERR_EXISTS : 0;
}

static void must(bool what)
{
	if (!what)
		abort();
}

/* The server goes with the process; nothing of it stays on the disk. */
static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", world_dir(w.world));
	if (system(command) != 0)
		perror(command);
}

static void begin(void)
{
	w.world = world_new();
	world_person(w.world, "15550001", "Ann", "");
	world_person(w.world, "15550002", "Bob", "");
	w.at.sun_family = AF_UNIX;
	snprintf(w.at.sun_path, sizeof(w.at.sun_path), "%s/admin.sock", world_dir(w.world));
	must(admin_start(world_app(w.world), w.at.sun_path, "/proc/self/nowhere", &w.admin) == 0);
	atexit(end);
}

static void say(int fd, const uint8_t *p, size_t n, unsigned pieces)
{
	for (unsigned i = 0; i < pieces && n; i++) {
		size_t k = i + 1 == pieces ? n : n / (pieces - i);
		ssize_t sent = k ? send(fd, p, k, MSG_NOSIGNAL) : 0;

		if (sent <= 0 && k)
			return; /* it has heard enough */
		p += sent;
		n -= (size_t)sent;
	}
}

/* The lines that came: false, there is none. */
static bool see_answer(const char *text, size_t n)
{
	bool answered = false;

	while (n) {
		const char *line = memchr(text, '\n', n);
		json_t *v;

		must(line != NULL && !answered);
		v = json_loadb(text, (size_t)(line - text), 0, NULL);
		must(json_is_object(v) && json_object_size(v) == 1);
		answered = !json_object_get(v, "progress");
		must(!answered || json_is_object(json_object_get(v, "ok")) ||
		     json_is_string(json_object_get(v, "error")));
		json_decref(v);
		n -= (size_t)(line + 1 - text);
		text = line + 1;
	}
	return answered;
}

static bool is_request(const uint8_t *p, size_t n)
{
	json_t *v = n && n < REQUEST_MAX && memchr(p, '\n', n) == p + n - 1
	                    ? json_loadb((const char *)p, n, 0, NULL)
	                    : NULL;
	bool is = json_is_object(v);

	json_decref(v);
	return is;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char answer[ANSWER_MAX];
	size_t got = 0;
	ssize_t k;
	int fd;

	if (!n)
		return 0;
	if (!w.world)
		begin();
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(fd >= 0 && connect(fd, (struct sockaddr *)&w.at, sizeof(w.at)) == 0);
	say(fd, p + 1, n - 1, 1 + p[0] % PIECES);
	shutdown(fd, SHUT_WR);
	while ((k = recv(fd, answer + got, ANSWER_MAX - got, 0)) > 0)
		got += (size_t)k;
	must(got < ANSWER_MAX);
	must(see_answer(answer, got) || !is_request(p + 1, n - 1));
	close(fd);
	return 0;
}
