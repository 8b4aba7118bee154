/*
 * node.h - the set-up of tests of a node as a process: the program, started and ended; the core's end of its link; a client of it. What these
 * call must succeed.
 */
#ifndef TESTS_WIRE_NODE_H
#define TESTS_WIRE_NODE_H

#include <sys/resource.h>
#include <sys/types.h>

#include "client/wait.h"
#include "tests/wire/cdn_core.h"

#define WITHIN 10000000

enum {
	DC = 203,
	SIZE = 3 * CDN_CHUNK + 5000,
	LEASE = 60,
};

struct node {
	const char *program;
	char dir[64], listen[64], link[64], metrics[64];
	char *more;       /* lines of the configuration */
	rlim_t file_most; /* of the node's files; 0: no limit */
	pid_t pid;
	uint8_t secret[CDN_SECRET_SIZE];
	struct cdn_core core;
	struct client_loop *loop;
	struct cdn_object object;
	uint8_t content[32], token[CDN_TOKEN_SIZE], bytes[SIZE]; /* as the node gets them */
};
extern struct node node; /* the one of the test that runs */

#define ON_A_NODE(f) cmocka_unit_test_setup_teardown(f, node_setup, node_teardown)
int node_setup(void **state);
int node_teardown(void **state);
/* PROGRAM (of the node) [TEST]. False: they are others, and that was said. */
bool node_arguments(int argc, char **argv);

/* In its folder. Static. */
const char *node_path(const char *name);
/* With the lines in node.more. */
void node_start(void);
/* Anew, with room for 8 MiB on disk. */
void node_start_with_disk(void);
/* SIGTERM: within five seconds, and well. */
void node_end(int sig);

/* --- the core: while strangers fill the link's places, it dials again */
void node_greet(uint32_t lease);
void node_fill(uint32_t chunk);
void node_fill_all(void);
/* Forty chunks of other files: more than RAM holds, so the first are on disk then, if there is one. */
void node_fill_others(void);

/* --- a client */
struct client_config node_client(enum client_transport tr, enum client_inner inner);
struct client *node_connect_as(struct client_config cfg);
struct client *node_connect(void);
/* The error's text, or "bytes", right and exactly these, or "reupload" of the chunk in *ret_chunk. */
const char *node_ask(struct client *c, struct slice token, int64_t offset, int32_t limit,
                     uint32_t *ret_chunk);
/* With the content's own token. */
const char *node_ask_one(struct client *c, int64_t offset, int32_t limit);
void node_expect_bytes(struct client *c);

#endif
