/*
 * test_world.h - for the tests of this folder: a server on loops that the test turns by hand, keys in memory, and what was asked of it. One
 * thread, but for the handshakes' workers.
 */
#ifndef MTPROTO_TEST_WORLD_H
#define MTPROTO_TEST_WORLD_H

#include "crypto/rsa.h"
#include "mtproto/server.h"
#include "mtproto/test_keys.h"

enum { CALLS_MAX = 2048, WORLD_LOOPS = 4, WORLD_CDN = 203, WORLD_ALONE = 204 };
/* Calls of this constructor have large answers. */
enum { WORLD_BULK = 0x33333333, WORLD_BULK_SIZE = 131072 };

struct called { /* what ops.call said */
	struct mt_ref session;
	int64_t perm_key_id, session_id, msg_id, user_id;
	int32_t layer, dc;
	bool without_updates, has_info;
	int64_t takeout_id;
	struct mt_client_info info;
	uint32_t id; /* the body's first word */
	size_t n;
};

struct world {
	struct io_loop *loops[WORLD_LOOPS];
	unsigned n_loops;
	struct mt_server *srv;
	struct rsa_key *rsa;
	const struct rsa_key *keys_by_best[2];
	struct test_keys keys;
	bool full; /* what ops.is_full says */
	bool busy; /* what ops.is_busy says */
	bool here; /* large answers are given from within ops.call, full of the call's number */
	struct called call[CALLS_MAX];
	unsigned n_calls,
		n_taken; /* taken: calls that came with their block, which is gone when they are answered */
	int online_changes;
	bool online;
	int32_t online_layer;
};

/* per_second, burst: 0 for no limit of handshakes at all. */
struct world *world_new(unsigned per_second, unsigned burst);
/* With 1 to WORLD_LOOPS loops, without limits. */
struct world *world_new_loops(unsigned n);
/* For WORLD_CDN we are a CDN node, or stand in its place; for WORLD_ALONE nobody else is. */
struct world *world_new_cdn(const struct mt_cdn_manners *m);
void world_free(struct world *w);
/* Turns the loops until nothing more comes of itself. */
void world_turn(struct world *w);
/* A permanent key as if a handshake had been done long ago. */
struct mt_key *world_add_key(struct world *w, enum mt_key_kind kind);
/* The salt of this key now. */
int64_t world_salt(int64_t key_id);
/* The call of this number is answered with a constructor alone. */
void world_answer(struct world *w, unsigned call, uint32_t id);

#endif
