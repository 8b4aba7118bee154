/*
 * node.h - what a node answers: upload.getCdnFile, bare or in wrappers, under any key (api.md 7.5, mtproto.md 6). Bytes, or that they are to be
 * uploaded again, or that the token is none; to a wrong range its error, to other methods CDN_METHOD_INVALID. Never 500, which clients
 * show to people.
 *
 * A chunk in RAM is opened on the loop, straight into the answer; one on disk on a thread for that.
 */
#ifndef CDN_NODE_H
#define CDN_NODE_H

#include <stdint.h>

struct cdn_cache;
struct cdn_counts;
struct cdn_node;
struct cdn_term;
struct counters;
struct io_conn;
struct io_loop;
struct rsa_key;

struct cdn_node_config { /* all borrowed */
	int32_t dc;
	struct cdn_term *term;
	struct cdn_cache *cache;
	struct cdn_counts *counts;
	struct counters *counters;
	struct io_loop **loops;
	unsigned n_loops;
	const struct rsa_key *rsa;
	const uint8_t *secret; /* cdn_transport_secret() */
};

/* Before the loops start. */
int cdn_node_new(const struct cdn_node_config *cfg, struct cdn_node **ret_n);
/* A connection that speaks MTProto. Thread: its loop. */
void cdn_node_adopt(struct cdn_node *n, struct io_conn *c);
/* What is read from the disk is waited for. After it nothing is read any more. */
void cdn_node_stop(struct cdn_node *n);
void cdn_node_free(struct cdn_node *n); /* after the loops have stopped; NULL is allowed */

#endif
