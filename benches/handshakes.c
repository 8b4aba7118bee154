/* handshakes.c - keys, each on a connection of its own, some at a time; and what one costs the server. */
#include <stdlib.h>

#include "base/mem.h"
#include "benches/bench.h"

struct handshakes {
	struct bench *b;
	struct client **v;
	unsigned n;
	uint64_t made;
	struct bench_times times;
	usec_t *began;
	bool failed;
};

static void begin(struct handshakes *h, unsigned i);

static unsigned place_of(const struct handshakes *h, const struct client *c)
{
	unsigned i = 0;

	while (h->v[i] != c)
		i++;
	return i;
}

static void ready(void *user, struct client *c)
{
	struct handshakes *h = user;
	unsigned i = place_of(h, c);

	h->made++;
	bench_time(&h->times, clock_usec() - h->began[i]);
	client_free(c);
	begin(h, i);
}

static void ended(void *user, struct client *c, int r, int32_t code)
{
	struct handshakes *h = user;

	if (!h->failed)
		bench_say("a handshake failed: %s", client_error(c));
	h->failed = true;
}

static void begin(struct handshakes *h, unsigned i)
{
	static const struct client_ops ops = {.ready = ready, .ended = ended};
	struct client_config cfg = bench_client_config(h->b);

	cfg.ops = &ops;
	cfg.user = h;
	h->v[i] = client_new(&cfg);
	h->began[i] = clock_usec();
	client_connect(h->v[i]);
}

static void turn_for(struct handshakes *h, unsigned seconds)
{
	usec_t until = clock_usec() + (usec_t)seconds * 1000000;

	while (clock_usec() < until && !h->failed)
		client_loop_turn(h->b->loop, until - clock_usec());
}

int bench_handshakes(struct bench *b)
{
	struct handshakes h = {.b = b, .n = b->o.clients ? b->o.clients : 16};
	struct bench_server before, after;
	bool ok;
	usec_t took;

	h.v = xcalloc(h.n, sizeof(struct client *));
	h.began = xcalloc(h.n, sizeof(*h.began));
	for (unsigned i = 0; i < h.n; i++)
		begin(&h, i);
	turn_for(&h, b->o.warm);
	h.made = h.times.n = 0;
	ok = bench_server_read(b, &before);
	took = clock_usec();
	turn_for(&h, b->o.seconds);
	took = clock_usec() - took;
	ok = bench_server_read(b, &after) && ok && !h.failed;
	if (ok) {
		bench_tell("handshakes", (double)h.made * 1e6 / (double)took, "/s");
		bench_tell_times("handshake", &h.times);
		if (b->o.metrics)
			bench_tell("server_cpu_a_handshake",
			           (after.cpu_seconds - before.cpu_seconds) * 1e3 /
			                   (double)(h.made ? h.made : 1),
			           "ms");
	}
	for (unsigned i = 0; i < h.n; i++)
		client_free(h.v[i]);
	free(h.v);
	free(h.began);
	bench_times_fini(&h.times);
	return ok && h.made ? BENCH_OK : BENCH_FAILED;
}
