/* cdn_load.c - hits of a node: by connections that always want more, and so many a second, due at random moments. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "benches/cdn_node.h"
#include "benches/process.h"
#include "cdnwire/call.h"
#include "crypto/rng.h"

enum { BUSY = 16, WINDOW = 2, SAMPLE = 32, WARM_USEC = 300000 };
#define SLICE_USEC  250000 /* a thousand questions: their p99 is that of ten */
#define WANTED_USEC 5000   /* of p99 */

void cdn_node_ask(struct cdn_flow *k, usec_t due)
{
	struct cdn_node *n = k->n;
	uint32_t chunk = (uint32_t)(rng_u64() % CDN_NODE_CHUNKS);
	struct buf q = {0};

	cdn_put_get_file(&q, slice_of(n->token, sizeof(n->token)), (int64_t)chunk * CDN_CHUNK, CDN_CHUNK);
	n->asked++;
	n->open++;
	bench_flow_ask(k->f, buf_slice(&q), (uint64_t)due << CDN_NODE_CHUNK_BITS | chunk,
	               n->asked % SAMPLE == 0);
	buf_fini(&q);
}

void cdn_node_answered(struct cdn_flow *k, usec_t due, usec_t now)
{
	struct cdn_node *n = k->n;

	n->answered++;
	n->open--;
	if (n->always) {
		cdn_node_ask(k, now);
	} else {
		bench_time(&n->times, now - due);
		bench_slice_time(&n->slices, due, now - due);
	}
}

void cdn_node_turn(struct cdn_node *n, usec_t wait)
{
	client_loop_turn(n->b.loop, wait);
	bench_flows_flush();
}

static void drain(struct cdn_node *n)
{
	usec_t until = clock_usec() + CDN_NODE_WITHIN;

	n->always = false;
	bench_flows_flush();
	while (n->open && !n->error && clock_usec() < until)
		cdn_node_turn(n, CDN_NODE_TURN);
}

static void forget_times(struct cdn_node *n)
{
	bench_times_fini(&n->times);
	bench_times_fini(&n->late);
	bench_slices_fini(&n->slices);
}

static void hits(struct cdn_node *n, usec_t usec)
{
	struct bench_process from = {0}, to = {0};
	usec_t at = clock_usec();
	double bytes;

	n->always = true;
	for (unsigned i = 0; i < BUSY * WINDOW; i++)
		cdn_node_ask(&n->v[i % BUSY], at);
	bench_flows_flush();
	while (clock_usec() - at < WARM_USEC && !n->error)
		cdn_node_turn(n, CDN_NODE_TURN);
	bytes = -(double)n->answered * CDN_CHUNK;
	bench_process_read(n->pid, &from);
	at = clock_usec();
	while (clock_usec() - at < usec && !n->error)
		cdn_node_turn(n, CDN_NODE_TURN);
	bytes += (double)n->answered * CDN_CHUNK;
	bench_tell("cdn_hits", bytes / (double)(clock_usec() - at), "MB/s");
	bench_process_read(n->pid, &to);
	bench_tell("cdn_hits_cpu_a_mb", (to.all - from.all) * 1e3 / bytes, "ms");
	drain(n);
	forget_times(n);
}

/* One question, by the next flow that has room for it. False: none has. */
static bool ask_next(struct cdn_node *n, unsigned *next, usec_t due)
{
	for (unsigned i = 0; i < CDN_NODE_FLOWS; i++) {
		struct cdn_flow *k = &n->v[(*next)++ % CDN_NODE_FLOWS];

		if (bench_flow_questions(k->f) == BENCH_FLOW_OPEN)
			continue;
		cdn_node_ask(k, due);
		bench_time(&n->late, clock_usec() - due);
		return true;
	}
	return false;
}

/* All that is due by now, as far as there is room: what waits for it counts from when it was due. */
static void ask_due(struct cdn_node *n, double rate, double *due, usec_t until)
{
	static unsigned next;
	usec_t now = clock_usec();

	while (*due <= (double)now && *due < (double)until && ask_next(n, &next, (usec_t)*due))
		*due -= log((double)((rng_u64() >> 11) + 1) * 0x1p-53) * CDN_CHUNK / rate;
	bench_flows_flush();
}

/* Those of TCP, by questions that do not count. */
static void open_windows(struct cdn_node *n)
{
	for (unsigned i = 0; i < CDN_NODE_FLOWS * WINDOW; i++)
		cdn_node_ask(&n->v[i % CDN_NODE_FLOWS], clock_usec());
	drain(n);
	forget_times(n);
}

static void latency(struct cdn_node *n, double rate, usec_t usec)
{
	struct bench_process node = {0}, node_then = {0}, client = {0}, client_then = {0};
	double due, seconds;
	usec_t until;

	open_windows(n);
	due = (double)clock_usec();
	until = (usec_t)due + usec;
	bench_slices_init(&n->slices, (usec_t)due, SLICE_USEC, (unsigned)(usec / SLICE_USEC));
	bench_process_read(n->pid, &node);
	bench_process_read((unsigned)getpid(), &client);
	while (due < (double)until && !n->error) {
		ask_due(n, rate, &due, until);
		cdn_node_turn(n, due > (double)clock_usec() ? (usec_t)due - clock_usec() : 0);
		if (clock_usec() > until + CDN_NODE_WITHIN)
			n->error = "the node does not keep up";
	}
	bench_process_read(n->pid, &node_then);
	bench_process_read((unsigned)getpid(), &client_then);
	seconds = (double)(clock_usec() - (until - usec)) / 1e6;
	drain(n);
	bench_tell("cdn_busy", (node_then.all - node.all) / seconds / 1e4, "%");
	bench_tell("cdn_client_busy", (client_then.all - client.all) / seconds / 1e4, "%");
	bench_tell("cdn_node_waited", (node_then.waited - node.waited) / seconds / 1000, "ms/s");
	bench_tell("cdn_client_waited", (client_then.waited - client.waited) / seconds / 1000, "ms/s");
	bench_tell_times("cdn_asked", &n->late);
	bench_tell_times("cdn_hit", &n->times);
	bench_tell("cdn_slice", SLICE_USEC / 1000.0, "ms");
	bench_tell_slices("cdn_hit", &n->slices, WANTED_USEC);
	forget_times(n);
}

static void load(struct cdn_node *n, const char *line)
{
	double rate, seconds;

	if (sscanf(line, "hits %lf", &seconds) == 1)
		hits(n, (usec_t)(seconds * 1e6));
	else if (sscanf(line, "latency %lf %lf", &rate, &seconds) == 2 && rate > 0)
		latency(n, rate, (usec_t)(seconds * 1e6));
	else
		n->error = "neither \"hits SECONDS\" nor \"latency MB/S SECONDS\"";
}

void cdn_node_load(struct cdn_node *n)
{
	char line[100];

	while (!n->error && fgets(line, sizeof(line), stdin)) {
		if (cdn_node_come(n))
			load(n, line);
		cdn_node_go(n);
		if (!n->error)
			printf("done\n");
		fflush(stdout);
	}
}
