/* tdbridge: loads libtdjson and carries its JSON interface over stdin/stdout, one object per line.
 *
 * Why not an in-process Node binding: the usual one opens the library with RTLD_DEEPBIND, which makes the
 * library resolve connect() straight from libc and so walk around any LD_PRELOAD guard. Here plain dlopen is
 * used, in a process that has no TLS library of its own, so the guard always applies. Refuses to run without it.
 *
 *   tdbridge LIBTDJSON
 *   stdin : {"@client":N, ...request}   N = small integer chosen by the caller; 0 = synchronous execute
 *   stdout: TDLib's objects, with TDLib's own "@client_id"; {"@new":N,"@client_id":M} when a client is created
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int (*td_create_client_id)(void);
static void (*td_send)(int, const char *);
static const char *(*td_receive)(double);
static const char *(*td_execute)(const char *);
static pthread_mutex_t out = PTHREAD_MUTEX_INITIALIZER;

static void put(const char *s)
{
	pthread_mutex_lock(&out);
	fputs(s, stdout);
	fputc('\n', stdout);
	fflush(stdout);
	pthread_mutex_unlock(&out);
}

static void *pump(void *arg)
{
	(void)arg;
	for (;;) {
		const char *s = td_receive(1.0);
		if (s)
			put(s);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: tdbridge LIBTDJSON\n");
		return 2;
	}
	if (!dlsym(RTLD_DEFAULT, "netguard_active")) {
		fprintf(stderr, "tdbridge: the network guard is not loaded; refusing to start\n");
		return 2;
	}
	void *h = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (!h) {
		fprintf(stderr, "tdbridge: %s\n", dlerror());
		return 2;
	}
	*(void **)&td_create_client_id = dlsym(h, "td_create_client_id");
	*(void **)&td_send = dlsym(h, "td_send");
	*(void **)&td_receive = dlsym(h, "td_receive");
	*(void **)&td_execute = dlsym(h, "td_execute");
	if (!td_create_client_id || !td_send || !td_receive || !td_execute) {
		fprintf(stderr, "tdbridge: not a libtdjson\n");
		return 2;
	}
	enum { MAX = 4096 };
	static int id[MAX];
	pthread_t t;
	int started = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	while ((n = getline(&line, &cap, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = 0;
		int c = -1;
		if (sscanf(line, "{\"@client\":%d", &c) != 1 || c < 0 || c >= MAX) {
			fprintf(stderr, "tdbridge: bad line\n");
			continue;
		}
		if (c == 0) {
			const char *r = td_execute(line);
			put(r ? r : "null");
			continue;
		}
		if (!id[c]) {
			char msg[96];
			id[c] = td_create_client_id();
			snprintf(msg, sizeof msg, "{\"@new\":%d,\"@client_id\":%d}", c, id[c]);
			put(msg);
		}
		td_send(id[c], line);
		if (!started) {
			started = 1;
			pthread_create(&t, NULL, pump, NULL);
		}
	}
	_exit(0);
}
