/*
 * limit.h - how often who may call what: token buckets by (account or address, rate class). The classes are rows of
 * schema/limits.def. Threads: any; sharded locks.
 */
#ifndef RPC_LIMIT_H
#define RPC_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/slice.h"

struct rpc_limiter;

/* test_numbers: the wider buckets of schema/limits.def's test rows. */
struct rpc_limiter *rpc_limiter_new(bool test_numbers);
void rpc_limiter_free(struct rpc_limiter *l);
/* The id of whoever is known by a text: an address, a number. */
int64_t rpc_limit_id(struct slice text);
/* Takes one token of `id`'s bucket for `class_` (enum rpc_rate): 0, or the seconds (>= 3) to wait. */
int rpc_limit_take(struct rpc_limiter *l, int64_t id, int class_, usec_t now);

#endif
