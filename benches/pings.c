/* pings.c - the shortest question that MTProto has, over sessions without an account: packets, keys, sockets, nothing else. */
#include <stdlib.h>

#include "base/mem.h"
#include "benches/bench.h"

struct pings {
	struct bench *b;
	struct client **v;
	unsigned n, ready, window, open;
	uint64_t answered;
	struct bench_times times;
	bool failed, over;
};

struct ping {
	struct pings *all;
	usec_t at;
};

static void ask(struct pings *all, struct ping *p);

static void answered(void *arg, struct client *c, const struct client_answer *a)
{
	struct ping *p = arg;
	struct pings *all = p->all;

	all->open--;
	if (a->r < 0)
		all->failed = true;
	all->answered++;
	bench_time(&all->times, clock_usec() - p->at);
	if (all->over || all->failed)
		free(p);
	else
		ask(all, p);
}

static void ask(struct pings *all, struct ping *p)
{
	p->at = clock_usec();
	all->open++;
	client_ping(all->v[bench_random(all->n)], answered, p);
}

static void ready(void *user, struct client *c)
{
	((struct pings *)user)->ready++;
}

static void ended(void *user, struct client *c, int r, int32_t code)
{
	struct pings *all = user;

	if (!all->failed)
		bench_say("a connection ended: %s", client_error(c));
	all->failed = true;
}

static void turn_for(struct pings *all, usec_t usec, const unsigned *until_count, unsigned count)
{
	usec_t until = clock_usec() + usec;

	while (clock_usec() < until && !all->failed && !(until_count && *until_count == count))
		client_loop_turn(all->b->loop, until - clock_usec());
}

static void connect_all(struct pings *all)
{
	static const struct client_ops ops = {.ready = ready, .ended = ended};
	struct client_config cfg = bench_client_config(all->b);

	cfg.ops = &ops;
	cfg.user = all;
	for (unsigned i = 0; i < all->n && !all->failed; i++) {
		all->v[i] = client_new(&cfg);
		client_connect(all->v[i]);
		if (i % 32 == 31)
			turn_for(all, 30000000, &all->ready, i + 1);
	}
	turn_for(all, 30000000, &all->ready, all->n);
	if (all->ready < all->n)
		all->failed = true;
}

static bool measure(struct pings *all)
{
	struct bench_server before, after;
	usec_t took;

	for (unsigned i = 0; i < all->window; i++) {
		struct ping *p = xcalloc(1, sizeof(*p));

		p->all = all;
		ask(all, p);
	}
	turn_for(all, (usec_t)all->b->o.warm * 1000000, NULL, 0);
	if (!bench_server_read(all->b, &before))
		return false;
	all->answered = all->times.n = 0;
	took = clock_usec();
	turn_for(all, (usec_t)all->b->o.seconds * 1000000, NULL, 0);
	took = clock_usec() - took;
	if (all->failed || !all->answered || !bench_server_read(all->b, &after))
		return false;
	bench_tell("pings", (double)all->answered * 1e6 / (double)took, "/s");
	if (all->b->o.metrics)
		bench_tell("server_cpu_a_ping",
		           (after.cpu_seconds - before.cpu_seconds) * 1e6 / (double)all->answered, "us");
	bench_tell_times("ping", &all->times);
	all->over = true;
	turn_for(all, 10000000, &all->open, 0);
	return !all->open;
}

int bench_pings(struct bench *b)
{
	struct pings all = {
		.b = b, .n = b->o.clients ? b->o.clients : 64, .window = b->o.window ? b->o.window : 64};
	bool ok;

	all.v = xcalloc(all.n, sizeof(struct client *));
	connect_all(&all);
	ok = !all.failed && measure(&all);
	for (unsigned i = 0; i < all.n; i++)
		client_free(all.v[i]);
	free(all.v);
	bench_times_fini(&all.times);
	return ok ? BENCH_OK : BENCH_FAILED;
}
