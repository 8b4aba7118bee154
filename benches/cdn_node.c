/*
 * cdn_node.c - a CDN node alone, by somebody who is its core and its clients: hits of 128 KiB by connections that always want more, and then
 * at seven tenths of that, due at random moments. Arguments: see usage. Figures as those of chapar-bench.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "benches/flow.h"
#include "benches/process.h"
#include "cdnwire/call.h"
#include "client/wait.h"
#include "crypto/rng.h"
#include "tests/wire/cdn_core.h"

enum {
	DC = 203,
	CHUNKS = 640,
	FLOWS = 64,
	BUSY = 16,
	WINDOW = 2,
	SAMPLE = 32,
	LEASE = 600,
	FILE_HEAD = 8,
	WARM_USEC = 1000000,
	/*
	 * A segment on loopback is as large as the window that a new connection opens with: half of it may then wait for a timer of
	 * TCP, 10 to 200 ms. No network has segments of that size.
	 */
	RECEIVE_ROOM = 1 << 20
};
#define WITHIN 20000000
#define TURN   20000

struct node;

struct flow {
	struct node *n;
	struct bench_flow *f;
	bool open;
};

struct node {
	struct bench b;
	struct cdn_core core;
	struct cdn_object object;
	uint8_t token[CDN_TOKEN_SIZE], *bytes; /* CHUNKS of them */
	unsigned pid;
	struct client *key; /* made it for all flows */
	struct flow v[FLOWS];
	bool always; /* each flow asks on when it was answered */
	uint64_t asked, answered, open,
		size; /* tags of questions: when they were due, and 10 bits of the chunk */
	struct bench_times times;
	const char *error;
};

static void ask(struct flow *k, usec_t due)
{
	struct node *n = k->n;
	uint32_t chunk = (uint32_t)(rng_u64() % CHUNKS);
	struct buf q = {0};

	cdn_put_get_file(&q, slice_of(n->token, sizeof(n->token)), (int64_t)chunk * CDN_CHUNK, CDN_CHUNK);
	n->asked++;
	n->open++;
	bench_flow_ask(k->f, buf_slice(&q), (uint64_t)due << 10 | chunk, n->asked % SAMPLE == 0);
	buf_fini(&q);
}

static void answer(void *user, struct bench_flow *f, const struct bench_flow_answer *a)
{
	struct flow *k = user;
	struct node *n = k->n;
	struct rd r = rd_of(a->body.p, a->body.n);
	uint32_t chunk = a->tag & 1023;

	if (rd_u32(&r) != CDN_FILE || a->n != FILE_HEAD + CDN_CHUNK)
		n->error = "the node answered something else";
	else if (a->whole &&
	         memcmp(a->body.p + FILE_HEAD, n->bytes + (size_t)chunk * CDN_CHUNK, CDN_CHUNK) != 0)
		n->error = "other bytes than it was filled with";
	n->answered++;
	n->open--;
	if (n->always)
		ask(k, clock_usec());
	else
		bench_time(&n->times, clock_usec() - (usec_t)(a->tag >> 10));
}

static void opened(void *user, struct bench_flow *f)
{
	((struct flow *)user)->open = true;
}

static void ended(void *user, struct bench_flow *f, const char *why)
{
	bench_say("a connection ended: %s", why);
	((struct flow *)user)->n->error = "the node does not serve";
}

static bool fill(struct node *n, const char *link, const uint8_t secret[32])
{
	uint8_t content[32];

	n->size = (uint64_t)CHUNKS * CDN_CHUNK;
	n->bytes = xmalloc(n->size);
	rng_bytes(n->bytes, n->size);
	rng_bytes(content, sizeof(content));
	cdn_core_init(&n->core, DC);
	cdn_object_of(&n->core.epoch, content, &n->object);
	cdn_token_make(&n->core.epoch, content, n->size, clock_unix(), n->token);
	if (cdn_core_greet(&n->core, link, secret, CDN_ACTIVE, LEASE) < 0)
		return false;
	for (uint32_t i = 0; i < CHUNKS; i++)
		if (cdn_core_fill(&n->core, n->object.id, i, n->size, n->bytes + (size_t)i * CDN_CHUNK) < 0)
			return false;
	return true;
}

static void turn(struct node *n, usec_t wait)
{
	client_loop_turn(n->b.loop, wait);
	bench_flows_flush();
}

static bool connect_all(struct node *n)
{
	static const struct bench_flow_ops ops = {opened, answer, ended};
	struct client_config cfg = {.loop = n->b.loop,
	                            .to = n->b.to,
	                            .transport = CLIENT_OBFUSCATED_PADDED,
	                            .header_dc = DC,
	                            .auth = {.rsa = n->core.rsa, .inner = CLIENT_INNER_DC, .dc = DC},
	                            .layer = TL_LAYER_MAX,
	                            .init = CLIENT_INIT_NEVER};
	struct client *c = n->key = client_new(&cfg);
	usec_t until = clock_usec() + WITHIN;

	sleep(1); /* a salt of the second in which the node started is refused once (mtproto/salt.c) */
	if (client_connect_wait(c, WITHIN, NULL) < 0)
		n->error = "no handshake with the node";
	for (unsigned i = 0; i < FLOWS && !n->error; i++) {
		n->v[i].n = n;
		n->v[i].f = bench_flow_new(&n->b, c, &ops, &n->v[i]);
		while (!n->v[i].open && !n->error && clock_usec() < until)
			turn(n, TURN);
	}
	return !n->error && n->v[FLOWS - 1].open;
}

