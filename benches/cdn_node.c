/*
 * cdn_node.c - a CDN node alone, by somebody who is its core and its clients: fills it, connects, and then loads it as standard input says
 * (cdn_load.c), so that others can be measured in turn with it. Arguments: see usage. Figures as those of chapar-bench.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rd.h"
#include "benches/cdn_node.h"
#include "cdnwire/call.h"
#include "client/wait.h"
#include "crypto/rng.h"

enum {
	DC = 203,
	LEASE = 600,
	FILE_HEAD = 8,
	/*
	 * A segment on loopback is as large as the window that a new connection opens with: half of it may then wait for a timer of
	 * TCP, 10 to 200 ms. No network has segments of that size.
	 */
	RECEIVE_ROOM = 1 << 20
};

static void answer(void *user, struct bench_flow *f, const struct bench_flow_answer *a)
{
	struct cdn_flow *k = user;
	struct cdn_node *n = k->n;
	struct rd r = rd_of(a->body.p, a->body.n);
	uint32_t chunk = a->tag & ((1 << CDN_NODE_CHUNK_BITS) - 1);

	if (rd_u32(&r) != CDN_FILE || a->n != FILE_HEAD + CDN_CHUNK)
		n->error = "the node answered something else";
	else if (a->whole &&
	         memcmp(a->body.p + FILE_HEAD, n->bytes + (size_t)chunk * CDN_CHUNK, CDN_CHUNK) != 0)
		n->error = "other bytes than it was filled with";
	cdn_node_answered(k, (usec_t)(a->tag >> CDN_NODE_CHUNK_BITS), clock_usec());
}

static void opened(void *user, struct bench_flow *f)
{
	((struct cdn_flow *)user)->open = true;
}

static void ended(void *user, struct bench_flow *f, const char *why)
{
	bench_say("a connection ended: %s", why);
	((struct cdn_flow *)user)->n->error = "the node does not serve";
}

static bool fill(struct cdn_node *n, const char *link, const uint8_t secret[32])
{
	uint8_t content[32];

	n->size = (uint64_t)CDN_NODE_CHUNKS * CDN_CHUNK;
	n->bytes = xmalloc(n->size);
	rng_bytes(n->bytes, n->size);
	rng_bytes(content, sizeof(content));
	cdn_core_init(&n->core, DC);
	cdn_object_of(&n->core.epoch, content, &n->object);
	cdn_token_make(&n->core.epoch, content, n->size, clock_unix(), n->token);
	if (cdn_core_greet(&n->core, link, secret, CDN_ACTIVE, LEASE) < 0)
		return false;
	for (uint32_t i = 0; i < CDN_NODE_CHUNKS; i++)
		if (cdn_core_fill(&n->core, n->object.id, i, n->size, n->bytes + (size_t)i * CDN_CHUNK) < 0)
			return false;
	return true;
}

static bool make_key(struct cdn_node *n)
{
	struct client_config cfg = {.loop = n->b.loop,
	                            .to = n->b.to,
	                            .transport = CLIENT_OBFUSCATED_PADDED,
	                            .header_dc = DC,
	                            .auth = {.rsa = n->core.rsa, .inner = CLIENT_INNER_DC, .dc = DC},
	                            .layer = TL_LAYER_MAX,
	                            .init = CLIENT_INIT_NEVER};

	n->key = client_new(&cfg);
	sleep(1); /* a salt of the second in which the node started is refused once (mtproto/salt.c) */
	return client_connect_wait(n->key, CDN_NODE_WITHIN, NULL) == 0;
}

bool cdn_node_come(struct cdn_node *n)
{
	static const struct bench_flow_ops ops = {opened, answer, ended};
	usec_t until = clock_usec() + CDN_NODE_WITHIN;

	for (unsigned i = 0; i < CDN_NODE_FLOWS && !n->error; i++) {
		n->v[i] = (struct cdn_flow){.n = n};
		n->v[i].f = bench_flow_new(&n->b, n->key, &ops, &n->v[i]);
		while (!n->v[i].open && !n->error && clock_usec() < until)
			cdn_node_turn(n, CDN_NODE_TURN);
	}
	if (!n->v[CDN_NODE_FLOWS - 1].open && !n->error)
		n->error = "the node lets nobody in";
	return !n->error;
}

void cdn_node_go(struct cdn_node *n)
{
	for (unsigned i = 0; i < CDN_NODE_FLOWS; i++) {
		bench_flow_free(n->v[i].f);
		n->v[i] = (struct cdn_flow){0};
	}
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
	struct cdn_node *n = xcalloc(1, sizeof(*n));
	uint8_t secret[32];

	if (argc != 5 || !from_hex(argv[3], secret) || client_address_of(argv[1], &n->b.to) < 0) {
		fprintf(stderr, "usage: bench-cdn-node LISTEN LINK SECRET PID\n"
		                "loads as standard input says: hits SECONDS, latency MB/S SECONDS\n");
		return BENCH_USAGE;
	}
	n->b.o.transport = CLIENT_OBFUSCATED_PADDED;
	n->b.o.layer = TL_LAYER_MAX;
	n->b.to.receive_room = RECEIVE_ROOM;
	n->b.loop = client_loop_new();
	n->pid = (unsigned)atoi(argv[4]);
	if (!fill(n, argv[2], secret))
		n->error = "the node could not be filled";
	else if (!make_key(n))
		n->error = "no handshake with the node";
	if (!n->error)
		cdn_node_load(n);
	client_free(n->key);
	if (n->error)
		bench_say("%s", n->error);
	cdn_core_fini(&n->core);
	client_loop_free(n->b.loop);
	free(n->bytes);
	argc = n->error ? BENCH_FAILED : BENCH_OK;
	free(n);
	return argc;
}
