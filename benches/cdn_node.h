/*
 * cdn_node.h - a CDN node by itself and those who take hits of it: what the program that fills it (cdn_node.c) and its loads
 * (cdn_load.c) share. Threads: the loop's holder.
 */
#ifndef BENCH_CDN_NODE_H
#define BENCH_CDN_NODE_H

#include "benches/flow.h"
#include "benches/slices.h"
#include "tests/wire/cdn_core.h"

enum { CDN_NODE_CHUNKS = 640, CDN_NODE_CHUNK_BITS = 10, CDN_NODE_FLOWS = 64 };
#define CDN_NODE_WITHIN 20000000
#define CDN_NODE_TURN   20000

struct cdn_node;

struct cdn_flow {
	struct cdn_node *n;
	struct bench_flow *f;
	bool open;
};

struct cdn_node {
	struct bench b;
	struct cdn_core core;
	struct cdn_object object;
	uint8_t token[CDN_TOKEN_SIZE], *bytes; /* CDN_NODE_CHUNKS of them */
	unsigned pid;
	struct client *key; /* made it for all flows */
	struct cdn_flow v[CDN_NODE_FLOWS];
	bool always; /* each flow asks on when it was answered, and no times are kept */
	uint64_t asked, answered, open, size;
	struct bench_times times, late; /* since it was due: until it was answered; until it was asked */
	struct bench_slices slices;     /* of the first of them */
	const char *error;
};

/* Connections of all flows, new ones for each load: a node ends what brings no call for ten seconds. False: n->error. */
bool cdn_node_come(struct cdn_node *n);
void cdn_node_go(struct cdn_node *n);
/* A question for any chunk, which was due then; it leaves with the next turn. */
void cdn_node_ask(struct cdn_flow *k, usec_t due);
/* An answer was here at `now`, to a question that was due then. */
void cdn_node_answered(struct cdn_flow *k, usec_t due, usec_t now);
/* A turn of the loop, at most so long; what was asked leaves. */
void cdn_node_turn(struct cdn_node *n, usec_t wait);
/*
 * Does what standard input says, a line each, and tells the figures of it and "done": "hits SECONDS", as fast as they come; "latency
 * RATE SECONDS", so many MB/s at random moments, however slow the answers are. Until its end, or n->error.
 */
void cdn_node_load(struct cdn_node *n);

#endif
