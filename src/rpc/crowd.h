/* crowd.h - what a composed batch of a channel's events needs to reach many: see crowd.c. */
#ifndef RPC_CROWD_H
#define RPC_CROWD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct tl_obj;

/* An access hash that stands in the updates as the viewer 0 would get it; each listener gets his own in its place. */
struct rpc_target {
	int64_t mark; /* the value to look for */
	int32_t kind;
	int64_t target;
};

struct rpc_crowd {
	struct tl_obj *updates; /* in a stranger's view, encoded for every layer; NULL: nothing to say */
	const struct rpc_target *targets;
	size_t n_targets;
	const int64_t *
		singles; /* users who see something else than a stranger, ascending: composed for each of them */
	size_t n_singles;
};

/* The same as mtproto's structs, for the role to hand over. */
struct rpc_place {
	uint32_t at;
	int32_t kind;
	int64_t target;
};
struct rpc_body {
	struct buf bytes;
	const struct rpc_place *places;
	size_t n_places;
};
struct rpc_listener {
	int64_t key, viewer;
	uint32_t body;
};

#endif
