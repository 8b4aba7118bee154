/* pinger.c - see pinger.h. */
#include "benches/pinger.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

#define EVERY 3000

struct bench_pinger {
	pid_t pid;
	int words, times; /* to it, from it */
};

struct child {
	struct bench b;
	struct client *c;
	struct bench_times times;
	bool on, over;
};

struct ping {
	struct child *of;
	usec_t at;
};

static void answered(void *arg, struct client *c, const struct client_answer *a)
{
	struct ping *p = arg;

	if (a->r >= 0)
		bench_time(&p->of->times, clock_usec() - p->at);
	free(p);
}

static void ended(void *user, struct client *c, int r, int32_t code)
{
	((struct child *)user)->over = true;
}

static void all(int fd, const void *p, size_t n)
{
	for (const uint8_t *at = p; n;) {
		ssize_t k = write(fd, at, n);

		if (k <= 0)
			_exit(1);
		at += k;
		n -= (size_t)k;
	}
}

/* What the other side said: 'g' go, 's' stop and tell; nothing more: it is gone. */
static void listen_to(struct child *x, int words, int times)
{
	struct pollfd f = {.fd = words, .events = POLLIN};
	uint32_t n;
	char c;

	while (poll(&f, 1, 0) == 1) {
		if (read(words, &c, 1) != 1)
			_exit(0);
		x->on = c == 'g';
		if (c == 's') {
			n = (uint32_t)x->times.n;
			all(times, &n, sizeof(n));
			all(times, x->times.usec, n * sizeof(*x->times.usec));
			x->times.n = 0;
		}
	}
}

static void run(const struct bench *b, int words, int times)
{
	static const struct client_ops ops = {.ended = ended};
	struct child x = {.b = *b};
	struct client_config cfg;
	usec_t next = 0;

	x.b.loop = client_loop_new();
	cfg = bench_client_config(&x.b);
	cfg.ops = &ops;
	cfg.user = &x;
	x.c = client_new(&cfg);
	client_connect(x.c);
	while (!x.over) {
		listen_to(&x, words, times);
		if (x.on && client_is_ready(x.c) && clock_usec() >= next) {
			struct ping *p = xcalloc(1, sizeof(*p));

			*p = (struct ping){&x, clock_usec()};
			next = p->at + EVERY;
			client_ping(x.c, answered, p);
		}
		client_loop_turn(x.b.loop, 1000);
	}
	_exit(1);
}

struct bench_pinger *bench_pinger_new(const struct bench *b)
{
	struct bench_pinger *p = xcalloc(1, sizeof(*p));
	int to[2], from[2];

	if (pipe(to) < 0 || pipe(from) < 0 || (p->pid = fork()) < 0) {
		bench_say("no process for pings");
		free(p);
		return NULL;
	}
	if (p->pid == 0) {
		close(to[1]);
		close(from[0]);
		run(b, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	p->words = to[1];
	p->times = from[0];
	return p;
}

static bool say(struct bench_pinger *p, char word)
{
	signal(SIGPIPE, SIG_IGN);
	return write(p->words, &word, 1) == 1;
}

void bench_pinger_go(struct bench_pinger *p)
{
	say(p, 'g');
}

static bool take(int fd, void *p, size_t n)
{
	for (uint8_t *at = p; n;) {
		ssize_t k = read(fd, at, n);

		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

bool bench_pinger_stop(struct bench_pinger *p, struct bench_times *ret)
{
	uint32_t n = 0, usec;

	if (!say(p, 's') || !take(p->times, &n, sizeof(n)))
		n = 0;
	for (uint32_t i = 0; i < n && take(p->times, &usec, sizeof(usec)); i++)
		bench_time(ret, usec);
	if (!n)
		bench_say("no ping was answered");
	return n != 0;
}

void bench_pinger_free(struct bench_pinger *p)
{
	if (!p)
		return;
	close(p->words);
	close(p->times);
	waitpid(p->pid, NULL, 0);
	free(p);
}