static void drain(struct node *n)
{
	usec_t until = clock_usec() + WITHIN;

	n->always = false;
	while (n->open && !n->error && clock_usec() < until)
		turn(n, TURN);
}

/* Hits a second, as fast as they come. */
static double throughput(struct node *n, usec_t usec)
{
	struct bench_process from = {0}, to = {0};
	usec_t at = clock_usec();
	uint64_t before;
	double rate;

	n->always = true;
	for (unsigned i = 0; i < BUSY * WINDOW; i++)
		ask(&n->v[i % BUSY], at);
	bench_flows_flush();
	while (clock_usec() - at < WARM_USEC && !n->error)
		turn(n, TURN);
	before = n->answered;
	bench_process_read(n->pid, &from);
	at = clock_usec();
	while (clock_usec() - at < usec && !n->error)
		turn(n, TURN);
	rate = (double)(n->answered - before) / ((double)(clock_usec() - at) / 1e6);
	bench_process_read(n->pid, &to);
	bench_tell("cdn_hits", rate * CDN_CHUNK / 1e6, "MB/s");
	bench_tell("cdn_hits_cpu_a_mb",
	           (to.all - from.all) * 1e3 / ((double)(n->answered - before) * CDN_CHUNK), "ms");
	drain(n);
	return rate;
}

/* At random moments, so many a second, however slow the answers are. */
static void latency(struct node *n, double rate, usec_t usec)
{
	struct bench_process node = {0}, node_then = {0}, client = {0}, client_then = {0};
	usec_t now = clock_usec(), until = now + usec;
	double due = (double)now, seconds = (double)usec / 1e6;
	unsigned next = 0;

	bench_process_read(n->pid, &node);
	bench_process_read((unsigned)getpid(), &client);
	bench_times_fini(&n->times);
	while (now < until && !n->error) {
		for (; due <= (double)now;
		     due -= log((double)((rng_u64() >> 11) + 1) * 0x1p-53) * 1e6 / rate) {
			for (unsigned i = 0;
			     i < FLOWS && bench_flow_questions(n->v[next].f) == BENCH_FLOW_OPEN; i++)
				next = (next + 1) % FLOWS;
			if (bench_flow_questions(n->v[next].f) == BENCH_FLOW_OPEN) {
				n->error = "the node does not keep up";
				return;
			}
			ask(&n->v[next], (usec_t)due);
			next = (next + 1) % FLOWS;
		}
		bench_flows_flush();
		turn(n, (usec_t)due > clock_usec() ? (usec_t)due - clock_usec() : 0);
		now = clock_usec();
	}
	bench_process_read(n->pid, &node_then);
	bench_process_read((unsigned)getpid(), &client_then);
	drain(n);
	bench_tell("cdn_rate", rate * CDN_CHUNK / 1e6, "MB/s");
	bench_tell("cdn_busy", (node_then.all - node.all) / seconds / 1e4, "%");
	bench_tell("cdn_node_waited", (node_then.waited - node.waited) / seconds / 1000, "ms/s");
	bench_tell("cdn_client_waited", (client_then.waited - client.waited) / seconds / 1000, "ms/s");
	bench_tell_times("cdn_hit", &n->times);
}

static void measure(struct node *n, unsigned seconds)
{
	double rate = throughput(n, (usec_t)seconds * 1000000);

	if (!n->error)
		latency(n, 0.7 * rate, (usec_t)seconds * 1000000);
}

static bool from_hex(const char *s, uint8_t out[32])
{
	for (int i = 0; i < 32; i++)
		if (sscanf(s + 2 * i, "%2hhx", &out[i]) != 1)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct node *n = xcalloc(1, sizeof(*n));
	uint8_t secret[32];

	if (argc != 6 || !from_hex(argv[3], secret) || client_address_of(argv[1], &n->b.to) < 0) {
		fprintf(stderr, "usage: bench-cdn-node LISTEN LINK SECRET PID SECONDS\n");
		return BENCH_USAGE;
	}
	n->b.o.transport = CLIENT_OBFUSCATED_PADDED;
	n->b.o.layer = TL_LAYER_MAX;
	n->b.to.receive_room = RECEIVE_ROOM;
	n->b.loop = client_loop_new();
	n->pid = (unsigned)atoi(argv[4]);
	if (!fill(n, argv[2], secret))
		n->error = "the node could not be filled";
	if (!n->error && connect_all(n))
		measure(n, (unsigned)atoi(argv[5]));
	for (unsigned i = 0; i < FLOWS; i++)
		bench_flow_free(n->v[i].f);
	client_free(n->key);
	if (n->error)
		bench_say("%s", n->error);
	cdn_core_fini(&n->core);
	client_loop_free(n->b.loop);
	bench_times_fini(&n->times);
	free(n->bytes);
	argc = n->error ? BENCH_FAILED : BENCH_OK;
	free(n);
	return argc;
}
